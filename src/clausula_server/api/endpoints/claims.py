"""Bills: ask before, send, read with the decision step by step, hand in what is missing, object."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path
from pydantic import Field

from clausula_server.api import showing
from clausula_server.api.concerns import of_bill, of_claim, of_evidence_in, of_person, of_themselves
from clausula_server.api.endpoint import Room, Told
from clausula_server.api.languages import language_of
from clausula_server.api.matching import etag, require_match
from clausula_server.api.once import key_of
from clausula_server.api.records.claims import (
    AppealIn,
    AppealRecord,
    Appeals,
    AttachmentIn,
    Bill,
    ClaimForeseen,
    ClaimReceipt,
    Claims,
    ClaimWhole,
    Done,
    EvidenceIn,
    EvidenceList,
    EvidenceRecord,
    StatementRecord,
)
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.api.said import channel_of, new_claim
from clausula_server.claims import statements
from clausula_server.claims.actions.appeal import file_appeal
from clausula_server.claims.actions.attachment import attach_document
from clausula_server.claims.actions.claim import submit_claim as submit
from clausula_server.claims.actions.evidence import NewEvidence
from clausula_server.claims.actions.evidence import add_evidence as add
from clausula_server.claims.foreseeing import foresee
from clausula_server.claims.models import Appeal, Claim, Evidence, Line
from clausula_server.claims.queries import claims_of, claims_of_provider
from clausula_server.claims.queries import show_claim as read_claim
from clausula_server.claims.stated import NewAttachment
from clausula_server.claims.together import together
from clausula_server.documents.models import Document
from clausula_server.lib.access import Concerned, may
from clausula_server.lib.acting import current_actor
from clausula_server.lib.refusals import refuse

room = Room("claims")
Status = Annotated[str, Field(pattern="^(|received|waiting|decided|paid|reversed|appealed)$")]
SPOKEN = {"headers": ("Content-Language",)}


def _told(body: Any, language: str, **headers: str) -> Told:
    return Told(body, {"Content-Language": language, "Vary": "Accept-Language", **headers})


@room.post("/claims/preview", "claims.claim.check", of_bill, writes=False, errors=("refused",), **SPOKEN)
def preview_claim(request: HttpRequest, body: Bill) -> Annotated[Told, ClaimForeseen]:
    """What would be decided on a bill, with every step. Nothing is written, nothing is sent.

    Days to come may be asked about as well.
    """
    language = language_of(request)
    seen_on = max(timezone.localdate(), *(line.served_on for line in body.lines))
    new = new_claim(body, "", seen_on, "member")
    return _told(showing.foreseen(foresee(new, language), body.currency), language)


@room.post("/claims", "claims.claim.submit", of_bill, status=201, headers=("Location",), errors=("refused",))
def submit_claim(request: HttpRequest, body: Bill) -> Annotated[Told, ClaimReceipt]:
    """Send a bill. It is decided at once, or waits for what is missing.

    The idempotency key is the claim's own for good: the same bill again under it is the same claim.
    """
    actor, today = current_actor(), timezone.localdate()
    new = new_claim(body, key_of(request), today, channel_of(actor, by_post=body.by_post))
    for number, each in enumerate(body.attachments, 1):
        if not Document.objects.filter(pk=each.document, person=body.person).exists():
            refuse(f"attachments.{number}.document", "there is no such document of theirs.", "Upload it first.")
    done = together(submit)(new, today)
    concerned = Concerned(person=body.person, provider=actor.provider)  # a provider sends its own, as was asked before
    whole = may(replace(actor, scopes=None), "claims.claim.read", concerned)
    record = _of_earlier(done.claim) if done.repeated else showing.receipt(done, body.currency, whole=whole)
    return Told(record, {"Location": f"/api/v1/claims/{done.claim}"})


def _of_earlier(claim: UUID) -> ClaimReceipt:
    """A claim that had come before, longer ago than answers are kept: as it stands, as far as the sender sees it."""
    row = Claim.objects.filter(pk=claim).first()
    if row is None:
        return ClaimReceipt(id=claim, status="", currency="", lines=None)
    lines = Line.objects.filter(claim=row, stands=True).select_related("decision").order_by("number")
    return showing.receipt_of(row, list(lines))


def _of_person_or_own(person: UUID, **_: Any) -> Concerned:
    """A person; a provider sees of them what it sent itself."""
    return Concerned(person=person, provider=current_actor().provider)


@room.get("/persons/{uuid:person}/claims", "claims.claim.read", _of_person_or_own)
def list_claims(
    request: HttpRequest, person: UUID, status: Status = "", after: Cursor = None, size: Size = 50
) -> Claims:
    """The claims of a person, as far as the asker may see them."""
    rows = claims_of(person)
    return Claims.of(rows.filter(status=status) if status else rows, after, size, showing.claim)


@room.get("/claims", "claims.own.list", of_themselves)
def list_own_claims(request: HttpRequest, status: Status = "", after: Cursor = None, size: Size = 50) -> Claims:
    """The bills a provider has sent."""
    provider = current_actor().provider
    assert provider is not None
    rows = claims_of_provider(provider)
    return Claims.of(rows.filter(status=status) if status else rows, after, size, showing.claim)


@room.get("/claims/{uuid:claim}", "claims.claim.read", of_claim, headers=("Content-Language", "ETag"))
def show_claim(request: HttpRequest, claim: UUID) -> Annotated[Told, ClaimWhole]:
    """A claim with its decision as a ladder: charged, each cover, mine; each step with its clause."""
    row = get_object_or_404(Claim.objects.select_related("provider"), pk=claim)
    language = language_of(request)
    return _told(showing.claim_whole(read_claim(row, language), language), language, ETag=etag(row, language))


@room.post(
    "/claims/{uuid:claim}/attachments", "claims.evidence.add", of_claim, status=201, errors=("refused",)
)  # fmt: skip
def attach(request: HttpRequest, claim: UUID, body: AttachmentIn) -> Done:
    """Attach a document that was uploaded. The same one again is the same attachment."""
    row = get_object_or_404(Claim, pk=claim)
    if not Document.objects.filter(pk=body.document, person=row.person_id).exists():
        refuse("document", "there is no such document of theirs.", "Upload it first.")
    new = NewAttachment(body.document, body.kind, body.original)
    return Done(id=attach_document(row, new, timezone.localdate()).id)


@room.get("/persons/{uuid:person}/evidence", "claims.claim.read", _of_person_or_own)
def list_evidence(request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50) -> EvidenceList:
    """Documents and events that rules may require of a person, as they were read."""
    return EvidenceList.of(Evidence.objects.filter(person=person), after, size, _evidence)


@room.post(
    "/persons/{uuid:person}/evidence", "claims.evidence.add", of_evidence_in, status=201, errors=("refused",)
)  # fmt: skip
def add_evidence(request: HttpRequest, person: UUID, body: EvidenceIn) -> Done:
    """Say what a document proves; lines that wait for it go on, the oldest first."""
    if body.document and not Document.objects.filter(pk=body.document, person=person).exists():
        refuse("document", "there is no such document of theirs.", "Upload it first.")
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in body}
    return Done(id=add(NewEvidence(person=person, **told), timezone.localdate()))


def _evidence(row: Evidence) -> EvidenceRecord:
    return EvidenceRecord(
        id=row.id, person=row.person_id, kind=row.kind, issued_on=row.issued_on, status=row.status, void=row.void
    )


@room.get("/claims/{uuid:claim}/appeals", "claims.claim.read", of_claim)
def list_appeals(request: HttpRequest, claim: UUID, after: Cursor = None, size: Size = 50) -> Appeals:
    """Objections to what was decided on a claim, with their answers."""
    return Appeals.of(Appeal.objects.filter(claim=claim), after, size, showing.appeal)


@room.post(
    "/claims/{uuid:claim}/appeals", "claims.appeal.file", of_claim, status=201, headers=("If-Match",),
    errors=("refused", "changed-meanwhile"),
)  # fmt: skip
def appeal(request: HttpRequest, claim: UUID, body: AppealIn) -> AppealRecord:
    """Object to what was decided."""
    require_match(request, claim)
    return showing.appeal(file_appeal(get_object_or_404(Claim, pk=claim), body.text))


Month = Annotated[int, Path(ge=1, le=12)]
Year = Annotated[int, Path(ge=2000, le=2199)]


@room.get("/persons/{uuid:person}/statements/{int:year}", "claims.statement.read", of_person)
def show_year(request: HttpRequest, person: UUID, year: Year) -> StatementRecord:
    """What a year came to: requested, paid, what stays with the member."""
    return StatementRecord(person=person, period=str(year), content=statements.yearly_statement(person, year))


@room.get("/persons/{uuid:person}/statements/{int:year}/{int:month}", "claims.statement.read", of_person)
def show_month(request: HttpRequest, person: UUID, year: Year, month: Month) -> StatementRecord:
    """What became of requests in a month."""
    content = statements.monthly_statement(person, date(year, month, 1))
    return StatementRecord(person=person, period=f"{year}-{month:02d}", content=content)
