"""Large tables: columns in, columns out. The same decisions as line by line, for Parquet inputs above a size.

Rows that cannot be encoded as they stand go through the ordinary desk, which says why and lists them. Where the desk
would take such a row after all, or a column has a type that only row by row can be read, the whole job is left to the
ordinary way: slower, never different.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula import compiled
from clausula.batch.answers import decision_columns, sums
from clausula.batch.deciding import decide_table, usage_of
from clausula.batch.gather import Progress, desk_for, known_facts
from clausula.batch.loops import Ints
from clausula.batch.outputs import listed_file
from clausula.batch.people import Members
from clausula.batch.sweeping import Decided
from clausula.batch.tally import Tally
from clausula.batch.vetting import Source, UnfitError, explained, read_source
from clausula.compiler import compile_book
from clausula.household import Household
from clausula.intake import format_of
from clausula.money import to_decimal
from clausula.program import Program
from clausula.sources import LineError
from clausula.usage import Usage
from clausula.values import OUTCOMES

if TYPE_CHECKING:
    from clausula.batch.run import Job

BULK = 20_000
"""Rows from which tables are decided column by column."""


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
    facts = known_facts(job.book, job.roster.plans)
    desk = desk_for(job.book, job.roster, job.codes)
    usage: dict[str, Usage] = dict(job.opening)
    name = str(job.inputs[0])
    tally.opened(name)
    progress("reading", 0, 0)
    source = read_source(job.inputs[0], facts, desk)
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
        for each in explained(source, done, desk, facts):
            tally.came_in(name, each.amount, each.currency)
            tally.was_listed(name, each.code, each.amount, each.currency)
            listed(name, each)
    tally.check()
    decisions.check(tally)
    rows = [{"household": home, **row} for home, each in usage.items() for row in each.rows()]
    (folder / "usage.json").write_text(json.dumps(rows) + "\n", encoding="utf-8")
    return tally


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
    lines = decided.lines
    lines.order = rest[lines.order]
    done[lines.order] = True
    return decided if len(lines.order) else None


def _count(tally: Tally, name: str, decided: Decided) -> None:
    """Add the totals of decided columns, exactly: whole minor units summed, then turned into currency units."""
    answers, program = decided.answers, decided.program
    currency = program.currency

    def amount(values: Ints) -> Decimal:
        return to_decimal(int(np.sum(values, dtype=np.int64)), currency)

    outcomes = np.bincount(answers.outcome, minlength=len(OUTCOMES) + 1).tolist()
    by_plan: dict[str, Decimal] = {}
    for slot in range(decided.depth):
        for number in np.unique(decided.cover(slot)).tolist():
            if number >= 0:
                plan = program.covers[number].plan.id
                paid = amount(answers.pays[slot][decided.cover(slot) == number])
                by_plan[plan] = by_plan.get(plan, Decimal(0)) + paid
    totals = sums(decided)
    tally.were_decided(
        name, currency, {outcome: outcomes[n] for n, outcome in enumerate(OUTCOMES, 1)}, by_plan,
        charged=amount(totals["charged"]), paid=sum(by_plan.values(), Decimal(0)), cash=amount(totals["cash"]),
        borne=amount(answers.left), others=amount(totals["paid_by_others"]),
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
