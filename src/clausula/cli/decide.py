"""clausula decide: what will be paid for these lines, by which cover, and why."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula decide situation.toml
clausula decide situation.json --lang de
clausula decide lines.toml --plan ultra-varia      everybody in this plan
echo '{"lines": […]}' | clausula decide - --plan lamal --json
"""
if TYPE_CHECKING:
    from clausula.batch.ways import Ways
    from clausula.catalogue import Catalogue
    from clausula.decision import Decision

STYLES = {"covered": "good", "partly": "good", "not_covered": "bad"}


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "decide", run, does="decide the lines of a situation, with reasons and clauses", examples=EXAMPLES
    )
    add_file(parser)


def add_file(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that reads a situation."""
    about = "a situation in TOML or JSON (people, enrolments, evidence, providers, lines, usage); - for standard input"
    parser.add_argument("file", metavar="FILE", help=about)
    parser.add_argument("--plan", metavar="PLAN", help="the plan people are in where the file names none")


def run(args: argparse.Namespace, console: Console) -> int:
    """Decide and tell."""
    from clausula.adjudicate import adjudicate
    from clausula.batch.ways import Ways
    from clausula.cli.inputs import situation

    book, found = situation(args)
    if not found.lines:
        raise CommandError(
            f"{args.file} holds no line to decide", "add lines = [{ service = …, served_on = …, charged = … }]"
        )
    language = args.lang or "en"
    done = adjudicate(book, found.household, found.lines, found.usage, providers=found.providers)
    ways = Ways(found.household, done.decisions, found.usage, found.providers, book.catalogue)
    documents = tell(console, book.catalogue, language, done.decisions, ways)
    if len(done.decisions) > 1:
        console.text(_together(done.decisions), "strong")
    console.document({"decisions": documents, "usage": done.usage.rows()})
    return 0


def tell(
    console: Console, catalogue: Catalogue, language: str, decisions: Iterable[Decision], ways: Ways
) -> list[dict[str, Any]]:
    """Print decisions for people; returns them as plain data."""
    from clausula.batch.why import Narrator

    narrator = Narrator(catalogue, language)
    documents: list[dict[str, Any]] = []
    for decision in decisions:
        told = narrator.tell(decision)
        documents.append(
            {**decision.as_dict(), "sentences": told.lines(), "would_change": ways.tell(decision, language)}
        )
        service = catalogue.name("service", decision.line.service, language)
        console.text(f"Line {decision.line.id}, {decision.line.served_on}, {service}", "strong")
        outcome = console.styled(decision.outcome.replace("_", " "), STYLES.get(decision.outcome, "warn"))
        reason = f" ({decision.code})" if decision.code else ""
        console.text(f"  {outcome}{reason}")
        console.text(f"  {told.summary}")
        for step in told.steps:
            clause = f"  [{step.title}]" if step.title else ""
            console.text(f"  - {step.text}{console.styled(clause, 'dim' if clause else '')}")
        for way in (*filter(None, [told.advice]), *ways.tell(decision, language)):
            console.text(f"  → {way}", "strong")
        console.text()
    return documents


def _together(decisions: Any) -> str:
    sums = {name: sum(getattr(decision, name) for decision in decisions) for name in ("charged", "paid", "borne")}
    told = ", ".join(f"{name} {amount}" for name, amount in sums.items())
    return f"{len(decisions)} lines: {told} {decisions[0].program.currency}"
