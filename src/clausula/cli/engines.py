"""On what a run over buckets is decided: threads of this machine, or Apache Spark."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from clausula.cli.console import CommandError

if TYPE_CHECKING:
    from clausula.batch.gather import Progress
    from clausula.batch.tally import Tally

ENGINES = ("threads", "spark")


def engine_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that choose."""
    parser.add_argument(
        "--engine", choices=ENGINES, default="threads", help="what decides buckets: this machine (threads), or Spark"
    )
    parser.add_argument(
        "--master", metavar="URL", default="", help="Spark's master, such as local[2], yarn or spark://host:7077"
    )


def check_engine(args: argparse.Namespace, *, buckets: bool) -> None:
    """Raises CommandError for options that do not belong together."""
    if args.engine == "spark" and not buckets:
        raise CommandError("Spark decides buckets, not claims as they come", "make buckets of them: clausula bucket")
    if args.master and args.engine != "spark":
        raise CommandError("--master is for --engine spark", "add --engine spark, or leave --master out")


def decide_buckets(args: argparse.Namespace, source: Path, out: Path, progress: Progress) -> Tally:
    """Decide a folder of buckets with the engine that was asked for. Raises CommandError where it is not there."""
    from clausula.cli.plans import book_of

    if args.engine == "threads":
        from clausula.batch.allocating import keep_freed
        from clausula.batch.running import run_buckets

        keep_freed()
        return run_buckets(book_of(args), source, out, progress=progress)
    from clausula.batch.spark import run_on_spark
    from clausula.batch.spark_session import SparkError

    try:
        return run_on_spark(book_of(args), source, out, master=args.master, progress=progress)
    except SparkError as error:
        raise CommandError(error.message, error.mend) from error
