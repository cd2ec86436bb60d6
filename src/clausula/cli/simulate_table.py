"""How `clausula simulate` tells what it found: a few tables a person can read."""

from __future__ import annotations

from clausula.cli.console import Console
from clausula.simulate.effects import (  # fmt: skip
    BORNE_BASE,
    BORNE_CHANGE,
    CASH_BASE,
    CASH_CHANGE,
    CHANGED,
    CHARGED,
    PAID_BASE,
    PAID_CHANGE,
)
from clausula.simulate.figures import change_of, per_cent
from clausula.simulate.part import Part
from clausula.simulate.replay import Simulation
from clausula.values import OUTCOMES

SHOWN = 12
"""Rows of a table in the terminal; all of them are on the page and in the document."""


NET = "paid less contributions"


def tell(console: Console, result: Simulation) -> None:
    """Print everything: texts, totals, rules, outcomes, members, groups."""
    _texts(console, result)
    for part in result.parts:
        _totals(console, result, part)
        if not part.sums[CHANGED] and part.owed is None:
            console.text(f"{part.currency}: no line is decided otherwise.", "good")
            continue
        _rules(console, part)
        _outcomes(console, part)
        _members(console, part)
        _groups(console, part)
    _notes(console, result)


def _texts(console: Console, result: Simulation) -> None:
    if not result.texts:
        console.text("The plans read the same: nothing was added, removed or edited.")
        console.text()
        return
    rows = []
    for each in result.texts:
        edits = [f"{edit.where}: {edit.was or '–'} → {edit.now or '–'}" for edit in each.edits[:3]]
        more = [f"and {len(each.edits) - 3} more"] if len(each.edits) > 3 else []
        what = "\n".join([each.change if each.change != "text" else "words only", *edits, *more])
        rows.append((each.plan, each.title, f"{each.kind} {each.rule}".strip(), what))
    console.table(("plan", "clause", "rule", "what reads otherwise"), rows, title="The texts")
    console.text()


def _totals(console: Console, result: Simulation, part: Part) -> None:
    sums, bare, signed = part.sums, part.money.bare, part.money.signed
    rows = []
    charged = int(sums[CHARGED])
    rows.append(("charged", bare(charged), bare(charged), "0", ""))
    named = (
        ("paid by the covers", PAID_BASE, PAID_CHANGE),
        ("borne by members", BORNE_BASE, BORNE_CHANGE),
        ("in cash to members", CASH_BASE, CASH_CHANGE),
    )
    figures = [(name, int(sums[one]), int(sums[other])) for name, one, other in named]
    if part.owed is not None:
        figures.append(("contributions", part.owed.base, part.owed.change))
        paid = figures[0]
        figures.append((NET, paid[1] - part.owed.base, paid[2] - part.owed.change))
    for name, one, other in figures:
        if one or other:
            share = "" if name == NET else change_of(one, other)
            rows.append((name, bare(one), bare(other), signed(other - one), share))
    behaviour = "on, beside" if part.responses is not None else "off"
    title = f"{part.currency}, {result.period[0]} to {result.period[1]}; behaviour: {behaviour}"
    console.table((part.currency, "base", "change", "difference", ""), rows, title=title, right=(1, 2, 3, 4))
    if ("total", "paid_difference") in part.estimates:
        found = part.estimates["total", "paid_difference"]
        told = f"{signed(found.estimate)} (95 %: {signed(found.low)} to {signed(found.high)})"
        console.text(f"For all {part.population:,} members: paid {told} {part.currency}", "strong")
    if part.responses is not None:
        more = sum(each.paid for each in part.responses)
        console.text(f"Beside it, if demand follows the member's share: paid {signed(more)} {part.currency} more")
    console.text()


def _rules(console: Console, part: Part) -> None:
    rows = []
    for cause, sums in part.causes[:SHOWN]:
        moved = part.money.signed(int(sums[PAID_CHANGE] - sums[PAID_BASE]))
        what = f"{cause.rule or cause.name}{' (follows)' if cause.follows else ''}"
        rows.append((cause.plan, cause.title, what, cause.benefit, f"{int(sums[CHANGED]):,}", moved))
    whole = part.money.signed(-part.saved)
    total = ("together", "", "", "", f"{int(part.sums[CHANGED]):,}", whole)
    head = ("plan", "clause", "rule", "benefit", "lines", "paid")
    if len(part.causes) > SHOWN:
        rows.append((f"… {len(part.causes) - SHOWN} more on the page", "", "", "", "", ""))
    console.table(head, rows, title="By rule", right=(4, 5), total=total)
    console.text()


def _outcomes(console: Console, part: Part) -> None:
    matrix = part.effects.matrix
    rows = [
        (
            f"{one} → {other}".replace("_", " "),
            f"{int(matrix[i, j]):,}",
            part.money.signed(int(part.effects.moved[i, j])),
        )
        for i, one in enumerate(OUTCOMES)
        for j, other in enumerate(OUTCOMES)
        if matrix[i, j] and (i != j or part.effects.moved[i, j])
    ]
    if rows:
        console.table(("outcome", "lines", "paid"), rows, title="Outcomes", right=(1, 2))
        console.text()


def _members(console: Console, part: Part) -> None:
    found, count, money = part.gains, len(part.members), part.money
    rows = [
        ("bear less", f"{found.gain:,}", per_cent(found.gain, count), money.signed(-found.gained)),
        ("bear more", f"{found.lose:,}", per_cent(found.lose, count), money.signed(found.lost)),
        ("bear the same", f"{found.same:,}", per_cent(found.same, count), "0"),
    ]
    total = ("members", f"{count:,}", "100 %", money.signed(found.lost - found.gained))
    console.table(("members who", "", "", part.currency), rows, title="Members", right=(1, 2, 3), total=total)
    if found.most.members:
        many = "1 member" if found.most.members == 1 else f"{found.most.members:,} members"
        carry = per_cent(found.most.amount, found.most.of_all)
        least = money.bare(found.most.least)
        console.text(f"The tenth most touched ({many}) carry {carry} of it, each at least {least} {part.currency}.")
    console.text()


def _groups(console: Console, part: Part) -> None:
    rows = []
    for grouping in part.members.groupings:
        groups = part.groups(grouping)
        if len(groups) < 2:
            continue
        for number, group in enumerate(groups[:SHOWN]):
            moved = int(group.sums[PAID_CHANGE] - group.sums[PAID_BASE])
            each = part.money.signed(round(-moved / group.members))
            rows.append(
                (
                    grouping.heading if not number else "", group.name, f"{group.members:,}",
                    per_cent(group.lose, group.members), per_cent(group.gain, group.members), each,
                    part.money.signed(moved),
                )
            )  # fmt: skip
    if rows:
        head = ("group", "", "members", "bear more", "bear less", "a member", "paid")
        console.table(head, rows, title="Groups", right=(2, 3, 4, 5, 6))
        console.text()


def _notes(console: Console, result: Simulation) -> None:
    listed = result.base.all.listed
    if listed:
        console.text(f"{listed} lines could not be decided under either and are in base/listed.csv.", "warn")
    if result.question.elasticity is None:
        console.text("Behaviour is off: nobody uses more or less because the plans change.", "dim")
