"""Which benefit goes first: general rule, labelled exception. Place in the text never decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clausula.findings import Finding, PlanError
from clausula.plan import Benefit


def inherited(benefits: Sequence[Benefit]) -> list[Benefit]:
    """Exceptions with what they take over from the benefit they override: services, requirements, name, kind."""
    known = {benefit.id: benefit for benefit in benefits}
    done: dict[str, Benefit] = {}

    def resolve(benefit: Benefit, path: tuple[str, ...]) -> Benefit:
        if benefit.id in done:
            return done[benefit.id]
        if benefit.id in path:
            message = "these benefits are exceptions to each other: " + " -> ".join((*path, benefit.id))
            raise PlanError([Finding("circle", message, benefit.place, "an exception overrides a more general benefit")])
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
                pays=parent.pays if benefit.pays is None else benefit.pays,
            )
        done[benefit.id] = found
        return found

    return [resolve(benefit, ()) for benefit in benefits]


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
        if state.get(name) == 1:
            message = f"the order of {name} goes in a circle"
            raise PlanError([Finding("circle", message, known[name].place, "take away one before or exception_to")])
        if name not in state:
            state[name] = 1
            for earlier in later[name]:
                visit(earlier)
            state[name] = 2
            ordered.append(known[name])

    for benefit in ready:
        visit(benefit.id)
    return ordered
