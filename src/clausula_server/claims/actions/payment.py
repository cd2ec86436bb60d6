"""What payments tell back: a claim was paid out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from clausula_server.claims.actions.appeal import move_claim
from clausula_server.claims.models import Claim, Status
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action


@action
def mark_paid(claims: Sequence[UUID], reason: str = "") -> int:
    """Say of decided claims that what they came to was paid out; how many. Others stay as they are: a claim that waits,
    or was reversed meanwhile, is not paid by this."""
    held = Claim.objects.select_for_update().filter(pk__in=claims, status=Status.DECIDED).order_by("household", "id")
    count = 0
    for claim in held:
        move_claim(claim, Status.PAID, reason or "paid out")
        append("claim.paid", claim.id, person=claim.person_id, provider=claim.provider_id)
        count += 1
    return count
