"""The time of every person cut into eras: spans of days in which covers, ages and waiting times stay what they are.

A person has few eras a year, however many lines: a birthday that counts for a rule, the end of a waiting time, a new
cover or edition. What plans can ask of a person is found once an era instead of once a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from clausula.batch.loops import Ints, different_days
from clausula.batch.people import People
from clausula.batch.table import Table
from clausula.batch.values import Values
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, Spec

LENGTHS: Mapping[str, float] = {"days": 1.0, "days+1": 1.0, "months": 30.436875, "years": 365.2425}
"""Days in one unit of the derived facts that grow with the day of service."""

SLACK = 4
"""Days by which a calendar's months and years differ from their mean lengths, and one more."""


def grows(spec: Spec) -> bool:
    """Whether a fact is counted from a date to the day of service, and so steps up on certain days."""
    return (
        spec.derive in LENGTHS and len(spec.args) == 2 and spec.args[1] == "served_on" and spec.args[0] != "served_on"
    )


def eras_of(people: People, first: int, last: int, limits: Mapping[str, Sequence[int]]) -> Eras:
    """The eras of all people between two days, kept for the next table of these days."""
    key = "eras", first, last, tuple((name, tuple(marks)) for name, marks in limits.items())
    found: Eras | None = people.cache.get(key)
    if found is None:
        found = people.cache[key] = Eras(people, first, last, limits)
    return found


class Eras:
    """Eras of all people between two days, by person and then by time.

    start: first era of each person, and the end. since: first day of each era. cover, enrolled: for each slot the cover
    and the enrolment of each era, -1 for none. depth: slots in use. values: facts of the eras, as if each were a line
    on its first day that states nothing. cache: what others find out about these eras and want to know again.
    """

    def __init__(self, people: People, first: int, last: int, limits: Mapping[str, Sequence[int]]) -> None:
        """first, last: ordinals. limits: for derived facts that grow (`grows`), the values that make a difference."""
        self.people, self.program = people, people.program
        count = len(people.members.home)
        owner, since, until, cover, enrolment = self._spans()
        days = [(np.arange(count), np.full(count, first))]
        days += [(owner, since), (owner, until + 1)]
        days += self._steps(limits, first, last)
        owners, marks = (np.concatenate([each[n] for each in days]) for n in (0, 1))
        self.owner, self.since, self.start = different_days(owners, marks, count, first, last)
        self._fill(owner, since, until, cover, enrolment)
        self.cache: dict[Any, Any] = {}
        nothing = Table(_no_lines(len(self.owner)), self.program.currency)
        self.values = Values(people, nothing, self.owner, self.since, list(self.enrolled))

    def _spans(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Covers of people over time, by person and then by rank: person, first day, last day, cover, enrolment."""
        members, covers = self.people.members, self.program.covers
        plans, which = Table(members.enrolments, "").words("plan")
        order = sorted(range(len(covers)), key=lambda c: (covers[c].plan.rank, covers[c].plan.id, covers[c].lane))
        parts: list[tuple[Ints, ...]] = []
        for number in order:
            cover = covers[number]
            if cover.plan.id not in plans:
                continue
            mine = np.flatnonzero((which == plans.index(cover.plan.id)) & (members.enrolled >= 0))
            start = np.maximum(members.starts[mine], cover.start.toordinal())
            ends = members.ends[mine]
            until = np.where(ends == MISSING, date.max.toordinal() - 1, ends)
            until = np.minimum(until, cover.until.toordinal() if cover.until else date.max.toordinal() - 1)
            parts.append((members.enrolled[mine], start, until, np.full(len(mine), number), mine))
        if not parts:
            return tuple(np.zeros(0, np.int64) for _ in range(5))  # type: ignore[return-value]
        owner, start, until, cover_of, enrolment = (np.concatenate(each) for each in zip(*parts, strict=True))
        held = start <= until
        order_of = np.argsort(owner, kind="stable")  # they come by rank
        order_of = order_of[held[order_of]]
        return owner[order_of], start[order_of], until[order_of], cover_of[order_of], enrolment[order_of]

    def _steps(self, limits: Mapping[str, Sequence[int]], first: int, last: int) -> Iterator[tuple[Ints, Ints]]:
        """Days on which a growing fact of a person or an enrolment reaches a value that makes a difference."""
        for column in self.program.columns:
            spec = column.spec
            if not grows(spec) or not limits.get(spec.id):
                continue
            dates = self._dates(spec.args[0])
            if dates is None:
                continue
            values, owner = dates
            for limit in limits[spec.id]:
                guess = values + np.int64(round(limit * LENGTHS[spec.derive]))
                near = np.flatnonzero(
                    (values != MISSING) & (owner >= 0) & (guess >= first - SLACK) & (guess <= last + SLACK)
                )
                if len(near):
                    yield owner[near], _reached(spec, limit, values[near], guess[near])

    def _dates(self, name: str) -> tuple[Ints, Ints] | None:
        """A date of people or enrolments, with whose it is."""
        members = self.people.members
        column = next((each for each in self.program.columns if each.spec.id == name), None)
        if column is None:
            return None
        default = self.people.default(column.spec)
        found = self.people.of_enrolments(column.spec) if column.block else self.people.of_people(column.spec)
        if found is None:
            return None
        return np.where(found == MISSING, default, found), members.enrolled if column.block else np.arange(
            len(members.home)
        )

    def _fill(self, owner: Ints, since: Ints, until: Ints, cover: Ints, enrolment: Ints) -> None:
        """Put the covers in force at the beginning of each era into its slots, by rank."""
        depth = self.program.tables.depth
        offsets = np.searchsorted(owner, np.arange(len(self.start)))
        begin, count = offsets[self.owner], offsets[self.owner + 1] - offsets[self.owner]
        self.cover = np.full((depth, len(self.owner)), -1, np.int64)
        self.enrolled = np.full((depth, len(self.owner)), -1, np.int64)
        used = np.zeros(len(self.owner), np.int64)
        for j in range(int(count.max(initial=0))):
            span = np.where(count > j, begin + j, 0)
            now = (count > j) & (since[span] <= self.since) & (self.since <= until[span])
            for slot in range(min(j, depth)):  # two enrolments in one plan count once
                now &= self.cover[slot] != cover[span]
            at = np.flatnonzero(now)
            self.cover[used[at], at], self.enrolled[used[at], at] = cover[span[at]], enrolment[span[at]]
            used[at] += 1
        self.depth = int(used.max(initial=0))


def _reached(spec: Spec, limit: int, dates: Ints, guess: Ints) -> Ints:
    """The first day, near a guess, on which a growing fact is at least so much."""
    found = guess + SLACK
    for day in range(SLACK - 1, -SLACK - 1, -1):
        at = guess + day
        found = np.where(DERIVATIONS[spec.derive](dates, at) >= limit, at, found)
    return found


def _no_lines(rows: int) -> object:
    import pyarrow as pa  # noqa: PLC0415

    return pa.table({"nothing": pa.nulls(rows)})
