"""The same buckets decided by threads, by Spark over names of buckets, by Spark's mapInArrow: lines per second each."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clausula import compiled
from clausula.batch import spark_tables
from clausula.batch.bucketing import make_buckets
from clausula.batch.running import run_buckets
from clausula.batch.spark import run_on_spark
from clausula.batch.spark_session import session
from clausula.batch.tally import Tally
from clausula.book import Book, load_plans
from clausula.portfolio import FAMILIES, Order, write

SPARK = ("spark_names", "spark_map_in_arrow")
SETTINGS = {
    "spark.driver.memory": "2g", "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
}  # fmt: skip


def made(book: Book, folder: Path, lines: int, buckets: int, seed: int) -> Path:
    """A folder of buckets of an invented portfolio of all families."""
    portfolio, source = folder / "portfolio", folder / "buckets"
    portfolio.mkdir()
    source.mkdir()
    write(Order(lines, seed=seed, families=FAMILIES), portfolio)
    parts = sorted((portfolio / "lines").glob("*.parquet"))
    make_buckets(book, portfolio / "members", parts, source, lines=max(1, lines // buckets))
    return source


def seconds(work: Callable[[Path], Tally], folder: Path, expected: Tally | None = None) -> tuple[float, Tally]:
    """How long some work takes that begins with an empty folder; checks that its totals are the expected ones."""
    out = folder / "out"
    began = time.perf_counter()
    tally = work(out)
    took = time.perf_counter() - began
    shutil.rmtree(out)
    if expected is not None:
        assert (tally.paid, tally.borne, tally.all.outcomes) == (expected.paid, expected.borne, expected.all.outcomes)
    return took, tally


def rounds_of(
    ways: Mapping[str, Callable[[Path], Tally]], folder: Path, expected: Tally, rounds: int
) -> dict[str, list[float]]:
    """The times of every way: first once each, to load what it needs; then in turns, so that a busy minute hits all."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, work in ways.items():
            found[name].append(seconds(work, folder, expected)[0])
    return found


def measured(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures. Plans are read and compiled anew in every round, as in a run of its own."""
    book, rounds = load_plans(), arguments.rounds
    source = made(book, folder, arguments.lines, arguments.buckets, arguments.seed)
    _ = compiled.kernel().sweep  # compiled before anything is timed
    _, expected = seconds(lambda out: run_buckets(book, source, out, threads=arguments.cores), folder)
    began = time.perf_counter()
    with session(f"local[{arguments.cores}]", SETTINGS) as spark:
        started = time.perf_counter() - began

        def tables(out: Path) -> Tally:
            frames = spark_tables.frames_of(spark, source)
            spark_tables.decide_frames(load_plans(), frames).write.parquet(str(out))
            return spark_tables.totals(spark.read.parquet(str(out)))

        ways: dict[str, Callable[[Path], Tally]] = {
            "threads": lambda out: run_buckets(load_plans(), source, out, threads=arguments.cores),
            "spark_names": lambda out: run_on_spark(load_plans(), source, out),
            "spark_map_in_arrow": tables,
        }
        ways = {name: ways[name] for name in ("threads", *arguments.ways)}
        found = rounds_of(ways, folder, expected, rounds)
    lines = expected.all.decided
    local = min(found["threads"][1:])
    figures: dict[str, Any] = {
        "lines": lines, "buckets": arguments.buckets, "cores": arguments.cores, "session_start_s": round(started, 1),
    }  # fmt: skip
    for name, (first, *times) in found.items():
        took = min(times)
        figures |= {
            f"{name}_first_s": round(first, 2), f"{name}_s": [round(each, 2) for each in times],
            f"{name}_lines_per_s": round(lines / took), f"{name}_us_a_line": round(took / lines * 1e6, 3),
        }  # fmt: skip
        if name != "threads":
            figures[f"{name}_overhead_us_a_line"] = round((took - local) / lines * 1e6, 3)
            figures[f"{name}_share_of_local_speed"] = round(local / took, 2)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--buckets", type=int, default=8)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ways", nargs="+", choices=SPARK, default=SPARK, help="beside threads of this machine")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = measured(arguments, Path(name))
    if arguments.json:
        print(json.dumps(figures))
    else:
        for each, value in figures.items():
            print(f"{each:>40}  {value}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
