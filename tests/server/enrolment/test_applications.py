"""Who may enrol with whom and when, by the plans' own rules: NS-29 to NS-34, ZK-05/06, PM-01/20, UV."""

from datetime import date

import pytest

from clausula_server.enrolment.actions.application import Wanted, apply, decide_application, enrol, withdraw_application
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.models import Application, Due, Enrolment, State, Term
from clausula_server.events.models import Event
from clausula_server.lib.acting import acting
from clausula_server.lib.periods import days
from clausula_server.people.actions.household import join_household
from clausula_server.people.actions.person import Address, NewPerson, move_person, register_person
from clausula_server.people.models import FamilyRole, Household
from tests.insured import (
    BASE,
    BASIC,
    LAMAL,
    MEDIO,
    MODULE,
    PIU,
    PLUSMED,
    SUPPLEMENT,
    ULTRA,
    D,
    a_home,
    enrolled,
    faults_of,
    italians,
    registered,
)
from tests.world import Cast

pytestmark = pytest.mark.django_db
ONE = {"jonas": (FamilyRole.HOLDER, date(1990, 4, 1))}


@pytest.fixture(autouse=True)
def plans(as_system: None) -> None:
    registered()


def reasons(row: Application) -> set[str]:
    return {each["reason"] for answer in row.answers for each in answer["reasons"]}


def test_base_is_for_the_member_alone() -> None:  # NS-29 G3
    home = italians()
    row = apply(home.household, BASE, home.wanted("marco"), D, D)
    assert (row.state, reasons(row)) == (State.REFUSED, {"MEMBERS_ONLY"})
    assert apply(home.household, BASE, home.wanted("marco", own_membership=True), D, D).state == State.ACCEPTED


def test_a_resident_abroad_is_no_member() -> None:  # NS-29 G2
    home = a_home(ONE, country="CH")
    assert reasons(apply(home.household, BASE, home.wanted("jonas"), D, D)) == {"RESIDENTS_ONLY"}


def test_a_company_is_no_member() -> None:  # NS-29 G1
    home = a_home(ONE)
    state_fact(home.people["jonas"], "legal_person", True, "company register", D)
    assert reasons(apply(home.household, BASE, home.wanted("jonas"), D, D)) == {"NATURAL_PERSONS_ONLY"}


def test_the_family_enters_in_whole_or_not_at_all() -> None:  # NS-31
    home = italians()
    row = apply(home.household, MEDIO, home.wanted("giulia", "marco"), D, D)
    assert (row.state, reasons(row)) == (State.REFUSED, {"FAMILY_INCOMPLETE"})
    assert not Enrolment.objects.filter(plan=MEDIO).exists()
    assert apply(home.household, MEDIO, home.wanted("giulia", "marco", "luca", "sofia"), D, D).state == State.ACCEPTED
    assert Enrolment.objects.filter(plan=MEDIO).count() == 4


def test_who_is_not_on_the_family_certificate_is_left_out() -> None:
    home = italians()
    state_fact(home.people["luca"], "on_family_certificate", False, "certificate seen", D)
    row = apply(home.household, MEDIO, home.wanted("giulia", "marco", "luca", "sofia"), D, D)
    assert "NOT_ON_FAMILY_CERTIFICATE" in reasons(row)
    assert apply(home.household, MEDIO, home.wanted("giulia", "marco", "sofia"), D, D).state == State.ACCEPTED


def test_the_certificate_is_asked_for_where_nobody_has_seen_it() -> None:
    home = italians()
    for name in ("marco", "luca", "sofia"):
        home.people[name].facts.all().delete()
    row = apply(home.household, MEDIO, home.wanted("giulia", "marco", "luca", "sofia"), D, D)
    assert (row.state, row.outcome) == (State.WAITING, "needs_document")
    for name in ("marco", "luca", "sofia"):
        state_fact(home.people[name], "on_family_certificate", True, "certificate seen", date(2025, 1, 1))
    assert decide_application(row, accept=True, reason="certificate came on 3 January").state == State.ACCEPTED


