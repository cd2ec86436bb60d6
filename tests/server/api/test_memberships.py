"""Memberships over the API: lost and restored by a person with reasons, never otherwise; read by whom it concerns."""

from typing import Any

import pytest

from clausula_server.enrolment.models import Enrolment, MembershipDecision, PersonFact
from clausula_server.lib.acting import acting, system
from tests.api_world import Asker, days_ago, token_of
from tests.claims_world import MEDIO
from tests.insured import D, italians, registered
from tests.world import Cast

pytestmark = pytest.mark.django_db
FAREMUTUA = "Faremutua, administered by UniSalute"


@pytest.fixture
def home(cast: Cast) -> Any:
    with acting(system("test")):
        registered()
        return italians(D, MEDIO)


def decision(**more: Any) -> dict[str, Any]:
    return {
        "insurer": FAREMUTUA, "verdict": "lost", "ground": "contributions",
        "reason": "Three contributions are open after two reminders.", "effective_on": days_ago(-20).isoformat(),
        **more,
    }  # fmt: skip


def open_enrolments(home: Any) -> int:
    with acting(system("test")):
        return Enrolment.objects.filter(household=home.household, during__endswith__isnull=True).count()


def place_of(answer: Any) -> str:
    assert answer.status_code == 422, answer.content
    return str(answer.json()["faults"][0]["place"])


def test_a_membership_is_lost_with_reasons_and_restored_on_appeal(omar: Asker, home: Any) -> None:
    path, before = f"/persons/{home.people['giulia'].id}/membership-decisions", open_enrolments(home)
    key = {"Idempotency-Key": "lost-1"}
    answer = omar.post(path, decision(), **key)
    told = answer.json()
    assert (answer.status_code, told["verdict"], told["appeal_until"]) == (201, "lost", days_ago(-50).isoformat())
    assert told["decided_by_name"] == "Omar Weber (test)"
    assert (before, open_enrolments(home)) == (5, 0)
    assert omar.post(path, decision(), **key).json()["id"] == told["id"]
    back = decision(
        verdict="active", reason="The bank had lost the payments.", answers=told["id"],
        effective_on=days_ago(-30).isoformat(),
    )  # fmt: skip
    assert omar.post(path, back).status_code == 201
    assert open_enrolments(home) == before
    assert [each["verdict"] for each in omar.get(path).json()["items"]] == ["active", "lost"]


def test_a_decision_without_reasons_or_for_days_gone_by_is_none(omar: Asker, home: Any) -> None:
    path = f"/persons/{home.people['giulia'].id}/membership-decisions"
    assert place_of(omar.post(path, decision(reason="late"))) == "reason"
    assert place_of(omar.post(path, decision(verdict="gone"))) == "verdict"
    assert place_of(omar.post(path, decision(effective_on=days_ago(1).isoformat()))) == "effective_on"
    assert place_of(omar.post(path, decision(insurer="nobody"))) == "insurer"
    assert place_of(omar.post(path, decision(answers=str(home.household.id)))) == "answers"
    with acting(system("test")):
        assert not MembershipDecision.objects.exists()
    assert open_enrolments(home) == 5


def test_members_read_what_was_decided_on_them_and_others_do_not(cast: Cast, omar: Asker, as_web: None) -> None:
    path = f"/persons/{cast.people['anna'].id}/membership-decisions"
    with acting(system("test")):
        MembershipDecision.objects.create(
            person=cast.people["anna"], insurer=FAREMUTUA, verdict="under-review", ground="fraud",
            reason="two bills that look invented", effective_on=days_ago(-1), decided_by=cast.users["omar"].id,
        )  # fmt: skip
    (told,) = Asker(token_of(cast, "anna")).get(path).json()["items"]
    assert told["reason"] == "two bills that look invented"
    assert Asker(token_of(cast, "sven")).get(path).status_code == 404
    assert Asker(token_of(cast, "anna")).post(path, decision()).status_code == 403


def test_what_plans_ask_of_a_person_is_stated_with_how_we_know(omar: Asker, home: Any) -> None:
    person = home.people["giulia"].id
    body = {"fact": "in_education", "value": True, "basis": "letter of the school", "start": days_ago(0).isoformat()}
    assert place_of(omar.post(f"/persons/{person}/facts", {**body, "fact": "shoe_size"})) == "shoe_size"
    answer = omar.post(f"/persons/{person}/facts", body)
    assert answer.status_code == 201, answer.content
    with acting(system("test")):
        held = PersonFact.objects.get(pk=answer.json()["id"])
    assert (held.fact, held.value, held.basis) == ("in_education", True, "letter of the school")
