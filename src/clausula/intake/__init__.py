"""The intake room: files of the outside world in, claim lines out, and a list of all that could not become one.

    roster = read_roster(Path("members.toml"))
    desk = Desk(roster, read_codes(Path("plans/catalogue/codes").glob("*.toml")))
    for read in read_all(paths, desk, known_facts=…):
        match read: Line, Evidence, Provider, Listed

How to bring claims in: docs/how-to/bring-in-claims.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from clausula.intake.codes import CodeMap, Coding, read_codes
from clausula.intake.desk import Desk, Stated
from clausula.intake.errors import InputError
from clausula.intake.members import read_roster
from clausula.intake.records import REASONS, Listed, Read
from clausula.intake.roster import Match, Roster, Sought
from clausula.intake.sniff import Format, format_of

__all__ = [
    "NO_COLUMNS",
    "REASONS",
    "CodeMap",
    "Coding",
    "Desk",
    "Format",
    "InputError",
    "Listed",
    "Match",
    "Read",
    "Roster",
    "Sought",
    "Stated",
    "format_of",
    "read",
    "read_all",
    "read_codes",
    "read_roster",
]

NO_COLUMNS: Mapping[str, str] = MappingProxyType({})


def read(
    path: Path, desk: Desk, *, known_facts: Mapping[str, str] = NO_COLUMNS, schema_dir: Path | None = None
) -> Iterator[Read]:
    """What a file holds, one record at a time, in the file's order; the format is seen from the content.

    desk: one for all files of a run. known_facts: id and kind of facts that may be columns of a table. schema_dir: a
    folder with the official invoice schemas, by which Swiss invoices are validated first.

    Raises InputError, at the first record or (in long tables and NDJSON) at the place reached, where the file as a
    whole cannot be read. Write results only when the iterator has come to its end.
    """
    kind = format_of(path)
    # Each reader brings its library along (lxml, Arrow), which a run without such files need not load.
    if kind == "xml":
        from clausula.intake.swiss_invoice import read_swiss_invoice  # noqa: PLC0415

        yield from read_swiss_invoice(path, desk, schema_dir=schema_dir)
    elif kind == "json":
        from clausula.intake.fhir_claim import read_fhir  # noqa: PLC0415

        yield from read_fhir(path, desk)
    elif kind == "parquet":
        from clausula.intake.parquet_rows import read_parquet  # noqa: PLC0415

        yield from read_parquet(path, desk, known_facts)
    else:
        from clausula.intake.csv_rows import read_csv  # noqa: PLC0415

        yield from read_csv(path, desk, known_facts)


def read_all(
    paths: Iterable[Path], desk: Desk, *, known_facts: Mapping[str, str] = NO_COLUMNS, schema_dir: Path | None = None
) -> Iterator[Read]:
    """The records of several files, one after the other. Raises InputError as `read` does."""
    for path in paths:
        yield from read(path, desk, known_facts=known_facts, schema_dir=schema_dir)
