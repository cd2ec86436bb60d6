"""Whether time grows as the lines do: the same portfolio in growing sizes, Parquet to Parquet, with the memory held."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from _portfolios import load_of_machine, peak_mib, portfolio_in_buckets, timed

from clausula.batch.running import run_buckets
from clausula.book import load_plans


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500_000, 1_000_000, 2_000_000], help="lines")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    book = load_plans()
    rows: list[dict[str, Any]] = []
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            buckets = portfolio_in_buckets(book, folder, size, arguments.seed)
            if not rows:
                run_buckets(book, buckets.folder, folder / "warm")
            clock, processor = timed(lambda at=buckets.folder, to=folder / "out": run_buckets(book, at, to))
            rows.append({"lines": size, "seconds": round(clock, 2), "ns_per_line": round(clock / size * 1e9),
                         "cpu_ns_per_line": round(processor / size * 1e9), "peak_mib": peak_mib(),
                         "load": load_of_machine()})  # fmt: skip
    first = rows[0]["cpu_ns_per_line"]
    figures = {"sizes": rows, "last_to_first_by_processor": round(rows[-1]["cpu_ns_per_line"] / first, 3)}
    if arguments.json:
        print(json.dumps(figures))
    else:
        for row in rows:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
        print(f"processor time a line, last to first: {figures['last_to_first_by_processor']}")


if __name__ == "__main__":
    main()
