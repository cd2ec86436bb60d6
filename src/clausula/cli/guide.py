"""clausula guide: before care. What a member is entitled to, what must come first, who can give it, what is left."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.decide import STYLES, add_file
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.explain import Teller
    from clausula.guide import Guide, ToDo
    from clausula.left import Left
    from clausula.plan import Contact

EXAMPLES = """
clausula guide intended.toml
clausula guide intended.toml --lang it --json
"""
BORNE = ("deductible", "coinsurance", "copay", "member-cap", "member-bands")
"""Accounts of which the rest is still to be borne by the member; of the others it is still to be had."""
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
    from clausula import dates
    from clausula.batch.why import Narrator
    from clausula.cli.inputs import situation
    from clausula.explain import Teller
    from clausula.guide import guide
    from clausula.naming import named, typeset

    book, found = situation(args)
    if not found.lines:
        raise CommandError(f"{args.file} does not say what is intended", "add lines = [{ service = …, served_on = … }]")
    language, intent = args.lang or "en", found.lines[0]
    told = guide(book, found.household, intent, usage=found.usage, providers=found.providers)
    teller = Teller(book.catalogue, language)
    words = teller.words["guide"]
    console.text(f"{book.catalogue.name('service', intent.service, language)}, {intent.served_on}", "strong")
    outcome = teller.inside(teller.words["outcome"][told.outcome])
    console.text(typeset(words["now"].format(outcome=outcome), language), STYLES.get(told.outcome, "warn"))
    for sentence in Narrator(book.catalogue, language).tell(told.decision).lines():
        console.text(f"  - {sentence}")
    if told.steps:
        console.text(typeset(words["first"], language), "strong")
    for step in told.steps:
        console.text(f"  [{MARKS[step.state]}] {typeset(_step(step, teller, told), language)}")
    if told.covered_from:
        console.text(words["from"].format(date=dates.show(told.covered_from, language)), "warn")
    if told.limits:
        console.text(typeset(words["draws"], language), "strong")
    for each in told.limits:
        names = each.step.name or (each.benefits[0].name if each.benefits else {})
        name = named(names, language, each.account.partition("#")[2].replace("-", " ") or each.account)
        left, top = (teller.money(told.decision, n) if each.money else str(n) for n in (each.left, each.top))
        key = "still" if each.kind in BORNE else "left"
        console.text("  " + typeset(words[key].format(name=name, left=left, top=top), language))
    console.document(_as_dict(told))
    return 0


def _step(step: ToDo, teller: Teller, told: Guide) -> str:
    from clausula.mend import dated_words
    from clausula.naming import named

    rule, words = step.requirement, teller.words["guide"]
    parts = [teller.rule(rule)]
    if step.fact:
        parts.append(words["unknown"].format(fact=teller.fact(told.decision, step.fact)[0]))
    elif step.failure and step.failure != "missing":
        parts += [words["unfit"], teller.evidence(step.evidence)]
    else:
        parts.append(words[step.state])
    parts.append(dated_words(teller, step.earliest, step.latest))
    if step.contact:
        name, where = named(step.contact.name, teller.language, step.contact.id), step.contact.phone or step.contact.url
        parts.append(words["ask"].format(name=name, where=where).strip())
        parts[-1] += {True: f", {words['open']}", False: f", {words['closed']}", None: ""}[step.open_now]
        parts += [hours] if step.open_now is False and (hours := _hours(step.contact, words)) else []
    return "; ".join(filter(None, parts))


def _hours(contact: Contact, words: Mapping[str, str]) -> str:
    """When a contact answers: "Mon–Fri 08:30–19:30"."""
    from clausula.dates import show_time

    names, found = words["days"].split(), []
    for each in contact.hours:
        days = [day for day in each.days if day <= len(names)]
        first, last = (names[days[0] - 1], names[days[-1] - 1]) if days else ("", "")
        told = first if first == last else f"{first}–{last}"
        found.append(f"{told} {show_time(each.start)}–{show_time(each.end)}")
    return ", ".join(found)


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
