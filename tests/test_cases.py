"""Golden cases: read with their places, answered by the engine, and what differs is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clausula.book import Book
from clausula.cases import Case, load_cases, run_case
from clausula.findings import PlanError
from clausula.questions import differences
from tests.plan_texts import CATALOGUE, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2026, 1, 1)}
RULES: list[tuple[str, dict[str, Any]]] = [
    ("benefit", {"id": "care", "services": ["care"], "pays": [{"share": "80 %"}]}),
    ("contact", {"id": "desk", "name": {"en": "desk"}, "hours": [{"days": "mon-fri", "from": "08:00", "to": "18:00"}]}),
    (
        "service_level",
        {"id": "answer", "name": {"en": "answer"}, "from": "received", "to": "answered", "within": "20 days"},
    ),
]
VISIT = {"service": "care/visit", "served_on": date(2026, 3, 2), "charged": 100}


@pytest.fixture(scope="module")
def book() -> Book:
    made = Book(CATALOGUE, {})
    made.add(text_of(HEAD, RULES))
    return made


def wrong(book: Book, expect: dict[str, Any], **given: Any) -> str:
    given = given or {"lines": [VISIT]}
    return "\n".join(run_case(book, Case("a case", "t/plan", given, expect)).wrong)


@pytest.mark.parametrize(
    "expect",
    [
        {"paid": 80, "borne": "0.2 * 100", "outcome": "partly"},
        {"lines": [{"paid": 80}]},
        {"lines": [{"nth": 1, "paid": 80, "benefit": "care"}]},
    ],
)
def test_what_comes_out_as_expected_passes(book: Book, expect: dict[str, Any]) -> None:
    assert wrong(book, expect) == ""


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"paid": 90}, "paid is 80.00, expected 90"),
        ({"lines": [{"paid": 90}]}, "paid is 80.00, expected 90"),
        ({"lines": [{"nth": "2", "paid": 80}]}, "there is no line 2"),
        ({"lines": [{"nth": "first", "paid": 80}]}, "there is no line first"),
        ({"outcome": "not_covered"}, "outcome is partly"),
        ({"lines": 3}, "expected a list of tables, found 3"),
        ({"lines": [{"by": 3}]}, "expected a table, found 3"),
        ({"luck": 1}, "do not know what to expect of 'luck'"),
    ],
)
def test_what_differs_is_told(book: Book, expect: dict[str, Any], told: str) -> None:
    assert told in wrong(book, expect)


@pytest.mark.parametrize(
    ("expect", "given", "told"),
    [
        ({"paid": 80}, {"lines": [{"served_on": "soon"}]}, "is not a date"),
        ({"outcome": "covered"}, {"people": [{"id": "a", "born": date(1990, 1, 1)}]}, "no line was decided"),
        ({"premium": 5}, {"lines": [VISIT]}, "the day of the question is missing"),
        ({"premium": 5}, {"on": date(2026, 3, 2), "facts": 3}, "given.facts: expected a table, found 3"),
        ({"outcome": "covered"}, {"line": 3, "lines": [VISIT]}, "given.line: expected a table, found 3"),
        ({"outcome": "covered"}, {"lines": [VISIT], "usage": [3]}, "given.usage[1]: expected a table, found 3"),
        ({"open": True}, {"contact": "nobody", "at": date(2026, 3, 2)}, "there is no contact 'nobody'"),
        ({"late": False}, {"level": "never", "since": date(2026, 3, 2)}, "there is no service level 'never'"),
        ({"guide": {"outcome": "covered"}}, {"on": date(2026, 3, 2)}, "the guide needs a line"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_failure_with_its_reason(
    book: Book, expect: dict[str, Any], given: dict[str, Any], told: str
) -> None:
    assert told in wrong(book, expect, **given)


def test_hours_and_service_levels_are_answered_at_a_moment(book: Book) -> None:
    assert wrong(book, {"open": False}, contact="desk", at=date(2026, 3, 1)) == ""
    given = {"level": "answer", "since": date(2026, 3, 1), "done": date(2026, 3, 22)}
    assert wrong(book, {"due": date(2026, 3, 21), "late": True}, **given) == ""


def test_tables_are_compared_by_the_keys_that_are_named() -> None:
    assert list(differences("left", {"a": 1}, {"a": 1, "b": 2})) == []
    assert list(differences("left", {"a": 1}, {"a": 2})) == ["left.a is 2, expected 1"]
    assert list(differences("enrolment", "covered", {"ann": {"outcome": "covered", "reason": ""}})) == []
    assert list(differences("ends", "never", {"ann": None})) == []
    assert list(differences("ends", "never", {"ann": date(2026, 1, 1)})) == ["ends is 2026-01-01, expected never"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[case", "not-toml"),
        ("[[case]]\nname = 'x'\n", "bad-case"),
        ("[[case]]\nname = 'x'\nexpect.paid = 1\ncolour = 'red'\n", "bad-case"),
        ("case = 1", "bad-case"),
        ("case = ['x']", "bad-case"),
        ("[[case]]\nname = 1\nexpect.paid = 1\n", "bad-case"),
        ("[[case]]\nname = 'x'\nexpect = 3\n", "bad-case"),
        ("[[case]]\nname = 'x'\ngiven = 3\nexpect.paid = 1\n", "bad-case"),
        ("[[case]]\nname = 'x'\nexpect.paid = 1\n[other]\na = 1\n", "unknown-block"),
    ],
)
def test_a_case_file_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "cases.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        load_cases(tmp_path / "cases.toml", "t/plan")
    assert [each.code for each in caught.value.findings] == [code]


def test_a_case_names_the_rules_it_speaks_of() -> None:
    assert Case("UV-08 and NS-X1 hold together", "t/plan", {}, {}).rules() == {"UV-08", "NS-X1"}
