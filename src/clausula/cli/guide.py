"""clausula guide: before care. What a member is entitled to, what must come first, who can give it, what is left."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.decide import STYLES, add_file
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.guide import Guide, ToDo
    from clausula.left import Left

EXAMPLES = """
clausula guide intended.toml
clausula guide intended.toml --lang it --json
"""
MARKS = {"done": "x", "missing": " ", "exempt": "-", "unknown": "?"}


def add(commands: Commands) -> None:
    """Describe the command."""
    about = "The first line of the file says what is intended: service, day, time, facts as far as they are known."
    add_file(
        command(
            commands,
            "guide",
            run,
            does="tell what must come first for an intended service",
            examples=EXAMPLES,
            about=about,
        )
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask and tell."""
    from clausula.batch.why import Narrator
    from clausula.cli.inputs import situation
    from clausula.guide import guide
    from clausula.money import show

    book, found = situation(args)
    if not found.lines:
        raise CommandError(f"{args.file} does not say what is intended", "add lines = [{ service = …, served_on = … }]")
    language, intent = args.lang or "en", found.lines[0]
    told = guide(book, found.household, intent, usage=found.usage, providers=found.providers)
    currency = told.decision.program.currency
    console.text(f"{book.catalogue.name('service', intent.service, language)}, {intent.served_on}", "strong")
    console.text(f"as things stand: {told.outcome.replace('_', ' ')}", STYLES.get(told.outcome, "warn"))
    for sentence in Narrator(book.catalogue, language).tell(told.decision).lines():
        console.text(f"  - {sentence}")
    if told.steps:
        console.text("what must come first:", "strong")
    for step in told.steps:
        console.text(f"  [{MARKS[step.state]}] {_step(step, book, language)}")
    if told.covered_from:
        console.text(f"covered from {told.covered_from}, when the waiting time has passed", "warn")
    if told.limits:
        console.text("what it draws on:", "strong")
    for each in told.limits:
        names = each.step.name or (each.benefits[0].name if each.benefits else {})
        name = names.get(language) or names.get("en") or each.account.partition("#")[2] or each.account
        amounts = [show(n, currency, language) if each.money else str(n) for n in (each.left, each.top)]
        console.text(f"  {name}: {amounts[0]} left of {amounts[1]} ({each.kind})")
    console.document(_as_dict(told))
    return 0


def _step(step: ToDo, book: Any, language: str) -> str:
    rule = step.requirement
    kinds = ", ".join(book.catalogue.name("evidence", kind, language) for kind in rule.evidence)
    parts = [rule.name.get(language) or rule.name.get("en") or kinds or rule.id, step.state]
    if step.failure and step.failure != "missing":
        parts.append(f"what is there does not fit: {step.failure}")
    if step.fact:
        parts.append(f"depends on {step.fact}, which is not stated")
    if step.earliest or step.latest:
        ends = (
            f"not before {step.earliest}" if step.earliest else "",
            f"not after {step.latest}" if step.latest else "",
        )
        parts.append(" and ".join(filter(None, ends)))
    if step.contact:
        hours = {True: ", open at that hour", False: ", closed at that hour", None: ""}[step.open_now]
        name = step.contact.name.get(language) or step.contact.name.get("en") or step.contact.id
        parts.append(f"ask {name} {step.contact.phone or step.contact.url}{hours}".strip())
    return "; ".join(parts)


def _as_dict(told: Guide) -> dict[str, Any]:
    return {
        "outcome": told.outcome,
        "covered_from": told.covered_from,
        "steps": [_step_dict(step) for step in told.steps],
        "left": [_left_dict(each) for each in told.limits],
        "contacts": [{"id": c.id, "phone": c.phone, "url": c.url} for c in told.contacts],
        "decision": told.decision.as_dict(),
    }


def _step_dict(step: ToDo) -> dict[str, Any]:
    return {
        "requirement": step.id, "clause": step.requirement.clause, "plan": step.requirement.plan, "state": step.state,
        "evidence": list(step.requirement.evidence), "failure": step.failure, "fact": step.fact,
        "earliest": step.earliest, "latest": step.latest, "contact": step.contact.id if step.contact else None,
        "open_now": step.open_now,
    }  # fmt: skip


def _left_dict(each: Left) -> dict[str, Any]:
    return {
        "account": each.account, "kind": each.kind, "entity": list(each.entity), "period": each.period,
        "unit": "minor" if each.money else "count", "top": each.top, "used": each.used, "left": each.left,
        "clause": each.clause,
    }  # fmt: skip
