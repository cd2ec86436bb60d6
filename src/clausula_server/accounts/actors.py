"""As whom a signed-in user acts: their person with its sight, their staff roles, their provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from clausula_server.accounts.models import User
from clausula_server.audit.queries import opened_by
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.roles import STAFF, Role
from clausula_server.people.queries import Sight, sight_of, staff_roles_of

NOTHING = Sight(frozenset(), frozenset())


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor of a request, or None where nobody is signed in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    return actor_for(user, timezone.now())


def actor_for(user: User, at: datetime) -> Actor:
    """What the user may be and see at a moment. Staff act as staff and, for their own cover, as members."""
    roles = set()
    sight = NOTHING
    opened: frozenset[UUID] = frozenset()
    day = timezone.localdate(at)
    with acting(system("sign-in")):
        if user.person_id is not None:
            roles |= {Role.MEMBER, *staff_roles_of(user.person_id, day)}
            sight = sight_of(user.person_id, day)
            if roles & STAFF:
                opened = opened_by(user.id, at)
            name = str(user.person)
        else:
            name = str(user)
        if user.provider_id is not None:
            roles.add(Role.PROVIDER)
    return Actor(
        user=user.id,
        person=user.person_id,
        provider=user.provider_id,
        roles=frozenset(roles),
        administrates=sight.administrates,
        reads_care=sight.reads_care | opened,
        name=name,
    )
