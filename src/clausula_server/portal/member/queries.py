"""What pages of members read: whom they may look at, their cover, their claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from clausula_server.claims.engine.telling import service_names
from clausula_server.claims.models import Attachment, Claim, Line, Override, Pend, Request
from clausula_server.claims.queries import claims_of
from clausula_server.documents.models import Document
from clausula_server.enrolment.models import Term
from clausula_server.lib.acting import Actor
from clausula_server.lib.periods import period
from clausula_server.people.models import Identifier, IdentifierSystem, Person
from clausula_server.portal.shown import Pill, pill_of

ALSO_KNOWN_BY = (IdentifierSystem.MEMBER, IdentifierSystem.AHV, IdentifierSystem.CODICE_FISCALE)
"""Numbers a card shows, the first there is. BSN and NIR are not shown: their law keeps them to care and taxes."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody the member looks after. open: their care may be read; number: as the card shows it."""

    person: Person
    open: bool
    number: str

    @property
    def id(self) -> UUID:
        """The person's id."""
        return self.person.id


def relatives(actor: Actor) -> list[Relative]:
    """The member first, then those whose contracts they look after, the oldest first. One statement."""
    numbers = Identifier.objects.filter(person=OuterRef("pk")).values(json=JSONObject(system="system", value="value"))
    rows = Person.objects.filter(pk__in=actor.administrates).annotate(numbers=ArraySubquery(numbers))
    found = [Relative(row, row.id in actor.reads_care, _number(row.numbers)) for row in rows]
    return sorted(found, key=lambda each: (each.id != actor.person, each.person.born, each.id))


def _number(numbers: Sequence[Mapping[str, str]]) -> str:
    by = {each["system"]: each["value"] for each in numbers}
    system = next((each for each in ALSO_KNOWN_BY if each in by), None)
    if system is None:
        return ""
    value = by[system]
    return f"{value[:3]}.{value[3:7]}.{value[7:11]}.{value[11:]}" if system == IdentifierSystem.AHV else value


@dataclass(frozen=True, slots=True)
class Cover:
    """What somebody is in on a day: the plans by name, since when, until when (None: no end is known)."""

    plans: tuple[Mapping[str, str], ...] = ()
    insurers: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    start: date | None = None
    until: date | None = None


def cover_of(person: UUID, on: date) -> Cover:
    """The cover of a person on a day. One statement."""
    terms = (
        Term.objects.filter(enrolment__person=person, during__contains=on)
        .select_related("enrolment", "edition")
        .defer("edition__manifest")
        .order_by("enrolment__during", "plan")
    )
    held = [(term, period(term.enrolment.during)) for term in terms]
    if not held:
        return Cover()
    ends = [each.until for _, each in held if each.until]
    return Cover(
        plans=tuple(term.edition.names for term, _ in held),
        insurers=tuple(dict.fromkeys(term.edition.insurer for term, _ in held)),
        digests=tuple(term.edition.digest for term, _ in held),
        names={term.plan: term.edition.names for term, _ in held},
        start=min(each.start for _, each in held),
        until=max(ends) if len(ends) == len(held) else None,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A claim as a list shows it."""

    claim: Claim
    title: str
    services: tuple[Mapping[str, str], ...]
    served_on: date
    pill: Pill


def with_waits(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with their open waits beside them, in the same statement."""
    waits = Pend.objects.filter(claim=OuterRef("pk"), closed_at__isnull=True).values(
        json=JSONObject(kind="kind", owner="owner", due_on="due_on")
    )
    return claims.annotate(waits=ArraySubquery(waits))


def member_claims(person: UUID) -> QuerySet[Claim]:
    """The claims of a person with what a list shows of them."""
    lines = (
        Line.objects.filter(claim=OuterRef("pk"))
        .order_by("-stands", "number")
        .values(
            json=JSONObject(service="service", served_on="served_on", editions=F("decision__editions"), stands="stands")
        )
    )
    return with_waits(claims_of(person)).annotate(billed=ArraySubquery(lines))


def rows_of(claims: Sequence[Claim]) -> list[Row]:
    """Claims as a list shows them: the provider, else the first service, in front."""
    return [_row(claim, claim.billed) for claim in claims]  # type: ignore[attr-defined] # annotated above


def _row(claim: Claim, lines: Sequence[Mapping[str, Any]]) -> Row:
    standing = [line for line in lines if line["stands"]] or list(lines)
    names = {line["service"]: service_names(line["editions"], line["service"]) for line in standing if line["editions"]}
    served = min((date.fromisoformat(line["served_on"]) for line in standing), default=claim.received_on)
    title = claim.provider.name if claim.provider else ""
    return Row(claim, title, tuple(names.values()), served, pill_of(claim, claim.waits))  # type: ignore[attr-defined]


def claim_with_papers(claim: UUID) -> QuerySet[Claim]:
    """A claim with provider, person, documents, open requests and what colleagues proposed, in one statement."""
    document = Document.objects.filter(pk=OuterRef("document"))
    papers = Attachment.objects.filter(claim=OuterRef("pk")).values(
        json=JSONObject(
            document="document", kind="kind", received_on="received_on",
            about=ArraySubquery(document.values(json=JSONObject(name="name", content="content", state="state"))),
        )
    )  # fmt: skip
    asked = Request.objects.filter(claim=OuterRef("pk"), answered_at__isnull=True).values(
        json=JSONObject(line=F("line_id"), kind="kind", note="note", due_on="due_on")
    )
    proposed = Override.objects.filter(
        line__claim=OuterRef("pk"), needs_second=True, confirmed_at__isnull=True, refused_for=""
    ).values(
        json=JSONObject(id="id", line=F("line_id"), amount="amount", reason="reason", proposed_by="proposed_by")
    )  # fmt: skip
    found = Claim.objects.filter(pk=claim).select_related("provider", "person")
    return with_waits(found).annotate(
        papers=ArraySubquery(papers), asked=ArraySubquery(asked), proposed=ArraySubquery(proposed)
    )
