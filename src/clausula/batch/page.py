"""What all pages of the report share: the frame, cards, bars, badges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Template

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.words import Words

TONES = {"covered": "", "partly": "part", "not_covered": "bad"}
"""Tone of an outcome's badge; those that wait for somebody are "warn"."""

_CROSS = Html('<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 1h4v5h5v4h-5v5H6v-5H1V6h5z"/></svg>')


@cache
def _file(name: str) -> str:
    return (files("clausula.batch") / name).read_text("utf-8")


def page(
    words: Words,
    title: str,
    brand: str,
    content: Html,
    *,
    home: str = "",
    navigation: Child = None,
    footer: Child = None,
    style: str = "",
) -> str:
    """A whole page. style: what it needs beside the style of all pages."""
    mark = together(_CROSS, tag("span", brand))
    return Template(_file("page.html")).substitute(
        language=words.language, title=together(title), style=_file("report.css") + style, skip=together(words["skip"]),
        brand=tag("a", mark, cls="brand", href=home) if home else tag("span", mark, cls="brand"),
        navigation=together(navigation), content=content, footer=together(footer),
    )  # fmt: skip


def card(title: str, *body: Child, span: str = "", note: Child = None, flush: bool = False, extra: str = "") -> Html:
    """A card with a heading; flush: the body has no margins (tables)."""
    anchor = "c" + "".join(each for each in title.casefold() if each.isalnum())
    head = tag("header", tag("h2", title, id=anchor), tag("p", note) if note else None)
    inside = together(*body) if flush else tag("div", *body, cls="body")
    return tag("section", head, inside, cls=" ".join(filter(None, ("card", span, extra))), aria_labelledby=anchor)


def badge(words: Words, outcome: str) -> Html:
    """An outcome as a badge."""
    tone = TONES.get(outcome, "warn")
    return tag("span", words["outcome_" + outcome], cls=f"badge {tone}".strip())


def percent(part: Decimal | int, whole: Decimal | int) -> int:
    """A part of a whole in whole percent, between 0 and 100; never 0 for something, never 100 for less than all."""
    if whole <= 0 or part <= 0:
        return 0
    exact = int(part * 100 // whole)
    return min(100 if part >= whole else 99, max(1, exact))


def stack(parts: Sequence[tuple[str, Decimal]]) -> Html:
    """A bar of parts side by side: class and size. The key beside it says the same in words."""
    whole = sum((size for _, size in parts), Decimal(0))
    pieces = [tag("i", cls=kind or None, style=f"flex:{percent(size, whole)}") for kind, size in parts if size > 0]
    return tag("div", pieces, cls="stack", aria_hidden="true")


def key(entries: Sequence[tuple[str, str, str]]) -> Html:
    """The key of a bar: class, name, amount."""
    items = [
        tag("li", tag("i", cls=kind or None, aria_hidden="true"), f"{name} ", tag("b", amount))
        for kind, name, amount in entries
    ]
    return tag("ul", items, cls="key")


def ladder(rows: Sequence[tuple[str, str, str, Decimal, Decimal]], whole: Decimal) -> Html:
    """Bars one below the other, each beginning where the one before ended: class, name, amount, start, size."""

    def bar(kind: str, start: Decimal, size: Decimal) -> Html:
        style = f"margin-left:{percent(start, whole)}%;width:{percent(size, whole)}%"
        return tag("span", tag("i", cls=kind or None, style=style), cls="rail", aria_hidden="true")

    steps = [
        tag("li", tag("span", name), bar(kind, start, size), tag("b", amount), cls=kind or None)
        for kind, name, amount, start, size in rows
    ]
    return tag("ol", steps, cls="ladder")


def meter(name: str, of: str, told: str, share: int, tone: str = "") -> Html:
    """One bar with its words."""
    bar = tag("div", tag("i", cls=tone or None, style=f"width:{share}%"), cls="meter", aria_hidden="true")
    top = tag("div", tag("span", name), tag("span", told), cls="top")
    return tag("li", top, tag("div", of, cls="of") if of else None, bar)


def table(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Child]],
    *,
    caption: str = "",
    foot: Sequence[Child] = (),
) -> Html:
    """A table; columns are name and class ("n": numbers)."""

    def cells(row: Sequence[Child]) -> list[Html]:
        return [tag("td", cell, cls=kind or None) for cell, (_, kind) in zip(row, columns, strict=True)]

    head = tag("thead", tag("tr", [tag("th", name, scope="col", cls=kind or None) for name, kind in columns]))
    body = tag("tbody", [tag("tr", cells(row)) for row in rows])
    last = tag("tfoot", tag("tr", cells(foot))) if foot else None
    whole = tag("table", head, body, last, aria_label=caption or None)
    return tag("div", whole, cls="scroll", tabindex=0, role="region", aria_label=caption or None)
