"""Which benefit goes first: general rule, labelled exception. Place in the text never decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clausula.findings import Finding, PlanError
from clausula.plan import Benefit, Step

LONGEST_CHAIN = 100
"""Exceptions that may stand on each other."""


def inherited(benefits: Sequence[Benefit]) -> list[Benefit]:
    """Exceptions with what they take over from the benefit they override: services, requirements, name, kind."""
    known = {benefit.id: benefit for benefit in benefits}
    done: dict[str, Benefit] = {}

    def resolve(benefit: Benefit, path: tuple[str, ...]) -> Benefit:
        if benefit.id in done:
            return done[benefit.id]
        if len(path) > LONGEST_CHAIN:
            message = f"more than {LONGEST_CHAIN} exceptions stand on each other"
            raise PlanError(
                [Finding("too-deep", message, benefit.place, "an exception overrides a more general benefit")]
            )
        if benefit.id in path:
            message = "these benefits are exceptions to each other: " + " -> ".join((*path, benefit.id))
            raise PlanError(
                [Finding("circle", message, benefit.place, "an exception overrides a more general benefit")]
            )
        found = benefit
        for general in benefit.exception_to[:1]:
            if general not in known:
                message = f"there is no benefit {general!r} to be an exception to"
                raise PlanError([Finding("unknown-benefit", message, benefit.place, "name a benefit of this plan")])
            parent = resolve(known[general], (*path, benefit.id))
            found = replace(
                benefit,
                services=benefit.services or parent.services,
                requires=benefit.requires or parent.requires,
                name=benefit.name or parent.name,
                kind=benefit.kind or parent.kind,
                overrides=benefit.overrides or parent.overrides,
                beside=benefit.beside or parent.beside,
                pays=_shared(parent) if benefit.pays is None else benefit.pays,
            )
        done[benefit.id] = found
        return found

    return [resolve(benefit, ()) for benefit in benefits]


def _shared(parent: Benefit) -> tuple[Step | str, ...] | None:
    """The steps of a benefit as its exception takes them over: with their accounts, so that a limit is not given
    twice."""
    if parent.pays is None:
        return None
    steps: list[Step | str] = []
    for number, step in enumerate(parent.pays, 1):
        keeps_account = isinstance(step, Step) and step.per is not None and not (step.account or step.id)
        steps.append(
            replace(step, account=f"{parent.id}.{number}") if isinstance(step, Step) and keeps_account else step
        )
    return tuple(steps)


def in_order(benefits: Sequence[Benefit]) -> list[Benefit]:
    """Benefits so that every exception stands before what it overrides, and `before` before what it names; otherwise as
    declared. Raises PlanError for circles and unknown names."""
    ready = inherited(benefits)
    known = {benefit.id: benefit for benefit in ready}
    ordered: list[Benefit] = []
    state: dict[str, int] = {}
    later: dict[str, list[str]] = {benefit.id: [] for benefit in ready}
    for benefit in ready:
        for other in (*benefit.exception_to, *benefit.before):
            if other not in known:
                message = f"there is no benefit {other!r}"
                raise PlanError([Finding("unknown-benefit", message, benefit.place, "name a benefit of this plan")])
            later[other].append(benefit.id)

    def visit(name: str) -> None:
        """Put what goes before a benefit, then the benefit; a list in place of recursion, however long the chain."""
        open_names = [name]
        while open_names:
            now = open_names[-1]
            if state.get(now) == 2:
                open_names.pop()
                continue
            state[now] = 1
            waiting = [earlier for earlier in later[now] if state.get(earlier) != 2]
            for earlier in waiting:
                if state.get(earlier) == 1:
                    message = f"the order of {earlier} goes in a circle"
                    mend = "take away one before or exception_to"
                    raise PlanError([Finding("circle", message, known[earlier].place, mend)])
            if waiting:
                open_names.append(waiting[0])
            else:
                state[now] = 2
                ordered.append(known[now])
                open_names.pop()

    for benefit in ready:
        visit(benefit.id)
    return ordered
