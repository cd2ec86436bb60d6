"""Buckets that arrive as a stream of batches: decided as from files, however they are cut; refused where not whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.batch.arriving import BUCKET, KIND, LINE, LINES, MEMBERS, POSITION, Court, results_schema
from clausula.batch.buckets import read_buckets
from clausula.batch.running import together
from clausula.compiled import available
from clausula.intake import InputError
from tests.batch.decided import Dealt, tables

pytestmark = pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel")
SLOTS = 4


def plain(table: pa.Table) -> pa.Table:
    """Words as Spark sends them: as they are, not by number."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names)


def structures(table: pa.Table) -> Any:
    rows = table.combine_chunks().to_struct_array()
    return rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows


def tables_of(folder: Path, file: str) -> dict[str, pa.Table]:
    """A file of every bucket, all with the same columns: those that a bucket does not have are empty there."""
    found = {}
    for each in read_buckets(folder).buckets:
        path = folder / each.name / f"{file}.parquet"
        found[each.name] = (
            plain(pq.read_table(path)) if path.is_file() else pa.table({"household": pa.array([], pa.string())})
        )
    columns = pa.unify_schemas([table.schema for table in found.values()]).empty_table()
    return {name: pa.concat_tables([columns, table], promote_options="default") for name, table in found.items()}


def arriving(folder: Path) -> dict[str, pa.Table]:
    """The rows of every bucket as they arrive, by its name."""
    lines, members = tables_of(folder, "lines"), {name: tables_of(folder, name) for name in MEMBERS}
    return {
        each.name: rows_of(each.name, lines[each.name], {name: found[each.name] for name, found in members.items()})
        for each in read_buckets(folder).buckets
        if each.lines
    }


def rows_of(bucket: str, table: pa.Table, members: dict[str, pa.Table]) -> pa.Table:
    """A bucket as it arrives: a row for each table of members, then a row a line."""
    lines = structures(table)
    count = len(MEMBERS) + len(lines)
    columns: dict[str, Any] = {
        BUCKET: pa.array([bucket] * count),
        KIND: pa.array([*range(len(MEMBERS)), *[LINES] * len(lines)], pa.int32()),
        POSITION: pa.array([*[-1] * len(MEMBERS), *range(len(lines))], pa.int64()),
    }
    for kind, name in enumerate(MEMBERS):
        found = members[name]
        rows = structures(found.add_column(0, POSITION, pa.array(range(found.num_rows), pa.int64())))
        cell = pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows)
        columns[name] = pa.concat_arrays([pa.nulls(kind, cell.type), cell, pa.nulls(count - kind - 1, cell.type)])
    columns[LINE] = pa.concat_arrays([pa.nulls(len(MEMBERS), lines.type), lines])
    return pa.table(columns)


def batches(dealt: Dealt, size: int, spoil: Callable[[pa.Table], pa.Table] = lambda table: table) -> Iterator[Any]:
    """All buckets as batches of so many rows; a batch may hold the end of one bucket and the beginning of the next."""
    found = pa.concat_tables(arriving(dealt.buckets).values())
    for batch in spoil(found).combine_chunks().to_batches(max_chunksize=size):
        yield batch.slice(0, 0)  # empty batches are nothing to worry about
        yield batch


def court(dealt: Dealt) -> Court:
    found = read_buckets(dealt.buckets)
    markets = {plan: each.plans for each in found.buckets for plan in each.plans}
    return Court(dealt.book.complete(), found.providers(), markets, SLOTS, results_schema(SLOTS, 2, pa.int64()))


