"""clausula explain: why a line of a run over buckets was decided as it was."""

from __future__ import annotations

import argparse
from pathlib import Path

from clausula.cli.console import Console
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula explain results 4711
clausula explain results 4711 --lang it
clausula explain results 4711 --json"""
ABOUT = """The household of the line is decided once more, with every step, from the accounts it began with; the answer
is held against the run."""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "explain", run, does="explain a line of a run over buckets", examples=EXAMPLES, about=ABOUT
    )
    parser.add_argument("results", metavar="RUN", help="the folder of --out of clausula run")
    parser.add_argument("line", metavar="LINE", help="the number of the line (line_id)")


def run(args: argparse.Namespace, console: Console) -> int:
    """Explain."""
    from clausula.batch.explaining import explain_line
    from clausula.batch.ways import Ways
    from clausula.cli.decide import tell
    from clausula.cli.plans import book_of

    book = book_of(args)
    documents = []
    for found in explain_line(book, Path(args.results), args.line):
        ways = Ways(found.household, found.decisions, found.opening, found.roster.providers, book.catalogue)
        documents += tell(console, book.catalogue, args.lang or "en", [found.decision], ways)
    console.document({"decisions": documents})
    return 0
