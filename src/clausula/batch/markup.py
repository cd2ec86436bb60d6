"""HTML from nested calls. Every text is escaped; only what `tag` has made is taken as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"br", "hr", "img", "meta", "link", "rect"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Iterable["Child"] | None
"""A text (escaped unless it is Html), several of them, or nothing."""


def tag(name: str, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. `cls` is class, other underscores are hyphens; None and False leave an attribute out."""
    given = {key: value for key, value in attributes.items() if value is not None and value is not False}
    shown = "".join(_attribute(key, value) for key, value in given.items())
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{together(*children)}</{name}>")


def together(*children: Child) -> Html:
    """Children one after the other."""
    return Html("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return escape(child, quote=False) if isinstance(child, str) else together(*child)


def _attribute(key: str, value: str | int | bool) -> str:
    name = "class" if key == "cls" else key.replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
