"""Template filters of pages: amounts and days as people of the language read them, names in the language, bars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date, format_datetime
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clausula_server.claims.engine import telling

register = template.Library()
LOCALES = {"en": "en_GB"}


def _language() -> str:
    return (get_language() or "en")[:2]


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount with its currency."""
    return telling.money(minor, currency, _language())


@register.filter
def day(when: date | datetime | str | None) -> str:
    """A day: 12 Nov 2026, 12.11.2026, 12 nov. 2026."""
    if not when:
        return ""
    if isinstance(when, str):
        when = date.fromisoformat(when[:10])
    if isinstance(when, datetime) and timezone.is_aware(when):
        when = timezone.localtime(when)
    return str(format_date(when, "medium", LOCALES.get(_language(), _language())))


@register.filter
def moment(when: datetime | str) -> str:
    """A day and the time of it."""
    when = datetime.fromisoformat(when) if isinstance(when, str) else when
    return str(format_datetime(timezone.localtime(when), "medium", locale=LOCALES.get(_language(), _language())))[:-3]


@register.filter
def named(names: Mapping[str, str]) -> str:
    """A name in the language of the page, in English where it has none."""
    return names.get(_language()) or names.get("en") or next(iter(names.values()), "")


@register.simple_tag
def shares(charged: int, paid: int, others: int = 0) -> SafeString:
    """How a bill is shared out, as a bar: paid by the covers, by others, the rest. Drawn; words say the same beside."""
    whole = max(charged, 1)
    ours = min(100, round(100 * paid / whole))
    theirs = min(100 - ours, round(100 * others / whole))
    return format_html(
        '<svg class="shares" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="mine" width="100" height="4"/><rect class="others" width="{}" height="4"/>'
        '<rect class="paid" width="{}" height="4"/></svg>',
        ours + theirs,
        ours,
    )
