"""A claim waits for what is missing, and goes on by itself when it arrives."""

from datetime import date

import pytest

from clausula_server.claims.actions.claim import state_facts
from clausula_server.claims.actions.evidence import answer_authorisation, void_evidence
from clausula_server.claims.actions.wait import assign_wait, pass_wait
from clausula_server.claims.models import Decision, Evidence, Line, Move, Pend, Status
from clausula_server.claims.queries import faults_of, worklist
from clausula_server.claims.stated import NewLine
from clausula_server.lib.refusals import Refused
from tests.claims_world import bill, claim_of, decisions, italian_home, mri, owed, paper, papers, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
DAY, LATER = date(2026, 5, 10), date(2026, 6, 1)


def test_what_arrives_resumes_the_claim_that_waits_for_it() -> None:
    home = italian_home()
    carla = home.of("carla")
    claim = bill(carla, mri(DAY))
    (wait,) = Pend.objects.filter(claim=claim)
    assert claim_of(claim).status == Status.WAITING
    assert (wait.kind, wait.owner, wait.wants) == ("document", "member", ["prescription"])
    paper(carla, "prescription", date(2026, 5, 1), names=("pathology",))
    (first, second) = Pend.objects.filter(claim=claim).order_by("id")
    assert (first.closed_for, second.wants) == ("evidence", ["invoice-receipt"])
    paper(carla, "invoice-receipt", DAY)
    assert claim_of(claim).status == Status.DECIDED
    assert [each.outcome for each in Decision.objects.filter(claim=claim).order_by("id")] == [
        "needs_document", "needs_document", "covered",
    ]  # fmt: skip
    assert [move.after for move in Move.objects.filter(claim=claim).order_by("id")] == ["waiting", "decided"]
    assert owed("member.payable", carla) == -36_15
    assert faults_of(home.household.id) == []


def test_the_oldest_that_waits_is_served_first() -> None:
    home = italian_home()
    carla = home.of("carla")
    later = bill(carla, mri(date(2026, 5, 20), 4_000_00))
    earlier = bill(carla, mri(date(2026, 5, 10), 3_000_00), on=date(2026, 5, 21))
    papers(carla)
    assert [decisions(claim)[0].paid for claim in (earlier, later)] == [3_000_00, 2_000_00]
    assert sum(used(home.household, "high-specialisation").values()) == 5_000_00


def test_what_arrives_for_one_does_not_touch_another() -> None:
    home = italian_home()
    bill(home.of("carla"), mri(DAY))
    papers(home.of("dino"))
    assert Pend.objects.filter(closed_at__isnull=True).count() == 1


def test_an_authorisation_is_answered_and_the_claim_goes_on() -> None:
    home = italian_home()
    carla = home.of("carla")
    paper(carla, "prescription", date(2026, 5, 1), names=("pathology",))
    paper(carla, "emergency-department-report", date(2026, 4, 20))
    waiting = paper(carla, "authorisation", date(2026, 5, 9), status="pending")
    facts = {
        "cause": "accident", "accident_on": "2026-04-20", "purpose": "rehabilitation", "channel": "network",
        "doctor_in_network": True, "prescribed_by_specialty": "general-practice", "performed_by": "physiotherapist",
        "title_on_invoice": True,
    }  # fmt: skip
    claim = bill(
        carla, *(NewLine("physiotherapy/session", date(2026, 5, 10 + n), 40_00, facts=facts) for n in range(7))
    )
    assert claim_of(claim).status == Status.WAITING
    answer_authorisation(Evidence.objects.get(pk=waiting), "granted", LATER)
    assert [each.paid for each in decisions(claim)] == [40_00] * 6 + [10_00]
    assert claim_of(claim).status == Status.DECIDED
    with pytest.raises(Refused, match="answered already"):
        answer_authorisation(Evidence.objects.get(pk=waiting), "refused", LATER)


def test_a_missing_fact_is_stated_and_the_line_decided() -> None:
    home = italian_home()
    papers(home.of("carla"))
    line = NewLine("imaging/high-specialisation/mri", DAY, 36_15, facts={"channel": "public", "cause": "illness"})
    claim = bill(home.of("carla"), line)
    (wait,) = Pend.objects.filter(claim=claim)
    assert (wait.fact, claim_of(claim).status) == ("fee_kind", Status.WAITING)
    state_facts(Line.objects.get(claim=claim), {"fee_kind": "ticket"}, LATER)
    assert claim_of(claim).status == Status.DECIDED
    assert [line.stands for line in Line.objects.filter(claim=claim).order_by("id")] == [False, True]
    assert claim_of(claim).paid == 36_15


def test_evidence_taken_back_takes_back_what_rested_on_it() -> None:
    home = italian_home()
    papers(home.of("carla"))
    claim = bill(home.of("carla"), mri(DAY))
    void_evidence(Evidence.objects.get(kind="invoice-receipt"), LATER)
    assert (claim_of(claim).status, claim_of(claim).paid) == (Status.WAITING, 0)
    assert owed("member.payable", home.of("carla")) == 0
    assert used(home.household, "high-specialisation") == {}


def test_waits_are_taken_on_and_passed() -> None:
    home = italian_home()
    bill(home.of("carla"), mri(DAY))
    (wait,) = worklist(owner="member")
    assign_wait(wait, home.of("dino"))
    assert list(worklist(assigned_to=home.of("dino"))) == [wait]
    pass_wait(wait, "claims_handler", date(2027, 1, 1))
    assert [each.assigned_to for each in worklist(owner="claims_handler", kind="document")] == [None]
    assert not worklist(overdue_on=date(2026, 12, 31))
    with pytest.raises(Refused, match="nobody"):
        pass_wait(wait, "cook", date(2027, 1, 1))
