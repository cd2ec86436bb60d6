"""Buckets that arrive as a stream of Arrow batches: put together, guarded, decided, and sent on as batches.

A batch may hold several buckets, and a bucket, or a household, may lie in several batches; memory holds one bucket. The
batches have the columns `ARRIVING`. Nothing here knows of Spark; `spark_tables` says how it brings the rows in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.answers import answer_columns
from clausula.batch.deciding import deciding_for
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints
from clausula.batch.people import Members
from clausula.batch.running import totals_of
from clausula.batch.usage_tables import usage_table
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.findings import Finding, Place
from clausula.household import Provider
from clausula.intake import InputError

BUCKET, KIND, POSITION = "bucket", "kind", "position"
MEMBERS = ("people", "enrolments", "evidence", "usage")
LINE = "line"
ARRIVING = (BUCKET, KIND, POSITION, *MEMBERS, LINE)
"""bucket: its name. kind: place of what a row holds in MEMBERS, or LINES. position: of a line in its bucket. people and
the others: all such rows of a bucket as a list; line: one line."""
LINES = len(MEMBERS)

PIECE = 50_000
"""Rows of a batch that is sent on."""

AMOUNTS = ("charged", "paid_by_others", "paid", "cash", "borne", "advanced")
ACCOUNT = {"household": pa.string(), "account": pa.string(), "person": pa.string(), "name": pa.string(),
           "period": pa.int32(), "used": pa.int64()}  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """A bucket that has arrived: its tables (None for those that there are not), and the positions of its lines."""

    name: str
    people: pa.Table
    enrolments: pa.Table | None
    evidence: pa.Table | None
    usage: pa.Table | None
    lines: pa.Table
    positions: Ints


def refused(bucket: str, message: str) -> InputError:
    """What is wrong with a bucket that arrived."""
    mend = "partition by bucket and sort by bucket, kind and position; make buckets again where households are cut"
    return InputError([Finding("buckets", f"bucket {bucket}: {message}", Place(), mend)])


def arrivals(batches: Iterable[pa.RecordBatch]) -> Iterator[Arrival]:
    """Whole buckets, one after the other. Raises InputError where one is split, without its people, or unsorted."""
    done: set[str] = set()
    now, parts = "", list[pa.RecordBatch]()
    for batch in batches:
        for name, part in _stretches(batch):
            if name != now:
                if parts:
                    yield _arrived(now, parts)
                    done.add(now)
                if name in done:
                    raise refused(name, "its rows are split: it comes, ends, and comes again")
                now, parts = name, []
            parts.append(part)
    if parts:
        yield _arrived(now, parts)


def _stretches(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The parts of a batch that belong to one bucket each."""
    if not batch.num_rows:
        return
    names = batch.column(BUCKET).cast(pa.string()).dictionary_encode()
    if names.null_count:
        raise refused("(none)", "a row says of no bucket that it belongs to it")
    at = np.asarray(names.indices)
    cuts = [0, *(np.flatnonzero(np.diff(at)) + 1).tolist(), batch.num_rows]
    for low, high in pairwise(cuts):
        yield names.dictionary[int(at[low])].as_py(), batch.slice(low, high - low)


def _arrived(name: str, parts: list[pa.RecordBatch]) -> Arrival:
    table = pa.Table.from_batches(parts)
    kinds = table.column(KIND).to_numpy()
    first = int(np.searchsorted(kinds, LINES))
    if bool((np.diff(kinds) < 0).any()) or bool((np.diff(kinds[:first]) == 0).any()):
        raise refused(name, "its rows are not in order: people first, lines last")
    if not (kinds == 0).any():
        raise refused(name, "its rows are split: there are lines without their people")
    found: dict[str, pa.Table | None] = dict.fromkeys(MEMBERS)
    for row, kind in enumerate(kinds[:first].tolist()):
        cell = table.column(MEMBERS[kind]).slice(row, 1).combine_chunks()
        found[MEMBERS[kind]] = _unpacked(cell.flatten()).drop_columns([POSITION])
    positions = table.column(POSITION).slice(first).to_numpy()
    wrong = np.flatnonzero(np.diff(positions) <= 0)
    if len(wrong):
        row = int(wrong[0]) + 2
        raise refused(name, f"line {row} of it is not in order, or has the position of the one before it")
    lines = _unpacked(table.column(LINE).slice(first).combine_chunks())
    return Arrival(name, **found, lines=lines, positions=positions)


