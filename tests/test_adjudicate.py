"""What the front door refuses, and says: inexact amounts, people who are not there, readings there are none of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clausula import Enrolment, Evidence, Household, Line, LineError, Person, PlanError, adjudicate, load_plans
from tests.books import own

PLAN = "test/deductible-share-ceiling"
BOOK = own()
ANNA = Person("anna", date(1980, 5, 1))
HOME = Household("home", (ANNA,), (Enrolment("anna", PLAN, date(2026, 1, 1)),))


def line(**changes: Any) -> Line:
    """A bill of 400, with changes."""
    stated: dict[str, Any] = {"served_on": date(2026, 3, 1), "charged": 400}
    return Line("1", "anna", "outpatient/consultation", **{**stated, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"charged": 1.5}, "cannot hold money exactly"),
        ({"charged": "12.345"}, "more decimals"),
        ({"charged": -1}, "not negative"),
        ({"charged": "NaN"}, "not an amount"),
        ({"charged": 10**12}, "out of range"),
        ({"paid_by_others": 500}, "more than was charged"),
        ({"served_on": "2026-03-01"}, "expected a datetime.date"),
        ({"served_on": date(1970, 1, 1)}, "before the birth"),
        ({"quantity": -1}, "whole number"),
        ({"currency": "USD"}, "USD where the plan is in EUR"),
    ],
)
def test_a_line_that_cannot_be_decided_is_refused_with_its_reason(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(LineError, match=message):
        adjudicate(BOOK, HOME, [line(**changes)])


def test_an_unknown_service_and_an_unknown_person_are_refused() -> None:
    with pytest.raises(LineError, match="not in the service tree"):
        adjudicate(BOOK, HOME, [Line("1", "anna", "spaceflight", date(2026, 3, 1), 1)])
    with pytest.raises(LineError, match="nobody called 'ben'"):
        adjudicate(BOOK, HOME, [Line("1", "ben", "outpatient", date(2026, 3, 1), 1)])


def test_an_enrolment_or_a_document_of_a_stranger_is_refused() -> None:
    with pytest.raises(ValueError, match="enrolment of 'ben', who is not in it"):
        Household("home", (ANNA,), (Enrolment("ben", PLAN, date(2026, 1, 1)),))
    with pytest.raises(ValueError, match="evidence of 'ben'"):
        Household("home", (ANNA,), evidence=(Evidence("referral", "ben", date(2026, 1, 1)),))


def test_a_line_before_and_after_the_enrolment_has_no_cover() -> None:
    until = Household("home", (ANNA,), (Enrolment("anna", PLAN, date(2026, 1, 1), date(2026, 2, 28)),))
    for day in (date(2025, 12, 31), date(2026, 3, 1)):
        decision = adjudicate(BOOK, until, [line(served_on=day)]).decisions[0]
        assert (decision.outcome, len(decision.covers), int(decision.borne)) == ("not_covered", 0, 400)


@pytest.mark.parametrize("day", [date(1980, 5, 1), date(9999, 12, 31)])
def test_the_first_and_the_last_days_can_be_decided(day: date) -> None:
    assert adjudicate(BOOK, HOME, [line(served_on=day)]).decisions[0].outcome in ("partly", "not_covered")


def test_a_reading_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(PlanError, match=r"no parameter 'cap_scop'.*\n.*did you mean cap_scope"):
        load_plans(parameters={"ch/assura/ultra-varia": {"cap_scop": "stay"}})
    with pytest.raises(PlanError, match="no plan"):
        load_plans(parameters={"ch/assura/nothing": {}})
