"""The other side of the account: what members owe for their covers under both books, where the texts change that.

Asked on the first of every month of the period for everybody enrolled then; a monthly contribution counts whole, a
yearly one as a twelfth. Households in the same situation (ages, sexes, roles, facts, plans, months since they began)
are asked about once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from clausula import dates
from clausula.batch.gather import Progress, quiet
from clausula.book import Book, Slice
from clausula.enrolment import computed
from clausula.household import Enrolment, Household
from clausula.money import to_minor
from clausula.plan import FactRef, Premium, PremiumClass
from clausula.premium import class_name, premium
from clausula.simulate.figures import half_up
from clausula.simulate.members import People
from clausula.simulate.pairs import Ints

Owed = tuple[tuple[str, int | None], ...]
"""What is owed for an enrolment and a month: currency and twelfths of minor units (None: not known), rule by rule."""


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
    found.months = len(months)
    for side, (book, into) in enumerate(((base, found.base), (change, found.change))):
        asking = _Asking(book)
        for number, day in enumerate(months):
            progress("contributions", side * len(months) + number, 2 * len(months))
            for household in people.roster.households.values():
                for person, currency, amount in asking.of(household, day):
                    if amount is None:
                        found.unknown[side] += 1
                    else:
                        owing = into.setdefault(currency, np.zeros(len(people.ids), np.int64))
                        owing[people.places[person]] += amount
        found.asked += len(asking.known)
    return found


def _months(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


class _Asking:
    """Asks one book what is owed; the same situation once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.known: dict[Hashable, Owed] = {}
        self.looked: dict[tuple[str, date], tuple[frozenset[str], bool]] = {}

    def of(self, household: Household, day: date) -> Iterator[tuple[str, str, int | None]]:
        """Person, currency and twelfths of minor units for every enrolment in force on a day."""
        kept = [
            (each, piece)
            for each in household.enrolments
            if each.start <= day
            and (each.until is None or day <= each.until)
            and (piece := next((piece for piece in self.book.slices(each.plan) if piece.holds(day)), None))
        ]
        if not any(piece.plan.of(Premium) for _, piece in kept):
            return
        now = replace(household, enrolments=tuple(each for each, _ in kept), evidence=())
        for each, piece in kept:
            if piece.plan.of(Premium):
                facts = {**computed(now, each), **each.facts}
                key = self._situation(now, each, piece, facts, day)
                if key not in self.known:
                    self.known[key] = _owed(self.book, now, each, facts, day)
                yield from ((each.person, currency, amount) for currency, amount in self.known[key])

    def _facts(self, piece: Slice) -> tuple[frozenset[str], bool]:
        """The facts that the contribution rules of a plan look at, and whether their amounts are found by day."""
        key = (piece.plan.id, piece.start)
        if key not in self.looked:
            rules: list[Premium] = piece.plan.of(Premium)
            names = {want.fact for rule in rules for wants in rule.who for want in wants}
            names |= {want.other for rule in rules for wants in rule.who for want in wants if want.other}
            names |= {name for rule in rules for name in rule.by}
            names |= {rule.amount.fact for rule in rules if isinstance(rule.amount, FactRef)}
            self.looked[key] = frozenset(names), any(rule.table for rule in rules)
        return self.looked[key]

    def _situation(
        self, household: Household, enrolment: Enrolment, piece: Slice, facts: Mapping[str, Any], day: date
    ) -> Hashable:
        """All that what is owed may rest on. What is neither stated nor known here may follow from dates: then the very
        person and day count."""
        person = household.person(enrolment.person)
        names, by_day = self._facts(piece)
        age = dates.years_between(person.born.toordinal(), day.toordinal())
        known: dict[str, Any] = {**person.facts, **facts, "age": age, "sex": person.sex, "role": person.role}
        classes: list[PremiumClass] = piece.plan.of(PremiumClass)
        known |= {each.id: class_name(each, person.born, day) for each in classes}
        own = () if names <= known.keys() else (person.id, enrolment.start, day)
        values = tuple((name, known[name]) for name in sorted(names & known.keys()))
        return enrolment.plan, piece.start, values, day if by_day else None, own


def _owed(book: Book, household: Household, enrolment: Enrolment, facts: Mapping[str, Any], day: date) -> Owed:
    alone = replace(household, enrolments=(enrolment,))
    return tuple(
        (
            due.currency,
            None if due.amount is None else to_minor(due.amount, due.currency) * (12 if due.rule.per == "month" else 1),
        )
        for due in premium(book, alone, day, facts).lines
    )
