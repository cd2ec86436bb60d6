"""Contributions: due by the plan's rules, paid, come back, late; and membership, which only a person takes away."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db.models import F, Sum

from clausula_server.enrolment.actions.application import apply, enrol
from clausula_server.enrolment.actions.due import (
    cancel_due,
    owed_by,
    post_dues,
    receive_contribution,
    return_contribution,
)
from clausula_server.enrolment.actions.membership import NewDecision, decide_membership
from clausula_server.enrolment.catalogue.asking import premium_class
from clausula_server.enrolment.models import Due, Ended, Enrolment, Ground, Term, Verdict
from clausula_server.enrolment.queries import arrears, dossier_on
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.actions.account import open_accounts
from clausula_server.lib.acting import acting
from clausula_server.lib.periods import days
from clausula_server.people.models import FamilyRole
from tests.insured import BASE, MEDIO, PIU, ULTRA, D, Home, a_home, enrolled, faults_of, italians, registered
from tests.world import Cast

pytestmark = pytest.mark.django_db
FAREMUTUA = "Faremutua, administered by UniSalute"
LATER = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def plans(as_system: None) -> None:
    registered()


def owed(home: Home) -> int:
    """What stands open on the holder's account."""
    place = owed_by(home.people["giulia"].id, "EUR")
    return ledger.balance(open_accounts([place])[place])


def paid() -> dict[str, int]:
    return {f"{due.rule} {due.due_on.year}": due.paid for due in Due.objects.filter(cancelled_on__isnull=True)}


@pytest.mark.parametrize(
    ("plan", "names", "total"),
    [
        ("", (), 1000),  # NS-34 G1
        (MEDIO, ("giulia",), 13000),
        (PIU, ("giulia", "marco", "sofia"), 61000),  # NS-34 G3
        (MEDIO, ("giulia", "marco", "sofia"), 32500),
    ],
)
def test_what_a_household_owes_for_a_year(plan: str, names: tuple[str, ...], total: int) -> None:
    home = a_home({name: row for name, row in FAMILY.items() if not names or name in names or name == "giulia"})
    enrol(home.household, BASE, home.wanted("giulia"), D, D)
    if plan:
        enrol(home.household, plan, home.wanted(*names), D, D)
    assert Due.objects.aggregate(sum=Sum("amount"))["sum"] == total
    assert owed(home) == total
    assert ledger.faults() == []


FAMILY = {
    "giulia": (FamilyRole.HOLDER, date(1980, 6, 15)),
    "marco": (FamilyRole.SPOUSE, date(1978, 2, 3)),
    "sofia": (FamilyRole.CHILD, date(2016, 11, 30)),
}


def test_a_due_says_what_it_was_computed_from() -> None:
    home = italians(D, MEDIO, "giulia", "marco", "luca", "sofia")
    due = Due.objects.get(enrolment=enrolled(home, "luca", MEDIO))
    assert (due.rule, due.clause, due.amount, due.currency) == (
        "child-contribution",
        "medio-contributions",
        9500,
        "EUR",
    )
    assert due.period == days(D, date(2026, 12, 31))
    assert due.computed_from == {
        "edition": due.edition.digest, "on": "2026-01-01", "role": "child", "born": "2012-09-01", "amount": "95",
        "per": "year",
    }  # fmt: skip


def test_posting_again_posts_nothing() -> None:
    home = italians()
    row = enrolled(home, "giulia", BASE)
    assert post_dues(row, date(2026, 12, 31)) == []
    assert [due.due_on for due in post_dues(row, date(2028, 6, 1))] == [date(2027, 1, 1), date(2028, 1, 1)]
    assert post_dues(row, date(2028, 6, 1)) == []


def test_entry_in_mid_year_costs_the_whole_year() -> None:
    home = a_home({"giulia": FAMILY["giulia"]})
    enrol(home.household, BASE, home.wanted("giulia"), date(2026, 7, 15), D)
    assert not Due.objects.exists(), "not before it begins"
    post_dues(enrolled(home, "giulia", BASE), LATER.replace(month=8))
    due = Due.objects.get()
    assert (due.amount, due.period) == (1000, days(date(2026, 7, 15), date(2027, 7, 14)))


