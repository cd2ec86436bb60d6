"""clausula run: the main job. Real claims in; decisions, a list of what cannot be decided, and statements out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clausula.cli.console import CommandError, Console
from clausula.cli.engines import check_engine, decide_buckets, engine_options
from clausula.cli.options import LANGUAGES, Commands, command

if TYPE_CHECKING:
    from clausula.batch.gather import Progress
    from clausula.batch.run import Job
    from clausula.batch.tally import Count, Tally

EXAMPLES = """
clausula run --members members.toml --out results bills/*.xml claims.ndjson lines.csv
clausula run --members members.toml --out results --schema schemas bills/*.xml
clausula run --members members.toml --out february --usage january/usage.json lines.parquet
clausula run --members members.toml --out results --all-languages --json bills/*.xml
clausula run buckets --out results               a folder made by clausula bucket
clausula run buckets --out results --engine spark --master spark://host:7077
"""
ABOUT = """Inputs: Swiss electronic invoices (XML), FHIR R4 claims (JSON, NDJSON), tables (CSV, Parquet).
The folder of --out then holds decisions.jsonl, decisions.parquet, listed.csv, usage.json and report/index.html.
What cannot be decided is listed with file and line; totals in = decided + listed. Of buckets the decisions, accounts
and totals are written, a file a bucket; a run that was stopped goes on where it was."""
ZERO = Decimal("0.00")
WAYS = {
    "c": ("covered",),
    "p": ("partly",),
    "n": ("not_covered",),
    "w": ("needs_document", "needs_authorisation", "needs_person"),
}


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "run", run, does="decide claims in bulk and write statements", examples=EXAMPLES, about=ABOUT
    )
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="files of claims; their format is seen from the content"
    )
    parser.add_argument(
        "--members",
        metavar="FILE",
        help="who is a member, in which plans (TOML, JSON, or a folder of tables); not for buckets",
    )
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="folder for the results; appears whole at the end, or not at all"
    )
    parser.add_argument("--force", action="store_true", help="replace the folder even where clausula did not write it")
    parser.add_argument("--usage", metavar="FILE", help="accounts to begin with: the usage.json of an earlier run")
    parser.add_argument("--schema", metavar="DIR", help="official invoice schemas, to validate Swiss invoices with")
    parser.add_argument(
        "--codes", metavar="FILE", action="append", default=[], help="a further code map (TOML); may be repeated"
    )
    parser.add_argument(
        "--all-languages", action="store_true", help="statements in all five languages, not only the member's own"
    )
    engine_options(parser)


def run(args: argparse.Namespace, console: Console) -> int:
    """Do the job and print its totals."""
    from clausula.batch.folder import is_buckets
    from clausula.batch.run import Job, read_usage
    from clausula.cli.plans import book_of
    from clausula.intake import read_roster

    out = Path(args.out)
    buckets = len(args.inputs) == 1 and is_buckets(Path(args.inputs[0]))
    check_engine(args, buckets=buckets)
    if buckets:
        return _run_buckets(args, console)
    if not args.members:
        raise CommandError("nobody says who is a member", "name the members file with --members")
    members = Path(args.members)
    inputs = tuple(Path(name) for name in dict.fromkeys(args.inputs))
    others = [Path(name) for name in (args.members, args.usage, args.schema, args.plans, *args.codes) if name]
    check_out(out, force=args.force, inputs=[*inputs, *others], schema=args.schema)
    languages = LANGUAGES if args.all_languages else ((args.lang,) if args.lang else ())
    job = Job(
        book=book_of(args), roster=read_roster(members), inputs=inputs, out=out, members=members,
        opening=read_usage(Path(args.usage)) if args.usage else {}, languages=languages,
        report_language=args.lang or "en", schema_dir=Path(args.schema) if args.schema else None,
        codes=tuple(map(Path, args.codes)),
    )  # fmt: skip
    tally = do(job, console)
    console.document({"out": str(out), "report": str(out / "report/index.html"), **tally.as_dict()})
    return 0


def _run_buckets(args: argparse.Namespace, console: Console) -> int:
    """Decide a folder of buckets. A run that was stopped goes on where it was."""
    from clausula.batch.folder import FolderError, check_place

    source, out = Path(args.inputs[0]), Path(args.out)
    given = [f"--{name}" for name in ("members", "usage", "schema") if getattr(args, name)]
    if given or args.codes:
        raise CommandError(
            f"{(given or ['--codes'])[0]} is for claims as they come", f"{source} holds members and accounts already"
        )
    try:
        check_place(out, force=args.force, inputs=[source])
    except FolderError as error:
        raise CommandError(error.message, error.mend) from None
    with watched(console) as progress:
        tally = decide_buckets(args, source, out, progress)
    _print(console, tally)
    console.text(f"next: clausula explain {out} LINE")
    console.document({"out": str(out), **tally.as_dict()})
    return 0


def check_out(out: Path, *, force: bool, inputs: Sequence[Path], schema: str | None) -> None:
    """Raises CommandError where the results may not be written there, or the folder of schemas is none."""
    from clausula.batch.folder import FolderError, check_place

    try:
        check_place(out, force=force, inputs=inputs)
    except FolderError as error:
        raise CommandError(error.message, error.mend) from None
    if schema and not Path(schema).is_dir():
        raise CommandError(
            f"looked for schemas in {schema}: there is no such folder", "name the folder of the .xsd files"
        )


def do(job: Job, console: Console) -> Tally:
    """Run a job with a progress bar where somebody watches, and print the table."""
    from clausula.batch.run import run as run_job

    with watched(console) as progress:
        tally = run_job(job, progress)
    _print(console, tally)
    console.text(f"report: {job.out / 'report/index.html'}", "strong")
    return tally


@contextmanager
def watched(console: Console) -> Iterator[Progress]:
    """A progress bar where somebody watches."""
    if console.as_json or not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.console import Console as Rich
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Rich(stderr=True, no_color=not console.color), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of or None)
            if done % 64 == 0 or done == of:
                bar.update(tasks[what], completed=done, total=of or None)

        yield tell


def _print(console: Console, tally: Tally) -> None:
    columns = (
        "input",
        "lines in",
        "covered",
        "partly",
        "not covered",
        "waiting",
        "listed",
        "amount in",
        "= decided",
        "+ listed",
    )
    ends = Counter(Path(name).name for name in tally.inputs)
    shown = {name: Path(name).name if ends[Path(name).name] == 1 else name for name in tally.inputs}
    rows = [_row(shown[name], count) for name, count in tally.inputs.items()]
    console.table(columns, rows, right=tuple(range(1, len(columns))), total=_row("together", tally.all))
    console.text()
    paid = [(plan, f"{amount} {currency}") for (plan, currency), amount in sorted(tally.paid_by_plan.items())]
    borne = [("borne by members", f"{amount} {currency}") for currency, amount in sorted(tally.borne.items())]
    others = [
        ("paid by others", f"{amount} {currency}") for currency, amount in sorted(tally.by_others.items()) if amount
    ]
    console.table(("paid by", "amount"), [*paid, *others, *borne], right=(1,))
    if tally.reasons:
        from clausula.intake import REASONS

        console.text()
        listed = [(str(count), code, REASONS[code]) for code, count in tally.reasons.most_common()]
        console.table(("listed", "reason", "meaning"), listed, right=(0,))
    console.text()
    unknown = f" ({tally.all.no_amount} of them state no readable amount)" if tally.all.no_amount else ""
    told = f"{tally.all.lines} lines in = {tally.all.decided} decided + {tally.all.listed} listed{unknown}"
    sums = tally.all
    for currency, amount in sorted(sums.amount_in.items()):
        decided, listed_sum = sums.amount_decided.get(currency, ZERO), sums.amount_listed.get(currency, ZERO)
        told += f"; {currency or '(no currency)'} {amount} = {decided} + {listed_sum}"
    console.text(told, "good")


def _row(name: str, count: Count) -> list[str]:
    ways = [str(sum(count.outcomes[outcome] for outcome in outcomes)) for outcomes in WAYS.values()]
    sums = ("\n".join(f"{amount} {currency}".strip() for currency, amount in sorted(each.items()) if amount) or "-"
            for each in (count.amount_in, count.amount_decided, count.amount_listed))  # fmt: skip
    return [name, str(count.lines), *ways, str(count.listed), *sums]
