"""Facts as stated: each of its kind, and a message with place where one is not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.findings import PlanError
from clausula.household import Enrolment, Household, Line, Person
from clausula.sources import LineError
from tests.plan_texts import CATALOGUE, Table, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2020, 1, 1)}


def book(when: Table, **parts: Any) -> Book:
    made = Book(CATALOGUE, {})
    made.add(text_of(HEAD, [("benefit", {"id": "care", "services": ["*"], "pays": "in full", "when": when, **parts})]))
    return made


def outcome(plans: Book, **facts: Any) -> str:
    person = Person("ann", date(1990, 1, 1))
    household = Household("h", (person,), (Enrolment("ann", "t/plan", date(2025, 1, 1)),))
    line = Line("1", "ann", "care/visit", date(2026, 2, 1), Decimal(10), facts=facts)
    return str(adjudicate(plans, household, [line]).decisions[0].outcome)


@pytest.mark.parametrize(
    ("when", "fact", "value"),
    [
        ({"cause": "accident"}, "cause", "accident"),
        ({"emergency": True}, "emergency", "true"),
        ({"emergency": {"not": False}}, "emergency", True),
        ({"level": {"at_least": 3}}, "level", Decimal("3.0")),
        ({"level": {"at_least": 3}}, "level", "3"),
        ({"tariff": {"above": 10}}, "tariff", Decimal("10.01")),
        ({"marks": {"any": ["red", "blue"]}}, "marks", "blue"),
        ({"marks": {"all": ["red", "blue"]}}, "marks", ("blue", "red")),
        ({"marks": {"none": ["red"]}}, "marks", ("blue",)),
        ({"referred_on": {"at_least": date(2026, 1, 1)}}, "referred_on", "2026-01-01"),
        ({"referred_on": {"known": True}}, "referred_on", date(2026, 1, 1)),
        ({"referred_on": {"less_than_fact": "served_on"}}, "referred_on", date(2026, 1, 31)),
        ({"diagnosis": {"list": "marked"}}, "diagnosis", "G12"),
        ({"months_waited": {"at_least": 6}}, "referred_on", date(2025, 8, 1)),
    ],
)
def test_a_fact_that_is_as_wanted_covers(when: Table, fact: str, value: Any) -> None:
    assert outcome(book(when), **{fact: value}) == "covered"


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("cause", "thunder", "'thunder' is none of illness, accident, maternity"),
        ("cause", 5, "expected a code in quotes, found 5"),
        ("emergency", "perhaps", "expected true or false, found 'perhaps'"),
        ("level", "high", "expected a whole number, found 'high'"),
        ("level", Decimal("1.5"), "expected a whole number"),
        ("level", True, "expected a whole number, found True"),
        ("level", 10**12, "expected a whole number"),
        ("tariff", "much", "is not an amount of money"),
        ("tariff", "1.005", "has more decimals than EUR"),
        ("referred_on", "yesterday", "expected a date like 2026-03-12, found 'yesterday'"),
        ("referred_on", 5, "expected a date like 2026-03-12, found 5"),
        ("cause", {"a": 1}, "is not a plain value"),
        ("level", "²", "expected a whole number, found '²'"),
        ("marks", True, "expected texts, found True"),
        ("marks", ("north", 3), "expected texts, found ('north', 3)"),
    ],
)
def test_a_fact_that_is_not_of_its_kind_is_told(fact: str, value: Any, message: str) -> None:
    plans = book({fact: {"known": True}})
    with pytest.raises(LineError) as caught:
        outcome(plans, **{fact: value})
    assert caught.value.fact == fact
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("when", "message", "mend"),
    [
        ({"cause": True}, "cause is a code in quotes, and is not compared like this", "write cause ="),
        ({"cause": "ilness"}, "cause is never 'ilness'", "did you mean illness?"),
        ({"cause": "thunderstorm"}, "cause is never 'thunderstorm'", "it is illness, accident, maternity"),
        ({"emergency": "yes"}, "emergency is true or false", "write emergency = true"),
        ({"emergency": {"at_least": 1}}, "emergency is true or false", "write emergency = true"),
        ({"referred_on": {"at_least": 5}}, "referred_on is a date, compared with 5", "with a date"),
        ({"level": {"at_least": date(2026, 1, 1)}}, "level is a number, compared with 2026-01-01", "with a number"),
        ({"level": "high"}, "'high' is compared with a number", "without quotes"),
        ({"level": {"at_least": Decimal("1.5")}}, "1.5 is compared with a whole number", ""),
        ({"weather": "fine"}, "nobody knows the fact 'weather'", "declare it as a [[fact]]"),
        ({"used:nothing": {"at_least": 1}}, "no step with the id 'nothing' keeps an account", ""),
    ],
)
def test_a_condition_that_could_never_hold_is_refused(when: Table, message: str, mend: str) -> None:
    with pytest.raises(PlanError) as caught:
        compile_book(book(when), {"t/plan"})
    (finding,) = caught.value.findings
    assert message in finding.message
    assert mend in finding.mend


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"unless": {"marks": {"all": ["red", "blue"]}}}, "all cannot stand in an unless"),
        ({"requires": ["voucher"]}, "no requirement has the id 'voucher'"),
        ({"pays": ["franchise"]}, "no [[step]] has the id 'franchise'"),
        ({"pays": [{"of": "cause"}]}, "cause is no amount"),
        ({"before": ["other"]}, "there is no benefit 'other'"),
        (
            {"unless": {"used:n": {"at_least": 1}}, "pays": [{"units": "1-9", "count": "v", "per": "year", "id": "n"}]},
            "used: cannot stand in an unless",
        ),
        ({"when": {"marks": [f"m{n}" for n in range(61)]}}, "more than 60 different marks"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(parts: Table, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        compile_book(book(**{"when": {"emergency": False}, **parts}), {"t/plan"})
    assert message in str(caught.value)


def test_the_negation_of_what_is_wanted_of_a_set_or_two_dates() -> None:
    assert outcome(book({"emergency": False}, unless={"marks": {"any": ["red"]}}), marks=("red",)) == "not_covered"
    assert outcome(book({"emergency": False}, unless={"marks": {"none": ["red"]}}), marks=("red",)) == "covered"
    later = book({"emergency": False}, unless={"referred_on": {"less_than_fact": "served_on"}})
    assert outcome(later, referred_on=date(2026, 2, 1)) == "covered"
    assert outcome(later, referred_on=date(2026, 1, 31)) == "not_covered"
    upto = book({"emergency": False}, unless={"referred_on": {"at_most_fact": "served_on"}})
    assert outcome(upto, referred_on=date(2026, 2, 1)) == "not_covered"
