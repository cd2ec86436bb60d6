"""Memberships of a mutual, decided by a person with reasons; and what is stated of persons because plans ask."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clausula_server.api.concerns import of_person
from clausula_server.api.endpoint import Room
from clausula_server.api.records.claims import Done
from clausula_server.api.records.memberships import (
    MembershipDecisionIn,
    MembershipDecisionRecord,
    MembershipDecisions,
    PersonFactIn,
)
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.enrolment.actions import fact as facts
from clausula_server.enrolment.actions import membership as actions
from clausula_server.enrolment.models import Ground, MembershipDecision, Verdict
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Person

room = Room("enrolments")
OF = "/persons/{uuid:person}/membership-decisions"


@room.post(OF, "enrolment.membership.decide", of_person, status=201, errors=("refused",))
def decide_membership(request: HttpRequest, person: UUID, body: MembershipDecisionIn) -> MembershipDecisionRecord:
    """Put a membership under review, take it away, or restore it. Only a person decides, never arrears or a rule.

    Lost, every plan of the insurer ends on the day before, the family's with the holder's. They may appeal for 30 days.
    """
    answered = None
    if body.answers is not None:
        answered = MembershipDecision.objects.filter(pk=body.answers).first()
        if answered is None:
            refuse("answers", "there is no such decision.", "Name the one it answers, or leave it out.")
    new = actions.NewDecision(
        get_object_or_404(Person, pk=person), body.insurer, Verdict(body.verdict), Ground(body.ground), body.reason,
        body.effective_on, answered,
    )  # fmt: skip
    return _record(actions.decide_membership(new, timezone.localdate()))


@room.get(OF, "enrolment.membership.read", of_person)
def list_membership_decisions(
    request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50
) -> MembershipDecisions:
    """What was decided on the memberships of a person."""
    return MembershipDecisions.of(MembershipDecision.objects.filter(person=person), after, size, _record)


@room.post("/persons/{uuid:person}/facts", "enrolment.fact.state", of_person, status=201, errors=("refused",))
def state_fact(request: HttpRequest, person: UUID, body: PersonFactIn) -> Done:
    """State what plans ask of a person, such as being in education; what was stated before ends the day before."""
    row = facts.state_fact(get_object_or_404(Person, pk=person), body.fact, body.value, body.basis, body.start)
    return Done(id=row.id)


def _record(row: MembershipDecision) -> MembershipDecisionRecord:
    return MembershipDecisionRecord(
        id=row.id,
        person=row.person_id,
        insurer=row.insurer,
        verdict=row.verdict,
        ground=row.ground,
        reason=row.reason,
        effective_on=row.effective_on,
        appeal_until=row.appeal_until,
        answers=row.answers_id,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
    )
