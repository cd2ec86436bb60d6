"""As whom a token acts: one statement that finds it, what it may see, and counts the call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from clausula_server.accounts.limits import TOKENS_FROM, Limit
from clausula_server.lib.acting import Actor
from clausula_server.lib.roles import STAFF, Role
from clausula_server.lib.sealing import fingerprint
from clausula_server.people.queries import Mate, sight


@dataclass(frozen=True, slots=True)
class Entry:
    """Who stands at the door. actor: None where the token opens nothing. again_in: seconds until more calls are taken,
    where there were too many; else 0."""

    actor: Actor | None
    again_in: int = 0


def enter(request: HttpRequest, calls: Limit | None = None) -> Entry:
    """Who shows the token of a request. calls: what it may ask for, counted here; nothing is counted without it.

    The text is looked for by its keyed hash: neither the table nor the time the search takes tells anything of it.
    Wrong tokens are counted by address; after too many no token is taken from there for a while, not even a right one.
    """
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        return Entry(None)
    address = get_client_ip(request) or "unknown"
    day = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_enter(%s, %s, %s, %s, %s, %s, %s)",
            [
                fingerprint("token", text.strip()),
                TOKENS_FROM.key(address),
                TOKENS_FROM.most,
                calls.key(text.strip()) if calls else "",
                calls.most if calls else 0,
                calls.within.total_seconds() if calls else 0,
                day,
            ],
        )
        (answer,) = cursor.fetchone()
    found: dict[str, Any] | None = json.loads(answer) if isinstance(answer, str) else answer
    if found is None:
        TOKENS_FROM.spend(address)
        return Entry(None)
    if "locked" in found:
        return Entry(None)
    return Entry(_actor(found, day), found["again_in"] if calls and found["over"] else 0)


def _actor(found: dict[str, Any], day: date) -> Actor:
    person = UUID(found["person"]) if found["person"] else None
    provider = UUID(found["provider"]) if found["provider"] else None
    roles = {Role.PROVIDER} if provider else set()
    administrates: frozenset[UUID] = frozenset()
    reads_care: frozenset[UUID] = frozenset()
    if person is not None:
        roles |= {Role.MEMBER, *(Role(each) for each in found["staff"] or ())}
        mates = [
            Mate(UUID(each["person"]), each["role"], date.fromisoformat(each["born"]), each["country"])
            for each in found["mates"] or ()
        ]
        sees = sight(person, day, mates, [(UUID(giver), scope) for giver, scope in found["mandates"] or ()])
        administrates, reads_care = sees.administrates, sees.reads_care
        if roles & STAFF:
            reads_care |= {UUID(each) for each in found["opened"] or ()}
    return Actor(
        user=UUID(found["user"]),
        person=person,
        provider=provider,
        provider_code=found["provider_code"] or "",
        roles=frozenset(roles),
        administrates=administrates,
        reads_care=reads_care,
        name=f"{found['name']} ({found['token']})",
        scopes=frozenset(found["scopes"]),
    )
