"""Makes buckets out of members and tables of lines: whole households together, sorted, what cannot be decided listed.

Tables are read piece by piece and sent to the buckets of their people; then each bucket is sorted by itself. So memory
holds one piece, one bucket and the members, however many lines there are.
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
from clausula.batch.gather import Progress, desk_for, known_facts, quiet
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints
from clausula.batch.outputs import listed_file
from clausula.batch.people import Members
from clausula.batch.storing import write_parquet
from clausula.batch.tally import Tally
from clausula.batch.vetting import Source, explained, first_of, odd_cells, vetted
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.findings import Finding, Place
from clausula.intake import Desk, InputError, Listed, Roster
from clausula.intake.member_writing import providers_table
from clausula.program import Program

PIECE = 1 << 20
"""Lines read at a time."""

LINES = 500_000
"""Lines of a bucket, about."""

INPUT, ROW = ".input", ".row"
"""Columns that say, while buckets are made, where a line comes from."""


@dataclass(frozen=True, slots=True)
class Market:
    """Households whose lines one program decides: their currency, order of lines, plans; the rows of their people."""

    currency: str
    order: str
    plans: tuple[str, ...]
    people: Ints
    program: Program


@dataclass(slots=True)
class Making:
    """Buckets in the making. which: the bucket of every person."""

    book: Book
    members: Members
    markets: Sequence[Market]
    which: Ints
    folder: Path
    desk: Desk
    facts: Mapping[str, str]
    listed: Callable[[str, Listed], None]
    tally: Tally = field(default_factory=Tally)
    writers: dict[int, Any] = field(default_factory=dict)

    def list(self, name: str, found: Iterable[Listed]) -> None:
        """List what cannot be decided."""
        for each in found:
            self.tally.came_in(name, each.amount, each.currency)
            self.tally.was_listed(name, each.code, each.amount, each.currency)
            self.listed(name, each)

    def write(self, bucket: int, lines: pa.Table) -> None:
        """Add lines to a bucket."""
        if bucket not in self.writers:
            self.writers[bucket] = pq.ParquetWriter(self.folder / f".{bucket}", lines.schema, compression="lz4")
        self.writers[bucket].write_table(lines.cast(self.writers[bucket].schema))

    def take(self, bucket: int) -> pa.Table | None:
        """The lines of a bucket, as they came; None where there are none."""
        if bucket not in self.writers:
            return None
        self.writers[bucket].close()
        lines = pq.read_table(self.folder / f".{bucket}")
        (self.folder / f".{bucket}").unlink()
        return lines


def make_buckets(
    book: Book, roster: Roster, inputs: Iterable[Path], out: Path, *, lines: int = LINES, usage: pa.Table | None = None,
    codes: Iterable[Path] = (), progress: Progress = quiet,
) -> Buckets:  # fmt: skip
    """Make buckets of about so many lines in a folder that is there and empty.

    Raises InputError for inputs that are not Parquet tables in the neutral layout, and for plans of several currencies
    in one household; UnfitError where people or providers are named by numbers.
    """
    members = Members.of(roster.households.values(), roster.providers)
    files = list(inputs)
    total = sum(_rows(path) for path in files)
    markets = list(_markets(book, members))
    which, names = _dealt(members, markets, max(1, -(-total // lines)))
    facts, desk = known_facts(book, roster), desk_for(book, roster, codes)
    with listed_file(out) as listed:
        making = Making(book, members, markets, which, out, desk, facts, listed)
        done = 0
        for path in files:
            making.tally.opened(str(path))
            for source, first in _pieces(path, facts, desk):
                _deal(making, source, first)
                done += source.table.num_rows
                progress("dealing", done, total)
        found = []
        for number, (name, market) in enumerate(names):
            found.append(_finish(making, number, name, markets[market], usage))
            progress("sorting", number + 1, len(names))
    pq.write_table(providers_table(list(roster.providers.values())), out / kept.PROVIDERS, compression="zstd")
    made = Buckets(out, tuple(each for each in found if each.people), *_counted(making.tally))
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


def _markets(book: Book, members: Members) -> Iterator[Market]:
    """Households by the currency and the order of lines of their plans."""
    column = members.enrolments.column("plan").combine_chunks()
    column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    plans = column.dictionary.to_pylist()
    heads = {plan: next((each.plan.currency, each.plan.order) for each in book.slices(plan)[:1]) for plan in plans}
    kinds = sorted(set(heads.values()))
    kind = np.array([kinds.index(heads[plan]) for plan in plans], np.int64)[np.asarray(column.indices)]
    home = members.home[members.enrolled]
    first = np.full(len(members.homes), len(kinds), np.int64)
    np.minimum.at(first, home, kind)
    if (first[home] != kind).any():
        name = members.homes[int(home[np.flatnonzero(first[home] != kind)[0]])]
        raise _refused(f"household {name} has plans of several currencies", Path("members"), "make households of it")
    for number, (currency, order) in enumerate(kinds):
        mine = tuple(sorted(plan for plan in plans if heads[plan] == (currency, order)))
        people = np.flatnonzero(first[members.home] == number)
        yield Market(currency, order, mine, people, compile_book(book, mine))


def _dealt(members: Members, markets: Sequence[Market], count: int) -> tuple[Ints, list[tuple[str, int]]]:
    """The bucket of every person (-1 where there is no plan), and of every bucket its name and market."""
    which = np.full(len(members.home), -1, np.int64)
    names: list[tuple[str, int]] = []
    everybody = max(1, sum(len(market.people) for market in markets))
    for number, market in enumerate(markets):
        homes, at = np.unique(members.home[market.people], return_inverse=True)
        mine = max(1, min(len(homes), round(count * len(market.people) / everybody)))
        which[market.people] = len(names) + at * mine // max(1, len(homes))
        names += [(f"{len(names) + each:04d}", number) for each in range(mine)]
    return which, names


def _pieces(path: Path, facts: Mapping[str, str], desk: Desk) -> Iterator[tuple[Source, int]]:
    """A table piece by piece, each with its first row."""
    row = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=PIECE):
            table = vetted(pa.Table.from_batches([batch]), path, facts, desk)
            origin = partial(_origin, path, row)
            yield Source(path, table, np.arange(table.num_rows), odd_cells(table, facts), origin), row
            row += table.num_rows


def _origin(path: Path, first: int, row: int) -> str:
    return f"{path}:row {first + row + 1}"


def _deal(making: Making, source: Source, first: int) -> None:
    """Send the lines of a piece that can be decided to their buckets, list the others."""
    table, name = source.table, str(source.path)
    good = np.zeros(table.num_rows, bool)
    person = making.members.number(table.column("person"))
    for market in making.markets:
        mine = np.zeros(len(making.which) + 1, bool)
        mine[market.people] = True
        rows = np.flatnonzero(mine[person] & ~source.odd)
        if len(rows):
            part = table if len(rows) == table.num_rows else table.take(pa.array(rows))
            good[rows[Lines(market.program, making.members, part).good]] = True
    making.list(name, explained(source, good, making.desk, making.facts))
    origins = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(good), np.int32)), pa.array([name]))
    table = table.append_column(INPUT, origins).append_column(ROW, pa.array(np.arange(len(good)) + first + 1))
    rows = np.flatnonzero(good)
    bucket = making.which[person[rows]]
    order = np.argsort(bucket, kind="stable")
    rows, bucket = rows[order], bucket[order]
    for number in np.unique(bucket).tolist():
        low, high = np.searchsorted(bucket, [number, number + 1])
        making.write(number, table.take(pa.array(rows[low:high])))


def _finish(making: Making, number: int, name: str, market: Market, usage: pa.Table | None) -> Bucket:
    """Sort the lines of a bucket and write it with its people and their accounts."""
    members = _of_bucket(making.members, making.which == number)
    folder = making.folder / name
    folder.mkdir()
    for table, file in (
        (members.people, kept.PEOPLE), (members.enrolments, kept.ENROLMENTS), (members.evidence, kept.EVIDENCE),
    ):  # fmt: skip
        write_parquet(table, folder / file)
    if usage is not None:
        mine = pc.is_in(usage.column("household").cast(pa.string()), pa.array(members.homes))
        write_parquet(usage.filter(mine), folder / kept.USAGE)
    lines = making.take(number)
    count = 0
    if lines is not None:
        lines = _once(making, lines)
        lines = lines.take(pa.array(Lines(market.program, members, lines).order))
        count = lines.num_rows
        _count(making.tally, lines, market.currency)
        write_parquet(_telling(lines), folder / kept.LINES)
    return Bucket(name, market.currency, market.order, market.plans, len(members.homes), len(members.home), count)


def _telling(lines: pa.Table) -> pa.Table:
    """The columns that say something of some line here."""
    said = [name for name in lines.column_names if lines.column(name).null_count < lines.num_rows]
    return lines.select([name for name in said if name not in (INPUT, ROW)])


def _of_bucket(whole: Members, chosen: Ints) -> Members:
    """The people of a bucket, household by household, with what belongs to them."""
    people = np.flatnonzero(chosen)
    people = people[np.argsort(whole.home[people], kind="stable")]
    mine = np.append(chosen, False)
    papers = whole.number(whole.evidence.column("person")) if whole.evidence.num_rows else np.zeros(0, np.int64)
    return Members(
        whole.people.take(pa.array(people)),
        whole.enrolments.take(pa.array(np.flatnonzero(mine[whole.enrolled]))),
        whole.evidence.take(pa.array(np.flatnonzero(mine[papers]))),
        whole.providers,
    )


def _once(making: Making, lines: pa.Table) -> pa.Table:
    """Lines without those that come a second time, which are listed."""
    table = lines.drop_columns([INPUT, ROW])
    inputs, rows = lines.column(INPUT).cast(pa.string()), lines.column(ROW)
    source = Source(Path(), table, first_of(table), np.zeros(table.num_rows, bool),
                    lambda n: f"{inputs[n].as_py()}:row {rows[n].as_py()}")  # fmt: skip
    if not source.twice.any():
        return lines
    for each in explained(source, ~source.twice, making.desk, making.facts):
        making.list(each.origin.rpartition(":row ")[0], [each])
    return lines.filter(pa.array(~source.twice))


def _count(tally: Tally, lines: pa.Table, currency: str) -> None:
    """Count lines that came in."""
    inputs = lines.column(INPUT).combine_chunks()
    charged = lines.column("charged").combine_chunks()
    for name in pc.unique(inputs).to_pylist():
        mine = charged.filter(pc.equal(inputs.cast(pa.string()), name))
        amount = pc.sum(mine.cast(pa.decimal128(38, 2))).as_py() or Decimal(0)
        tally.came_in_many(name, len(mine), amount, currency)
