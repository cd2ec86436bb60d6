"""Who is in which plan, what is left, and what somebody is entitled to before care."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from pydantic import Field

from clausula_server.api.concerns import of_care, of_person
from clausula_server.api.endpoint import Room, Told
from clausula_server.api.languages import language_of
from clausula_server.api.records.enrolments import (
    CareIntended,
    ContactTo,
    EnrolmentRecord,
    Enrolments,
    EvidenceKind,
    GuidanceRecord,
    LeftOvers,
    LeftRecord,
    StepFirst,
    TermRecord,
)
from clausula_server.api.records.plain import Cursor, Day, Size, in_language, minor, shown
from clausula_server.api.said import minutes
from clausula_server.claims.foreseeing import guidance
from clausula_server.claims.queries import left_of
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.enrolment.models import Enrolment
from clausula_server.enrolment.queries import enrolments_of
from clausula_server.lib.periods import period

room = Room("enrolments")
On = Annotated[Day | None, Field(description="The day; today where none is named.")]


@room.get("/persons/{uuid:person}/enrolments", "enrolment.enrolment.read", of_person, headers=("Content-Language",))
def list_enrolments(
    request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50
) -> Annotated[Told, Enrolments]:
    """In which plans a person is and was, and under which terms."""
    rows = enrolments_of(person).prefetch_related("terms__edition")
    language = language_of(request)
    return Told(
        Enrolments.of(rows, after, size, lambda row: _enrolment(row, language)),
        {"Content-Language": language, "Vary": "Accept-Language"},
    )


@room.get("/persons/{uuid:person}/left", "claims.left.read", of_person, headers=("Content-Language",))
def show_left(request: HttpRequest, person: UUID, on: On = None) -> Annotated[Told, LeftOvers]:
    """What is left of limits, deductibles and counts on a day."""
    day, language = on or timezone.localdate(), language_of(request)
    items = [_left(each, language) for each in left_of(person, day)]
    return Told(
        LeftOvers(person=person, on=day, items=items), {"Content-Language": language, "Vary": "Accept-Language"}
    )


@room.post(
    "/persons/{uuid:person}/guide", "claims.claim.check", of_care, writes=False, headers=("Content-Language",),
    errors=("refused",),
)  # fmt: skip
def guide_person(request: HttpRequest, person: UUID, body: CareIntended) -> Annotated[Told, GuidanceRecord]:
    """What somebody is entitled to for care they intend, and what must come first. Nothing is written.

    Who gives what is missing, until when, at which number, and whether they answer at that hour.
    """
    language = language_of(request)
    line = NewLine(
        body.service, body.on, minor(body.charged), time=minutes(body.time), indication=body.indication,
        episode=body.episode, facts=body.facts,
    )  # fmt: skip
    seen_on = max(body.on, timezone.localdate())
    told = guidance(NewClaim(person, [line], "", seen_on, body.currency, provider=body.provider), language)
    record = GuidanceRecord(
        outcome=told.outcome,
        summary=told.summary,
        sentences=list(told.sentences),
        paid=shown(told.paid),
        borne=shown(told.borne),
        currency=told.currency,
        covered_from=told.covered_from,
        steps=[_step(each) for each in told.steps],
        draws_on=[_left(each, language) for each in told.draws_on],
        contacts=[ContactTo(**asdict(each)) for each in told.contacts],
    )
    return Told(record, {"Content-Language": language, "Vary": "Accept-Language"})


def _enrolment(row: Enrolment, language: str) -> EnrolmentRecord:
    held = period(row.during)
    terms = sorted(row.terms.all(), key=lambda term: period(term.during).start)
    return EnrolmentRecord(
        id=row.id,
        plan=row.plan,
        name=in_language(terms[-1].edition.names, language, row.plan) if terms else row.plan,
        since=held.start,
        until=held.until,
        ended_for=row.ended_for,
        terms=[
            TermRecord(
                edition=term.edition_id,
                since=period(term.during).start,
                until=period(term.during).until,
                facts=term.facts,
            )
            for term in terms
        ],
    )


def _left(each: Any, language: str) -> LeftRecord:
    top, used, left = (shown(n) if each.money else str(n) for n in (each.top, each.used, each.left))
    return LeftRecord(
        account=each.account,
        name=in_language(each.names, language, each.account),
        kind=each.kind,
        of=list(each.entity),
        unit=each.currency if each.money else "count",
        top=top,
        used=used,
        left=left,
        plan=each.plan,
        clause=each.clause,
    )


def _step(each: Any) -> StepFirst:
    kinds = [EvidenceKind(kind=kind, name=name) for kind, name in each.evidence]
    return StepFirst(**{**asdict(each), "evidence": kinds})
