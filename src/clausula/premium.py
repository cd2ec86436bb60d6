"""What a cover costs: contributions of a household on a day, and the premium class of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.book import Book
from clausula.enrolment import Asking
from clausula.household import Enrolment, Household, Person
from clausula.plan import FactRef, Premium, PremiumClass


@dataclass(frozen=True, slots=True)
class Due:
    """One contribution: who owes it for what, how much in currency units, for which period; None: no amount is
    known."""

    person: str
    plan: str
    rule: Premium
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a household owes on a day, line by line."""

    lines: tuple[Due, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the lines with a known amount."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def unknown(self) -> tuple[Due, ...]:
        """Lines whose amount the plan leaves to a table that is not there."""
        return tuple(line for line in self.lines if line.amount is None)


def premium(book: Book, household: Household, on: date, facts: Mapping[str, Any] | None = None) -> Contribution:
    """Contributions of all enrolments of a household that are in force on a day, in currency units.

    facts: of the occasion, where a plan asks for more than the household says. A contribution whose amount stands in a
    table that is not there is listed without one. Raises LineError and PlanError as `adjudicate` does.
    """
    asking = Asking(book, household, on, facts or {}, {})
    lines = []
    for enrolment in household.enrolments:
        if enrolment.start <= on and (enrolment.until is None or on <= enrolment.until):
            plan = book.plan(enrolment.plan, on)
            person = household.person(enrolment.person)
            for rule in plan.of(Premium):
                if asking.truth(rule, "for", enrolment)[0] == k.TRUE:
                    found = _amount(book, plan.of(PremiumClass), rule, person, enrolment, on)
                    lines.append(Due(person.id, plan.id, rule, found, plan.currency))
    return Contribution(tuple(lines))


def _amount(
    book: Book, classes: list[PremiumClass], rule: Premium, person: Person, enrolment: Enrolment, on: date
) -> Decimal | None:
    if rule.table:
        table = book.tables.get(rule.table)
        known = {each.id: class_name(each, person.born, on) for each in classes}
        facts = {**person.facts, **enrolment.facts, "role": person.role}
        key = "/".join(str(known.get(word, facts.get(word, ""))) for word in rule.by)
        try:
            return Decimal(table.on(key, on)) if table else None
        except KeyError:
            return None
    if isinstance(rule.amount, FactRef):
        value = enrolment.facts.get(rule.amount.fact, person.facts.get(rule.amount.fact))
        return Decimal(value) if isinstance(value, int | Decimal) else None
    return rule.amount


def class_name(rule: PremiumClass, born: date, on: date) -> str:
    """The class of a person born on a day: "26-30", "91+". By year difference it changes on 1 January, by age on the
    birthday."""
    age = on.year - born.year if rule.by == "year difference" else dates.years_between(born.toordinal(), on.toordinal())
    steps = sorted(rule.steps)
    first = max((step for step in steps if step <= age), default=steps[0])
    following = [step for step in steps if step > first]
    return f"{first}-{following[0] - 1}" if following else f"{first}+"


def premium_class(book: Book, plan_id: str, born: date, on: date) -> str:
    """The premium class of somebody born on a day, on another day. Raises KeyError where the plan has no classes."""
    rules: list[PremiumClass] = book.plan(plan_id, on).of(PremiumClass)
    if not rules:
        raise KeyError(f"{plan_id} has no premium classes")
    return class_name(rules[0], born, on)
