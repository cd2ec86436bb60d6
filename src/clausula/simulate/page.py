"""The page of a simulation: one file that needs nothing but itself, in the manner of the report of a run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from clausula.batch.markup import Child, Html, tag, together
from clausula.batch.page import card, page, table
from clausula.simulate import page_members, page_more, page_rules
from clausula.simulate.effects import (
    BORNE_BASE,
    BORNE_CHANGE,
    CASH_BASE,
    CASH_CHANGE,
    CHANGED,
    CHARGED,
    LINES,
    PAID_BASE,
    PAID_CHANGE,
)
from clausula.simulate.figures import change_of, per_cent
from clausula.simulate.part import Part
from clausula.simulate.pieces import WORDS, interval, signed

if TYPE_CHECKING:
    from clausula.simulate.plots import Plot
    from clausula.simulate.replay import Simulation


def page_of(result: Simulation, plots: Mapping[str, Mapping[str, Plot]] | None) -> str:
    """The whole page. plots: by currency and name; None where they could not be drawn."""
    several = len(result.parts) > 1
    cards: list[Child] = [page_rules.texts(result)]
    for part in result.parts:
        if several:
            cards.append(tag("h2", f"In {part.currency}", cls="currency"))
        cards += _cards(result, part, (plots or {}).get(part.currency, {}), several=several)
    if not several:  # what is at stake comes first where there is one answer
        cards.insert(0, cards.pop(1))
    cards.append(page_more.method(result, drawn=plots is not None))
    first, last = (WORDS.day(day) for day in result.period)
    lines = sum(int(part.sums[LINES]) for part in result.parts)
    members = sum(len(part.members) for part in result.parts)
    lead = (
        f"{lines:,} lines of {members:,} members, {first} to {last}, decided twice: under the plans as they are (base) "
        "and as they might be (change)."
    )
    behaviour = page_more.switch(result)
    content = together(tag("h1", "What the change does"), tag("p", lead, cls="lead"), tag("div", cards, cls="cards"))
    footer = tag("p", f"Clausula, what-if. Figures in simulation.json, lines in changed.parquet. {behaviour}")
    style = (files("clausula.simulate") / "simulate.css").read_text("utf-8")
    pill = tag("span", behaviour, cls="pill on" if result.question.elasticity is not None else "pill")
    return page(WORDS, "What the change does", "Clausula", content, navigation=pill, footer=footer, style=style)


def _cards(result: Simulation, part: Part, plots: Mapping[str, Plot], *, several: bool) -> list[Child]:
    name = f" ({part.currency})" if several else ""
    if not part.sums[CHANGED] and part.owed is None:
        told = (
            f"All {int(part.sums[LINES]):,} lines are decided alike; nothing changes for {len(part.members):,} members."
        )
        return [card(f"In short{name}", tag("p", told, cls="verdict"))]
    return [
        _short(part, name), page_rules.by_rule(result, part, plots, name),
        page_members.gains(result, part, plots, name), page_rules.outcomes(part, plots, name),
        page_members.groups(part, plots, name), page_more.owed(part, name), page_more.months(part, name),
        page_more.behaviour(result, part, name),
    ]  # fmt: skip


def _short(part: Part, name: str) -> Html:
    sums, money, found = part.sums, part.money, part.gains
    before, after = int(sums[PAID_BASE]), int(sums[PAID_CHANGE])
    count = len(part.members)
    if after == before:
        verdict: list[Child] = ["The covers pay as much as before; "]
    else:
        word = "more" if after > before else "less"
        tone = "up" if after > before else "down"
        size = tag("b", f"{money.show(abs(after - before))} {word}", cls=tone)
        verdict = ["The covers pay ", size, f" ({change_of(before, after)}); "]
    verdict.append(
        f"{per_cent(found.lose, count)} of members bear more, {per_cent(found.gain, count)} bear less, "
        f"{per_cent(found.same, count)} the same."
    )
    figures = [
        ("Paid under the base", money.show(before), f"of {money.show(int(sums[CHARGED]))} charged", ""),
        ("Paid under the change", money.show(after), change_of(before, after), "up" if after > before else "down"),
        ("Lines decided otherwise", f"{int(sums[CHANGED]):,}", f"of {int(sums[LINES]):,}", ""),
        ("Members touched", f"{found.gain + found.lose:,}", f"of {count:,}", ""),
    ]
    if part.owed is not None:
        figures.append(_net(part))
    if (whole := part.estimates.get(("total", "paid_difference"))) is not None:
        around = f"95 %: {money.short(whole.low, sign=True)} to {money.short(whole.high, sign=True)}"
        figures.append((f"For all {part.population:,} members", money.short(whole.estimate, sign=True), around, ""))
    entries = [
        tag("div", tag("dt", label), tag("dd", value, tag("small", note) if note else None), cls=tone or None)
        for label, value, note, tone in figures
    ]
    body = together(tag("p", verdict, cls="verdict"), tag("dl", entries, cls="figures"))
    return card(f"In short{name}", tag("div", body, cls="body"), _totals(part), _whole(part), flush=True)


def _net(part: Part) -> tuple[str, str, str, str]:
    assert part.owed is not None
    net = -part.saved - (part.owed.change - part.owed.base)
    tone = "up" if net > 0 else "down"
    return "Net of contributions", part.money.signed(net), "claims paid less contributions", tone


def _totals(part: Part) -> Html:
    """What was charged, paid and borne under both, with intervals where there are any."""
    sums, money = part.sums, part.money
    rows: list[list[Child]] = []
    named = (
        ("Paid by the covers", PAID_BASE, PAID_CHANGE, "paid"), ("Borne by members", BORNE_BASE, BORNE_CHANGE, ""),
        ("of which in cash to members", CASH_BASE, CASH_CHANGE, ""),
    )  # fmt: skip
    charged = int(sums[CHARGED])
    rows.append(["Charged", money.bare(charged), money.bare(charged), "0", "", *([""] if part.estimates else [])])
    for label, one, other, key in named:
        base, change = int(sums[one]), int(sums[other])
        if not base and not change:
            continue
        row: list[Child] = [
            label,
            money.bare(base),
            money.bare(change),
            signed(part, change - base),
            change_of(base, change),
        ]
        if part.estimates:
            row.append(interval(part, ("total", f"{key}_difference")) if key else "")
        rows.append(row)
    head = [(part.currency, ""), ("Base", "n"), ("Change", "n"), ("Difference", "n"), ("", "n")]
    if part.estimates:
        head.append((f"For all {part.population:,} members", "n"))
    return table(head, rows, caption="Charged, paid and borne under both")


def _whole(part: Part) -> Html | None:
    if part.population is None:
        return None
    told = (
        f"The portfolio is a sample: {len(part.members):,} of {part.population:,} members, {part.households:,} "
        "households. The last column says what that means for all of them, with the interval that holds the true "
        "figure in 95 of 100 such samples."
    )
    return tag("p", told, cls="explain")