def test_a_payment_settles_the_oldest_first_and_the_rest_waits_for_the_next() -> None:
    home = italians()
    giulia = home.people["giulia"]
    post_dues(enrolled(home, "giulia", BASE), date(2027, 1, 1))
    receive_contribution(giulia, 1500, "EUR", "bank-1", LATER)
    assert paid() == {"base-contribution 2026": 1000, "base-contribution 2027": 500}
    receive_contribution(giulia, 700, "EUR", "bank-2", LATER)
    assert paid() == {"base-contribution 2026": 1000, "base-contribution 2027": 1000}
    assert owed(home) == -200
    post_dues(enrolled(home, "giulia", BASE), date(2028, 1, 1))
    assert paid()["base-contribution 2028"] == 200
    assert owed(home) == 800
    assert "amount" in faults_of(lambda: receive_contribution(giulia, 0, "EUR", "bank-3", LATER))


def test_a_payment_that_came_back_leaves_the_due_open_again() -> None:
    home = italians()
    payment = receive_contribution(home.people["giulia"], 1000, "EUR", "debit-1", LATER)
    back = return_contribution(payment, "bounced-1", LATER)
    assert return_contribution(payment, "bounced-1", LATER) == back
    assert (paid(), owed(home)) == ({"base-contribution 2026": 0}, 1000)
    receive_contribution(home.people["giulia"], 1000, "EUR", "debit-2", LATER)
    assert (paid(), owed(home)) == ({"base-contribution 2026": 1000}, 0)


def test_a_cancelled_due_gives_its_money_to_the_next_and_is_posted_anew() -> None:
    home = italians()
    due = Due.objects.get()
    receive_contribution(home.people["giulia"], 1000, "EUR", "bank-1", LATER)
    assert "reason" in faults_of(lambda: cancel_due(due, " ", LATER))
    cancel_due(due, "computed for the wrong role", LATER)
    assert owed(home) == -1000
    assert "due" in faults_of(lambda: cancel_due(due, "again", LATER))
    post_dues(enrolled(home, "giulia", BASE), LATER)
    assert (paid(), owed(home)) == ({"base-contribution 2026": 1000}, 0)
    assert ledger.faults() == []


def test_arrears_say_who_is_late_and_do_nothing() -> None:
    home = italians(D, MEDIO, "giulia")
    assert arrears(date(2026, 1, 31)) == []
    (late,) = arrears(date(2026, 2, 1))
    assert (late.payer, late.amount, late.since, late.dues) == (home.people["giulia"].id, 13000, D, 2)
    receive_contribution(home.people["giulia"], 12999, "EUR", "bank-1", LATER)
    (late,) = arrears(LATER, payer=home.people["giulia"].id)
    assert (late.amount, late.dues) == (1, 1)
    assert set(Enrolment.objects.values_list("ended_for", flat=True)) == {""}, "late, and still a member (NS-30)"
    assert Term.objects.filter(facts__has_key="membership").count() == 0


@pytest.mark.parametrize(
    ("born", "on", "told"),
    [
        (date(2000, 12, 31), date(2026, 1, 1), "26-30"),
        (date(2001, 1, 1), date(2026, 12, 31), "19-25"),
        (date(2001, 1, 1), date(2027, 1, 1), "26-30"),
        (date(1935, 6, 1), date(2026, 1, 1), "91+"),
        (date(2007, 6, 1), date(2025, 12, 31), "0-18"),
        (date(2007, 6, 1), date(2026, 1, 1), "19-25"),
    ],
)
def test_a_premium_class_changes_on_the_first_of_january(born: date, on: date, told: str) -> None:  # UV-14
    rows = registered()
    assert premium_class(rows[ULTRA].digest, born, on) == told
    assert premium_class(rows[BASE].digest, born, on) == ""


def lost(home: Home, name: str = "giulia", on: date = LATER, **more: object) -> NewDecision:
    reason = "three contributions open after two reminders"
    return NewDecision(home.people[name], FAREMUTUA, Verdict.LOST, Ground.CONTRIBUTIONS, reason, on, **more)  # type: ignore[arg-type] # as told


