"""Endings by notice, by age, with the family; changes of plan and of choices."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from clausula_server.enrolment.actions.application import enrol
from clausula_server.enrolment.actions.change import change_plan
from clausula_server.enrolment.actions.due import post_dues
from clausula_server.enrolment.actions.ending import end_enrolment, withdraw_enrolment
from clausula_server.enrolment.actions.enrolment import change_choice
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.catalogue.asking import household_of
from clausula_server.enrolment.models import Due, Ended, Enrolment, Term
from clausula_server.enrolment.queries import dossier_on, enrolments_of
from clausula_server.lib.periods import days
from clausula_server.people.actions.household import leave_household
from clausula_server.people.models import FamilyRole, Membership
from tests.insured import BASE, LAMAL, MEDIO, PIU, PLUSMED, D, a_home, enrolled, faults_of, italians, registered

pytestmark = pytest.mark.django_db
END = date(2026, 6, 30)
NEXT = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def plans(as_system: None) -> None:
    registered()


def ended() -> set[tuple[str, str]]:
    return {(each.plan, each.ended_for) for each in Enrolment.objects.all()}


def test_base_takes_medio_with_it_only_where_that_is_understood() -> None:
    home = italians(D, MEDIO)
    base = enrolled(home, "giulia", BASE)
    found = faults_of(lambda: end_enrolment(base, END, Ended.NOTICE, "her wish"))
    assert MEDIO in found["with_others"]
    assert ended() == {(BASE, ""), (MEDIO, "")}
    gone = end_enrolment(base, END, Ended.NOTICE, "her wish", with_others=True)
    assert (gone[0].id, len(gone)) == (base.id, 5)
    assert ended() == {(BASE, Ended.NOTICE), (MEDIO, Ended.CONDITION)}
    assert not dossier_on(home.household.id, date(2026, 7, 1)).held


def test_the_family_ends_with_the_holder() -> None:
    home = italians(D, MEDIO)
    end_enrolment(enrolled(home, "giulia", MEDIO), END, Ended.NOTICE, "her wish")
    assert ended() == {(BASE, ""), (MEDIO, Ended.NOTICE), (MEDIO, Ended.FAMILY)}


def test_one_of_the_family_does_not_leave_alone() -> None:  # NS-31
    home = italians(D, MEDIO)
    found = faults_of(lambda: end_enrolment(enrolled(home, "marco", MEDIO), END, Ended.NOTICE, "his wish"))
    assert "FAMILY_INCOMPLETE" in found["enrolment"]
    state_fact(home.people["marco"], "on_family_certificate", False, "divorced", date(2026, 6, 1))
    end_enrolment(enrolled(home, "marco", MEDIO), END, Ended.NOTICE, "divorced")
    assert enrolled(home, "luca", MEDIO).ended_for == ""


def test_a_death_ends_one_and_leaves_the_others() -> None:
    home = italians(D, MEDIO)
    end_enrolment(enrolled(home, "luca", MEDIO), END, Ended.DEATH, "died")
    assert ended() == {(BASE, ""), (MEDIO, ""), (MEDIO, Ended.DEATH)}


def test_dues_that_have_not_begun_are_cancelled_those_that_have_are_not() -> None:
    home = italians()
    post_dues(enrolled(home, "giulia", BASE), NEXT)
    end_enrolment(enrolled(home, "giulia", BASE), date(2026, 12, 31), Ended.NOTICE, "her wish")
    told = {due.due_on.year: due.cancelled_for for due in Due.objects.all()}
    assert told == {2026: "", 2027: "her wish"}


def test_an_ending_makes_sense() -> None:
    home = italians()
    base = enrolled(home, "giulia", BASE)
    assert "last_day" in faults_of(lambda: end_enrolment(base, date(2025, 12, 31), Ended.NOTICE, "x"))
    assert "reason" in faults_of(lambda: end_enrolment(base, END, Ended.NOTICE, " "))
    end_enrolment(base, END, Ended.NOTICE, "her wish")
    assert "last_day" in faults_of(lambda: end_enrolment(base, NEXT, Ended.NOTICE, "x"))
    end_enrolment(base, date(2026, 5, 31), Ended.NOTICE, "earlier")
    enrol(home.household, BASE, home.wanted("giulia"), date(2026, 6, 1), D)


def test_what_has_not_begun_is_withdrawn_and_counts_nowhere() -> None:
    home = a_home({"giulia": (FamilyRole.HOLDER, date(1980, 1, 1))})
    (row,) = enrol(home.household, BASE, home.wanted("giulia"), NEXT, date(2027, 1, 1))
    assert "enrolment" in faults_of(lambda: withdraw_enrolment(row, NEXT, "too late"))
    assert "reason" in faults_of(lambda: withdraw_enrolment(row, D, ""))
    withdraw_enrolment(row, D, "changed her mind")
    assert not enrolments_of(home.people["giulia"].id)
    assert not Term.objects.exists()
    assert not Due.objects.filter(cancelled_on__isnull=True).exists()
    enrol(home.household, BASE, home.wanted("giulia"), NEXT, D)
    row.refresh_from_db()
    assert "enrolment" in faults_of(lambda: end_enrolment(row, NEXT, Ended.NOTICE, "x"))


def test_an_upgrade_starts_no_waiting_anew_where_it_was_held() -> None:  # NS-05 A2
    home = italians(D, MEDIO)
    change_plan(home.household, MEDIO, PIU, NEXT, date(2026, 12, 1))
    assert ended() == {(BASE, ""), (MEDIO, Ended.CHANGE), (PIU, "")}
    facts = Term.objects.get(enrolment=enrolled(home, "luca", PIU)).facts
    assert facts == {"continuous_since": "2026-01-01", "holder_start": "2027-01-01"}


def test_after_a_gap_the_waiting_starts_anew() -> None:
    home = italians(D, MEDIO)
    end_enrolment(enrolled(home, "giulia", BASE), END, Ended.NOTICE, "x", with_others=True)
    enrol(home.household, BASE, home.wanted("giulia"), date(2026, 7, 2), D)
    assert "continuous_since" not in Term.objects.filter(enrolment__person=home.people["giulia"]).latest("during").facts
    enrol(home.household, MEDIO, home.wanted("giulia", "marco", "luca", "sofia"), date(2026, 7, 3), D)
    held = {each.plan: each.facts for each in dossier_on(home.household.id, date(2026, 7, 3)).of_plan(MEDIO)[:1]}
    assert held[MEDIO].get("continuous_since", "2026-07-02") == "2026-07-02"


def test_an_upgrade_the_rules_refuse_leaves_everything_as_it_was() -> None:
    home = italians(D, MEDIO)
    state_fact(home.people["luca"], "on_family_certificate", False, "moved out", date(2026, 12, 1))
    assert "NOT_ON_FAMILY" in str(faults_of(lambda: change_plan(home.household, MEDIO, PIU, NEXT, D)))
    assert ended() == {(BASE, ""), (MEDIO, "")}
    assert "leaving" in faults_of(lambda: change_plan(home.household, PIU, MEDIO, NEXT, D))


def test_from_the_ordinary_model_into_plusmed_and_back() -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 4, 1))}, country="CH", canton="LU")
    jonas = home.people["jonas"].id
    enrol(home.household, LAMAL, home.wanted("jonas", franchise="300"), D, D)
    facts: dict[UUID, dict[str, object]] = {jonas: {"franchise": "2500"}}
    change_plan(home.household, LAMAL, PLUSMED, NEXT, date(2026, 11, 1), facts)
    change_plan(home.household, PLUSMED, LAMAL, date(2028, 1, 1), date(2027, 11, 1), facts)
    assert [each.plan for each in enrolments_of(jonas)] == [LAMAL, PLUSMED, LAMAL]


def test_a_franchise_changes_on_the_first_of_january_to_one_the_law_knows() -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 4, 1))}, country="CH", canton="LU")
    (row,) = enrol(home.household, LAMAL, home.wanted("jonas", franchise="300"), date(2026, 5, 1), D)
    assert "start" in faults_of(lambda: change_choice(row, {"franchise": "2500"}, date(2026, 7, 1)))
    assert "start" in faults_of(lambda: change_choice(row, {"franchise": "2500"}, D))
    assert "NO_SUCH_DEDUCTIBLE" in faults_of(lambda: change_choice(row, {"franchise": "400"}, NEXT))["facts"]
    assert "facts.francise" in faults_of(lambda: change_choice(row, {"francise": "300"}, NEXT))
    change_choice(row, {"franchise": "2500"}, NEXT)
    told = [(term.during, term.facts["franchise"]) for term in row.terms.order_by("during")]
    assert told == [(days(date(2026, 5, 1), date(2026, 12, 31)), "300"), (days(NEXT), "2500")]
    for day, franchise in ((date(2026, 12, 31), 300), (NEXT, 2500)):
        (held,) = household_of(dossier_on(home.household.id, day)).enrolments
        assert (held.start, held.facts["franchise"]) == (date(2026, 5, 1), franchise)


def test_a_household_is_read_in_two_statements_however_large_it_is(django_assert_num_queries: Any) -> None:
    home = italians(D, MEDIO)
    with django_assert_num_queries(2):
        dossier = dossier_on(home.household.id, D)
    assert (len(dossier.members), len(dossier.held)) == (4, 5)


def test_who_left_the_household_is_still_looked_at_while_enrolled_through_it() -> None:
    home = italians(D, MEDIO)
    leave_household(Membership.objects.get(person=home.people["luca"]), END)
    dossier = dossier_on(home.household.id, date(2026, 7, 1))
    assert dossier.member(home.people["luca"].id).role == "child"
    assert len(household_of(dossier).people) == 4
