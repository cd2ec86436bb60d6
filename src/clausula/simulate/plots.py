"""Draws the plots with matplotlib, the only place that knows it: SVG and PNG files, and SVG to stand in the page.

The same figures give the same SVG, byte for byte: no date, and ids from a fixed salt. In the page colours are those of
the page, light and dark, and each plot comes twice, for wide screens and for narrow ones.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from clausula.simulate.causes import Cause
from clausula.simulate.effects import PAID_BASE, PAID_CHANGE
from clausula.simulate.figures import Money
from clausula.simulate.part import Part
from clausula.values import OUTCOMES

COLOURS = {
    "#1f2a37": "var(--text)", "#55606e": "var(--soft)", "#e0e4e8": "var(--line)", "#66758a": "var(--others)",
    "#0b6e69": "var(--brand)", "#b54708": "var(--mine)", "#e3e7ea": "var(--track)",
}  # fmt: skip
"""Colours of the files, and what the page calls them."""
TEXT, SOFT, LINE, WHOLE, LESS, MORE, TRACK = COLOURS
WIDE, NARROW = 10.0, 4.6
"""Widths in inches."""
ROW = 0.34
"""Height of a bar with its distance, in inches."""
RULES = 9
"""Rules with a bar of their own; the others are drawn together."""
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "clausula", "font.family": "DejaVu Sans", "font.size": 10.5,
    "axes.edgecolor": LINE, "axes.labelcolor": SOFT, "xtick.color": SOFT, "ytick.color": TEXT, "text.color": TEXT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "ytick.major.size": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in the page: SVG for wide and for narrow screens, and what it shows in words."""

    wide: str
    narrow: str
    told: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One plot to draw: its name, its title, what it shows in words, and how to draw it in a width."""

    name: str
    title: str
    told: str
    draw: Callable[[float], Figure]


def draw(part: Part, folder: Path, note: str) -> dict[str, Plot]:
    """Draw all plots of a part into a folder, with a note under each; returns them for the page, by name."""
    found: dict[str, Plot] = {}
    with mpl.rc_context(STYLE):
        for each in (_waterfall(part), _histogram(part), _groups(part), _matrix(part)):
            if each is None:
                continue
            stem = f"{each.name}-{part.currency.lower()}"
            _save(each.draw(WIDE), folder / stem, each.title, note)
            pieces = [_inline(each.draw(width), f"{stem}-{width:.0f}", each.told) for width in (WIDE, NARROW)]
            found[each.name] = Plot(pieces[0], pieces[1], each.told)
    return found


def _save(figure: Figure, stem: Path, title: str, note: str) -> None:
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=8.5, color=SOFT)
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None}, facecolor="white")
    figure.savefig(stem.with_suffix(".png"), metadata={"Software": None}, facecolor="white", dpi=160)


def _inline(figure: Figure, name: str, told: str) -> str:
    """A figure as SVG that stands in a page: its own ids, the page's colours and letters, no size of its own."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(url\(|href=")#', rf"\g<1>#{name}-", text)
    for colour, called in COLOURS.items():
        text = text.replace(colour, called)
    text = re.sub(r"(font: [^;\"]*?[\d.]+px) [^;\"]+", r"\1 Inter,system-ui,sans-serif", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    label = told.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _axes(width: float, rows: float, extra: float = 0.7) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, rows * ROW + extra + 0.5), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=LINE, linewidth=0.8)
    axes.tick_params(axis="x", length=0, labelsize=9)
    return figure, axes


def _names(axes: Axes, names: Sequence[str], width: float) -> None:
    shown = [_short(name, 44) if width == WIDE else "\n".join(wrap(name, 22, max_lines=2)) for name in names]
    axes.set_yticks(range(len(names)), shown, linespacing=0.95)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def _amounts(axes: Axes, money: Money, *, sign: bool = False) -> None:
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: money.short(round(value), sign=sign))


def _beside(axes: Axes, at: float, row: float, text: str, *, left: bool = False, colour: str = TEXT) -> None:
    axes.annotate(
        text, (at, row), xytext=(-5 if left else 5, 0), textcoords="offset points", va="center",
        ha="right" if left else "left", fontsize=9.5, color=colour, annotation_clip=False,
    )  # fmt: skip