@pytest.mark.parametrize(
    ("start", "state", "reason"),
    [
        (D, State.ACCEPTED, ""),
        (date(2027, 1, 1), State.ACCEPTED, ""),
        (date(2026, 6, 1), State.REFUSED, "ENTRY_DATE"),
        (date(2028, 1, 1), State.WAITING, "LATER_ENTRY"),
    ],
)
def test_the_family_enters_with_the_holder_or_at_the_first_expiry(
    start: date, state: str, reason: str
) -> None:  # NS-32
    home = italians(D, MEDIO, "giulia")
    row = apply(home.household, MEDIO, home.wanted("marco", "luca", "sofia"), start, start)
    assert (row.state, reason in reasons(row) or not reason) == (state, True)


def test_a_newborn_enters_on_its_birthday_if_asked_for_in_time() -> None:
    home = italians(D, MEDIO)
    born = date(2026, 4, 2)
    nino = register_person(NewPerson("Nino", "Rossi", born, "it", "IT"), born)
    join_household(home.household, nino, FamilyRole.CHILD, born)
    home.people["nino"] = nino
    state_fact(nino, "on_family_certificate", True, "certificate seen", born)
    state_fact(nino, "family_event_on", born.isoformat(), "birth certificate", born)
    late = apply(home.household, MEDIO, home.wanted("nino"), born, date(2026, 6, 2))
    assert reasons(late) == {"ENTRY_DATE"}
    assert apply(home.household, MEDIO, home.wanted("nino"), born, date(2026, 4, 20)).state == State.ACCEPTED
    facts = Term.objects.get(enrolment=enrolled(home, "nino", MEDIO)).facts
    assert facts["holder_start"] == "2026-01-01"


@pytest.mark.parametrize(
    ("born", "state"),
    [
        (date(1945, 6, 1), State.ACCEPTED),
        (date(1945, 1, 2), State.ACCEPTED),
        (date(1945, 1, 1), State.REFUSED),
    ],
)
def test_a_holder_of_eighty_may_still_join(born: date, state: str) -> None:  # NS-33 G2, G4
    home = a_home({"nonna": (FamilyRole.HOLDER, born)})
    row = apply(home.household, BASE, home.wanted("nonna"), D, D)
    assert (row.state, reasons(row)) == (state, {"TOO_OLD"} if state == State.REFUSED else set())


def test_medio_needs_base_first() -> None:  # NS-34 G4
    home = a_home(ONE)
    assert reasons(apply(home.household, MEDIO, home.wanted("jonas"), D, D)) == {"BASE_REQUIRED"}
    enrol(home.household, BASE, home.wanted("jonas"), date(2026, 2, 1), D)
    assert reasons(apply(home.household, MEDIO, home.wanted("jonas"), D, D)) == {"BASE_REQUIRED"}, "Base begins later"
    assert apply(home.household, MEDIO, home.wanted("jonas"), date(2026, 2, 1), D).state == State.ACCEPTED


def test_medio_beside_piu_is_left_to_a_person() -> None:
    home = italians(D, MEDIO, "giulia")
    row = apply(home.household, PIU, home.wanted("giulia"), D, D)
    assert (row.state, reasons(row)) == (State.WAITING, {"MEDIO_AND_PIU"})


def test_the_module_goes_on_top_of_basic_insurance_and_beside_no_supplement() -> None:  # ZK-05, ZK-06
    home = a_home(ONE, country="NL")
    assert reasons(apply(home.household, MODULE, home.wanted("jonas"), D, D)) == {"NO_BASIC_INSURANCE"}
    enrol(home.household, BASIC, home.wanted("jonas"), D, D)
    enrol(home.household, SUPPLEMENT, home.wanted("jonas"), date(2026, 7, 1), D)
    beside = apply(home.household, MODULE, home.wanted("jonas"), D, D)
    assert reasons(beside) == {"SUPPLEMENTARY_POLICY_HELD"}, "also where the other one begins later"


