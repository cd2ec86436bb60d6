"""Parquet to Parquet: `clausula run` over buckets, beside merely reading and writing the same columns with the same
library, in one run."""

from __future__ import annotations

import argparse
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from _portfolios import load_of_machine, peak_mib, portfolio_in_buckets, timed

from clausula.batch.allocating import keep_freed
from clausula.batch.buckets import Buckets
from clausula.batch.running import run_buckets
from clausula.batch.storing import read_parquet, write_parquet
from clausula.book import load_plans


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    book = load_plans()
    keep_freed()  # as the command does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        buckets = portfolio_in_buckets(book, folder, arguments.lines, arguments.seed)
        run_buckets(book, buckets.folder, folder / "warm")
        written = results(buckets, folder / "warm")
        rounds = [
            (timed(lambda n=n: run_buckets(book, buckets.folder, folder / f"run-{n}")),
             timed(lambda n=n: read_and_write(buckets, written, folder / f"copy-{n}")))
            for n in range(arguments.rounds)
        ]  # fmt: skip
    decided = sum(bucket.lines for bucket in buckets.buckets)
    (run, run_cpu), (copy, copy_cpu) = (tuple(map(min, zip(*each, strict=True))) for each in zip(*rounds, strict=True))
    figures: dict[str, Any] = {
        "lines": decided, "buckets": len(buckets.buckets), "load": load_of_machine(), "peak_mib": peak_mib(),
        "lines_per_s": round(decided / run), "lines_per_cpu_s": round(decided / run_cpu),
        "read_and_write_lines_per_s": round(decided / copy),
        "read_and_write_lines_per_cpu_s": round(decided / copy_cpu),
        "share_of_reading_and_writing": round(copy / run, 3), "share_by_processor": round(copy_cpu / run_cpu, 3),
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(figures))
    else:
        for what, value in figures.items():
            print(f"{what:>32}  {value}")


def results(buckets: Buckets, run: Path) -> dict[str, list[pa.Table]]:
    """What a run wrote, by bucket."""
    return {
        bucket.name: [pq.read_table(run / part / f"{bucket.name}.parquet") for part in ("decisions", "usage")]
        for bucket in buckets.buckets
        if bucket.lines
    }


def read_and_write(buckets: Buckets, written: dict[str, list[pa.Table]], copy: Path) -> None:
    """Read every column that a run reads, and write every column that it wrote, deciding nothing."""
    copy.mkdir()

    def one(name: str) -> None:
        for file in sorted((buckets.folder / name).iterdir()):
            read_parquet(file)
        for number, table in enumerate(written[name]):
            write_parquet(table, copy / f"{number}-{name}.parquet")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, written))


if __name__ == "__main__":
    main()