def _waterfall(part: Part) -> Drawing | None:
    moved = [(cause, int(sums[PAID_CHANGE] - sums[PAID_BASE])) for cause, sums in part.causes]
    moved = [(cause, amount) for cause, amount in moved if amount]
    if not moved:
        return None
    steps = [(_label(each), amount) for each, amount in moved[:RULES]]
    if len(moved) > RULES:
        steps.append((f"{len(moved) - RULES} more", sum(amount for _, amount in moved[RULES:])))
    before, after, money = int(part.sums[PAID_BASE]), int(part.sums[PAID_CHANGE]), part.money
    levels = [before]
    for _, amount in steps:
        levels.append(levels[-1] + amount)
    spread = max(levels) - min(levels)
    begin = 0 if min(levels) <= 0 or min(levels) < 2 * spread else min(levels) - spread // 2

    def drawn(width: float) -> Figure:
        figure, axes = _axes(width, len(steps) + 2)
        axes.barh([0, len(steps) + 1], [before - begin, after - begin], left=begin, color=WHOLE, height=0.62)
        for row, (_, amount) in enumerate(steps, 1):
            low = min(levels[row - 1], levels[row])
            axes.barh(row, abs(amount), left=low, color=MORE if amount > 0 else LESS, height=0.62)
            axes.plot([levels[row - 1]] * 2, [row - 1, row], color=SOFT, linewidth=0.8)
            _beside(axes, low + abs(amount), row, money.short(amount, sign=True))
        axes.plot([after] * 2, [len(steps), len(steps) + 1], color=SOFT, linewidth=0.8)
        for row, amount in ((0, before), (len(steps) + 1, after)):
            _beside(axes, amount, row, money.short(amount))
        _names(axes, ["Paid under the base", *(name for name, _ in steps), "Paid under the change"], width)
        _amounts(axes, money)
        axes.set_xlim(begin, max(levels) + (max(levels) - begin) * (0.16 if width == WIDE else 0.4))
        beginning = "" if begin == 0 else f";{' ' if width == WIDE else chr(10)}the axis does not begin at 0"
        axes.set_xlabel(f"{part.currency} paid by the covers{beginning}", fontsize=9, loc="left")
        return figure

    told = f"Waterfall from {money.show(before)} paid under the base to {money.show(after)} under the change: "
    told += "; ".join(f"{name} {money.signed(amount)}" for name, amount in steps)
    return Drawing("waterfall", "What the covers pay, rule by rule", told, drawn)


def _label(cause: Cause) -> str:
    """A cause in a few words: the clause's number, the rule, the benefit where it is another one."""
    number = cause.title.split(" ")[0] if any(each.isdigit() for each in cause.title.split(" ")[0]) else ""
    benefit = f", {cause.benefit}" if cause.benefit and cause.benefit != cause.rule else ""
    return " ".join(filter(None, (number, cause.name + benefit, "(follows)" if cause.follows else "")))


def _histogram(part: Part) -> Drawing | None:
    classes = [each for each in part.gains.classes if each.low != 0 or each.high != 0]
    while classes and not classes[0].members:
        classes = classes[1:]
    while classes and not classes[-1].members:
        classes = classes[:-1]
    if not classes:
        return None
    largest = max(each.members for each in classes)

    def drawn(width: float) -> Figure:
        figure, axes = _axes(width, len(classes))
        colours = [MORE if (each.low or 0) >= 0 and each.low is not None else LESS for each in classes]
        axes.barh(range(len(classes)), [each.members for each in classes], color=colours, height=0.7)
        for row, each in enumerate(classes):
            _beside(axes, each.members, row, f"{each.members:,}")
        _names(axes, [each.name for each in classes], width)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
        axes.set_xlim(0, largest * (1.1 if width == WIDE else 1.25))
        axes.set_xlabel(f"members by what they bear less or more, {part.currency}", fontsize=9, loc="left")
        return figure

    told = "Members by the difference in what they bear: "
    told += "; ".join(f"{each.members:,} {each.name}" for each in classes)
    return Drawing("members", "Who bears more, who bears less", told, drawn)


