"""Appending what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clausula_server.events.models import Event
from clausula_server.lib.acting import action, current


@action
def append(
    kind: str,
    subject: UUID,
    *,
    person: UUID | None = None,
    provider: UUID | None = None,
    payload: dict[str, Any] | None = None,
) -> Event:
    """Append an event, in the transaction of the action that calls this. One statement; the outbox fills by itself.

    kind: "room.happened". subject: the id of what it happened to. person, provider: whom it concerns, who may see it.
    """
    now = current()
    return Event.objects.create(
        kind=kind,
        subject=subject,
        person=person,
        provider=provider,
        payload=payload or {},
        actor=now.actor.user,
        actor_name=now.actor.name[:120],
        context=now.id,
    )
