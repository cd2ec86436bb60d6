"""What a cover costs: by rule, by fact, by dated table, by class of age; what nobody can say stays open."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clausula.book import Book
from clausula.household import Enrolment, Household, Person
from clausula.premium import premium, premium_class
from clausula.tables import load_tables
from tests.plan_texts import CATALOGUE, text_of

RATES = """
[table]
id = "rates"
[[value]]
key = "0-18/child"
from = 2026-01-01
value = 45.50
[[value]]
key = "19+/holder"
from = 2026-01-01
value = 120
"""
HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "CHF", "from": date(2020, 1, 1)}
CLASS = ("premium_class", {"id": "classes", "name": {"en": "C"}, "by": "year difference", "steps": [0, 19]})


def book(tmp_path: Path, *blocks: tuple[str, dict[str, Any]]) -> Book:
    (tmp_path / "rates.toml").write_text(RATES, encoding="utf-8")
    made = Book(CATALOGUE, load_tables(tmp_path))
    made.add(text_of(HEAD, [("benefit", {"id": "care", "services": ["*"], "pays": "in full"}), *blocks]))
    return made


def family(**facts: Any) -> Household:
    people = (
        Person("anna", date(1990, 5, 1), role="holder", facts=facts),
        Person("ben", date(2015, 5, 1), role="child"),
    )
    return Household("h", people, tuple(Enrolment(each.id, "t/plan", date(2026, 1, 1)) for each in people))


def rule(**parts: Any) -> tuple[str, dict[str, Any]]:
    return "premium", {"id": "fee", "name": {"en": "fee"}, **parts}


def test_an_amount_is_due_from_those_it_is_for(tmp_path: Path) -> None:
    plans = book(tmp_path, rule(**{"for": {"role": "holder"}, "amount": 120}))
    found = premium(plans, family(), date(2026, 3, 1))
    assert [(each.person, each.amount) for each in found.lines] == [("anna", Decimal(120))]
    assert found.total == 120


def test_a_table_answers_by_class_and_role(tmp_path: Path) -> None:
    plans = book(tmp_path, CLASS, rule(table="rates", by=["classes", "role"]))
    assert premium(plans, family(), date(2026, 3, 1)).total == Decimal("165.50")


def test_what_a_table_does_not_say_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    plans = book(tmp_path, CLASS, rule(table="rates", by=["role", "classes"]))
    found = premium(plans, family(), date(2026, 3, 1))
    assert [each.person for each in found.unknown] == ["anna", "ben"]
    assert found.total == 0


@pytest.mark.parametrize(("facts", "amount"), [({"tariff": Decimal(77)}, Decimal(77)), ({}, None)])
def test_an_amount_may_be_a_fact_of_the_person(tmp_path: Path, facts: dict[str, Any], amount: Decimal | None) -> None:
    plans = book(tmp_path, rule(**{"for": {"role": "holder"}, "amount": {"fact": "tariff"}}))
    found = premium(plans, family(**facts), date(2026, 3, 1))
    assert [each.amount for each in found.lines] == [amount]


def test_nothing_is_due_before_the_cover_begins(tmp_path: Path) -> None:
    plans = book(tmp_path, rule(amount=120))
    assert premium(plans, family(), date(2025, 12, 31)).lines == ()


def test_a_class_by_year_difference_changes_on_the_first_of_january(tmp_path: Path) -> None:
    plans = book(tmp_path, CLASS)
    born = date(2007, 12, 31)
    assert premium_class(plans, "t/plan", born, date(2025, 12, 31)) == "0-18"
    assert premium_class(plans, "t/plan", born, date(2026, 1, 1)) == "19+"


def test_a_class_by_age_changes_on_the_birthday(tmp_path: Path) -> None:
    kind, parts = CLASS
    plans = book(tmp_path, (kind, {**parts, "by": "age"}))
    born = date(2007, 6, 15)
    assert premium_class(plans, "t/plan", born, date(2026, 6, 14)) == "0-18"
    assert premium_class(plans, "t/plan", born, date(2026, 6, 15)) == "19+"


def test_a_plan_without_classes_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="has no premium classes"):
        premium_class(book(tmp_path), "t/plan", date(2000, 1, 1), date(2026, 1, 1))
