"""Situations from plain data: what stands where nothing is said, and a place and a mend for what cannot be used."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from clausula.book import Book, load_plans
from clausula.situation import InputError, amount, day, fact, read_situation
from tests.plan_texts import text_of

PLAN = text_of(
    {"id": "t/plan", "name": {"en": "T"}, "currency": "CHF", "from": date(2026, 1, 1)},
    [
        (
            "benefit",
            {"id": "care", "services": ["*"], "pays": [{"at_most": 500, "per": "calendar year", "id": "most"}]},
        ),
        (
            "benefit",
            {
                "id": "visits",
                "services": ["*"],
                "before": ["care"],
                "when": {"quantity": {"above": 900}},
                "pays": [{"units": "1-9", "count": "visit", "per": "household and calendar year", "id": "nine"}],
            },
        ),
    ],
)


@pytest.fixture(scope="module")
def book() -> Book:
    made = load_plans()
    made.add(PLAN)
    return made


def read(book: Book, **data: Any) -> Any:
    return read_situation(data, book, plan="t/plan")


def test_without_people_there_is_one_adult_in_the_plan(book: Book) -> None:
    found = read(book, lines=[{"service": "care", "served_on": date(2026, 3, 1), "charged": 10}])
    assert [person.id for person in found.household.people] == ["member"]
    assert [(each.person, each.plan, each.start) for each in found.household.enrolments] == [
        ("member", "t/plan", date(2026, 1, 1))
    ]
    assert found.lines[0].person == "member"


def test_a_repeated_line_stands_for_many_some_days_apart(book: Book) -> None:
    line = {"service": "care", "served_on": "2026-03-01", "charged": "3 * 12.50", "repeat": 3, "every_days": 7}
    found = read(book, lines=[line])
    assert [each.served_on for each in found.lines] == [date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 15)]
    assert {each.charged for each in found.lines} == {Decimal("37.50")}


def test_every_other_key_is_a_fact(book: Book) -> None:
    people = [{"id": "anna", "born": date(1990, 1, 1), "canton": "ZH"}]
    providers = [{"id": "dr", "role": "doctor", "lists": ["a", {"list": "b", "from": "2026-01-01"}], "insured": True}]
    found = read(book, people=people, providers=providers)
    assert found.household.people[0].facts == {"canton": "ZH"}
    assert found.providers["dr"].facts == {"insured": True}
    assert [each.list for each in found.providers["dr"].lists] == ["a", "b"]


def test_an_enrolment_without_a_person_is_of_everybody(book: Book) -> None:
    people = [{"id": name, "born": date(1990, 1, 1)} for name in ("anna", "ben")]
    found = read(book, people=people, enrolments=[{"from": date(2026, 1, 1)}])
    assert [each.person for each in found.household.enrolments] == ["anna", "ben"]


def test_what_has_been_used_stands_on_its_account(book: Book) -> None:
    used = read(
        book,
        usage=[{"account": "most", "used": "120.50", "period": 2026}, {"account": "nine", "used": 4, "period": 2026}],
    ).usage
    assert used.used("t/plan#most", "person", "member", period=2026) == 12050
    assert used.used("t/plan#nine", "household", "household", period=2026) == 4


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        ({"claims": []}, "given", "do not know 'claims'; use people"),
        ({"lines": {}}, "given.lines", "expected a list"),
        ({"lines": ["x"]}, "given.lines[1]", "expected a table"),
        ({"lines": [{"service": "care"}]}, "given.lines[1]", "lacks 'served_on'"),
        ({"lines": [{"service": 5}]}, "given.lines[1].service", "expected a text"),
        ({"lines": [{"served_on": "soon"}]}, "given.lines[1].served_on", "is not a date; write it like 2026-03-12"),
        ({"lines": [{"charged": "much"}]}, "given.lines[1].charged", "is not arithmetic; write it like 36.15"),
        ({"lines": [{"charged": True}]}, "given.lines[1].charged", "is not an amount"),
        ({"lines": [{"charged": "NaN"}]}, "given.lines[1].charged", "is not an amount"),
        ({"lines": [{"charged": "1 / 3"}]}, "given.lines[1].charged", "has no exact decimal value"),
        ({"lines": [{"quantity": "2"}]}, "given.lines[1].quantity", "expected a whole number"),
        ({"lines": [{"time": "25:00"}]}, "given.lines[1].time", "is not a time of day"),
        ({"lines": [{"cause": {"a": 1}}]}, "given.lines[1].cause", "a fact is a plain value"),
        ({"lines": [{"repeat": 0}]}, "given.lines[1]", "repeat goes from 1 to 5000"),
        ({"lines": [{"every_days": 4000}]}, "given.lines[1]", "repeat goes"),
        ({"people": [{"id": "a"}]}, "given.people[1]", "lacks 'born'"),
        ({"people": [{"id": "a", "born": date(1990, 1, 1)}] * 2}, "given.people", "two people have the same id"),
        ({"evidence": [{"kind": "voucher", "colour": "red"}]}, "given.evidence[1]", "do not know 'colour'; keys are"),
        ({"evidence": [{"issuer_lists": 5}]}, "given.evidence[1].issuer_lists", "expected texts"),
        ({"enrolments": [{"person": "eve", "from": date(2026, 1, 1)}]}, "given", "nobody is called 'eve'"),
        ({"providers": [{"id": "p", "lists": [5]}]}, "given.providers[1].lists", "the name of a list"),
        ({"usage": [{"account": "least"}]}, "given.usage[1]", "'least' names 0 accounts; accounts are"),
        ({"usage": [{"account": "most", "period": "2026"}]}, "given.usage[1].period", "expected a whole number"),
    ],
)
def test_input_that_cannot_be_used_is_told_with_its_place(
    book: Book, data: dict[str, Any], where: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(book, **data)
    assert caught.value.where == where
    assert message in str(caught.value)


def test_dates_amounts_and_facts_are_read_from_what_toml_and_json_give() -> None:
    assert day(datetime(2026, 3, 1, 12, 0), "x") == date(2026, 3, 1)  # noqa: DTZ001 - as TOML writes a local time
    assert amount("0.85 * 20", "x") == Decimal(17)
    assert fact([1, 2], "x") == (1, 2)
    assert fact(time(8, 30), "x") == 510
