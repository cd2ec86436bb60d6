"""When an enrolment ends by itself: by birthday, at the year's end, at an anniversary, alone or with the family."""

from datetime import date
from typing import Any

import pytest

from clausula.book import Book
from clausula.enrolment import computed, ends_on, enrol, entry
from clausula.household import Enrolment, Household, Person
from tests.plan_texts import CATALOGUE, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2020, 1, 1)}


def book(*blocks: tuple[str, dict[str, Any]]) -> Book:
    made = Book(CATALOGUE, {})
    made.add(text_of(HEAD, [("benefit", {"id": "care", "services": ["*"], "pays": "in full"}), *blocks]))
    return made


def ending(**parts: Any) -> tuple[str, dict[str, Any]]:
    return "ending", {"id": "leaves", "name": {"en": "leaves"}, "age": 26, **parts}


def one(born: date, start: date) -> Household:
    person = Person("ben", born, role="child")
    return Household("h", (person,), (Enrolment("ben", "t/plan", start),))


@pytest.mark.parametrize(
    ("at", "born", "start", "day"),
    [
        ("birthday", date(2000, 5, 10), date(2020, 3, 1), date(2026, 5, 10)),
        ("birthday", date(2000, 2, 29), date(2020, 3, 1), date(2026, 3, 1)),
        ("birthday", date(1990, 5, 10), date(2020, 3, 1), date(2020, 3, 1)),
        ("year end", date(2000, 5, 10), date(2020, 3, 1), date(2027, 1, 1)),
        ("year end", date(2000, 1, 1), date(2020, 3, 1), date(2026, 1, 1)),
        ("anniversary", date(2000, 5, 10), date(2020, 3, 1), date(2027, 3, 1)),
        ("anniversary", date(2000, 3, 1), date(2020, 3, 1), date(2026, 3, 1)),
    ],
)
def test_the_day_an_age_ends_an_enrolment(at: str, born: date, start: date, day: date) -> None:
    family = one(born, start)
    assert ends_on(book(ending(at=at)), family, family.enrolments[0]) == day


def test_a_household_may_end_with_one_of_its_people() -> None:
    people = (Person("anna", date(2000, 5, 10), role="holder"), Person("ben", date(2015, 1, 1), role="child"))
    family = Household("h", people, tuple(Enrolment(p.id, "t/plan", date(2020, 3, 1)) for p in people))
    alone = book(ending(**{"for": {"role": "holder"}, "at": "birthday"}))
    assert [ends_on(alone, family, each) for each in family.enrolments] == [date(2026, 5, 10), None]
    together = book(ending(**{"for": {"role": "holder"}, "at": "birthday", "ends": "household"}))
    assert [ends_on(together, family, each) for each in family.enrolments] == [date(2026, 5, 10)] * 2


def test_a_rule_against_an_application_is_named_and_the_worst_goes_first() -> None:
    rules = book(
        ("eligibility", {"id": "young", "name": {"en": "young"}, "must": {"age": {"below": 65}}, "reason": "TOO_OLD"}),
        ("eligibility", {"id": "vip", "name": {"en": "vip"}, "must": {"vip": True}, "else": "needs_person"}),
    )
    old = one(date(1950, 1, 1), date(2026, 1, 1))
    (answer,) = enrol(rules, old, date(2026, 1, 1))
    assert (answer.outcome, answer.reason) == ("not_covered", "TOO_OLD")
    assert [rule.id for rule in answer.against] == ["young", "vip"]


def test_what_is_not_known_of_an_applicant_is_asked_and_refuses_nobody() -> None:
    rules = book(("eligibility", {"id": "vip", "name": {"en": "vip"}, "must": {"vip": True}}))
    (answer,) = enrol(rules, one(date(2000, 1, 1), date(2026, 1, 1)), date(2026, 1, 1))
    assert (answer.outcome, answer.reason) == ("needs_person", "vip")


@pytest.mark.parametrize(
    ("own", "word"),
    [
        (date(2020, 3, 1), "with-holder"),
        (date(2021, 3, 1), "first-anniversary"),
        (date(2024, 3, 1), "later-anniversary"),
        (date(2021, 3, 2), "other"),
        (date(2019, 3, 1), "other"),
    ],
)
def test_an_entry_is_seen_from_the_holders_start(own: date, word: str) -> None:
    assert entry(date(2020, 3, 1), own) == word


def test_what_follows_from_the_household_need_not_be_stated() -> None:
    people = (
        Person("anna", date(1990, 1, 1), role="holder", facts={"holds": "t/other"}),
        Person("ben", date(2015, 1, 1), role="child"),
        Person("mia", date(2018, 1, 1), role="child"),
    )
    start = date(2020, 3, 1)
    family = Household("h", people, (Enrolment("anna", "t/plan", start), Enrolment("ben", "t/plan", start)))
    found = computed(family, family.enrolments[0])
    assert found["holds"] == ("t/other",)
    assert found["household_complete"] is False
    assert found["holder_start"] == start
