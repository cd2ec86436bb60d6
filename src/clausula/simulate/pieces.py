"""Small pieces that the cards of a simulation's page share: signed amounts, intervals, plots, sums of members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.words import Words
from clausula.simulate.part import Part

if TYPE_CHECKING:
    from clausula.simulate.plots import Plot

WORDS = Words("en")


def signed(part: Part, amount: int) -> Html:
    """A difference with its sign, in the colour of more or less."""
    return tag("span", part.money.signed(amount), cls="plus" if amount > 0 else "minus" if amount < 0 else None)


def interval(part: Part, figure: tuple[str, ...]) -> Child:
    """An estimate with its interval; nothing where there is none."""
    found = part.estimates.get(figure)
    if found is None:
        return ""
    around = f"{part.money.short(found.low, sign=True)} to {part.money.short(found.high, sign=True)}"
    return together(part.money.short(found.estimate, sign=True), tag("small", around))


def figure(plots: Mapping[str, Plot], name: str, *, half: bool = False) -> Html | None:
    """A plot, for wide and for narrow screens (half: in a card that is narrow anyway); its words are in it for those
    who listen."""
    if name not in plots:
        return None
    if half:
        return tag("figure", tag("div", Html(plots[name].narrow)), cls="plot")
    both = [
        tag("div", Html(getattr(plots[name], size)), cls=kind)
        for size, kind in (("wide", "broad"), ("narrow", "narrow"))
    ]
    return tag("figure", both, cls="plot")