def test_nothing_but_a_person_takes_a_membership_away() -> None:  # NS-30
    home = italians()
    assert "decided_by" in faults_of(lambda: decide_membership(lost(home), LATER))
    assert enrolled(home, "giulia", BASE).ended_for == ""


def test_a_lost_membership_ends_every_plan_of_the_mutual_and_the_family_with_the_holder(cast: Cast) -> None:
    home = italians(D, MEDIO)
    with acting(cast.acts("omar")):
        row = decide_membership(lost(home), LATER)
    assert row.appeal_until == date(2026, 7, 1)
    ended = {(each.plan, each.ended_for, each.during.upper) for each in Enrolment.objects.all()}
    assert ended == {(BASE, Ended.DECISION, LATER), (MEDIO, Ended.DECISION, LATER)}
    assert Enrolment.objects.filter(plan=MEDIO).count() == 4
    assert not dossier_on(home.household.id, LATER).held


def test_a_lost_membership_is_restored_on_appeal_as_if_nothing_had_been(cast: Cast) -> None:
    home = italians(D, MEDIO)
    with acting(cast.acts("omar")):
        decision = decide_membership(lost(home), date(2026, 5, 1))
        appeal = NewDecision(
            home.people["giulia"], FAREMUTUA, Verdict.ACTIVE, Ground.CONTRIBUTIONS, "the bank had lost the payments",
            date(2026, 6, 20), decision,
        )  # fmt: skip
        decide_membership(appeal, date(2026, 6, 20))
    assert len(dossier_on(home.household.id, date(2026, 6, 10)).held) == 5
    assert {each.during.upper for each in Enrolment.objects.all()} == {None}


def test_under_review_the_terms_say_so_from_that_day_on(cast: Cast) -> None:
    home = italians()
    review = NewDecision(
        home.people["giulia"], FAREMUTUA, Verdict.REVIEW, Ground.FRAUD, "two bills that look invented", LATER
    )
    with acting(cast.acts("omar")):
        decide_membership(review, LATER)
    told = [(term.during, term.facts.get("membership")) for term in Term.objects.order_by("during")]
    assert told == [(days(D, date(2026, 5, 31)), None), (days(LATER), "under-review")]
    cleared = NewDecision(
        home.people["giulia"], FAREMUTUA, Verdict.ACTIVE, Ground.FRAUD, "both bills are real", date(2026, 7, 1)
    )
    with acting(cast.acts("omar")):
        decide_membership(cleared, LATER)
    assert "membership" not in Term.objects.order_by("-during")[0].facts


def test_a_decision_makes_sense(cast: Cast) -> None:
    home = italians()
    with acting(cast.acts("omar")):
        one = decide_membership(lost(home), LATER)
        bad: list[tuple[str, Callable[[], object]]] = [
            ("effective_on", lambda: decide_membership(lost(home, on=date(2026, 5, 31)), LATER)),
            ("answers", lambda: decide_membership(lost(home, "marco", answers=one), LATER)),
            (
                "insurer",
                lambda: decide_membership(
                    NewDecision(home.people["giulia"], "?", Verdict.LOST, Ground.RULES, "a reason long enough", LATER),
                    LATER,
                ),
            ),
            (
                "reason",
                lambda: decide_membership(
                    NewDecision(home.people["giulia"], FAREMUTUA, Verdict.LOST, Ground.RULES, "late", LATER), LATER
                ),
            ),
            (
                "person",
                lambda: decide_membership(
                    NewDecision(
                        cast.people["omar"], FAREMUTUA, Verdict.LOST, Ground.RULES, "a reason long enough", LATER
                    ),
                    LATER,
                ),
            ),
        ]
        for place, work in bad:
            assert place in faults_of(work), place


def test_dues_add_up_to_the_ledger() -> None:
    home = italians(D, PIU)
    apply(home.household, BASE, home.wanted("marco", own_membership=True), D, D)
    receive_contribution(home.people["giulia"], 31234, "EUR", "bank", D)
    open_ = Due.objects.filter(cancelled_on__isnull=True).aggregate(sum=Sum(F("amount") - F("paid")))["sum"]
    assert open_ == owed(home)
