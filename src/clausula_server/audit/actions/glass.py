"""Break-glass: care opened in an emergency, for a reason and for a while."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from clausula_server.audit.models import BrokenGlass
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.refusals import refuse

OPEN_FOR = timedelta(hours=4)
SHORTEST_REASON = 15


@action
def break_glass(person: UUID, reason: str) -> BrokenGlass:
    """Open the person's care to the acting user for four hours. Auditors are told. Raises Refused."""
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        refuse("reason", "a reason of a word or two is none.", "Say what happened and why it cannot wait.")
    actor = current_actor()
    if actor.user is None:
        refuse("user", "only somebody who signed in can break the glass.", "Sign in.")
    now = timezone.now()
    row = BrokenGlass.objects.create(
        person=person,
        reader=actor.user,
        reader_name=actor.name[:120],
        reason=reason[:300],
        broken_at=now,
        ends_at=now + OPEN_FOR,
    )
    append("audit.glass_broken", row.id, person=person, payload={"reason": reason[:300]})
    return row
