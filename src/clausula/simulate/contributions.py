"""The other side of the account: what members owe for their covers under both books, where the texts change that.

Asked on the first of every month of the period for everybody enrolled then; a monthly contribution counts whole, a
yearly one as a twelfth. Households in the same situation (ages, sexes, roles, facts, plans, months since they began)
are asked about once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

import numpy as np

from clausula import dates
from clausula.batch.gather import Progress, quiet
from clausula.book import Book
from clausula.household import Household
from clausula.money import to_minor
from clausula.premium import premium
from clausula.simulate.figures import half_up
from clausula.simulate.members import People
from clausula.simulate.pairs import Ints

Owed = tuple[tuple[int, str, int | None], ...]
"""What a household owes for a month: person's place in it, currency, twelfths of minor units (None: not known)."""


@dataclass(slots=True)
class Contributions:
    """What each person owes over the period by currency, in twelfths of minor units; unknown: amounts that are not in
    the plans' tables, under base and change; months: how many were asked about; asked: different situations."""

    base: dict[str, Ints] = field(default_factory=dict)
    change: dict[str, Ints] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=lambda: [0, 0])
    months: int = 0
    asked: int = 0

    def of(self, currency: str, at: Ints) -> tuple[Ints, Ints]:
        """Twelfths of minor units of some people, under base and change."""
        nothing = np.zeros(int(at.max(initial=0)) + 1, np.int64)
        return self.base.get(currency, nothing)[at], self.change.get(currency, nothing)[at]


def whole(twelfths: int) -> int:
    """Twelfths of minor units as minor units, a half up."""
    return half_up(Fraction(int(twelfths), 12))


def contributions(
    base: Book, change: Book, people: People, first: date, last: date, progress: Progress = quiet
) -> Contributions:
    """What everybody owes from one day to another. Raises PlanError for a plan that cannot be used."""
    found = Contributions()
    months = list(_months(first, last))
    for number, day in enumerate(months):
        progress("contributions", number, len(months))
        found.months += 1
        for side, (book, into) in enumerate(((base, found.base), (change, found.change))):
            known: dict[Hashable, Owed] = {}
            place = 0
            for household in people.roster.households.values():
                now = _in_force(book, household, day)
                if now.enrolments:
                    key = _situation(now, day)
                    if key not in known:
                        known[key] = _owed(book, now, day)
                    _count(into, found.unknown, side, known[key], place, len(people.ids))
                place += len(household.people)
            found.asked += len(known)
    return found


def _count(into: dict[str, Ints], unknown: list[int], side: int, owed: Owed, place: int, size: int) -> None:
    for person, currency, amount in owed:
        if amount is None:
            unknown[side] += 1
        else:
            into.setdefault(currency, np.zeros(size, np.int64))[place + person] += amount


def _months(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _in_force(book: Book, household: Household, day: date) -> Household:
    """The household with the enrolments in force on a day in plans that have an edition then."""
    kept = tuple(
        each
        for each in household.enrolments
        if each.start <= day
        and (each.until is None or day <= each.until)
        and any(piece.holds(day) for piece in book.slices(each.plan))
    )
    return replace(household, enrolments=kept, evidence=())


def _situation(household: Household, day: date) -> Hashable:
    """All of a household that a contribution may rest on."""
    on = day.toordinal()
    people = tuple(
        (
            each.role,
            each.sex,
            dates.years_between(each.born.toordinal(), on),
            day.year - each.born.year,
            tuple(sorted(each.facts.items(), key=lambda pair: pair[0])),
        )
        for each in household.people
    )
    place = {person.id: number for number, person in enumerate(household.people)}
    covers = tuple(
        (
            place[each.person],
            each.plan,
            (day.year - each.start.year) * 12 + day.month - each.start.month,
            tuple(sorted(each.facts.items(), key=lambda pair: pair[0])),
        )
        for each in household.enrolments
    )
    return people, covers


def _owed(book: Book, household: Household, day: date) -> Owed:
    place = {person.id: number for number, person in enumerate(household.people)}
    return tuple(
        (
            place[due.person],
            due.currency,
            None if due.amount is None else to_minor(due.amount, due.currency) * (12 if due.rule.per == "month" else 1),
        )
        for due in premium(book, household, day).lines
    )
