"""Documents that are asked for, and those that are handed in for a claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.claims.actions.attachment import attach_document, check_papers
from clausula_server.claims.actions.wait import pass_wait
from clausula_server.claims.models import Claim, Owner, Pend, Request
from clausula_server.claims.stated import NewAttachment
from clausula_server.claims.together import together
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.refusals import refuse

TO_READ = timedelta(days=10)
"""Until when somebody of the house should have read what was handed in. Our choice, like the other clocks."""
MEMBERS = (Owner.MEMBER, Owner.PROVIDER)


@action
def ask_for_document(pend: Pend, kind: str, note: str, due_on: date) -> Request:
    """Ask the member, or the provider who is paid directly, for a document; from now on it is their turn.

    Raises Refused where the line waits no more, or the day is past.
    """
    user = current_actor().user
    if user is None:
        refuse("request", _("only a person asks for a document."), _("Sign in."))
    if not kind:
        refuse("kind", _("say which document."), _("Choose one of the list."))
    direct = pend.claim.settlement == "direct" and pend.claim.provider_id is not None
    together(pass_wait)(pend, Owner.PROVIDER if direct else Owner.MEMBER, due_on)
    row = Request.objects.create(
        claim_id=pend.claim_id, line_id=pend.line_id, person_id=pend.person_id, kind=kind, note=note.strip()[:500],
        due_on=due_on, asked_by=user,
    )  # fmt: skip
    provider = pend.claim.provider_id if direct else None
    append("document.asked", pend.claim_id, person=pend.person_id, provider=provider, payload={"kind": kind})
    return row


@action
def hand_in(claim: Claim, papers: Sequence[NewAttachment], today: date) -> None:
    """Hand in documents for a claim: attached, what was asked for is answered, and it is the house's turn to read them:
    the medical adviser's where one is medical, else a claims handler's. Raises
    Refused where there is none, or one of somebody else."""
    if not papers:
        refuse("documents", _("there is no document."), _("Take a photo, or choose a file."))
    with elevated("who hands in a document may not change whose turn it is otherwise"):
        medical = check_papers(claim.person_id, papers)
        for each in papers:
            attach_document(claim, each, today)
        Request.objects.filter(claim=claim, answered_at__isnull=True).update(answered_at=timezone.now())
        reads = Owner.MEDICAL_ADVISER if medical else Owner.CLAIMS_HANDLER
        for pend in Pend.objects.filter(claim=claim, closed_at__isnull=True, owner__in=MEMBERS):
            pass_wait(pend, reads, max(today, pend.opened_at.date()) + TO_READ)
