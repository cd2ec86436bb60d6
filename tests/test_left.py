"""What is left of limits, deductibles and counts: this person's, this period's, with what was used before."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.household import Enrolment, Household, Line, Person
from clausula.left import Left, left
from tests.plan_texts import CATALOGUE, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2020, 1, 1)}
ON = date(2026, 6, 15)


def book(*steps: dict[str, Any]) -> Book:
    made = Book(CATALOGUE, {})
    benefit = {"id": "care", "services": ["*"], "pays": list(steps)}
    made.add(text_of(HEAD, [("benefit", benefit)]))
    return made


def member(**facts: Any) -> Household:
    person = Person("ann", date(1990, 1, 1), role="holder")
    return Household("h", (person,), (Enrolment("ann", "t/plan", date(2025, 3, 1), facts=facts),))


def line(day: date, charged: int, quantity: int = 1, **parts: Any) -> Line:
    return Line(str(day), "ann", "care/visit", day, Decimal(charged), quantity=quantity, **parts)


def after(plans: Book, household: Household, *lines: Line, on: date = ON) -> dict[str, Left]:
    usage = adjudicate(plans, household, lines).usage
    return {each.step.id: each for each in left(plans, household, "ann", on, usage)}


@pytest.mark.parametrize(
    ("step", "kind", "top", "used"),
    [
        ({"at_most": 500, "per": "calendar year"}, "limit", 50000, 20000),
        ({"at_most": 500, "per": "calendar year", "measures": "cost"}, "limit", 50000, 20000),
        ({"deductible": 300, "per": "calendar year"}, "deductible", 30000, 20000),
        ({"member_pays": "10 %", "at_most": 70, "per": "calendar year"}, "coinsurance", 7000, 2000),
        ({"less": 15, "at_most": 60, "per": "calendar year"}, "copay", 6000, 1500),
        ({"units": "1-9", "count": "visit", "per": "calendar year"}, "units", 9, 1),
        (
            {
                "tranches": [{"units": "1-5", "share": "100 %"}, {"units": "6-9", "share": "50 %"}],
                "count": "visit",
                "per": "calendar year",
            },
            "units",
            9,
            1,
        ),
        (
            {
                "member_pays": [{"up_to": 100, "share": "100 %"}, {"share": "25 %"}],
                "at_most": 150,
                "per": "calendar year",
            },
            "member-bands",
            15000,
            12500,
        ),
    ],
)
def test_every_kind_of_account_shows_its_top_and_what_is_used(
    step: dict[str, Any], kind: str, top: int, used: int
) -> None:
    found = after(book({**step, "id": "it"}), member(), line(date(2026, 2, 1), 200))["it"]
    assert (found.kind, found.top, found.used, found.left) == (kind, top, used, top - used)


def test_what_has_no_top_is_not_listed() -> None:
    plans = book({"units": "3-", "count": "visit", "per": "calendar year", "id": "it"})
    assert after(plans, member(), line(date(2026, 2, 1), 200)) == {}


@pytest.mark.parametrize(
    ("facts", "step", "top"),
    [
        ({"franchise": Decimal(300)}, {"deductible": {"fact": "franchise"}, "per": "calendar year"}, 30000),
        (
            {"franchise": Decimal(300)},
            {"deductible": {"fact": "franchise", "share": "50 %"}, "per": "calendar year"},
            15000,
        ),
    ],
)
def test_a_top_may_be_a_fact_of_the_enrolment(facts: dict[str, Any], step: dict[str, Any], top: int) -> None:
    found = after(book({**step, "id": "it"}), member(**facts))
    assert found["it"].top == top


def test_a_top_that_is_an_unknown_fact_is_not_listed() -> None:
    plans = book({"deductible": {"fact": "franchise"}, "per": "calendar year", "id": "it"})
    assert after(plans, member()) == {}


@pytest.mark.parametrize(
    ("per", "counts", "forgets"),
    [
        ("calendar year", date(2026, 1, 1), date(2025, 12, 31)),
        ("plan year", date(2026, 3, 1), date(2026, 2, 28)),
        ("quarter", date(2026, 4, 1), date(2026, 3, 31)),
        ("month", date(2026, 6, 1), date(2026, 5, 31)),
        ("year from april", date(2026, 4, 1), date(2026, 3, 31)),
        ("24 months rolling", date(2025, 3, 1), None),
        ("3 months rolling", date(2026, 3, 16), date(2026, 3, 15)),
        ("30 days rolling", date(2026, 5, 17), date(2026, 5, 16)),
        ("calendar year and the 3 months before", date(2025, 10, 1), date(2025, 9, 30)),
        ("household and calendar year", date(2026, 1, 1), date(2025, 12, 31)),
        ("life", date(2025, 3, 1), None),
    ],
)
def test_an_account_holds_what_was_used_in_its_period_and_no_more(per: str, counts: date, forgets: date | None) -> None:
    plans = book({"at_most": 500, "per": per, "id": "it"})
    assert after(plans, member(), line(counts, 100))["it"].used == 10000
    if forgets is not None:
        assert after(plans, member(), line(forgets, 100))["it"].used == 0


def test_an_account_of_a_stay_shows_once_it_has_been_used() -> None:
    plans = book({"at_most": 500, "per": "stay", "id": "it"})
    assert after(plans, member()) == {}
    found = after(plans, member(), line(date(2026, 2, 1), 100, stay="s1"))
    assert (found["it"].entity[-1], found["it"].left) == ("s1", 40000)


def test_nothing_is_left_of_a_cover_that_has_not_begun() -> None:
    plans = book({"at_most": 500, "per": "calendar year", "id": "it"})
    assert after(plans, member(), on=date(2025, 2, 28)) == {}
