"""Engine and oracle side by side: what one says otherwise than the other, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clausula.decision import Adjudication, CoverDecision, Decision, reason_code
from clausula.household import Line
from clausula.usage import AccountKey, Usage
from tests.engines import Engine
from tests.oracle import Ruling, Verdict, tell
from tests.plan_texts import CATALOGUE, program_of, slice_of
from tests.strategies import PROVIDERS, Situation


def reason(decision: Decision, cover: CoverDecision) -> str:
    """The code of a cover's reason, with what is wrong with the evidence where a requirement decided."""
    found = ""
    for step in decision.steps:
        if step.row == cover.reason and step.kind == "requirement":
            found = step.failure
    return reason_code(decision.program, cover.reason, found)


def cover_differs(decision: Decision, cover: CoverDecision, ruling: Ruling) -> str:
    """Where a cover's decision is not what the oracle ruled; "" where it is."""
    engine = (
        cover.plan,
        cover.benefit.id if cover.benefit else "",
        cover.outcome,
        cover.paid,
        cover.kept,
        cover.advanced,
        cover.cash and cover.paid > 0,
    )
    told = (
        ruling.plan,
        ruling.benefit,
        ruling.outcome,
        ruling.paid,
        ruling.kept,
        ruling.advanced,
        ruling.cash and ruling.paid > 0,
    )
    if engine != told:
        return f"engine {engine}, oracle {told}, reasons {reason(decision, cover)!r} and {sorted(ruling.reasons)}"
    if (reason(decision, cover) or "") not in (ruling.reasons or {""}):
        return f"reason {reason(decision, cover)!r} is none of {sorted(ruling.reasons)}"
    return ""


def line_differs(decision: Decision, verdict: Verdict) -> str:
    """Where a decision is not what the oracle told; "" where it is."""
    where = f"line {verdict.line.id}: "
    if decision.line.id != verdict.line.id or len(decision.covers) != len(verdict.rulings):
        return f"{where}engine has {decision.line.id}, {len(decision.covers)} covers; oracle {len(verdict.rulings)}"
    for cover, ruling in zip(decision.covers, verdict.rulings, strict=True):
        if found := cover_differs(decision, cover, ruling):
            return where + found
    return "" if decision.left == verdict.left else f"{where}engine leaves {decision.left}, oracle {verdict.left}"


def holding(usage: Usage) -> dict[AccountKey, int]:
    """The accounts that hold something."""
    return {key: amount for key, amount in usage.amounts.items() if amount}


def difference(engine: Engine, situation: Situation, lines: Iterable[Line] | None = None) -> str:
    """The first thing engine and oracle say differently of a situation; "" where they agree."""
    chosen = situation.lines if lines is None else tuple(lines)
    result = engine(program_of(situation.texts), situation.household, chosen, None)
    slices = [slice_of(text) for text in situation.texts]
    verdicts, accounts = tell(slices, CATALOGUE, situation.household, chosen, None, PROVIDERS)
    for decision, verdict in zip(result.decisions, verdicts, strict=True):
        if found := line_differs(decision, verdict):
            return found
    mine, its = holding(result.usage), {AccountKey(*key): amount for key, amount in accounts.items() if amount}
    keys = sorted(key for key in {*mine, *its} if mine.get(key, 0) != its.get(key, 0))
    return "; ".join(f"{key}: engine {mine.get(key, 0)}, oracle {its.get(key, 0)}" for key in keys)


def shortest(engine: Engine, situation: Situation) -> Situation:
    """The same situation with as few lines as still show the difference."""
    lines = list(situation.lines)
    for line in situation.lines:
        fewer = [other for other in lines if other.id != line.id]
        if difference(engine, situation, fewer):
            lines = fewer
    return replace(situation, lines=tuple(lines))


def assert_same(engine: Engine, situation: Situation) -> None:
    """Fail with the shortest history on which engine and oracle differ."""
    if difference(engine, situation):
        short = shortest(engine, situation)
        raise AssertionError(f"{difference(engine, short)}\n{short}")


def decided(result: Adjudication) -> list[tuple[object, ...]]:
    """Everything a decision says, without row numbers: comparable between programs."""
    return [
        (
            d.line.id,
            d.left,
            [
                (c.plan, c.benefit and c.benefit.id, c.outcome, c.paid, c.kept, c.advanced, c.cash, reason(d, c))
                for c in d.covers
            ],
        )
        for d in result.decisions
    ]
