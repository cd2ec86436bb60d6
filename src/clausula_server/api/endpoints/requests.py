"""Documents that are asked for, and those that are handed in; objections that nobody has answered yet."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clausula_server.api import showing
from clausula_server.api.concerns import of_claim, of_wait
from clausula_server.api.endpoint import Room
from clausula_server.api.records.claims import Appeals, Done
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.api.records.requests import AskIn, HandIn, RequestRecord, Requests
from clausula_server.claims.actions.request import ask_for_document as ask
from clausula_server.claims.actions.request import hand_in as take
from clausula_server.claims.models import Appeal, Claim, Pend, Request
from clausula_server.claims.stated import NewAttachment
from clausula_server.lib.refusals import refuse

room = Room("claims")


@room.post("/waits/{uuid:wait}/request", "claims.wait.change", of_wait, status=201, errors=("refused",))
def ask_for_document(request: HttpRequest, wait: UUID, body: AskIn) -> RequestRecord:
    """Ask the member, or the provider who is paid directly, for a document; from now on it is their turn."""
    pend = get_object_or_404(Pend.objects.select_related("claim"), pk=wait)
    if body.due_on < timezone.localdate():
        refuse("due_on", f"{body.due_on} is past.", "Give a day to come.")
    return _request(ask(pend, body.kind, body.note, body.due_on))


@room.get("/claims/{uuid:claim}/requests", "claims.claim.read", of_claim)
def list_requests(request: HttpRequest, claim: UUID, after: Cursor = None, size: Size = 50) -> Requests:
    """The documents that were asked for of a claim, and when they were answered."""
    return Requests.of(Request.objects.filter(claim=claim), after, size, _request)


@room.post("/claims/{uuid:claim}/documents", "claims.evidence.add", of_claim, errors=("refused",))
def hand_in(request: HttpRequest, claim: UUID, body: HandIn) -> Done:
    """Hand in documents that were uploaded before: what was asked for is answered, and it is the house's turn to read.

    What they prove counts when somebody has read them.
    """
    papers = [NewAttachment(each.document, each.kind, each.original) for each in body.attachments]
    take(get_object_or_404(Claim, pk=claim), papers, timezone.localdate())
    return Done(id=claim)


@room.get("/appeals", "claims.appeal.answer")
def list_open_appeals(request: HttpRequest, after: Cursor = None, size: Size = 50) -> Appeals:
    """Objections that wait for an answer."""
    return Appeals.of(Appeal.objects.filter(answered_at__isnull=True), after, size, showing.appeal)


def _request(row: Request) -> RequestRecord:
    return RequestRecord(
        id=row.id,
        claim=row.claim_id,
        line=row.line_id,
        kind=row.kind,
        note=row.note,
        due_on=row.due_on,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )
