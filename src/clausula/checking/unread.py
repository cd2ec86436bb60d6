"""Guard: what is declared is read by someone. A step, requirement, parameter or fact nobody refers to is a mistake."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from clausula.checking.ground import Ground
from clausula.facts import BUILT_IN
from clausula.plan import (
    Benefit,
    Contact,
    Fact,
    FactRef,
    NamedStep,
    Parameter,
    Plan,
    Premium,
    Question,
    Requirement,
    Rule,
)


def guard(ground: Ground) -> None:
    """Look for names that are declared and never used."""
    plan = ground.plan
    facts = set(_facts_read(ground, plan))
    steps = {entry for benefit in ground.of(Benefit) for entry in benefit.pays or () if isinstance(entry, str)}
    tested = {want.other for rule in plan.rules for _, want in ground.wants(rule) if want.op == "used"}
    needs = {need for benefit in ground.of(Benefit) for need in benefit.requires}
    for rule in ground.own:
        read = isinstance(rule, NamedStep) and rule.id in tested and rule.step.account.startswith("/")
        if isinstance(rule, NamedStep) and rule.id not in steps and not read:  # a shared account another plan moves
            how = "is only tested, no benefit takes it" if rule.id in tested else "is used by no benefit"
            _unread(ground, rule, f"the step {rule.id!r} {how}", "name it in the pays of a benefit, or take it away")
        elif isinstance(rule, Requirement) and not rule.services and rule.id not in needs:
            mend = "name it in the requires of a benefit, give it services, or take it away"
            _unread(ground, rule, f"the requirement {rule.id!r} binds no benefit", mend)
        elif isinstance(rule, Fact) and rule.id not in facts and rule.id not in BUILT_IN:
            _unread(ground, rule, f"no rule asks for the fact {rule.id!r}", "use it in a condition, or take it away")
    _parameters(ground)
    _contacts(ground)
    for benefit in ground.rules(Benefit):
        if not _has_services(ground, benefit):
            _no_services(ground, benefit)


def _unread(ground: Ground, rule: Rule, message: str, mend: str) -> None:
    ground.wrong("unread", message, ground.spot(rule.place, rule.id), mend)


def _facts_read(ground: Ground, plan: Plan) -> Iterator[str]:
    """Ids of facts that some rule of the plan reads."""
    for rule in plan.rules:
        for _, want in ground.wants(rule):
            yield want.fact
            yield want.other
        for step in ground.steps(rule):
            yield step.of
            yield step.count
            yield step.per.scope if step.per else ""
            if isinstance(step.value, FactRef):
                yield step.value.fact
        if isinstance(rule, Requirement) and rule.dated is not None:
            yield rule.dated.fact
        if isinstance(rule, Premium):
            yield from rule.by
            if isinstance(rule.amount, FactRef):
                yield rule.amount.fact
        for spec in dataclasses.fields(rule):
            if spec.metadata.get("read") == "fact":
                yield getattr(rule, spec.name)


def _parameters(ground: Ground) -> None:
    words = set()
    for lines in ground.texts.values():
        for line in lines:
            if "$" in line:
                words |= set(re.findall(r"[\"']\$([a-z0-9_.:/-]+)[\"']", line[:4000]))
    for rule in ground.rules(Parameter):
        if rule.id not in words:
            asked = any(question.parameter == rule.id for question in ground.of(Question))
            but = "; a question names it, but switching it changes nothing" if asked else ""
            _unread(
                ground, rule, f"no rule uses the parameter {rule.id!r}{but}", f'write "${rule.id}" where it decides'
            )
        if rule.choices and rule.value not in rule.choices:
            listed = ", ".join(repr(choice) for choice in rule.choices)
            ground.wrong("not-a-choice", f"{rule.value!r} is no choice of {rule.id}", rule.place, f"use {listed}")


def _contacts(ground: Ground) -> None:
    named = {getattr(rule, name, "") for rule in ground.plan.rules for name in ("contact", "given_by")}
    for rule in ground.rules(Contact):
        if rule.id not in named:
            message = f"no rule leads to the contact {rule.id!r}; it is only shown in the list of contacts"
            ground.warn(
                "contact-unnamed",
                message,
                ground.spot(rule.place, rule.id),
                "name it in a requirement's from, if it gives something",
            )


def _has_services(ground: Ground, benefit: Benefit) -> bool:
    """Whether a benefit, what it is an exception to, or the group it is a member of, names services."""
    known = {each.id: each for each in ground.of(Benefit)}
    seen: set[str] = set()
    found: Benefit | None = benefit
    while found is not None and not found.services and found.id not in seen:
        seen.add(found.id)
        found = known.get(found.exception_to[0]) if found.exception_to else None
    grouped = any(benefit.id in each.better_of for each in known.values())
    return grouped or (found is not None and bool(found.services))


def _no_services(ground: Ground, benefit: Benefit) -> None:
    broken = any(other not in {each.id for each in ground.of(Benefit)} for other in benefit.exception_to)
    if not broken:
        mend = 'write services = ["…"], or "*" for all'
        ground.wrong(
            "no-services", f"the benefit {benefit.id!r} is for no service", ground.spot(benefit.place, benefit.id), mend
        )
