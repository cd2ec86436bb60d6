"""What would change the answer: carried out, each mend gives exactly what it promises, and never less than was paid."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from clausula import adjudicate
from clausula.book import Book
from clausula.decision import Decision
from clausula.explain import LANGUAGES
from clausula.household import Enrolment, Evidence, Facts, Household, Line, Person
from clausula.mend import Mend, carried_out, mends, tell
from clausula.usage import Usage
from tests.books import bundled
from tests.engines import interpreted
from tests.plan_texts import CATALOGUE, program_of
from tests.strategies import PROVIDERS, Situation, situations
from tests.test_explain import faults

CHOSEN = {"cause", "emergency", "level"}
"""Facts that the members of these tests may choose, so that more is tried than only what is missing."""
FACTS = {key: replace(fact, member_chooses=key in CHOSEN) for key, fact in CATALOGUE.facts.items()}


def line_by_line(case: Situation) -> list[tuple[Decision, Usage]]:
    """Each decision of a situation with the usage before it."""
    program = program_of(case.texts)
    ordered = [decision.line for decision in interpreted(program, case.household, case.lines, None).decisions]
    found = []
    for number, line in enumerate(ordered):
        usage = interpreted(program, case.household, ordered[:number], None).usage
        found.append((interpreted(program, case.household, [line], usage).decisions[0], usage))
    return found


@given(situations(most_lines=3))
@settings(max_examples=80, deadline=None)
def test_a_mend_carried_out_pays_what_it_promises(case: Situation) -> None:
    program = program_of(case.texts)
    for decision, usage in line_by_line(case):
        for mend in mends(decision, case.household, usage, PROVIDERS, FACTS):
            household, line = carried_out(mend, case.household, decision.line)
            after = interpreted(program, household, [line], usage).decisions[0]
            assert after.paid == mend.paid
            assert after.outcome in ("covered", "partly")
            assert after.paid > decision.paid or (after.charged == 0 and after.outcome == "covered")


@given(situations(most_lines=2))
@settings(max_examples=40, deadline=None)
def test_every_mend_is_a_whole_sentence(case: Situation) -> None:
    for decision, usage in line_by_line(case):
        for mend in mends(decision, case.household, usage, PROVIDERS, FACTS):
            for language in LANGUAGES:
                assert faults(tell(mend, CATALOGUE, language)) == []


# --- of the plans -----------------------------------------------------------------------------------------------------

NORA = Person("nora", date(1984, 3, 15), sex="female")
ENROLLED = Enrolment("nora", "ch/assura/plusmed", date(2025, 1, 1), facts={"franchise": 0})
VISIT = Line(
    "1", "nora", "outpatient/consultation", date(2026, 5, 18), Decimal(100),
    facts={"law": "KVG", "specialty": "dermatology"},
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Book:
    return bundled()


def ways(book: Book, line: Line, *evidence: Evidence, enrolment: Enrolment = ENROLLED) -> list[Mend]:
    household = Household("home", (NORA,), (enrolment,), evidence)
    (decision,) = adjudicate(book, household, [line]).decisions
    return mends(decision, household, facts=book.catalogue.facts)


def test_one_document_that_serves_twice_is_asked_for_once(book: Book) -> None:
    (way,) = ways(book, VISIT)
    assert [bring.requirement.id for bring in way.brings] == ["voucher"]
    assert way.paid == 90
    assert tell(way, book.catalogue) == (
        "With this, CHF 90.00 would be paid: delegation voucher or referral by the telemedicine centre dated 18 May "
        "2026 or earlier, for this specialty, issued by: family doctor, group practice or telemedicine centre."
    )


def test_any_date_between_the_bounds_will_do(book: Book) -> None:
    (way,) = ways(book, VISIT)
    assert (way.brings[0].earliest, way.brings[0].latest) == (None, VISIT.served_on)
    for day in (date(2026, 1, 1), VISIT.served_on):
        document = replace(way.evidence[0], issued_on=day)
        household = Household("home", (NORA,), (ENROLLED,), (document,))
        assert adjudicate(book, household, [VISIT]).decisions[0].paid == way.paid
    late = replace(way.evidence[0], issued_on=date(2026, 5, 19))
    assert adjudicate(book, Household("home", (NORA,), (ENROLLED,), (late,)), [VISIT]).decisions[0].paid == 0


def test_a_mend_that_pays_nothing_is_not_told(book: Book) -> None:
    assert ways(book, VISIT, enrolment=replace(ENROLLED, facts={"franchise": 2500})) == []


def test_nobody_is_invited_to_state_another_cause(book: Book) -> None:
    facts = {"cause": "illness", "purpose": "rehabilitation", "channel": "network"}
    line = Line("1", "nora", "physiotherapy/session", date(2026, 5, 18), Decimal(40), facts=facts)
    enrolment = Enrolment("nora", "it/faremutua/noisalute-piu", date(2025, 1, 1))
    assert ways(book, line, enrolment=enrolment) == []


def test_a_choice_the_member_has_is_told(book: Book) -> None:
    facts: Facts = {
        "channel": "private", "network_indicated": True, "booked_through_operations_centre": True,
        "doctor_in_network": True,
    }  # fmt: skip
    line = Line("1", "nora", "dental/visit", date(2026, 5, 18), Decimal(50), facts=facts)
    enrolment = Enrolment("nora", "it/faremutua/noisalute-piu", date(2025, 1, 1))
    found = ways(book, line, enrolment=enrolment)
    assert [(dict(way.facts), str(way.paid)) for way in found] == [({"channel": "network"}, "50.00")]
    assert [bring.requirement.id for bring in found[0].brings] == ["network-authorisation"]
    assert tell(found[0], book.catalogue).startswith("With this, € 50.00 would be paid: Care channel: network; ")
