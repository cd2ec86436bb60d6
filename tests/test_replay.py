"""Void and replay: a line taken back, a late line and a corrected one change what came after, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clausula.adjudicate import adjudicate
from clausula.book import load_plans
from clausula.household import Enrolment, Household, Line, Person
from clausula.replay import replay

PLAN = "test/deductible-share-ceiling"
BOOK = load_plans("tests/plans")
HOME = Household("home", (Person("anna", date(1980, 5, 1)),), (Enrolment("anna", PLAN, date(2026, 1, 1)),))


def bill(name: str, day: int, amount: str) -> Line:
    """A bill of March 2026."""
    return Line(name, "anna", "outpatient/consultation", date(2026, 3, day), Decimal(amount))


LINES = [bill("first", 1, "100"), bill("second", 2, "50"), bill("third", 3, "200")]


def test_a_void_bill_gives_its_deductible_back_to_later_ones() -> None:
    # 100 deductible; 80 % of 50 = 40; 80 % of 200 = 160, at most 120 - 40 = 80. Without the first bill: the second
    # falls into the deductible (50), the third bears the other 50 and pays 80 % of 150 = 120.
    found = replay(BOOK, HOME, LINES, void=["first"])
    assert [(each.line, each.change("paid")) for each in found.differences] == [
        ("first", Decimal(0)),
        ("second", Decimal(-40)),
        ("third", Decimal(40)),
    ]
    assert found.differences[2].by_plan() == {PLAN: Decimal(40)}


def test_a_late_bill_of_an_earlier_day_changes_what_came_after() -> None:
    found = replay(BOOK, HOME, LINES[1:], late=[LINES[0]])
    assert [(each.line, each.change("paid")) for each in found.differences] == [
        ("first", Decimal(0)),
        ("second", Decimal(40)),
        ("third", Decimal(-40)),
    ]


def test_a_corrected_bill_takes_the_place_of_the_wrong_one() -> None:
    found = replay(BOOK, HOME, LINES, late=[bill("third", 3, "20")])
    assert [(each.line, each.change("charged"), each.change("paid")) for each in found.differences] == [
        ("third", Decimal(-180), Decimal(-64))
    ]


def test_what_did_not_change_is_not_named() -> None:
    assert replay(BOOK, HOME, LINES, void=["third"]).differences[0].line == "third"
    assert len(replay(BOOK, HOME, LINES, void=["third"]).differences) == 1


def test_a_line_that_never_stood_cannot_be_void() -> None:
    with pytest.raises(KeyError, match="no line 'ninth' stood"):
        replay(BOOK, HOME, LINES, void=["ninth"])


@settings(max_examples=30)
@given(amounts=st.lists(st.integers(1, 40000), min_size=1, max_size=6))
def test_voiding_a_bill_is_as_if_it_had_never_come(amounts: list[int]) -> None:
    lines = [bill(str(n), n, str(Decimal(amount) / 100)) for n, amount in enumerate(amounts, 1)]
    found = replay(BOOK, HOME, lines, void=["1"])
    never = adjudicate(BOOK, HOME, lines[1:])
    assert [d.as_dict() for d in found.adjudication.decisions] == [d.as_dict() for d in never.decisions]
    assert found.usage == never.usage
    assert sum(each.change("paid") for each in found.differences) == sum(d.paid for d in never.decisions) - sum(
        d.paid for d in adjudicate(BOOK, HOME, lines).decisions
    )
