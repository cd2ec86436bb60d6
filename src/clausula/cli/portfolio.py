"""clausula portfolio: invents members and lines of the bundled plans, of any size, to try and to measure with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from clausula.cli.console import CommandError, Console
from clausula.cli.options import Commands, command

if TYPE_CHECKING:
    from clausula.portfolio import Made, Order
    from clausula.portfolio.writing import Progress

FAMILIES = ("ch", "it", "nl", "fr")
EXAMPLES = """
clausula portfolio --out portfolio --lines 100000
clausula portfolio --out dutch --lines 1000000 --family nl --seed 7
clausula portfolio --out spoilt --lines 50000 --bad 0.01 --shuffle
clausula run --members portfolio/members --out results portfolio/lines/part-0000.parquet
"""
ABOUT = """Nobody in it exists. DIR then holds members/ (tables for
--members), lines/part-NNNN.parquet (two years of lines) and portfolio.json (what was made, and from what). The same
seed gives the same bytes; memory does not grow with the size."""


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = command(
        commands, "portfolio", run, does="invent members and lines of any number", examples=EXAMPLES, about=ABOUT
    )
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="folder for the portfolio; appears whole at the end, or not at all"
    )
    parser.add_argument(
        "--lines", metavar="N", required=True, type=_lines, help="how many lines (1000000 or 1_000_000)"
    )
    parser.add_argument("--seed", metavar="S", type=int, default=1, help="another seed, other people (1)")
    parser.add_argument(
        "--family", choices=(*FAMILIES, "all"), default="all", help="plans of one country, or of all (all)"
    )
    parser.add_argument(
        "--bad", metavar="SHARE", type=_share, default=0,
        help="share of lines that must be listed, not decided, such as 0.01",
    )  # fmt: skip
    parser.add_argument(
        "--shuffle",
        action="store_true",
        help="lines as they were received, households mixed, not household by household",
    )
    parser.add_argument("--force", action="store_true", help="replace the folder even where clausula did not write it")


def _lines(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a portfolio has one line or more")
    return number


def _share(text: str) -> int:
    """A share below a half, in millionths."""
    try:
        share = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write it like 0.01") from None
    if not share.is_finite() or not 0 <= share < 500_000:
        raise argparse.ArgumentTypeError("a share of bad lines lies between 0 and 0.5; write it like 0.01")
    return int(share)


def run(args: argparse.Namespace, console: Console) -> int:
    """Make the portfolio and print what is in it."""
    from clausula.batch.folder import FolderError, check_place, written_whole
    from clausula.portfolio import Order, write

    out = Path(args.out)
    try:
        check_place(out, force=args.force, inputs=())
    except FolderError as error:
        raise CommandError(error.message, error.mend) from None
    families = FAMILIES if args.family == "all" else (args.family,)
    order = Order(args.lines, args.seed, families, args.bad, shuffle=args.shuffle)
    with written_whole(out) as folder, _progress(console) as progress:
        made = write(order, folder, progress)
    _print(console, out, order, made)
    console.document({"out": str(out), "made": made.as_dict()})
    return 0


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    if console.as_json or not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console as Rich
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Rich(stderr=True, no_color=not console.color), transient=True) as bar:
        task = bar.add_task("lines", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _print(console: Console, out: Path, order: Order, made: Made) -> None:
    plain = made.as_dict()
    names = ("households", "people", "enrolments", "documents", "providers", "lines")
    rows = [(name, f"{plain[name]:,}".replace(",", "\u2009")) for name in names]
    rows += [(f"lines of {name}", f"{count:,}".replace(",", "\u2009")) for name, count in made.by_family.items()]
    rows += [(f"to be listed: {reason}", str(count)) for reason, count in sorted(made.faulty.items())]
    console.table(("made", "number"), rows, right=(1,))
    console.text(f"seed {order.seed}: {out / 'portfolio.json'} says what the shapes are", "dim")
    lines = "part-0000.parquet" if made.parts == 1 else "*.parquet"
    console.text(f"next: clausula run --members {out / 'members'} --out results {out / 'lines' / lines}", "strong")
