"""clausula demo: a first look. Runs the main job on the example inputs and says where the report lies."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from clausula.cli import run as run_command
from clausula.cli.console import CommandError, Console
from clausula.cli.options import LANGUAGES, Commands, command

EXAMPLES = """
clausula demo
clausula demo --out /tmp/first-look
clausula demo --samples ../shared/data       also on sample invoices and claims, where you have them
"""
SAMPLES = ("swiss_invoices/*.xml", "synthea_r4_sample/*.json", "hl7_r4_payer_examples/Claim-*.json")


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "demo", run, does="run the main job on the examples and show where the report lies", examples=EXAMPLES
    )
    parser.add_argument("--out", metavar="DIR", default="out/demo", help="folder for the results (out/demo)")
    parser.add_argument(
        "--samples", metavar="DIR", help="a folder of sample documents (swiss_invoices, synthea_r4_sample …)"
    )
    parser.add_argument("--examples", metavar="DIR", help="the folder of examples, where it is not beside the program")


def run(args: argparse.Namespace, console: Console) -> int:
    """Run on the examples, and on samples where given."""
    examples = Path(args.examples) if args.examples else Path(__file__).parents[3] / "examples"
    if not (examples / "inputs/members.toml").is_file():
        raise CommandError(
            f"looked for the examples in {examples}: they are not there", "name their folder with --examples DIR"
        )
    inputs = sorted(
        path
        for path in (examples / "inputs").iterdir()
        if path.suffix in (".xml", ".json", ".ndjson", ".csv", ".parquet")
    )
    found = sorted(path for pattern in SAMPLES for path in Path(args.samples).glob(pattern)) if args.samples else []
    if args.samples and not found:
        raise CommandError(
            f"looked in {args.samples} for {', '.join(SAMPLES)}: nothing is there", "name the folder above them"
        )
    out = Path(args.out)
    documents = {
        "examples": _one(console, "The examples", examples / "inputs/members.toml", inputs, out / "examples", examples)
    }
    if found:
        documents["samples"] = _one(
            console, "The samples", examples / "samples/members.toml", found, out / "samples", examples
        )
    console.document(documents)
    return 0


def _one(
    console: Console, title: str, members: Path, inputs: Sequence[Path], out: Path, examples: Path
) -> dict[str, object]:
    from clausula.batch.folder import FolderError, check_place
    from clausula.batch.run import Job
    from clausula.book import load_plans
    from clausula.intake import read_roster

    try:
        check_place(out, force=False, inputs=[members, *inputs])
    except FolderError as error:
        raise CommandError(error.message, error.mend) from None
    console.text(f"{title}: {len(inputs)} files, members from {members}", "strong")
    job = Job(load_plans(examples / "plans"), read_roster(members), tuple(inputs), out, members, languages=LANGUAGES)
    tally = run_command.do(job, console)
    console.text()
    return {"report": str(out / "report/index.html"), **tally.as_dict()}
