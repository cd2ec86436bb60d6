"""clausula trace: the steps of each decision as a table, with amounts before and after."""

from __future__ import annotations

import argparse

from clausula.cli.console import CommandError, Console
from clausula.cli.decide import add_file
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula trace situation.toml
clausula trace situation.toml --json
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    add_file(command(commands, "trace", run, does="show the steps of each decision as a table", examples=EXAMPLES))


def run(args: argparse.Namespace, console: Console) -> int:
    """Decide and show the steps."""
    from clausula.adjudicate import adjudicate
    from clausula.cli.inputs import situation

    book, found = situation(args)
    if not found.lines:
        raise CommandError(
            f"{args.file} holds no line to decide", "add lines = [{ service = …, served_on = …, charged = … }]"
        )
    done = adjudicate(book, found.household, found.lines, found.usage, providers=found.providers)
    for decision in done.decisions:
        rows = []
        for step in decision.steps:
            rule = getattr(step.rule, "id", "") or getattr(step.rule, "verb", "")
            amounts = (str(decision.amount(step.before)), str(decision.amount(step.after)))
            before, after = amounts if step.kind in ("step", "reduced", "not-more-than-charged") else ("", "")
            looked = step.evidence.id or step.evidence.kind if step.evidence else ""
            rows.append((step.kind, step.plan, step.clause, rule, before, after, step.failure or looked))
        title = f"line {decision.line.id}, {decision.line.served_on}, {decision.line.service}: {decision.outcome}"
        last = ("decided", "", "", decision.code, str(decision.charged), str(decision.paid), f"borne {decision.borne}")
        columns = ("step", "plan", "clause", "rule", "before", "after", "note")
        console.table(columns, rows, title=title, right=(4, 5), total=last)
        console.text()
    console.document({"decisions": [decision.as_dict() for decision in done.decisions]})
    return 0
