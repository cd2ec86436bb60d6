"""clausula show: a plan as a person reads it: its clauses in order, and under each its rules in words."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.plan import Clause, Plan, Rule

EXAMPLES = """
clausula show ultra-varia                the whole plan
clausula show ultra-varia uv-1.6         one clause
clausula show ultra-varia --lang fr --on 2026-06-01
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(commands, "show", run, does="show a plan: its clauses and its rules in words", examples=EXAMPLES)
    parser.add_argument("plan", metavar="PLAN", help="id of a plan, or its last part")
    parser.add_argument("clause", metavar="CLAUSE", nargs="?", help="id of a clause; none: all of them")
    parser.add_argument("--on", metavar="DATE", help="as it stands on this day; none: its last edition")


def run(args: argparse.Namespace, console: Console) -> int:
    """Show."""
    from clausula.cli.plans import book_of, plan_id
    from clausula.cli.wording import rule_in_words
    from clausula.situation import day

    book = book_of(args)
    chosen = plan_id(book, args.plan)
    plan = book.plan(chosen, day(args.on, "--on")) if args.on else book.slices(chosen)[-1].plan
    clauses = [each for each in plan.clauses if args.clause in (None, each.id)]
    if not clauses:
        known = ", ".join(each.id for each in plan.clauses)
        raise CommandError(
            f"looked for the clause {args.clause!r} in {plan.id}: there is none", f"its clauses are {known}"
        )
    language = args.lang or "en"
    if not args.clause:
        _head(console, plan, language)
    for clause in clauses:
        console.text(_title(clause, plan, language), "strong")
        if clause.prose:
            console.text(f"  {clause.prose}")
        for rule in _rules(plan, clause):
            for line in rule_in_words(rule, book.catalogue, plan.currency, language):
                console.text(f"  {line}")
        console.text()
    console.document(_as_dict(plan, clauses, book.catalogue, language))
    return 0


def _title(clause: Clause, plan: Plan, language: str) -> str:
    title = clause.title.get(language) or clause.title.get("en", "")
    inherited = f", from {clause.plan}" if clause.plan not in ("", plan.id) else ""
    return f"{title}  [{clause.id}{inherited}]"


def _head(console: Console, plan: Plan, language: str) -> None:
    console.text(plan.name.get(language) or plan.name.get("en") or plan.id, "strong")
    until = f" to {plan.until}" if plan.until else ""
    extends = f", extends {plan.extends}" if plan.extends else ""
    console.text(f"{plan.id}, edition {plan.edition}, in force from {plan.start}{until}, in {plan.currency}{extends}")
    console.text(f"{plan.insurer}{f': {plan.source}' if plan.source else ''}", "dim")
    console.text()


def _rules(plan: Plan, clause: Clause) -> list[Rule]:
    return [rule for rule in plan.rules if rule.clause == clause.id and rule.plan in (clause.plan, plan.id, "")]


def _as_dict(plan: Plan, clauses: list[Clause], catalogue: Any, language: str) -> dict[str, Any]:
    from clausula.cli.wording import rule_in_words

    return {
        "plan": plan.id, "name": dict(plan.name), "edition": plan.edition, "from": plan.start, "until": plan.until,
        "currency": plan.currency, "insurer": plan.insurer, "extends": plan.extends,
        "clauses": [
            {
                "id": clause.id, "plan": clause.plan or plan.id, "title": dict(clause.title), "kind": clause.kind,
                "prose": clause.prose, "source": clause.source,
                "rules": [
                    {
                        "id": rule.id, "kind": type(rule).__name__.lower(), "name": dict(rule.name),
                        "words": rule_in_words(rule, catalogue, plan.currency, language),
                    }
                    for rule in _rules(plan, clause)
                ],
            }
            for clause in clauses
        ],
    }  # fmt: skip
