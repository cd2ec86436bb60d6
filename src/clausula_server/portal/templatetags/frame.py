"""Template tags of the frame: a form field with everything that belongs to it, an icon."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS = tomllib.loads((Path(__file__).parents[1] / "icons.toml").read_text(encoding="utf-8"))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon; it says nothing that the words beside it do not say. Raises KeyError."""
    drawn = mark_safe(ICONS[name])  # noqa: S308 - from our own file
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        css,
        drawn,
    )


@register.inclusion_tag("frame/field.html")
def field(bound: BoundField, hint: str = "", css: str = "") -> dict[str, Any]:
    """A field with its label, its hint and what was wrong with it, tied together for those who hear the page."""
    widget = bound.field.widget
    several = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    single_check = isinstance(widget, CheckboxInput)
    dress = "form-select" if isinstance(widget, Select) else "form-control form-control-lg"
    if single_check:
        dress = "form-check-input"
    said = ((f"{bound.auto_id}-hint", hint), (f"{bound.auto_id}-error", bound.errors))
    about = " ".join(name for name, there in said if there)
    attrs: dict[str, str | bool] = {
        "class": f"{dress} {widget.attrs.get('class', '')} {css} {'is-invalid' if bound.errors else ''}".strip()
    }
    if about:
        attrs["aria-describedby"] = about
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if widget.attrs.get("placeholder"):
        attrs["placeholder"] = ""  # a label says it, and stays
    drawn = None if several else bound.as_widget(attrs=attrs)
    return {"bound": bound, "hint": hint, "drawn": drawn, "several": several, "single_check": single_check}
