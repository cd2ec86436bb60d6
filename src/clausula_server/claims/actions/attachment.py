"""Documents that come with claims: attach one, let it count as evidence, return the originals of a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.models import Attachment, Claim
from clausula_server.claims.stated import NewAttachment
from clausula_server.claims.together import together
from clausula_server.documents.models import Content, Document, State
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import refuse

GONE = (State.INFECTED, State.REMOVED)


@action
def attach_document(claim: Claim, new: NewAttachment, today: date, evidence: NewEvidence | None = None) -> Attachment:
    """Attach a document to a claim. evidence: what it proves, as somebody has read it; what waited for it goes on.

    The same document again is the same attachment. Raises Refused for evidence of another person.
    """
    if evidence is not None and evidence.person != claim.person_id:
        refuse("evidence.person", _("the document is of another person."), _("Attach it to a claim of theirs."))
    row, fresh = Attachment.objects.get_or_create(
        claim=claim, document=new.document, defaults={"kind": new.kind, "original": new.original, "received_on": today}
    )
    if fresh:
        payload = {"kind": new.kind}
        append("claim.attached", claim.id, person=claim.person_id, provider=claim.provider_id, payload=payload)
    if evidence is not None and fresh:
        together(add_evidence)(evidence, today)
    return row


def check_papers(person: UUID, papers: Sequence[NewAttachment]) -> bool:
    """Whether a medical one is among documents that come with a claim. Raises Refused for one that is not there, or
    about somebody else. Inside an action, which may see more than whoever sends."""
    wanted = {each.document for each in papers}
    found = Document.objects.filter(pk__in=wanted, person=person).exclude(state__in=GONE)
    contents = dict(found.values_list("id", "content"))
    if set(contents) != wanted:
        refuse("documents", _("one of the documents is not there."), _("Add it once more."))
    return Content.MEDICAL in contents.values()


@action
def return_originals(month: date, today: date) -> int:
    """Return the originals that came up to the end of a month, once; how many (NS-35: every month, originals only)."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    rows = Attachment.objects.filter(original=True, returned_on__isnull=True, received_on__lt=following)
    waiting = rows.select_for_update().select_related("claim")
    found = [row for row in waiting if row.received_on <= today]
    for claim in {row.claim_id: row.claim for row in found}.values():
        append("originals.returned", claim.id, person=claim.person_id)
    Attachment.objects.filter(pk__in=[row.pk for row in found]).update(returned_on=today)
    return len(found)
