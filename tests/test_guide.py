"""The guide: what must come first, who gives it and when; and the ways in which an answer would change."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.guide import Guide, guide
from clausula.household import Enrolment, Evidence, Household, Line, Person, Provider
from clausula.mend import Mend, mends, tell
from tests.plan_texts import CATALOGUE, Table, text_of

HEAD = {"id": "t/plan", "name": {"en": "T"}, "currency": "EUR", "from": date(2020, 1, 1)}
CONTACT = (
    "contact",
    {"id": "desk", "name": {"en": "desk"}, "hours": [{"days": "mon-fri", "from": "08:00", "to": "18:00"}]},
)
VOUCHER: Table = {
    "id": "voucher",
    "name": {"en": "voucher"},
    "services": ["care"],
    "evidence": ["voucher"],
    "dated": {"not_after": "served_on", "within_days": 30},
    "exempt": [{"when": {"emergency": True}}],
    "else": "needs_document",
    "from": "desk",
}
MONDAY = date(2026, 3, 2)


def book(*blocks: tuple[str, Table], **care: Any) -> Book:
    made = Book(CATALOGUE, {})
    benefit = {"id": "care", "services": ["care"], "pays": [{"at_most": 500, "per": "calendar year"}], **care}
    made.add(text_of(HEAD, [("benefit", benefit), CONTACT, *blocks]))
    return made


def member(*evidence: Evidence) -> Household:
    return Household(
        "h", (Person("ann", date(1990, 1, 1)),), (Enrolment("ann", "t/plan", date(2026, 1, 15)),), evidence
    )


def visit(**parts: Any) -> Line:
    return replace(Line("1", "ann", "care/visit", MONDAY, Decimal(80)), **parts)


def voucher(issued_on: date, **parts: Any) -> Evidence:
    return Evidence(kind="voucher", person="ann", issued_on=issued_on, **parts)


def asked(plans: Book, intent: Line, *evidence: Evidence) -> Guide:
    return guide(plans, member(*evidence), intent)


def test_what_is_missing_is_told_with_its_dates_and_who_gives_it() -> None:
    told = asked(book(("requirement", VOUCHER)), visit(time=600))
    (step,) = told.missing
    assert (told.outcome, step.id, step.failure) == ("needs_document", "voucher", "missing")
    assert (step.earliest, step.latest) == (date(2026, 1, 31), MONDAY)
    assert step.contact is not None
    assert (step.contact.id, step.open_now) == ("desk", True)
    assert [contact.id for contact in told.contacts] == ["desk"]
    assert [(each.kind, each.left) for each in told.limits] == [("limit", 50000)]


@pytest.mark.parametrize(("time", "open_now"), [(None, None), (1200, False), (600, True)])
def test_whether_somebody_answers_depends_on_the_hour(time: int | None, open_now: bool | None) -> None:
    (step,) = asked(book(("requirement", VOUCHER)), visit(time=time)).steps
    assert step.open_now is open_now


def test_a_step_is_done_exempt_or_done_wrongly() -> None:
    plans = book(("requirement", VOUCHER))
    (done,) = asked(plans, visit(), voucher(date(2026, 2, 20))).steps
    assert (done.state, done.evidence) == ("done", voucher(date(2026, 2, 20)))
    (exempt,) = asked(plans, visit(facts={"emergency": True})).steps
    assert exempt.state == "exempt"
    (late,) = asked(plans, visit(), voucher(date(2026, 3, 3))).steps
    assert (late.state, late.failure) == ("missing", "dated")


def test_a_step_that_depends_on_what_is_not_known_names_it() -> None:
    told = asked(book(("requirement", {**VOUCHER, "when": {"cause": "accident"}})), visit())
    (step,) = told.steps
    assert (step.state, step.fact) == ("unknown", "cause")


def test_a_waiting_time_says_from_when_there_is_cover() -> None:
    plans = book(("waiting", {"id": "wait", "name": {"en": "w"}, "days": 60}))
    assert asked(plans, visit()).covered_from == date(2026, 3, 16)
    months = book(("waiting", {"id": "wait", "name": {"en": "w"}, "months": 3}))
    assert asked(months, visit()).covered_from == date(2026, 4, 15)
    assert asked(book(), visit()).covered_from is None


# --- what would change the answer -------------------------------------------------------------------------------------


def ways(plans: Book, line: Line, *evidence: Evidence, providers: dict[str, Provider] | None = None) -> list[Mend]:
    household = member(*evidence)
    done = adjudicate(plans, household, [line], providers=providers or {})
    return mends(done.decisions[0], household, providers=providers or {}, facts=CATALOGUE.facts)


def test_a_document_that_would_pay_is_told_with_its_dates() -> None:
    (way,) = ways(book(("requirement", VOUCHER)), visit())
    assert [bring.requirement.id for bring in way.brings] == ["voucher"]
    assert (way.brings[0].earliest, way.brings[0].latest) == (date(2026, 1, 31), MONDAY)
    assert way.paid == 80
    assert "80.00" in tell(way, CATALOGUE)
    assert "voucher" in tell(way, CATALOGUE)


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "nl"])
def test_a_way_is_told_in_five_languages(language: str) -> None:
    (way,) = ways(book(("requirement", VOUCHER)), visit())
    assert "80" in tell(way, CATALOGUE, language)


def test_two_documents_may_be_needed_together() -> None:
    quote = {**VOUCHER, "id": "quote", "evidence": ["quote"], "issued_by": {"role": "dentist"}, "same": ["specialty"]}
    (way,) = ways(book(("requirement", VOUCHER), ("requirement", quote)), visit())
    assert {bring.requirement.id for bring in way.brings} == {"voucher", "quote"}
    assert {each.kind for each in way.evidence} == {"voucher", "quote"}
    assert tell(way, CATALOGUE)


def test_a_later_day_that_would_pay_is_told() -> None:
    (way,) = ways(book(("waiting", {"id": "wait", "name": {"en": "w"}, "days": 60})), visit())
    assert (way.on, way.paid) == (date(2026, 3, 16), Decimal(80))
    assert "16 March 2026" in tell(way, CATALOGUE)


def test_a_fact_nobody_stated_is_asked_for() -> None:
    (way,) = ways(book(when={"cause": "accident"}), visit())
    assert way.facts == {"cause": "accident"}
    assert way.paid == 80
    assert tell(way, CATALOGUE)


def test_a_fact_that_is_known_is_not_to_be_changed() -> None:
    assert ways(book(when={"cause": "accident"}), visit(facts={"cause": "illness"})) == []


def test_what_pays_already_or_never_would_has_no_ways() -> None:
    assert ways(book(), visit()) == []
    assert ways(book(("exclusion", {"id": "not", "name": {"en": "n"}, "services": ["care"]})), visit()) == []