def _unpacked(rows: Any) -> pa.Table:
    """Structures as a table."""
    if isinstance(rows, pa.ChunkedArray):
        rows = rows.combine_chunks()
    return pa.table(list(rows.flatten()), names=[field.name for field in rows.type])


def results_schema(slots: int, places: int, line: Any) -> pa.Schema:
    """The columns of decisions as they are sent on.

    slots: covers a line may have; places: decimals of amounts; line: the Arrow type of numbers of lines.

    A bucket ends with a row that has no line: `closing` are its accounts afterwards, `totals` its totals as JSON.
    """
    text, money = pa.string(), pa.decimal128(18, places)
    columns: dict[str, Any] = {BUCKET: text, POSITION: pa.int64(), "line": line, "currency": text, "outcome": text}
    columns |= dict.fromkeys(AMOUNTS, money) | dict.fromkeys(("reason", "reason_plan", "reason_clause"), text)
    for slot in range(1, slots + 1):
        columns |= {f"{name}_{slot}": text for name in ("plan", "benefit", "outcome")}
        columns |= {f"row_{slot}": pa.int32(), f"paid_{slot}": money, f"kept_{slot}": money}
    columns |= {"closing": pa.list_(pa.struct(list(ACCOUNT.items()))), "totals": text}
    return pa.schema(list(columns.items()))


@dataclass(frozen=True)
class Court:
    """What decides buckets that arrive. markets: for every plan all plans that are compiled with it."""

    book: Book
    providers: Mapping[str, Provider]
    markets: Mapping[str, tuple[str, ...]]
    slots: int
    schema: pa.Schema

    def decide(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Decisions on the lines of all buckets that arrive, in the order they are taken; see `results_schema`.

        Raises InputError where a bucket is refused.
        """
        for each in arrivals(batches):
            if each.lines.num_rows:
                yield from self._decided(each)

    def _decided(self, each: Arrival) -> Iterator[pa.RecordBatch]:
        if each.enrolments is None:
            raise refused(each.name, "nobody in it is enrolled")
        plans = pc.unique(each.enrolments.column("plan").cast(pa.string())).to_pylist()
        markets = {self.markets.get(plan, ()) for plan in plans}
        if len(markets) != 1:
            raise refused(each.name, "its households have plans of several currencies, or orders of lines")
        program = compile_book(self.book, markets.pop())
        papers = each.evidence if each.evidence is not None else pa.table({"person": pa.array([], pa.string())})
        members = Members(each.people, each.enrolments, papers, self.providers)
        lines = Lines(program, members, each.lines)
        if not lines.good.all():
            row = int(np.flatnonzero(~lines.good)[0])
            told = each.lines.column("line_id")[row].as_py()
            raise refused(each.name, f"line {told} (position {each.positions[row]}) cannot be decided as it stands")
        decided = deciding_for(program, each.lines.column_names, self.providers).decide(lines, members, each.usage)
        if decided.depth > self.slots:
            raise refused(each.name, f"a line has {decided.depth} covers, and {self.slots} slots were asked for")
        rows = pa.array(lines.order)
        columns = {
            BUCKET: _same(each.name, len(rows)), POSITION: pa.array(each.positions[lines.order]),
            "line": each.lines.column("line_id").take(rows), "currency": _same(program.currency, len(rows)),
            **answer_columns(decided, self.slots),
        }  # fmt: skip
        yield from self._as_sent(columns)
        accounts = usage_table(decided)
        closing = pa.StructArray.from_arrays(
            [accounts.column(name).combine_chunks().cast(kind) for name, kind in ACCOUNT.items()], list(ACCOUNT)
        )
        whole = pa.ListArray.from_arrays(pa.array([0, len(closing)], pa.int32()), closing)
        totals = {"bucket": each.name, **totals_of(decided)}
        yield from self._as_sent({BUCKET: [each.name], "closing": whole, "totals": [json.dumps(totals)]})

    def _as_sent(self, columns: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
        """Columns as batches of the schema; those that are not there are empty."""
        rows = len(columns[BUCKET])
        arrays = [
            pa.nulls(rows, field.type) if field.name not in columns else _cast(columns[field.name], field.type)
            for field in self.schema
        ]
        yield from pa.table(arrays, schema=self.schema).to_batches(max_chunksize=PIECE)


def _same(word: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word]))


def _cast(column: Any, kind: Any) -> Any:
    return column.cast(kind) if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, kind)
