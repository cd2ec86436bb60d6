"""The cards about rules: what reads otherwise, what each rule comes to, how outcomes move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.page import badge, card, table
from clausula.simulate.effects import CHANGED, PAID_BASE, PAID_CHANGE
from clausula.simulate.part import Part
from clausula.simulate.pieces import WORDS, figure, interval, signed
from clausula.simulate.texts import CONTRIBUTIONS, Difference
from clausula.values import OUTCOMES

if TYPE_CHECKING:
    from clausula.simulate.plots import Plot
    from clausula.simulate.replay import Simulation

EDITS = 6
"""Edits of a rule that the page names; all of them are in the document."""
RULES = 40


def texts(result: Simulation) -> Html:
    """What reads otherwise in the plans, with what it does beside it."""
    if not result.texts:
        told = tag("p", "The plans read the same: no rule, no words, no table differs.")
        return card("What reads otherwise", told)
    rows = [
        (
            together(each.title or "–", tag("small", each.plan)),
            together(each.name, tag("small", f"{each.kind.replace('_', ' ')} {each.rule}".strip())),
            _edits(each),
            _effect(result, each),
        )
        for each in result.texts
    ]
    columns = [("Clause", ""), ("Rule", ""), ("Was, and is now", ""), ("What the covers pay", "n")]
    note = "cause and effect side by side; a rule that decides no line here shows none"
    return card(
        "What reads otherwise", table(columns, rows, caption="Edited rules"), note=note, flush=True, extra="stacked"
    )


def _edits(each: Difference) -> Html:
    word = "words only" if each.change == "text" else each.change
    since = f" since {WORDS.day(each.since)}" if each.since else ""
    shown = [
        tag(
            "li",
            f"{edit.where}: ",
            tag("span", edit.was or "nothing", cls="was"),
            " → ",
            tag("span", edit.now or "nothing", cls="now"),
        )
        for edit in each.edits[:EDITS]
    ]
    if len(each.edits) > EDITS:
        shown.append(tag("li", f"and {len(each.edits) - EDITS} more"))
    return together(
        tag("span", word + since, cls=f"tag {each.change}"), tag("ul", shown, cls="edits") if shown else None
    )


def _effect(result: Simulation, each: Difference) -> Child:
    """What the lines come to that are put down to this rule, by currency."""
    if each.kind in CONTRIBUTIONS:
        return tag("span", "see contributions", cls="tag")
    found: list[Child] = []
    for part in result.parts:
        mine = [
            int(sums[PAID_CHANGE] - sums[PAID_BASE])
            for cause, sums in part.causes
            if cause.rule == each.rule and cause.plan == each.plan and not cause.follows
        ]
        if mine:
            found.append(tag("div", signed(part, sum(mine)), f" {part.currency}"))
    return together(*found) if found else "–"


def by_rule(result: Simulation, part: Part, plots: Mapping[str, Plot], name: str) -> Html | None:
    """The waterfall and its table; together the differences are the whole difference, to the cent."""
    if not part.causes:
        return None
    places = {cause: str(number) for number, cause in enumerate(result.order)}
    rows: list[list[Child]] = []
    for cause, sums in part.causes[:RULES]:
        moved = int(sums[PAID_CHANGE] - sums[PAID_BASE])
        follows = tag("span", "follows", cls="tag") if cause.follows else None
        rule = together(cause.name, " ", follows, tag("small", _of(cause.rule, cause.benefit)))
        row: list[Child] = [
            together(cause.title or "–", tag("small", cause.plan)),
            rule,
            f"{int(sums[CHANGED]):,}",
            signed(part, moved),
        ]
        rows.append([*row, interval(part, ("cause", places[cause]))] if part.estimates else row)
    rest = part.causes[RULES:]
    if rest:
        lines = sum(int(sums[CHANGED]) for _, sums in rest)
        moved = sum(int(sums[PAID_CHANGE] - sums[PAID_BASE]) for _, sums in rest)
        rows.append([f"{len(rest)} more", "", f"{lines:,}", signed(part, moved), *([""] if part.estimates else [])])
    columns = [("Clause", ""), ("Rule and benefit", ""), ("Lines", "n"), (f"Paid, {part.currency}", "n")]
    foot: list[Child] = ["Together", "", f"{int(part.sums[CHANGED]):,}", signed(part, -part.saved)]
    if part.estimates:
        columns.append((f"For all {part.population:,}", "n"))
        foot.append(interval(part, ("total", "paid_difference")))
    first = (
        "A line is put down to the first edited rule among those that decided it: the reason under the change, the "
        "reason under the base, the benefit with its steps and requirements, the head of the plan. Where none of "
        "them was edited the line "
    )
    told = (
        first,
        tag("b", "follows"),
        ": a deductible is met later, a limit used up sooner, another cover takes over.",
    )
    body = (figure(plots, "waterfall"), table(columns, rows, caption="Differences by rule", foot=foot))
    return card(
        f"Where the difference comes from{name}",
        *body,
        tag("p", *told, cls="explain"),
        flush=True,
        extra="stacked rules",
    )


def _of(rule: str, benefit: str) -> str:
    return f"{rule} in {benefit}" if rule and benefit and rule != benefit else rule or benefit


def outcomes(part: Part, plots: Mapping[str, Plot], name: str) -> Html | None:
    """The transition matrix and its table."""
    matrix, moved = part.effects.matrix, part.effects.moved
    rows = [
        (badge(WORDS, one), badge(WORDS, other), f"{int(matrix[i, j]):,}", signed(part, int(moved[i, j])))
        for i, one in enumerate(OUTCOMES)
        for j, other in enumerate(OUTCOMES)
        if matrix[i, j]
    ]
    columns = [("Base", ""), ("Change", ""), ("Lines", "n"), (f"Paid, {part.currency}", "n")]
    crossed = sum(int(matrix[i, j]) for i in range(len(OUTCOMES)) for j in range(len(OUTCOMES)) if i != j)
    note = f"{crossed:,} lines with another outcome"
    lines = tag("div", table(columns, rows, caption="Lines by outcome under both"))
    body = tag("div", figure(plots, "outcomes", half=True), lines, cls="two" if "outcomes" in plots else None)
    return card(f"How outcomes move{name}", body, note=note, flush=True)


__all__ = ["by_rule", "outcomes", "texts"]
