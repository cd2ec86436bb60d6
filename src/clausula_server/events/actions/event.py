"""Appending what happened."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from clausula_server.lib.acting import action, current
from clausula_server.lib.ids import new_id

_INSERT = """
INSERT INTO events_event (kind, subject, person, provider, payload, actor, actor_name, context, id, happened_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@action
def append(
    kind: str,
    subject: UUID,
    *,
    person: UUID | None = None,
    provider: UUID | None = None,
    payload: dict[str, Any] | None = None,
) -> UUID:
    """Append an event, in the transaction of the action that calls this; its id. One statement; the outbox fills by
    itself.

    kind: "room.happened". subject: the id of what it happened to. person, provider: whom it concerns, who may see it.
    """
    now, event = current(), new_id()
    acts = (now.actor.user, now.actor.name[:120], now.id)
    with connection.cursor() as cursor:  # in SQL: every decision appends one, and `save` costs as much again
        cursor.execute(
            _INSERT, [kind, subject, person, provider, json.dumps(payload or {}), *acts, event, timezone.now()]
        )
    return event
