"""clausula bucket: large tables dealt into buckets of whole households, ready to be decided on many processors."""

from __future__ import annotations

import argparse
from pathlib import Path

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

EXAMPLES = """
clausula bucket --members members --out buckets lines/*.parquet
clausula bucket --members members --out buckets --usage january/usage --lines 1000000 lines/*.parquet
clausula run buckets --out results
clausula explain results 4711"""
ABOUT = """Inputs: Parquet tables in the neutral layout, in any order. Each bucket holds whole households, sorted, with
what they have used so far. What cannot be decided goes into listed.csv; lines in = lines of buckets + listed."""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands,
        "bucket",
        run,
        does="deal large tables into buckets of whole households",
        examples=EXAMPLES,
        about=ABOUT,
    )
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="Parquet tables in the neutral layout")
    members = "who is a member, in which plans (TOML, JSON, or a folder of tables)"
    parser.add_argument("--members", metavar="FILE", required=True, help=members)
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="folder for the buckets; appears whole, or not at all"
    )
    parser.add_argument("--force", action="store_true", help="replace the folder even where clausula did not write it")
    parser.add_argument("--lines", metavar="N", type=int, default=0, help="lines a bucket, about (500000)")
    parser.add_argument("--usage", metavar="DIR", help="accounts to begin with: the folder usage of an earlier run")
    parser.add_argument(
        "--codes", metavar="FILE", action="append", default=[], help="a further code map (TOML); may be repeated"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Make the buckets and tell what there is."""
    from clausula.batch.bucketing import LINES, make_buckets
    from clausula.batch.folder import FolderError, check_place, written_whole
    from clausula.batch.running import usage_pieces
    from clausula.batch.vetting import UnfitError
    from clausula.cli.plans import book_of
    from clausula.cli.run import watched

    out, members = Path(args.out), Path(args.members)
    inputs = [Path(name) for name in dict.fromkeys(args.inputs)]
    if args.lines < 0:
        raise CommandError(f"--lines {args.lines} is no number of lines", "name a number above 0")
    try:
        check_place(out, force=args.force, inputs=[*inputs, members])
        usage = usage_pieces(Path(args.usage)) if args.usage else None
        with watched(console) as progress, written_whole(out) as folder:
            made = make_buckets(
                book_of(args), members, inputs, folder, lines=args.lines or LINES, usage=usage,
                codes=tuple(map(Path, args.codes)), progress=progress,
            )  # fmt: skip
    except FolderError as error:
        raise CommandError(error.message, error.mend) from None
    except UnfitError as error:
        mend = "name people by their ids, and say system and number in the members file"
        raise CommandError(f"{error}: buckets cannot be made of this", mend) from None
    lines = sum(each.lines for each in made.buckets)
    rows = [
        (each.name, each.currency, str(each.households), str(each.people), str(each.lines)) for each in made.buckets
    ]
    console.table(("bucket", "currency", "households", "people", "lines"), rows[:20], right=(2, 3, 4))
    if len(rows) > 20:
        console.text(f"… and {len(rows) - 20} more")
    console.text(
        f"{made.came_in['lines']} lines in = {lines} in {len(rows)} buckets + {made.listed['lines']} listed", "good"
    )
    console.text(f"next: clausula run {out} --out results")
    console.document({"out": str(out), "buckets": len(rows), "lines": lines, "listed": made.listed["lines"]})
    return 0
