"""As whom a signed-in user acts: their person with its sight, their staff roles, their provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

from clausula_server.accounts.entering import enter
from clausula_server.accounts.models import User
from clausula_server.audit.queries import opened_by
from clausula_server.lib.access import SignInNeeded
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.roles import STAFF, Role
from clausula_server.people.queries import Sight, known_of, staff_roles_of

NOTHING = Sight(frozenset(), frozenset())


class SecondFactorNeeded(SignInNeeded):
    """Staff signed in by phone alone. Pages lead to where a second factor is set up, the API answers 401."""


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor of a request, or None where nobody is signed in. Raises SecondFactorNeeded.

    Where a token is shown, it alone counts, right or wrong: a cookie that a browser sent along must not help it.
    """
    if request.headers.get("Authorization"):
        return enter(request).actor
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    actor = actor_for(user, timezone.now())
    if actor.roles & STAFF and not has_second_factor(request):
        raise SecondFactorNeeded
    return actor


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a passkey, a one-time password or a recovery code was shown in this session."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def is_staff(user: User) -> bool:
    """Whether the user holds a role of the house today."""
    if user.person_id is None:
        return False
    with acting(system("sign-in")):
        return bool(staff_roles_of(user.person_id, timezone.localdate()))


def actor_for(user: User, at: datetime) -> Actor:
    """What the user may be and see at a moment. Staff act as staff and, for their own cover, as members."""
    roles = set()
    sight = NOTHING
    opened: frozenset[UUID] = frozenset()
    day = timezone.localdate(at)
    with acting(system("sign-in")):
        if user.person_id is not None:
            person, held, sight = known_of(user.person_id, day)
            roles |= {Role.MEMBER, *held}
            if roles & STAFF:
                opened = opened_by(user.id, at)
            name = str(person)
        else:
            name = str(user.provider or user)
        if user.provider_id is not None:
            roles.add(Role.PROVIDER)
    return Actor(
        user=user.id,
        person=user.person_id,
        provider=user.provider_id,
        provider_code=user.provider.code if user.provider else "",
        roles=frozenset(roles),
        administrates=sight.administrates,
        reads_care=sight.reads_care | opened,
        name=name,
    )
