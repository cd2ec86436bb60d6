"""Appeals: somebody does not accept a decision; a person answers, with reasons."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.claims.models import Appeal, Claim, Move, Override, Pend, Status
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.refusals import refuse

SHORTEST = 10


@action
def file_appeal(claim: Claim, text: str) -> Appeal:
    """Object to what was decided. Raises Refused where nothing was decided yet, or an appeal is open."""
    if len(text.strip()) < SHORTEST:
        refuse("text", _("say what is wrong with the decision."), _("A sentence or two will do."))
    if claim.status == Status.RECEIVED:
        refuse("claim", _("nothing is decided yet."), _("Wait for the decision."))
    user = current_actor().user
    with elevated("an appeal moves the claim"):
        held = Claim.objects.select_for_update().get(pk=claim.pk)
        try:
            with transaction.atomic():
                row = Appeal.objects.create(claim=held, person_id=held.person_id, text=text.strip(), filed_by=user)
        except IntegrityError:
            refuse("claim", _("an appeal is open already."), _("Add to it by a message."))
        move_claim(held, Status.APPEALED, "appeal filed")
        append("claim.appealed", held.id, person=held.person_id, provider=held.provider_id)
    return row


@action
def answer_appeal(appeal: Appeal, answer: str, today: date) -> None:
    """Answer an appeal, with reasons. What is to be decided otherwise is decided before, by overrides or corrections
    that name the appeal. Raises Refused without reasons, or where it is answered."""
    user = current_actor().user
    if appeal.answered_at is not None:
        refuse("appeal", _("this is answered already."), _("Another appeal may be filed."))
    if user is None or len(answer.strip()) < SHORTEST:
        refuse("answer", _("give reasons, in sentences."), _("Name the clause it rests on."))
    held = Claim.objects.select_for_update().get(pk=appeal.claim_id)
    changed = Override.objects.filter(appeal=appeal, refused_for="").exclude(
        needs_second=True, confirmed_at__isnull=True
    )
    appeal.answer, appeal.answered_by, appeal.answered_at = answer.strip(), user, timezone.now()
    appeal.changed = changed.exists()
    appeal.save(update_fields=["answer", "answered_by", "answered_at", "changed"])
    move_claim(held, _status_after(held), "appeal answered")
    payload = {"changed": appeal.changed, "on": today.isoformat()}
    append("appeal.answered", held.id, person=held.person_id, provider=held.provider_id, payload=payload)


def _status_after(claim: Claim) -> str:
    if not claim.lines.filter(stands=True).exists():
        return Status.REVERSED
    return Status.WAITING if Pend.objects.filter(claim=claim, closed_at__isnull=True).exists() else Status.DECIDED


def move_claim(claim: Claim, status: str, reason: str) -> None:
    """Move a claim to another status, with a row that says so. The database refuses what the table does not allow."""
    before, claim.status = claim.status, status
    claim.save(update_fields=["status"])
    user = current_actor().user
    Move.objects.create(claim=claim, before=before, after=status, reason=reason[:500], by=user)
