"""clausula premium: what a household owes for its covers on a day."""

from __future__ import annotations

import argparse
from datetime import date

from clausula.cli.console import CommandError, Console
from clausula.cli.decide import add_file
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula premium family.toml --on 2026-01-01
clausula premium family.toml --on 2026-01-01 --json
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(commands, "premium", run, does="tell the contributions of a household on a day", examples=EXAMPLES)
    add_file(parser)
    parser.add_argument("--on", metavar="DATE", type=_day, required=True, help="the day, like 2026-01-01")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it like 2026-01-01") from None


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask and tell."""
    from clausula import dates
    from clausula.cli.inputs import situation
    from clausula.naming import named, wording
    from clausula.premium import premium

    book, found = situation(args)
    owed = premium(book, found.household, args.on)
    if not found.household.enrolments:
        raise CommandError(f"{args.file} enrols nobody", "add enrolments, or ask with --plan PLAN")
    language = args.lang or "en"
    words = wording(language)["guide"]
    people = {person.id: person.name or person.id for person in found.household.people}
    rows = [
        (
            people[due.person],
            named(book.plan(due.plan, args.on).name, language, due.plan),
            named(due.rule.name, language, due.rule.id),
            words.get(due.rule.per, due.rule.per),
            str(due.amount) if due.amount is not None else words["not_known"],
            due.currency,
        )
        for due in owed.lines
    ]
    if rows:
        head = tuple(words[key] for key in ("person", "plan", "contribution", "per", "amount"))
        currencies = {due.currency for due in owed.lines}
        total = (words["together"], "", "", "", str(owed.total), currencies.pop() if len(currencies) == 1 else "")
        console.table((*head, ""), rows, right=(4,), total=total)
    else:
        console.text(words["no_contribution"].format(date=dates.show(args.on, language)))
    for due in owed.unknown:
        console.text(f"{due.person}: the amount of {due.rule.id} stands in a table that is not here", "warn")
    console.document(
        {
            "on": args.on.isoformat(), "total": str(owed.total), "complete": not owed.unknown,
            "lines": [
                {
                    "person": due.person, "plan": due.plan, "rule": due.rule.id, "clause": due.rule.clause,
                    "per": due.rule.per,
                    "amount": None if due.amount is None else str(due.amount), "currency": due.currency,
                }
                for due in owed.lines
            ],
        }
    )  # fmt: skip
    return 0
