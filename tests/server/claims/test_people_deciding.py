"""Overrides and appeals: a person decides otherwise, with a reason; the engine's decision stays beside it."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from clausula_server.claims.actions.appeal import answer_appeal, file_appeal
from clausula_server.claims.actions.claim import reverse_claim
from clausula_server.claims.actions.override import (
    OverCover,
    confirm_override,
    end_override,
    override_line,
    refuse_override,
)
from clausula_server.claims.models import Decision, Line, Override, Status
from clausula_server.claims.queries import faults_of
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Refused
from clausula_server.lib.roles import Role
from tests.claims_world import PIU, Home, bill, claim_of, decisions, italian_home, mri, owed, papers, used

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)
WHY = "The invoice is paid, the bank confirms it."
MARA = Actor(user=new_id(), roles=frozenset({Role.CLAIMS_HANDLER}), name="Mara")
VERA = Actor(user=new_id(), roles=frozenset({Role.MEDICAL_ADVISER}), name="Vera")


@pytest.fixture
def home(as_system: None) -> Home:
    return italian_home()


@pytest.fixture
def as_mara(home: Home) -> Iterator[None]:
    with acting(MARA, "test"):
        yield


def line_of(claim: UUID) -> Line:
    return Line.objects.get(claim=claim, stands=True)


def high(home: Home) -> str:
    """The benefit for high specialisation in Più."""
    (cover,) = [each for each in Decision.objects.exclude(covers=[])[0].covers if each["benefit"]]
    return str(cover["benefit"])


def test_an_override_stands_beside_the_engines_decision(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 300_00))
    plan = decisions(claim)[0].covers[0]["plan"]
    override_line(line_of(claim), [OverCover(plan, 300_00)], WHY, TODAY)
    taken = Decision.objects.filter(claim=claim).order_by("id")
    assert [(each.taken, each.outcome, each.paid) for each in taken] == [
        ("engine", "needs_document", 0), ("override", "covered", 300_00),
    ]  # fmt: skip
    assert (claim_of(claim).status, taken[1].decided_by, taken[1].replaces) == ("decided", MARA.user, taken[0])
    assert owed("member.payable", home.of("carla")) == -300_00
    assert faults_of(home.household.id) == [] == ledger.faults()


def test_an_override_counts_against_the_limits_of_the_benefit_it_names(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        papers(home.of("carla"))
        first = bill(home.of("carla"), mri(date(2026, 5, 10), 400_00))
        second = bill(home.of("carla"), mri(date(2026, 5, 20), 4_900_00))
    cover = next(each for each in decisions(first)[0].covers if each["paid"])
    override_line(line_of(first), [OverCover(cover["plan"], 50_00, cover["benefit"])], WHY, TODAY)
    assert [decisions(each)[0].paid for each in (first, second)] == [50_00, 4_900_00]
    assert list(used(home.household, "high-specialisation").values()) == [4_950_00]
    end_override(line_of(first), "the rules were right", TODAY)
    assert [decisions(each)[0].paid for each in (first, second)] == [400_00, 4_600_00]
    assert faults_of(home.household.id) == []


def test_above_the_setting_two_people_decide(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 900_00))
    plan = decisions(claim)[0].covers[0]["plan"]
    proposed = override_line(line_of(claim), [OverCover(plan, 900_00)], WHY, TODAY)
    assert (proposed.needs_second, claim_of(claim).paid) == (True, 0)
    with pytest.raises(Refused, match="two people"):
        confirm_override(proposed, TODAY)
    with acting(VERA):
        confirm_override(Override.objects.get(), TODAY)
        assert claim_of(claim).paid == 900_00
        with pytest.raises(Refused, match="answered already"):
            refuse_override(Override.objects.get(), "no")


def test_what_is_not_confirmed_never_holds(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 900_00))
    plan = decisions(claim)[0].covers[0]["plan"]
    proposed = override_line(line_of(claim), [OverCover(plan, 900_00)], WHY, TODAY)
    with acting(VERA):
        refuse_override(proposed, "the bill is of somebody else")
    assert claim_of(claim).paid == 0


def test_an_override_cannot_pay_more_than_is_open_nor_lack_a_reason(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 100_00))
    line = line_of(claim)
    with pytest.raises(Refused) as refused:
        override_line(line, [OverCover(PIU, 200_00, "cake"), OverCover("fr/medaviz", 1, cash=2)], "so", TODAY)
    assert {fault.place for fault in refused.value.faults} == {
        "reason", "covers.1.benefit", "covers.2.plan", "covers.2.paid", "covers",
    }  # fmt: skip
    with acting(system("test")), pytest.raises(Refused, match="only a person"):
        override_line(line, [OverCover(PIU, 1)], WHY, TODAY)


def test_an_appeal_is_filed_once_and_answered_with_reasons(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 100_00))
        appeal = file_appeal(claim_of(claim), "I have paid this bill, see the receipt.")
    assert claim_of(claim).status == Status.APPEALED
    with pytest.raises(Refused, match="open already"), acting(system("test")):
        file_appeal(claim_of(claim), "And once more, please look.")
    plan = decisions(claim)[0].covers[0]["plan"]
    override_line(line_of(claim), [OverCover(plan, 100_00)], WHY, TODAY, appeal)
    assert claim_of(claim).status == Status.APPEALED
    with pytest.raises(Refused, match="reasons"):
        answer_appeal(appeal, "ok", TODAY)
    answer_appeal(appeal, "You are right: the receipt is there.", TODAY)
    assert (claim_of(claim).status, claim_of(claim).paid, appeal.changed) == (Status.DECIDED, 100_00, True)
    assert decisions(claim)[0].because == "appeal"


def test_an_overridden_line_is_taken_back_like_any_other(home: Home, as_mara: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("carla"), mri(date(2026, 5, 10), 100_00))
    plan = decisions(claim)[0].covers[0]["plan"]
    override_line(line_of(claim), [OverCover(plan, 100_00)], WHY, TODAY)
    reverse_claim(claim_of(claim), "paid elsewhere", TODAY)
    assert (claim_of(claim).paid, owed("claims.benefits")) == (0, 0)
