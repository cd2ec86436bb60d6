"""Appending what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from clausula_server.events.models import Event
from clausula_server.lib.acting import action, current

_INSERT = """
INSERT INTO events_event (id, kind, subject, person, provider, payload, actor, actor_name, context, happened_at)
VALUES (%(id)s, %(kind)s, %(subject)s, %(person)s, %(provider)s, %(payload)s, %(actor)s, %(actor_name)s, %(context)s,
    %(happened_at)s)
"""


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
    event = Event(
        kind=kind,
        subject=subject,
        person=person,
        provider=provider,
        payload=payload or {},
        actor=now.actor.user,
        actor_name=now.actor.name[:120],
        context=now.id,
    )
    told = {field.column: getattr(event, field.attname) for field in Event._meta.concrete_fields}
    with connection.cursor() as cursor:  # every decision appends one: the way through `save` costs as much again
        cursor.execute(_INSERT, {**told, "payload": Jsonb(event.payload)})
    event._state.adding = False
    return event