@pytest.mark.parametrize("size", [97, 1_000_000])
def test_what_arrives_is_decided_as_from_files(dealt: Dealt, size: int) -> None:
    found = pa.Table.from_batches(court(dealt).decide(batches(dealt, size))).to_pylist()
    ends = [row for row in found if row["totals"] is not None]
    for kind, mine in (("decisions", [row for row in found if row["totals"] is None]), ("usage", None)):
        for name, rows in tables(dealt.local, kind).items():
            if mine is None:
                [end] = [row for row in ends if row[BUCKET] == name]
                assert end["closing"] == rows
            else:
                there = [row for row in mine if row[BUCKET] == name]
                assert [row[POSITION] for row in there] == list(range(len(rows)))
                assert [{key: row[key] for key in then} for row, then in zip(there, rows, strict=True)] == rows
    tally = together("", [json.loads(row["totals"]) for row in ends])
    assert (tally.paid, tally.borne, tally.all.outcomes) == (
        dealt.tally.paid, dealt.tally.borne, dealt.tally.all.outcomes
    )  # fmt: skip


def first_lines(table: pa.Table, name: str) -> list[int]:
    return [n for n, row in enumerate(zip(table[BUCKET].to_pylist(), table[KIND].to_pylist(), strict=True))
            if row == (name, LINES)]  # fmt: skip


def swapped(table: pa.Table) -> pa.Table:
    one, two, *_ = first_lines(table, table[BUCKET][0].as_py())
    order = list(range(table.num_rows))
    order[one], order[two] = two, one
    return table.take(pa.array(order))


def split(table: pa.Table) -> pa.Table:
    one, *_ = first_lines(table, table[BUCKET][0].as_py())
    return pa.concat_tables([table.slice(0, one + 1), table.slice(one + 2), table.slice(one + 1, 1)])


def without_people(table: pa.Table) -> pa.Table:
    return table.filter(pa.array([kind != 0 for kind in table[KIND].to_pylist()]))


def without_enrolments(table: pa.Table) -> pa.Table:
    return table.filter(pa.array([kind != 1 for kind in table[KIND].to_pylist()]))


def people_last(table: pa.Table) -> pa.Table:
    return table.take(pa.array([*range(1, table.num_rows), 0]))


def twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table.slice(0, 1), table])


def nameless(table: pa.Table) -> pa.Table:
    names = [None, *table[BUCKET].to_pylist()[1:]]
    return table.set_column(0, BUCKET, pa.array(names, pa.string()))


def of_nobody(table: pa.Table) -> pa.Table:
    lines = table[LINE].to_pylist()
    at = first_lines(table, table[BUCKET][0].as_py())[0]
    lines[at] = {**lines[at], "person": "nobody"}
    return table.set_column(table.column_names.index(LINE), LINE, pa.array(lines, table[LINE].type))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (swapped, "line 2 of it is not in order"),
        (split, "its rows are split: it comes, ends, and comes again"),
        (without_people, "lines without their people"),
        (without_enrolments, "nobody in it is enrolled"),
        (twice, "people first, lines last"),
        (nameless, "says of no bucket"),
        (of_nobody, "cannot be decided as it stands"),
    ],
)
def test_what_is_not_whole_or_not_in_order_is_refused(dealt: Dealt, spoil: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        drained(court(dealt).decide(batches(dealt, 50, spoil)))


def test_people_after_lines_are_refused(dealt: Dealt) -> None:
    rows = next(iter(arriving(dealt.buckets).values()))
    with pytest.raises(InputError, match="people first, lines last"):
        drained(court(dealt).decide(people_last(rows).to_batches()))


def test_more_covers_than_slots_are_refused(dealt: Dealt) -> None:
    narrow = replace(court(dealt), slots=1, schema=results_schema(1, 2, pa.int64()))
    with pytest.raises(InputError, match="covers, and 1 slots were asked for"):
        drained(narrow.decide(batches(dealt, 1000)))


def test_households_of_two_markets_in_one_bucket_are_refused(dealt: Dealt) -> None:
    strange = replace(court(dealt), markets={plan: (plan,) for plan in court(dealt).markets})
    with pytest.raises(InputError, match="several currencies"):
        drained(strange.decide(batches(dealt, 1000)))


def drained(stream: Iterable[Any]) -> None:
    for _ in stream:
        pass
