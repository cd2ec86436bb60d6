"""Waits: who takes one on, whose turn it is, until when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from clausula_server.claims.models import Owner, Pend
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import refuse


@action
def assign_wait(pend: Pend, user: UUID | None) -> None:
    """Let somebody of the house take a wait on, or nobody. Raises Refused where it has ended."""
    _require_open(pend)
    pend.assigned_to = user
    pend.save(update_fields=["assigned_to"])
    append("wait.assigned", pend.claim_id, person=pend.person_id, payload={"pend": str(pend.id)})


@action
def pass_wait(pend: Pend, owner: str, due_on: date) -> None:
    """Let it be another's turn, until a day. Raises Refused."""
    _require_open(pend)
    if owner not in Owner.values:
        refuse(
            "owner",
            _("“%(owner)s” is nobody.") % {"owner": owner},
            _("It is one of %(known)s.") % {"known": ", ".join(Owner.values)},
        )
    if due_on <= pend.opened_at.date():
        refuse("due_on", _("%(due_on)s is not after it began.") % {"due_on": due_on}, _("Give a later day."))
    pend.owner, pend.due_on, pend.assigned_to = owner, due_on, None
    pend.save(update_fields=["owner", "due_on", "assigned_to"])
    append("wait.passed", pend.claim_id, person=pend.person_id, payload={"owner": owner, "due": due_on.isoformat()})


def _require_open(pend: Pend) -> None:
    if pend.closed_at is not None:
        refuse("wait", _("it has ended."), _("Look again."))
