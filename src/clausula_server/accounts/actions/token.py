"""Tokens: what systems show instead of signing in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.accounts.models import Token, User
from clausula_server.events.actions.event import append
from clausula_server.lib.access import table
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import Fault, refuse_if
from clausula_server.lib.sealing import fingerprint

BEGINNING = "clausula_"  # so that scanners for leaked secrets know one
LONGEST = 366


def known_scopes() -> list[str]:
    """What a token may be allowed: the rooms, and every permission by name."""
    names = table().keys()
    return sorted({name.split(".")[0] for name in names} | set(names))


@action
def make_token(user: User, name: str, scopes: Sequence[str], days: int) -> tuple[Token, str]:
    """Make a token that acts as the user. Returns it with its text, shown once, kept nowhere. Raises Refused."""
    faults = []
    if not name.strip():
        faults.append(Fault("name", _("A token needs a name."), _("Say which system shows it.")))
    if unknown := sorted(set(scopes) - set(known_scopes())):
        faults.append(Fault("scopes", f"{', '.join(unknown)}: {_('no such permission.')}", _("Take one of the list.")))
    if not scopes:
        faults.append(Fault("scopes", _("A token without scopes could do nothing."), _("Take at least one.")))
    if not 1 <= days <= LONGEST:
        faults.append(Fault("days", _("A token lives from one day to a year."), _("Choose a time between.")))
    refuse_if(faults)
    text = BEGINNING + secrets.token_urlsafe(32)
    row = Token.objects.create(
        user=user,
        name=name.strip()[:80],
        fingerprint=fingerprint("token", text),
        scopes=sorted(set(scopes)),
        ends_at=timezone.now() + timedelta(days=days),
    )
    append("user.token_made", row.id, person=user.person_id, payload={"scopes": row.scopes})
    return row, text


@action
def revoke_token(token: Token) -> None:
    """From now on it opens nothing."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        append("user.token_revoked", token.id, person=token.user.person_id)
