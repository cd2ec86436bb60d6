"""Writes a roster as the folder of tables that `member_tables` reads; both forms give the same roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.household import Enrolment, Evidence, Facts, FactValue, Person, Provider
from clausula.intake.member_columns import ID, TEXTS, WORD
from clausula.intake.member_layout import (
    ENROLMENTS,
    EVIDENCE,
    OF_ENROLMENTS,
    OF_PEOPLE,
    OF_PROVIDERS,
    PEOPLE,
    PROVIDERS,
    SETTINGS,
    enrolments_schema,
    evidence_schema,
    people_schema,
    providers_schema,
)  # fmt: skip
from clausula.intake.roster import Roster

MOST_DIGITS = 38


def write_member_tables(roster: Roster, folder: Path) -> None:
    """Write the tables of a roster into a folder, which is made where it is not there.

    Raises ValueError for what a table cannot hold: a household without people, a fact that is stated in two kinds
    (as text here, as number there), is empty, or has the name of a column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    homes = roster.households.values()
    for home in homes:
        if not home.people:
            raise ValueError(f"household {home.id!r} has no people; a table has a row a person")
    people = [(home.id, person) for home in homes for person in home.people]
    enrolments = [each for home in homes for each in home.enrolments]
    evidence = [each for home in homes for each in home.evidence]
    _write(folder / PEOPLE, people_table(people))
    _write(folder / ENROLMENTS, enrolments_table(enrolments))
    _write(folder / EVIDENCE, evidence_table(evidence))
    _write(folder / PROVIDERS, providers_table(list(roster.providers.values())))
    if roster.match_by_name:
        (folder / SETTINGS).write_text("[members]\nmatch_by_name = true\n", encoding="utf-8")


def people_table(people: Sequence[tuple[str, Person]]) -> pa.Table:
    """The table of people, each with the household. Raises ValueError as `write_member_tables` does."""
    each = [person for _, person in people]
    further = _numbers(each) + _facts([person.facts for person in each], OF_PEOPLE)
    columns: list[list[Any]] = [[home for home, _ in people], [one.id for one in each], [one.born for one in each]]
    columns += [[getattr(one, name) or None for one in each] for name in ("role", "sex", "name")]
    return _table(people_schema((name, kind) for name, kind, _ in further), columns, further)


def enrolments_table(enrolments: Sequence[Enrolment]) -> pa.Table:
    """The table of enrolments. Raises ValueError as `write_member_tables` does."""
    further = _facts([one.facts for one in enrolments], OF_ENROLMENTS)
    columns = [[getattr(one, name) for one in enrolments] for name in OF_ENROLMENTS]
    return _table(enrolments_schema((name, kind) for name, kind, _ in further), columns, further)


def evidence_table(evidence: Sequence[Evidence]) -> pa.Table:
    """The table of documents."""
    schema = evidence_schema()
    columns = [
        [None if (value := getattr(one, name)) in ("", ()) else value for one in evidence] for name in schema.names
    ]
    return _table(schema, columns, [])


def providers_table(providers: Sequence[Provider]) -> pa.Table:
    """The table of a directory. Raises ValueError as `write_member_tables` does."""
    further = _numbers(providers) + _facts([one.facts for one in providers], OF_PROVIDERS)
    columns: list[list[Any]] = [[getattr(one, name) or None for one in providers] for name in OF_PROVIDERS[:-1]]
    columns.append(
        [[{"list": entry.list, "start": entry.start, "until": entry.until} for entry in one.lists] for one in providers]
    )
    return _table(providers_schema((name, kind) for name, kind, _ in further), columns, further)


Further = list[tuple[str, Any, list[Any]]]
"""Columns beside the fixed ones: name, type, cells."""


def _numbers(owners: Sequence[Person] | Sequence[Provider]) -> Further:
    systems = dict.fromkeys(system for one in owners for system in one.identifiers)
    return [(ID + system, pa.string(), [one.identifiers.get(system) for one in owners]) for system in systems]


def _facts(stated: Sequence[Facts], fields_of_table: Sequence[str]) -> Further:
    found: Further = []
    for name in dict.fromkeys(name for each in stated for name in each):
        if name in fields_of_table or name.startswith(ID):
            raise ValueError(f"the fact {name!r} has the name of a column")
        cells = [each.get(name) for each in stated]
        found.append((name, kind_of(name, [cell for cell in cells if cell is not None]), cells))
    return found


def kind_of(name: str, stated: Sequence[FactValue]) -> Any:
    """The type of a column that holds these values of a fact. Raises ValueError where there is none."""
    kinds = {type(value) for value in stated}
    if kinds == {str} and "" not in stated:
        return WORD
    if kinds == {tuple} and not any("" in value for value in stated if isinstance(value, tuple)):
        return TEXTS
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {date}:
        return pa.date32()
    numbers = [value for value in stated if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    if len(numbers) == len(stated):
        if kinds == {int} and all(-(2**63) <= value < 2**63 for value in numbers):
            return pa.int64()
        exact = [Decimal(value).as_tuple() for value in numbers]
        scale = max(max(0, -int(each.exponent)) for each in exact)
        digits = max(
            len(each.digits) + max(0, int(each.exponent)) + scale + min(0, int(each.exponent)) for each in exact
        )
        if max(digits, scale) <= MOST_DIGITS:
            return pa.decimal128(MOST_DIGITS, scale)
    told = " and as ".join(sorted(kind.__name__ for kind in kinds))
    raise ValueError(f"no column can hold the fact {name!r}: it is empty, too long, or stated as {told}")


def _table(schema: pa.Schema, columns: Sequence[Sequence[Any]], further: Further) -> pa.Table:
    cells = [*columns, *(each for _, _, each in further)]
    return pa.table([_array(each, kind) for each, kind in zip(cells, schema.types, strict=True)], schema=schema)


def _array(cells: Sequence[Any], kind: Any) -> Any:
    if pa.types.is_decimal(kind):
        cells = [None if cell is None else Decimal(cell) for cell in cells]
    return pa.array(cells, pa.string()).dictionary_encode() if kind == WORD else pa.array(cells, kind)


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd")
