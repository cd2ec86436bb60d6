"""Contributions asked about once a situation are those asked about one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from clausula.book import load_plans
from clausula.intake import read_roster
from clausula.money import to_minor
from clausula.premium import premium
from clausula.simulate.contributions import Contributions, contributions
from clausula.simulate.members import People

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def people() -> People:
    return People(read_roster(ROOT / "examples/inputs/members.toml"))


@pytest.fixture(scope="module")
def found(people: People) -> Contributions:
    book = load_plans(ROOT / "examples/plans")
    return contributions(book, book, people, date(2025, 11, 20), date(2026, 4, 2))


def test_they_are_those_asked_about_household_by_household(people: People, found: Contributions) -> None:
    book = load_plans(ROOT / "examples/plans")
    months = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 5))]
    owed: Counter[tuple[str, str]] = Counter()
    unknown = 0
    for day in months:
        for household in people.roster.households.values():
            for due in premium(book, household, day).lines:
                if due.amount is None:
                    unknown += 1
                else:
                    twelfths = 12 if due.rule.per == "month" else 1
                    owed[due.person, due.currency] += to_minor(due.amount, due.currency) * twelfths
    assert found.months == len(months)
    assert found.unknown == [unknown, unknown]
    assert sum(owed.values()) > 0
    got = {
        (person, currency): int(amounts[place])
        for currency, amounts in found.base.items()
        for place, person in enumerate(people.ids)
        if amounts[place]
    }
    assert got == {key: amount for key, amount in owed.items() if amount}


def test_the_same_book_owes_the_same(people: People, found: Contributions) -> None:
    at = np.arange(len(people.ids))
    base, change = found.of("EUR", at)
    assert base.tolist() == change.tolist()
    assert found.asked < 2 * found.months * len(people.ids)


def test_a_currency_without_contributions_owes_nothing(found: Contributions) -> None:
    base, change = found.of("XXX", np.array([0, 3]))
    assert base.tolist() == change.tolist() == [0, 0]
