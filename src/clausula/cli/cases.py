"""clausula cases: run golden cases and say how many of how many hold."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clausula.book import Book, load_plans
from clausula.cases import Case, Result, load_cases, run_case
from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command
from clausula.cli.plans import chosen
from clausula.compiler import compile_book
from clausula.findings import PlanError

EXAMPLES = """
clausula cases                       every case of the bundled plans
clausula cases ultra-varia           the cases of one plan
clausula cases my-plans/cases.toml   a file; its plan stands beside it
clausula cases --only UV-08          cases whose name says so
"""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(commands, "cases", run, does="run the golden cases that stand beside the plans", examples=EXAMPLES)
    parser.add_argument(
        "targets", nargs="*", metavar="FILE|DIR|PLAN", help="case files, folders, plan ids; none: all plans"
    )
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases whose name contains this")


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the cases; 1 where one fails."""
    results: dict[str, list[Result]] = {}
    broken: list[tuple[str, str]] = []
    for book, plan, path in _files(args):
        try:
            compile_book(book, [plan])
            picked = [case for case in load_cases(path, plan) if args.only.casefold() in case.name.casefold()]
        except PlanError as error:
            broken.append((plan, str(error)))
            continue
        results.setdefault(plan, []).extend(run_case(book, case) for case in picked)
    if not results and not broken:
        raise CommandError(
            "looked for cases.toml beside these plans: there is none", "write one; see docs/how-to/write-a-plan.md"
        )
    every = [result for found in results.values() for result in found]
    failed = [result for result in every if not result.passed]
    for result in failed:
        _show(console, result)
    for plan, message in broken:
        console.text(f"PLAN  {plan} cannot be used", "bad")
        console.text(message)
        console.text()
    rows = [(plan, str(sum(r.passed for r in found)), str(len(found))) for plan, found in results.items()]
    console.table(("plan", "hold", "of"), rows, right=(1, 2))
    good = not failed and not broken
    unread = f"; {len(broken)} plan(s) cannot be used" if broken else ""
    console.text(f"{len(every) - len(failed)} of {len(every)} cases hold{unread}", "good" if good else "bad")
    console.document(_as_dict(results, broken))
    return 0 if good else 1


def _files(args: argparse.Namespace) -> Iterator[tuple[Book, str, Path]]:
    """Each case file with the plan it is about."""
    for target in args.targets or [None]:
        path = Path(target) if target else None
        if path is not None and path.is_file() and path.suffix == ".toml":
            yield _beside(path)
            continue
        for choice in chosen(args, [target] if target else []):
            for plan in choice.ids:
                folders = dict.fromkeys(_home(each) for each in choice.book.files[plan])
                yield from (
                    (choice.book, plan, folder / "cases.toml")
                    for folder in folders
                    if (folder / "cases.toml").is_file()
                )


def _home(plan_file: Path) -> Path:
    return plan_file.parent.parent if plan_file.parent.name == "editions" else plan_file.parent


def _beside(path: Path) -> tuple[Book, str, Path]:
    book = load_plans(path.parent)
    here = path.resolve().parent
    for plan in book.ids():
        if any(_home(each).resolve() == here for each in book.files[plan]):
            return book, plan, path
    raise CommandError(
        f"looked beside {path} for the plan it is about: there is no plan.md", "put the cases beside their plan"
    )


def _show(console: Console, result: Result) -> None:
    case = result.case
    console.text(f"FAIL  {case.name}", "bad")
    console.text(f"      {case.place}  ({case.plan}{f', clause {case.clause}' if case.clause else ''})", "dim")
    for wrong in result.wrong:
        console.text(f"      {wrong}")
    if case.because:
        console.text(f"      because: {case.because}", "dim")
    console.text()


def _as_dict(results: dict[str, list[Result]], broken: list[tuple[str, str]]) -> dict[str, Any]:
    plans = [
        {
            "plan": plan, "passed": sum(r.passed for r in found), "of": len(found),
            "failures": [_failure(r.case, r.wrong) for r in found if not r.passed],
        }
        for plan, found in results.items()
    ]  # fmt: skip
    return {
        "passed": sum(result.passed for found in results.values() for result in found),
        "of": sum(len(found) for found in results.values()),
        "plans": plans,
        "unusable": [{"plan": plan, "message": message} for plan, message in broken],
    }


def _failure(case: Case, wrong: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": case.name,
        "place": str(case.place),
        "clause": case.clause,
        "because": case.because,
        "wrong": list(wrong),
    }
