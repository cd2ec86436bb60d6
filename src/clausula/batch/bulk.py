"""Large tables: columns in, columns out. The same decisions as line by line, for Parquet inputs above a size.

Rows that cannot be encoded as they stand go through the ordinary desk, which says why and lists them. Where the desk
would take such a row after all, or a column has a type that only row by row can be read, the whole job is left to the
ordinary way: slower, never different.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula import compiled
from clausula.batch.answers import Answers, decision_columns
from clausula.batch.deciding import Decided, decide_table, usage_of
from clausula.batch.gather import Progress, desk_for, known_facts
from clausula.batch.outputs import listed_file
from clausula.batch.people import Members
from clausula.batch.table import Ints
from clausula.batch.tally import Tally
from clausula.compiler import compile_book
from clausula.household import Household, Line
from clausula.intake import Coding, Desk, Listed, Read, format_of, values
from clausula.intake.parquet_rows import check_types, row_text
from clausula.intake.table import Rows, check_columns
from clausula.money import to_decimal
from clausula.program import Program
from clausula.sources import LineError
from clausula.usage import Usage
from clausula.values import OUTCOMES

if TYPE_CHECKING:
    from clausula.batch.run import Job

BULK = 20_000
"""Rows from which tables are decided column by column."""


class UnfitError(Exception):
    """A job that must be done line by line."""


@dataclass(slots=True)
class Source:
    """One input table.

    first: for each row the first row with the same person, provider, claim and number. odd: rows with a cell that is
    not of its fact's kind. Rows that come a second time and odd rows are for the desk to explain.
    """

    path: Path
    table: pa.Table
    first: Ints
    odd: Ints

    @property
    def twice(self) -> Ints:
        """Rows that come a second time."""
        return self.first != np.arange(len(self.first))


def fits(job: Job) -> bool:
    """Whether a job is done in bulk: one Parquet table with enough rows, and a compiled kernel."""
    if not compiled.available() or len(job.inputs) != 1 or format_of(job.inputs[0]) != "parquet":
        return False
    return bool(pq.read_metadata(job.inputs[0]).num_rows >= BULK)


def decide_bulk(job: Job, folder: Path, progress: Progress) -> Tally:
    """Decide the input into decisions.parquet, listed.csv and usage.json of a folder; returns the totals.

    Raises UnfitError where line by line is needed, InputError and PlanError as the ordinary way does.
    """
    tally = Tally()
    facts = known_facts(job.book, job.roster)
    desk = desk_for(job.book, job.roster, job.codes)
    usage: dict[str, Usage] = dict(job.opening)
    name = str(job.inputs[0])
    tally.opened(name)
    progress("reading", 0, 0)
    source = _read(job.inputs[0], facts, desk)
    done = np.zeros(source.table.num_rows, bool)
    groups = list(_groups(job))
    slots = max(each.program.tables.depth for each in groups)
    with listed_file(folder) as listed, Decisions(folder / "decisions.parquet", slots) as decisions:
        for group in groups:
            decided = _decide(group, source, usage, done)
            progress("deciding", int(done.sum()), len(done))
            if decided is not None:
                decisions.write(decided, source)
                _count(tally, name, decided)
        for each in _rest(source, done, desk, facts):
            tally.came_in(name, each.amount, each.currency)
            tally.was_listed(name, each.code, each.amount, each.currency)
            listed(name, each)
    tally.check()
    decisions.check(tally)
    rows = [{"household": home, **row} for home, each in usage.items() for row in each.rows()]
    (folder / "usage.json").write_text(json.dumps(rows) + "\n", encoding="utf-8")
    return tally


def _read(path: Path, facts: Mapping[str, str], desk: Desk) -> Source:
    table = pq.read_table(path)
    check_columns(table.column_names, facts, str(path))
    check_types(table.schema, str(path))
    if {"person_system", "provider_system"} & set(table.column_names):
        raise UnfitError("people or providers are named by numbers")
    if "service" not in table.column_names:
        table = table.append_column("service", _services(table, desk))
    return Source(path, table, _first_of(table), _odd_cells(table, facts))


def _services(table: pa.Table, desk: Desk) -> pa.Array:
    """The service of each row by its list and code; empty where the code map says none or several."""
    columns = [
        table.column(name).cast(pa.string()).combine_chunks().dictionary_encode() for name in ("code_list", "code")
    ]
    listed, code = (np.asarray(column.indices.fill_null(-1)).astype(np.int64) for column in columns)
    lists, codes = ([*column.dictionary.to_pylist(), ""] for column in columns)
    unique, inverse = np.unique(listed * (len(codes) + 1) + code, return_inverse=True)
    names = []
    for pair in unique.tolist():
        first, second = divmod(pair, len(codes) + 1) if pair >= 0 else (-1, -1)
        found = desk.codes.services(Coding(lists[first], codes[second]))
        names.append(next(iter(found)) if len(found) == 1 else None)
    return pa.array(names, pa.string()).take(pa.array(inverse))


def _first_of(table: pa.Table) -> Ints:
    """For each row the first row with the same person, provider, claim and number."""
    keys = np.zeros(table.num_rows, np.int64)
    for name in ("line_id", "person", "claim", "provider"):
        if name in table.column_names:
            words = table.column(name).cast(pa.string()).combine_chunks().dictionary_encode()
            codes = np.asarray(words.indices.fill_null(-1)).astype(np.int64) + 1
            _, keys = np.unique(keys * (len(words.dictionary) + 2) + codes, return_inverse=True)
    _, index, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return index[inverse]


def _odd_cells(table: pa.Table, facts: Mapping[str, str]) -> Ints:
    """Rows with a text that is not of its fact's kind."""
    odd = np.zeros(table.num_rows, bool)
    for name in set(table.column_names) & set(facts):
        column = table.column(name).combine_chunks()
        coded = pa.types.is_dictionary(column.type)
        if coded or pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            words = column if coded else column.dictionary_encode()
            bad = np.array([*(not _is_fact(facts[name], word) for word in words.dictionary.to_pylist()), False])
            odd |= bad[np.asarray(words.indices.fill_null(-1)).astype(np.int64)]
    return odd


