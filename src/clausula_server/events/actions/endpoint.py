"""Endpoints: systems outside that are told of events."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from clausula_server.events.actions.event import append
from clausula_server.events.models import Endpoint
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import refuse


@action
def add_endpoint(url: str, kinds: Sequence[str]) -> Endpoint:
    """Tell a system of events of those kinds ("*": all). Its secret is made here, and shown once. Raises Refused."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (settings.PRODUCTION or parts.scheme != "http"):
        refuse("url", f"“{url}” does not begin with https://.", "What is told there must not be read on the way.")
    if not parts.hostname or parts.username:
        refuse("url", f"“{url}” names no host, or a password.", "Write it like https://example.org/hooks.")
    if not kinds:
        refuse("kinds", "nothing would ever be sent.", "Name kinds of events, or * for all.")
    row = Endpoint.objects.create(url=url, secret=secrets.token_urlsafe(32), kinds=list(kinds))
    append("endpoint.added", row.id, payload={"host": parts.hostname, "kinds": list(kinds)})
    return row


@action
def switch_off_endpoint(endpoint: Endpoint) -> None:
    """Tell it nothing more; what waits for it fails and is given up."""
    endpoint.active = False
    endpoint.save(update_fields=["active"])
    append("endpoint.switched_off", endpoint.id)
