"""Reads about sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from clausula_server.accounts.models import Token, User
from clausula_server.lib.sealing import fingerprint

NOTED_EVERY = timedelta(minutes=1)


def user_of_phone(phone: str) -> User | None:
    """Who signs in with the number (E.164)."""
    return User.objects.filter(phone=phone, is_active=True).first()


def token_of(text: str, at: datetime) -> Token | None:
    """The token of that text, if it is in force; notes that it was used, at most once a minute.

    The text is looked for by its keyed hash: neither the table nor the time the search takes tells anything of it.
    """
    held = Token.objects.filter(fingerprint=fingerprint("token", text), revoked_at=None, ends_at__gt=at)
    token = held.select_related("user").first()
    if token is None or not token.user.is_active:
        return None
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - NOTED_EVERY)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    return token