def _is_fact(kind: str, word: str | None) -> bool:
    if not word:
        return True
    try:
        values.fact(kind, word)
    except values.BadValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Group:
    """People whose plans can be decided together."""

    program: Program
    members: Members


def _groups(job: Job) -> Iterator[Group]:
    """The people of a job, by currency and order of lines."""
    book, groups = job.book, dict[tuple[str, str], tuple[set[str], list[Household]]]()
    for household in job.roster.households.values():
        plans = {enrolment.plan for enrolment in household.enrolments}
        heads = {(each.plan.currency, each.plan.order) for plan in plans for each in book.slices(plan)[:1]}
        if len(heads) > 1:
            raise UnfitError(f"household {household.id} has plans of several currencies")
        for head in heads:
            known, members = groups.setdefault(head, (set(), []))
            known |= plans
            members.append(household)
    for plans, members in groups.values():
        try:
            people = Members.of(members, job.roster.providers)
        except ValueError as error:
            raise UnfitError(str(error)) from error
        yield Group(compile_book(book, plans), people)


def _decide(group: Group, source: Source, usage: dict[str, Usage], done: Ints) -> Decided | None:
    """Decide the rows of a table that belong to these people and have not been done."""
    rest = np.flatnonzero(~(done | source.odd | source.twice))
    table = source.table.take(pa.array(rest))
    try:
        decided = decide_table(group.program, group.members, table, usage)
    except (pa.ArrowException, LineError, ValueError, OverflowError) as error:
        raise UnfitError(str(error)) from error
    usage.update(usage_of(decided, usage))
    decided.order = rest[decided.order]
    done[decided.order] = True
    return decided if len(decided.order) else None


def _rest(source: Source, done: Ints, desk: Desk, facts: Mapping[str, str]) -> Iterator[Listed]:
    """What the desk says of the rows that were not decided. Raises UnfitError where it would take one."""
    rows = Rows(desk, facts, set())

    def taken(number: int) -> Iterator[Read]:
        row = source.table.slice(number, 1).to_pylist()[0]
        yield from rows.take({name: row_text(value) for name, value in row.items()}, f"{source.path}:row {number + 1}")

    for number in sorted(set(source.first[source.twice].tolist())):
        for _ in taken(number):  # so that the desk knows what comes a second time
            pass
    for number in np.flatnonzero(~done).tolist():
        for each in taken(number):
            if isinstance(each, Line):
                raise UnfitError(f"the desk takes row {number + 1}")
            if isinstance(each, Listed):
                yield each


def _count(tally: Tally, name: str, decided: Decided) -> None:
    """Add the totals of decided columns, exactly: whole minor units summed, then turned into currency units."""
    answers, program = Answers(decided), decided.program
    currency = program.currency

    def amount(values: Ints) -> Decimal:
        return to_decimal(int(np.sum(values, dtype=np.int64)), currency)

    outcomes = np.bincount(answers.outcomes(), minlength=len(OUTCOMES) + 1).tolist()
    by_plan: dict[str, Decimal] = {}
    for slot in range(decided.depth):
        for number in np.unique(decided.cover[:, slot]).tolist():
            if number >= 0:
                plan = program.covers[number].plan.id
                paid = amount(answers.slot(slot, 3)[decided.cover[:, slot] == number])
                by_plan[plan] = by_plan.get(plan, Decimal(0)) + paid
    sums = answers.sums()
    tally.were_decided(
        name, currency, {outcome: outcomes[n] for n, outcome in enumerate(OUTCOMES, 1)}, by_plan,
        charged=amount(sums["charged"]), paid=sum(by_plan.values(), Decimal(0)), cash=amount(sums["cash"]),
        borne=amount(decided.left), others=amount(sums["paid_by_others"]),
    )  # fmt: skip


class Decisions:
    """Writes decisions.parquet, one row group a table."""

    def __init__(self, path: Path, slots: int) -> None:
        self.path, self.slots = path, slots
        self._writer: Any = None
        self.rows = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, decided: Decided, source: Source) -> None:
        """Write the decisions on one table."""
        columns = decision_columns(decided, source.table, str(source.path), self.slots)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, columns.schema, compression="lz4")
        elif columns.schema != self._writer.schema:
            raise UnfitError("the groups of people have different numbers of covers")
        self._writer.write_table(columns)
        self.rows += columns.num_rows

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()

    def check(self, tally: Tally) -> None:
        """Read the count back. Raises UnfitError where it is not what the tally counted: then line by line decides."""
        written = pq.read_metadata(self.path).num_rows if self._writer is not None else 0
        if written != tally.all.decided:
            raise UnfitError(f"{written} decisions written, {tally.all.decided} taken")


__all__: Sequence[str] = ["BULK", "UnfitError", "decide_bulk", "fits"]
