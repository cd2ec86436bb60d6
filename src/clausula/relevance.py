"""What of a decision its member reads: the cover that decided, what it asked for, every step that changed an amount.

Everything else, such as benefits that were tried and did not fit, stays in the trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clausula.decision import CoverDecision, Decision, Step
from clausula.plan import Step as PlanStep

ALWAYS = ("amount", "units", "tranches", "nothing")
"""Verbs of steps that are told even where they leave the amount as it was: they say what it comes from."""


class Read(NamedTuple):
    """A step with the cover that took it and the slot its own facts stand in."""

    step: Step
    cover: CoverDecision | None = None
    slot: int = 0


def by_cover(decision: Decision) -> list[list[Read]]:
    """The steps of each cover, in order."""
    order = dict(zip(dict.fromkeys(step.slot for step in decision.steps), decision.covers, strict=False))
    found: dict[int, list[Read]] = {slot: [] for slot in order}
    for step in decision.steps:
        if step.slot in found:
            found[step.slot].append(Read(step, order[step.slot], step.slot))
    return list(found.values())


def relevant(decision: Decision) -> list[Read]:
    """The steps a member reads, in order."""
    runs = by_cover(decision)
    chosen = [run for run in runs if _counts(run[0].cover, decision)]
    if chosen:
        return [read for run in chosen for read in _chosen(run)]
    found = [read for run in runs for read in run if _decides(read, decision)]
    return found or [read for run in runs for read in run if read.step.row == decision.reason][:1]


def _counts(cover: CoverDecision | None, decision: Decision) -> bool:
    """Whether a benefit of this cover speaks of the line, and its refusal, if it is one, is not made good by others."""
    if cover is None or cover.benefit is None:
        return False
    return cover.outcome != "not_covered" or decision.left > 0 or decision.outcome == "not_covered"


def _decides(read: Read, decision: Decision) -> bool:
    """Of covers none of whose benefits fits: what decided, and what is excluded by name."""
    assert read.cover is not None
    return read.step.row == read.cover.reason and (
        read.step.kind == "exclusion" or read.step.row == decision.reason or read.cover.outcome.startswith("needs")
    )


def _chosen(run: Sequence[Read]) -> Iterator[Read]:
    """The steps of the benefit that was chosen, from where it was looked at."""
    cover = run[0].cover
    assert cover is not None
    starts = [at for at, read in enumerate(run) if read.step.kind == "benefit" and read.step.rule is cover.benefit]
    if not starts:  # it could not be told whether it fits
        yield from (read for read in run if read.step.row == cover.reason)
        return
    last = starts[-1]
    following = [at for at in range(last + 1, len(run)) if run[at].step.kind == "benefit"]
    of_it = run[last : following[0] if following else len(run)]
    for read in of_it:
        step = read.step
        if step.kind != "step" or step.row == cover.reason or _changes(step, of_it[0].step.before):
            yield read


def _changes(step: Step, left: int) -> bool:
    rule = step.rule
    if isinstance(rule, PlanStep) and rule.verb == "of" and rule.of == "charged":
        return step.after != left
    if isinstance(rule, PlanStep) and rule.verb == "units" and rule.bands[0].low == 0 and rule.bands[0].high is None:
        return False  # it only counts
    return step.before != step.after or (isinstance(rule, PlanStep) and rule.verb in ALWAYS)
