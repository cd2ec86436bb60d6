"""clausula check: are these plans right? Findings with place, excerpt and mend; how much of the source is ruled."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command
from clausula.cli.plans import chosen

EXAMPLES = """
clausula check                                 the bundled plans
clausula check my-plans                        a folder of your own
clausula check ultra-varia --source texts      also: is every figure in the source text?
clausula check plan.md --no-cases --json
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "check", run, does="check plans: find what is wrong, and count what is ruled", examples=EXAMPLES
    )
    parser.add_argument(
        "targets", nargs="*", metavar="DIR|PLAN", help="folders, plan.md files or plan ids; none: all plans"
    )
    parser.add_argument("--source", metavar="DIR", help="source texts in which the figures of the rules must be found")
    parser.add_argument("--no-cases", action="store_true", help="do not run the golden cases")
    parser.add_argument("--strict", action="store_true", help="a rule that no case hits is an error, not a warning")


def run(args: argparse.Namespace, console: Console) -> int:
    """Check and report; 1 where something is wrong."""
    try:
        from clausula.checker import check
    except ImportError:
        raise CommandError("this build has no checker", "run `clausula cases` to try the plans' own cases") from None
    source = Path(args.source) if args.source else None
    if source is not None and not source.exists():
        raise CommandError(f"looked for source texts at {source}: there is nothing", "name the folder that holds them")
    reports: list[Any] = []
    for choice in chosen(args, args.targets):
        reports.append(check(choice.book, choice.ids, sources=source, run_cases=not args.no_cases, strict=args.strict))
        console.text(reports[-1].render())
    documents = [report.as_dict() for report in reports]
    console.document(documents[0] if len(documents) == 1 else {"reports": documents})
    return 0 if all(report.ok for report in reports) else 1
