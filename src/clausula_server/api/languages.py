"""In which of the five languages somebody wants to be answered (Accept-Language, RFC 9110)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

LANGUAGES = ("en", "fr", "de", "it", "nl")


def language_of(request: HttpRequest) -> str:
    """The one they like best of those we have; English where they like none."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()[:200]):
        if wanted[:2] in LANGUAGES and wanted[2:3] in ("", "-"):
            return wanted[:2]
    return LANGUAGES[0]
