"""The members of a portfolio and the groups they are counted in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from clausula import dates
from clausula.book import Book
from clausula.intake import Roster
from clausula.naming import named
from clausula.simulate.effects import LINES, Effects
from clausula.simulate.pairs import Ints

AGES = (0, 18, 26, 41, 56, 66, 76)
"""First age of each band, in completed years on the first day of the period."""

HOMES = (1, 2, 3, 4, 5)
"""First size of each band of households, in people of the members file."""

USES = (0, 1, 5, 12, 24)
"""First number of lines of each band over the period. Two a month and more is where chronic illness is usually found;
it is a proxy, no diagnosis is looked at."""

COMBINATIONS = 12
"""Combinations of plans told apart; the rarer ones are counted together."""

GROUPINGS = {
    "age": "Age",
    "sex": "Sex",
    "role": "Role",
    "household": "Household size",
    "plans": "Plans held",
    "use": "Lines in the period",
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """Members in groups: a key, a heading, the groups' names in order, and the place of each member's group."""

    key: str
    heading: str
    names: tuple[str, ...]
    places: Ints


class People:
    """All people of a members file in its order, household after household: `places` by id, `homes` by person."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.ids = [person.id for household in roster.households.values() for person in household.people]
        self.places: Mapping[str, int] = {person: place for place, person in enumerate(self.ids)}
        sizes = [len(household.people) for household in roster.households.values()]
        self.sizes: Ints = np.repeat(np.array(sizes, np.int64), sizes)
        self.homes: Ints = np.repeat(np.arange(len(sizes)), sizes)
        self.home_ids = list(roster.households)

    def plans(self, first: date, last: date) -> list[tuple[str, ...]]:
        """The plans each person holds at some time between two days, sorted."""
        held: list[set[str]] = [set() for _ in self.ids]
        for household in self.roster.households.values():
            for each in household.enrolments:
                if each.start <= last and (each.until is None or each.until >= first):
                    held[self.places[each.person]].add(each.plan)
        return [tuple(sorted(plans)) for plans in held]


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one currency: their places among the people, their household's place, and their groups."""

    at: Ints
    homes: Ints
    groupings: tuple[Grouping, ...]

    def __len__(self) -> int:
        return len(self.at)


def members_of(people: People, book: Book, effects: Effects, first: date, last: date) -> Members:
    """Who is a member: enrolled during the period in a plan of the currency, or with a line in it."""
    held = people.plans(first, last)
    kept = {plan for plan in {plan for plans in held for plan in plans} if _currency(book, plan) == effects.currency}
    is_member = np.array([any(plan in kept for plan in plans) for plans in held], bool)
    at = np.flatnonzero(is_member | (effects.members[:, LINES] > 0)).astype(np.int64)
    persons = [person for household in people.roster.households.values() for person in household.people]
    chosen = [persons[place] for place in at.tolist()]
    ages = np.array([dates.years_between(each.born.toordinal(), first.toordinal()) for each in chosen], np.int64)
    groupings = (
        _banded("age", AGES, np.maximum(ages, 0)),
        _named("sex", [each.sex or "not stated" for each in chosen]),
        _named("role", [each.role or "not stated" for each in chosen]),
        _banded("household", HOMES, people.sizes[at]),
        _named("plans", _combinations(book, [held[place] for place in at.tolist()])),
        _banded("use", USES, effects.members[at, LINES]),
    )
    return Members(at, people.homes[at], groupings)


def _currency(book: Book, plan: str) -> str:
    return book.slices(plan)[0].plan.currency


def _combinations(book: Book, held: list[tuple[str, ...]]) -> list[str]:
    most = [plans for plans, _ in Counter(held).most_common(COMBINATIONS)]
    names = {plans: " + ".join(named(book.slices(p)[-1].plan.name, "en", p) for p in plans) or "none" for plans in most}
    return [names.get(plans, "other combinations") for plans in held]


def _banded(key: str, firsts: tuple[int, ...], values: Ints) -> Grouping:
    names = [f"{low}–{high - 1}" if high - 1 > low else str(low) for low, high in pairwise(firsts)]
    return Grouping(
        key, GROUPINGS[key], (*names, f"{firsts[-1]} and more"), np.searchsorted(firsts, values, "right") - 1
    )


def _named(key: str, values: list[str]) -> Grouping:
    names = sorted(set(values), key=lambda name: (name in ("other combinations", "not stated", "none"), name))
    place = {name: number for number, name in enumerate(names)}
    return Grouping(key, GROUPINGS[key], tuple(names), np.array([place[value] for value in values], np.int64))