def test_the_module_asks_nothing_about_health() -> None:  # ZK-05 G1
    home = a_home(ONE, country="NL")
    enrol(home.household, BASIC, home.wanted("jonas"), D, D)
    assert apply(home.household, MODULE, home.wanted("jonas"), D, D).state == State.ACCEPTED


def test_nobody_states_the_plans_own_reading() -> None:
    home = a_home(ONE, country="NL")
    found = faults_of(lambda: apply(home.household, MODULE, home.wanted("jonas", excludes_av=False), D, D))
    assert found == {"wanted[0].facts.excludes_av": "this is not stated, it follows from plan and household."}


@pytest.mark.parametrize(
    ("canton", "state", "reason"),
    [
        ("LU", State.ACCEPTED, set()),
        ("AR", State.ACCEPTED, set()),
        ("VD", State.REFUSED, {"CANTON_NOT_SERVED"}),
        ("AI", State.REFUSED, {"CANTON_NOT_SERVED"}),
        ("ZH", State.WAITING, {"REGION_TO_BE_CHECKED"}),
    ],
)
def test_plusmed_exists_in_nine_cantons(canton: str, state: str, reason: set[str]) -> None:  # PM-20
    home = a_home(ONE, country="CH", canton=canton)
    row = apply(home.household, PLUSMED, home.wanted("jonas", franchise="300"), D, D)
    assert (row.state, reasons(row)) == (state, reason)


def test_plusmed_is_not_sold_online(cast: Cast) -> None:  # PM-01
    sven = cast.people["sven"]

    move_person(sven, Address("6003", "Luzern", "CH", canton="LU"), date(2025, 1, 1))
    home = Household.objects.get(memberships__person=sven)
    wanted = [Wanted(sven.id, {"franchise": "300"})]
    with acting(cast.acts("sven")):
        row = apply(home, PLUSMED, wanted, D, D)
        assert (row.state, reasons(row)) == (State.REFUSED, {"NOT_SOLD_ONLINE"})
        assert "0800 277 872" in row.answers[0]["reasons"][0]["advice"]["fr"]
        assert (
            "online"
            in faults_of(lambda: apply(home, PLUSMED, wanted, D, D, {"sale_channel": "phone"}))["facts.sale_channel"]
        )
    with acting(cast.acts("omar")):
        assert apply(home, PLUSMED, wanted, D, D, {"sale_channel": "adviser"}).state == State.ACCEPTED


def test_a_region_to_be_checked_is_decided_by_a_person_with_a_reason(cast: Cast) -> None:
    home = a_home(ONE, country="CH", canton="ZH")
    row = apply(home.household, PLUSMED, home.wanted("jonas", franchise="300"), D, D)
    assert "reason" in faults_of(lambda: decide_application(row, accept=True, reason=" "))
    assert "decided_by" in faults_of(lambda: decide_application(row, accept=True, reason="the commune is served"))
    with acting(cast.acts("omar")):
        assert decide_application(row, accept=True, reason="the commune is served").decided_by == cast.users["omar"].id
        assert "application" in faults_of(lambda: decide_application(row, accept=False, reason="again"))
    assert enrolled(home, "jonas", PLUSMED).application_id == row.id


def test_what_waits_can_be_refused_or_withdrawn(cast: Cast) -> None:
    home = a_home(ONE, country="CH", canton="BE")
    row = apply(home.household, PLUSMED, home.wanted("jonas", franchise="300"), D, D)
    assert withdraw_application(row).state == State.WITHDRAWN
    row = apply(home.household, PLUSMED, home.wanted("jonas", franchise="300"), D, D)
    with acting(cast.acts("omar")):
        assert decide_application(row, accept=False, reason="not in a served region").state == State.REFUSED
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(("born", "franchise", "state"), [
    (date(1990, 1, 1), "300", State.ACCEPTED),
    (date(1990, 1, 1), "400", State.REFUSED),
    (date(2010, 1, 1), "400", State.ACCEPTED),
    (date(2010, 1, 1), "2500", State.REFUSED),
])  # fmt: skip
def test_a_franchise_is_one_the_law_knows(born: date, franchise: str, state: str) -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, born)}, country="CH", canton="LU")
    assert apply(home.household, LAMAL, home.wanted("jonas", franchise=franchise), D, D).state == state


