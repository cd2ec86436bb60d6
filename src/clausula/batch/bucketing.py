"""Makes buckets out of members and tables of lines: whole households together, sorted, what cannot be decided listed.

Members and lines are read piece by piece and dealt to buckets; then each bucket is finished by itself. So memory holds
one piece, one bucket and some bytes a person (`roll`), however many people and lines there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.batch import buckets as kept
from clausula.batch.buckets import Bucket, Buckets
from clausula.batch.dealing import DealtMembers, dealt_homes
from clausula.batch.gather import Progress, desk_for, known_facts, quiet
from clausula.batch.households import roster_of
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints
from clausula.batch.member_pieces import MemberPieces
from clausula.batch.outputs import listed_file
from clausula.batch.people import Members
from clausula.batch.roll import NO_PLAN, Roll, read_roll
from clausula.batch.spool import Spool, common_kind
from clausula.batch.storing import write_parquet
from clausula.batch.tally import Tally
from clausula.batch.vetting import Source, explained, first_of, odd_cells, vetted
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.findings import Finding, Place
from clausula.intake import Desk, InputError, Listed, Roster
from clausula.intake.member_writing import providers_table
from clausula.program import Program

PIECE = 1 << 18
"""Lines read at a time."""

LINES = 500_000
"""Lines of a bucket, about."""

INPUT, ROW = ".input", ".row"
"""Columns that say, while buckets are made, where a line comes from."""


@dataclass(frozen=True, slots=True)
class Market:
    """Households whose lines one program decides: their currency, order of lines, plans."""

    currency: str
    order: str
    plans: tuple[str, ...]
    program: Program


@dataclass(slots=True)
class Making:
    """Buckets in the making."""

    book: Book
    members: DealtMembers
    markets: Sequence[Market]
    lines: Spool
    folder: Path
    facts: Mapping[str, str]
    codes: tuple[Path, ...]
    listed: Callable[[str, Listed], None]
    tally: Tally = field(default_factory=Tally)

    def list(self, source: Source, done: Ints, roster: Roster) -> None:
        """List the rows that were not done, for the reasons of a desk that knows these members."""
        if bool(done.all()):
            return
        for each in explained(source, done, desk_for(self.book, roster, self.codes), self.facts):
            name = each.origin.rpartition(":row ")[0]
            self.tally.came_in(name, each.amount, each.currency)
            self.tally.was_listed(name, each.code, each.amount, each.currency)
            self.listed(name, each)


def make_buckets(
    book: Book, members: Path, inputs: Iterable[Path], out: Path, *, lines: int = LINES,
    usage: Iterable[pa.Table] | None = None, codes: Iterable[Path] = (), progress: Progress = quiet,
) -> Buckets:  # fmt: skip
    """Make buckets of about so many lines in a folder that is there and empty. members: a file, or a folder of tables.
    usage: accounts before, in pieces.

    Raises InputError for members that are wrong, inputs that are not Parquet tables in the neutral layout, and for
    plans of several currencies in one household; UnfitError where people or providers are named by numbers.
    """
    pieces, files = MemberPieces(members), list(inputs)
    total = sum(_rows(path) for path in files)
    roll = read_roll(book, pieces)
    homes = dealt_homes(roll, max(1, -(-total // lines)))
    facts, codes = known_facts(book, roll.plans), tuple(codes)
    desk = desk_for(book, Roster(), codes)
    spool = Spool(out, "lines", _columns(files, facts, desk))
    known = DealtMembers(out, pieces)
    known.deal(out, roll, homes.which, usage)
    with listed_file(out) as listed:
        making = Making(book, known, list(_markets(book, roll)), spool, out, facts, codes, listed)
        done = 0
        for path in files:
            making.tally.opened(str(path))
            for source, first in _pieces(path, facts, desk):
                _deal(making, source, first, homes.which, roll)
                done += source.table.num_rows
                progress("dealing", done, total)
        making.lines.close()
        del roll
        found = []
        for number, kind in enumerate(homes.kinds):
            found.append(_finish(making, number, kind))
            progress("sorting", number + 1, len(homes.kinds))
    pq.write_table(providers_table(list(pieces.providers.values())), out / kept.PROVIDERS, compression="zstd")
    made = Buckets(out, tuple(each for each in found if each is not None), *_counted(making.tally))
    made.write()
    return made


def _counted(tally: Tally) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    told = tally.all
    came_in = {"lines": told.lines, "amount": {c: str(a) for c, a in told.amount_in.items()}}
    listed = {"lines": told.listed, "without_amount": told.no_amount, "reasons": dict(tally.reasons),
              "amount": {c: str(a) for c, a in told.amount_listed.items()}}  # fmt: skip
    return came_in, listed


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _refused(
            f"this Parquet file cannot be read: {error}", path, "buckets are made of Parquet tables"
        ) from None


def _refused(message: str, path: Path, mend: str) -> InputError:
    return InputError([Finding("buckets", message.splitlines()[0], Place(str(path)), mend)])


def _markets(book: Book, roll: Roll) -> Iterator[Market]:
    """What decides the households of each kind."""
    for number, (currency, order) in enumerate(roll.kinds):
        mine = tuple(sorted(plan for plan, kind in roll.plans.items() if kind == number))
        yield Market(currency, order, mine, compile_book(book, mine))


def _columns(files: Iterable[Path], facts: Mapping[str, str], desk: Desk) -> pa.Schema:
    """The columns of all tables, and where a line comes from."""
    kinds: dict[str, Any] = {}
    for path in files:
        for each in vetted(pq.read_schema(path).empty_table(), path, facts, desk).schema:
            kinds[each.name] = common_kind(kinds.get(each.name, each.type), each.type)
    return pa.schema([*kinds.items(), (INPUT, pa.dictionary(pa.int32(), pa.string())), (ROW, pa.int64())])


def _pieces(path: Path, facts: Mapping[str, str], desk: Desk) -> Iterator[tuple[Source, int]]:
    """A table piece by piece, each with its first row."""
    row = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=PIECE):
            table = vetted(pa.Table.from_batches([batch]), path, facts, desk)
            nothing = np.zeros(table.num_rows, bool)
            yield Source(path, table, np.arange(table.num_rows), nothing, partial(_origin, path, row)), row
            row += table.num_rows


def _origin(path: Path, first: int, row: int) -> str:
    return f"{path}:row {first + row + 1}"


def _deal(making: Making, source: Source, first: int, which: Ints, roll: Roll) -> None:
    """Send the lines of a piece to the buckets of their people; those of nobody are listed."""
    table, name = source.table, str(source.path)
    bucket = np.append(which, np.int32(-1))[roll.of_people(table.column("person"))]
    making.list(source, bucket >= 0, Roster({}, making.members.members.providers))
    origins = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(bucket), np.int32)), pa.array([name]))
    table = table.append_column(INPUT, origins).append_column(ROW, pa.array(np.arange(len(bucket)) + first + 1))
    making.lines.deal(table, bucket)


def _finish(making: Making, number: int, kind: int) -> Bucket | None:
    """Write a bucket: its people, their accounts, and their lines, sorted; what cannot be decided of these is listed.
    Households without a plan make none."""
    members, lines = making.members.take(number), making.lines.take(number)
    usage = making.members.take_usage(number, members.homes)
    if kind == NO_PLAN:
        if lines.num_rows:
            _vetted(making, members, None, lines)
        return None
    market, name = making.markets[kind], f"{number:04d}"
    folder = making.folder / name
    folder.mkdir()
    for table, file in (
        (members.people, kept.PEOPLE), (members.enrolments, kept.ENROLMENTS), (members.evidence, kept.EVIDENCE),
    ):  # fmt: skip
        write_parquet(table, folder / file)
    if usage is not None:
        write_parquet(usage, folder / kept.USAGE)
    count = 0
    if lines.num_rows:
        lines = _vetted(making, members, market.program, lines)
        count = lines.num_rows
        _count(making.tally, lines, market.currency)
        write_parquet(_telling(lines), folder / kept.LINES)
    return Bucket(name, market.currency, market.order, market.plans, len(members.homes), len(members.home), count)


def _vetted(making: Making, members: Members, program: Program | None, lines: pa.Table) -> pa.Table:
    """The lines that a program can decide, in order; the others are listed, and those that come a second time."""
    odd = odd_cells(lines.drop_columns([INPUT, ROW]), making.facts)
    good = ~odd
    if program is None:
        good[:] = False
    else:
        read = Lines(program, members, lines.filter(pa.array(good)) if odd.any() else lines)
        good[good] = read.good
    lines = _without(making, members, lines, good, np.arange(len(good)))
    if program is None or not lines.num_rows:
        return lines
    first = first_of(lines)
    once = first == np.arange(len(first))
    whole = bool(good.all() and once.all())
    lines = _without(making, members, lines, once, first)
    return (read if whole else Lines(program, members, lines)).table.table


def _without(making: Making, members: Members, lines: pa.Table, good: Ints, first: Ints) -> pa.Table:
    """The good lines; the others are listed. first: see `Source`."""
    if good.all():
        return lines
    inputs, rows = lines.column(INPUT).cast(pa.string()), lines.column(ROW)
    person = members.number(lines.column("person"))[~good]
    roster = roster_of(members, set(members.home[person[person >= 0]].tolist()))
    source = Source(Path(), lines.drop_columns([INPUT, ROW]), first, np.zeros(len(good), bool),
                    lambda n: f"{inputs[n].as_py()}:row {rows[n].as_py()}")  # fmt: skip
    making.list(source, good, roster)
    return lines.filter(pa.array(good))


def _telling(lines: pa.Table) -> pa.Table:
    """The columns that say something of some line here."""
    said = [name for name in lines.column_names if lines.column(name).null_count < lines.num_rows]
    return lines.select([name for name in said if name not in (INPUT, ROW)])


def _count(tally: Tally, lines: pa.Table, currency: str) -> None:
    """Count lines that came in."""
    inputs = lines.column(INPUT).combine_chunks()
    charged = lines.column("charged").combine_chunks()
    for name in pc.unique(inputs).to_pylist():
        mine = charged.filter(pc.equal(inputs.cast(pa.string()), name))
        amount = pc.sum(mine.cast(pa.decimal128(38, 2))).as_py() or Decimal(0)
        tally.came_in_many(name, len(mine), amount, currency)
