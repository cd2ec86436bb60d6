"""Codes on their way to a phone, sealed until the worker sends them: no table and no queue holds one in clear."""

from __future__ import annotations

import json

from django.http import HttpRequest
from django.utils.translation import gettext, override

from clausula_server.accounts.jobs import SEALED, send_sealed
from clausula_server.lib.sealing import seal_text


def send_code(request: HttpRequest, phone: str, code: str, language: str) -> None:
    """Queue a code for a phone. An empty code costs the same and sends nothing.

    The last line lets browsers fill in the code, and on this host only (WICG "origin-bound one-time codes").
    """
    with override(language):
        words = gettext("%(code)s is your sign-in code. Nobody of us will ever ask you for it.") % {"code": code}
    host = request.get_host().partition(":")[0]
    text = f"{words}\n\n@{host} #{code}" if code else ""
    send_sealed.defer(sealed=seal_text(json.dumps({"phone": phone, "text": text}), SEALED))