def _groups(part: Part) -> Drawing | None:
    rows: list[tuple[str, int | None, tuple[int, int] | None]] = []
    for grouping in part.members.groupings:
        groups = part.groups(grouping)
        if len(groups) < 2:
            continue
        rows.append((grouping.heading, None, None))
        for group in groups:
            around = part.estimates.get(("group", grouping.key, group.name))
            size = group.members * (part.population or 0) / len(part.members)
            whisker = (round(-around.high / size), round(-around.low / size)) if around and size else None
            moved = int(group.sums[PAID_BASE] - group.sums[PAID_CHANGE])
            rows.append((f"{group.name}", round(moved / group.members), whisker))
    if not any(amount for _, amount, _ in rows):
        return None
    ends = [value for _, amount, around in rows for value in (amount or 0, *(around or ()))]
    reach = max(max(ends) - min(ends), 1)

    def drawn(width: float) -> Figure:
        figure, axes = _axes(width, len(rows) * 0.86)
        axes.axvline(0, color=SOFT, linewidth=0.9)
        for row, (_, amount, around) in enumerate(rows):
            if amount is None:
                continue
            axes.barh(row, amount, color=MORE if amount > 0 else LESS, height=0.66)
            if around:
                axes.plot(around, [row, row], color=TEXT, linewidth=1.2)
            reached = (amount, *(around or ()))
            _beside(
                axes,
                max(reached) if amount >= 0 else min(reached),
                row,
                part.money.short(amount, sign=True),
                left=amount < 0,
            )
        _names(axes, [name for name, _, _ in rows], width)
        for label, (_, amount, _) in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if amount is None else "normal")
        _amounts(axes, part.money, sign=True)
        room = reach * (0.1 if width == WIDE else 0.3)
        axes.set_xlim(min(ends) - (room if min(ends) < 0 else 0), max(ends) + (room if max(ends) > 0 else 0))
        told = f"{part.currency} that a member bears more, on average"
        axes.set_xlabel(told, fontsize=9, loc="left")
        return figure

    told = "What a member bears more on average, by group: "
    told += "; ".join(name if v is None else f"{name} {part.money.signed(v)}" for name, v, _ in rows)
    return Drawing("groups", "What a member bears more, group by group", told, drawn)


def _matrix(part: Part) -> Drawing | None:
    matrix = part.effects.matrix
    kept = [n for n in range(len(OUTCOMES)) if matrix[n].any() or matrix[:, n].any()]
    if not part.sums[1] or not kept:
        return None
    names = [OUTCOMES[n].replace("_", " ") for n in kept]

    def drawn(width: float) -> Figure:
        figure = Figure(figsize=(width, len(kept) * 0.52 + 1.2), layout="constrained")
        axes: Any = figure.add_subplot()
        for i, one in enumerate(kept):
            row = max(int(matrix[one].sum()), 1)
            for j, other in enumerate(kept):
                lines = int(matrix[one, other])
                strength = 0.08 + 0.42 * (lines / row) if lines else 0.0
                box = (j - 0.48, i - 0.46), 0.96, 0.92
                colour = TRACK if i == j or not lines else MORE
                axes.add_patch(Rectangle(*box, facecolor=colour, alpha=1.0 if i == j else strength, linewidth=0))
                axes.text(j, i, f"{lines:,}" if lines else "·", ha="center", va="center", fontsize=10)
        small = width == NARROW
        axes.set_xticks(range(len(kept)), [name.replace(" ", "\n") for name in names], fontsize=8 if small else 9.5)
        axes.set_yticks(range(len(kept)), [name.replace(" ", "\n") if small else name for name in names])
        axes.set_xlim(-0.5, len(kept) - 0.5)
        axes.set_ylim(len(kept) - 0.5, -0.5)
        axes.xaxis.tick_top()
        axes.tick_params(length=0, colors=TEXT)
        axes.set_xlabel("lines under the change; rows: under the base", fontsize=9, loc="left")
        axes.spines[:].set_visible(False)
        return figure

    pairs = [(i, j) for i in kept for j in kept if i != j and matrix[i, j]]
    told = "Lines by outcome under the base and under the change. "
    told += "; ".join(f"{OUTCOMES[i]} to {OUTCOMES[j]} {int(matrix[i, j]):,}".replace("_", " ") for i, j in pairs)
    return Drawing("outcomes", "How outcomes move", told if pairs else told + "No outcome moves.", drawn)