def test_ultra_varia_is_open_to_whoever_asks() -> None:
    home = a_home(ONE, country="CH")
    assert apply(home.household, ULTRA, home.wanted("jonas", signed_on="2025-12-01"), D, D).state == State.ACCEPTED


def test_bad_input_is_told_at_its_place_all_at_once() -> None:
    home, other = italians(), a_home(ONE)
    wanted = [
        *home.wanted("giulia", francise=1),
        *other.wanted("jonas", own_membership="perhaps"),
        *home.wanted("giulia"),
    ]
    found = faults_of(lambda: apply(home.household, BASE, wanted, D, D, {"membership": "lost"}))
    assert found == {
        "facts.membership": "this is not stated, it follows from plan and household.",
        "wanted[0].facts.francise": f"{BASE} knows no such fact of an enrolment.",
        "wanted[0].person": f"Giulia Rossi is in {BASE} from 2026-01-01 already.",
        "wanted[1].facts.own_membership": "expected true or false, found 'perhaps'.",
        "wanted[1].person": "nobody of that id is in the household on 2026-01-01.",
        "wanted[2].person": "is named twice.",
    }


def test_an_amount_is_exact_and_a_day_is_a_day() -> None:
    home = a_home(ONE, country="CH", canton="LU")
    for value, words in ((300.1, "not exact"), ("many", "no money"), (True, "money")):
        found = faults_of(lambda value=value: apply(home.household, LAMAL, home.wanted("jonas", franchise=value), D, D))  # type: ignore[misc]
        assert words in found["wanted[0].facts.franchise"]
    found = faults_of(lambda: apply(home.household, ULTRA, home.wanted("jonas", signed_on="31.12.2025"), D, D))
    assert "no date" in found["wanted[0].facts.signed_on"]


def test_no_edition_no_nobody_no_enrolment() -> None:
    home = a_home(ONE)
    assert "plan" in faults_of(lambda: apply(home.household, "it/none", home.wanted("jonas"), D, D))
    assert "plan" in faults_of(lambda: apply(home.household, BASE, home.wanted("jonas"), date(2013, 1, 1), D))
    assert "wanted" in faults_of(lambda: apply(home.household, BASE, [], D, D))


def test_enrol_refuses_with_the_clause_and_leaves_nothing() -> None:
    home = italians()
    found = faults_of(lambda: enrol(home.household, MEDIO, home.wanted("giulia", "marco"), D, D))
    assert "FAMILY_INCOMPLETE, clause nx-family" in found["wanted[0]"]
    assert not Application.objects.filter(plan=MEDIO).exists()


def test_what_happened_is_appended_for_whom_it_concerns() -> None:
    home = italians()
    kinds = Event.objects.filter(person=home.people["giulia"].id).values_list("kind", flat=True)
    assert {"application.accepted", "enrolment.began", "contribution.due"} <= set(kinds)


def test_terms_know_since_when_somebody_is_covered_without_a_gap() -> None:
    home = italians(D)
    enrol(home.household, MEDIO, home.wanted("giulia"), date(2026, 7, 1), D)
    assert Term.objects.get(plan=MEDIO).facts["continuous_since"] == "2026-01-01"
    assert "continuous_since" not in Term.objects.get(plan=BASE).facts
    assert Term.objects.get(plan=MEDIO).during == days(date(2026, 7, 1))


def test_a_first_contribution_is_due_on_the_first_day() -> None:
    home = italians(D, PIU, "giulia", "marco", "luca", "sofia")
    assert sorted(Due.objects.values_list("amount", flat=True)) == [
        1000,
        18000,
        18000,
        20000,
        22000,
    ]  # NS-34 G3, and a child
    assert set(Due.objects.values_list("payer", flat=True)) == {home.people["giulia"].id}
