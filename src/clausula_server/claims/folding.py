"""What follows from a change: the lines from its place on are decided anew, in the declared order, from the balances
that stood before them.

The balances at a place are those of now less what the standing decisions from there on have moved: every decision keeps
its moves. So a late, corrected or void line costs as much as what came after it, and a line at the end costs itself.
Nothing is ever posted negatively: a void line is gone, and what differs is the difference of two decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clausula_server.claims.engine.deciding import Deciding, Verdict
from clausula_server.claims.world import Account, Charged, Json, Order, Standing, Usage, World, kept_moves, moves_of
from clausula_server.lib.refusals import refuse

Covers = Sequence[Json]


@dataclass(frozen=True, slots=True)
class Change:
    """What changes. new: lines to come. void: ids of lines that go. replaced: the line that takes the place of one.
    overridden: what a person decides for a line (None: the engine's decision holds again). first: decide from this
    place on, because of something beside the lines.
    """

    because: str
    new: tuple[Charged, ...] = ()
    void: frozenset[str] = frozenset()
    replaced: Mapping[str, Charged] = field(default_factory=dict)
    overridden: Mapping[str, Covers | None] = field(default_factory=dict)
    first: Order | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A decision that is new: on which line, what stood for it before, by whom and why."""

    line: Charged
    verdict: Verdict
    before: Standing | None
    taken: str
    because: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What a change comes to: new decisions, lines that are gone, balances that are different now."""

    told: tuple[Told, ...]
    gone: tuple[Standing, ...]
    balances: Mapping[Account, int]
    touched: Mapping[Account, date]


def fold(world: World, change: Change) -> Folded:
    """Decide what a change touches. Raises Refused for a line that cannot be decided as stated."""
    start = _start(world, change)
    after = list(world.lines_from(start))
    opening = dict(world.usage)
    for each in after:
        for key, amount in moves_of(each.decision["moves"]).items():
            opening[key] = opening.get(key, 0) - amount
    gone = tuple(each for each in after if each.line.id in change.void or each.line.id in change.replaced)
    stood = {each.line.id: each for each in after}
    came = {new.id: stood[old] for old, new in change.replaced.items()}
    lines = [each.line for each in after if each not in gone] + [*change.new, *change.replaced.values()]
    deciding, told, touched = Deciding(world, opening), [], {}
    for line in sorted(lines, key=lambda each: each.order):
        before = stood.get(line.id)
        verdict, taken = _decide(deciding, line, before, change)
        for key in verdict.moves:
            touched[key] = line.served_on
        if before is None or _differs(before, verdict, taken):
            own = line.id in change.overridden or line.id in came or before is None
            because = change.because if own or change.because == "evidence" else "order"
            told.append(Told(line, verdict, before or came.get(line.id), taken, because))
    used = deciding.used()
    balances = {key: used.get(key, 0) for key in {*opening, *used} if used.get(key, 0) != world.usage.get(key, 0)}
    assert all(amount >= 0 for amount in balances.values()), balances
    return Folded(
        tuple(told), gone, balances, {key: touched.get(key, world.touched.get(key, start[0])) for key in balances}
    )


def _start(world: World, change: Change) -> Order:
    """The first place the change touches."""
    named = {*change.void, *change.replaced, *change.overridden}
    places = [each.line.order for each in world.standing if each.line.id in named]
    places += [line.order for line in (*change.new, *change.replaced.values())]
    if len(named & {each.line.id for each in world.standing}) < len(named):
        refuse("line", _("the line does not stand any more."), _("Look again: somebody has just changed it."))
    return min([*places, change.first] if change.first else places)


def _decide(deciding: Deciding, line: Charged, before: Standing | None, change: Change) -> tuple[Verdict, str]:
    covers = change.overridden.get(line.id, before.overridden if before else None)
    verdict = deciding.decide(line)
    if covers is None:
        return verdict, "engine"
    deciding.take_back(verdict.moves)
    own = override(deciding, line, covers, verdict)
    deciding.put(own.moves)
    return own, "override"


def override(deciding: Deciding, line: Charged, covers: Covers, engine: Verdict) -> Verdict:
    """What a person decided, as a decision: the limits of the benefits they named are charged, as far as they reach."""
    moves: Usage = {}
    for cover in covers:
        for account, left in deciding.room(line, cover["plan"], cover["benefit"]) if cover["benefit"] else ():
            taken = min(cover["paid"] - moves.get(account, 0), left)
            if taken > 0:
                moves[account] = moves.get(account, 0) + taken
    paid, cash = sum(each["paid"] for each in covers), sum(each["cash"] for each in covers)
    borne = line.charged - line.paid_by_others - (paid - cash)
    kept = [{**each, "outcome": "covered" if each["paid"] else "not_covered", "kept": 0, "advanced": 0, "reason": ""}
            for each in covers]  # fmt: skip
    outcome = "not_covered" if not paid else "partly" if borne and paid > cash else "covered"
    return Verdict(
        outcome=outcome,
        charged=line.charged,
        paid_by_others=line.paid_by_others,
        paid=paid,
        cash=cash,
        borne=borne,
        advanced=min(engine.advanced, borne),
        covers=kept,
        reason="override",
        plan="",
        clause="",
        editions=engine.editions,
        moves=moves,
        content={"beside": {"outcome": engine.outcome, "paid": engine.paid, "borne": engine.borne}},
    )


def _differs(stood: Standing, verdict: Verdict, taken: str) -> bool:
    """Whether a decision says anything else than the one that stood. What a sensitive line waits for is not compared:
    it is not read here, and a decision more does no harm."""
    before = stood.decision
    if verdict.missing and (stood.row["private"] is not None or before["reason"] != verdict.reason):
        return True
    if (before["taken"], before["outcome"], before["paid"], before["cash"], before["borne"], before["advanced"]) != (
        taken, verdict.outcome, verdict.paid, verdict.cash, verdict.borne, verdict.advanced,
    ):  # fmt: skip
        return True
    if [_paid(each) for each in before["covers"]] != [_paid(each) for each in verdict.covers]:
        return True
    return moves_of(before["moves"]) != moves_of(kept_moves(verdict.moves))


def _paid(cover: Json) -> tuple[Any, ...]:
    return cover["plan"], cover["benefit"], cover["outcome"], cover["paid"], cover["kept"], cover["advanced"]
