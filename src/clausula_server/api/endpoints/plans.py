"""Editions of plans, with their clauses."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api.endpoint import Room, Told
from clausula_server.api.languages import language_of
from clausula_server.api.records.plain import Cursor, Day, Size, in_language
from clausula_server.api.records.plans import ClauseRecord, EditionRecord, Editions, EditionWhole
from clausula_server.enrolment.catalogue.clauses import clauses_of
from clausula_server.enrolment.models import PlanEdition
from clausula_server.lib.periods import DAY

room = Room("plans")
Plan = Annotated[str, Field(max_length=100, description="The plan's id.", examples=["ch/assura/plusmed"])]
OfferedOn = Annotated[Day | None, Field(description="Only editions that enrolments of that day take.")]
ReadOn = Annotated[
    Day | None, Field(description="The day of which the clauses are read; today, or the text's first or last.")
]


@room.get("/plans", "enrolment.plan.read", headers=("Content-Language",))
def list_editions(
    request: HttpRequest, plan: Plan = "", offered_on: OfferedOn = None, after: Cursor = None, size: Size = 50
) -> Annotated[Told, Editions]:
    """Editions of plans."""
    rows = PlanEdition.objects.defer("manifest")
    if plan:
        rows = rows.filter(plan=plan)
    if offered_on:
        rows = rows.filter(offered__contains=offered_on)
    language = language_of(request)
    return Told(
        Editions.of(rows, after, size, lambda row: EditionRecord(**_edition(row, language))),
        {"Content-Language": language, "Vary": "Accept-Language"},
    )


@room.get("/plans/{uuid:edition}", "enrolment.plan.read", headers=("Content-Language",))
def show_edition(request: HttpRequest, edition: UUID, on: ReadOn = None) -> Annotated[Told, EditionWhole]:
    """An edition with its clauses, to be read."""
    row = get_object_or_404(PlanEdition.objects.defer("manifest"), pk=edition)
    language = language_of(request)
    day = min(max(on or timezone.localdate(), row.starts), row.until or timezone.localdate())
    clauses = [
        ClauseRecord(
            id=each.id,
            title=in_language(each.title, language, each.id),
            titles=dict(each.title),
            kind=each.kind,
            prose=each.prose,
            source=each.source,
            rules=list(each.rules),
        )
        for each in clauses_of(row.digest, max(day, row.starts))
    ]
    return Told(
        EditionWhole(**_edition(row, language), clauses=clauses),
        {"Content-Language": language, "Vary": "Accept-Language"},
    )


def _edition(row: PlanEdition, language: str) -> dict[str, Any]:
    offered = row.offered
    return {
        "id": row.id, "plan": row.plan, "digest": row.digest, "label": row.label,
        "name": in_language(row.names, language, row.plan), "insurer": row.insurer, "country": row.country,
        "currency": row.currency, "starts": row.starts, "until": row.until,
        "offered_from": offered.lower if offered else None,
        "offered_until": offered.upper - DAY if offered and offered.upper else None,
    }  # fmt: skip
