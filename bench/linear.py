"""Whether time and memory grow as the lines do: the same portfolio in growing sizes, made, dealt into buckets, decided.

Each is done in a process of its own, so that the memory told is that of this work alone. Times are of the work, without
what a process needs to begin: plans are read, and the portfolio of the first size is decided before. Folders are
emptied as soon as they have been used: some 60 bytes a line of disk are needed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _portfolios import dealt, load_of_machine, made, peak_mib, timed

from clausula.batch.buckets import read_buckets
from clausula.batch.running import run_buckets
from clausula.book import load_plans


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=[500_000, 1_000_000, 2_000_000], help="lines")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--small", help=argparse.SUPPRESS)
    parser.add_argument("--part", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        name, folder = arguments.part
        print(json.dumps(part(name, Path(folder), arguments.sizes[0], arguments.seed, arguments.small)))
        return
    with tempfile.TemporaryDirectory() as name:
        small = Path(name)
        for each in PARTS:
            _apart(each, small, arguments.sizes[0], arguments.seed)
        rows = [measured(size, arguments.seed, small) for size in arguments.sizes]
    ratio = round(rows[-1]["deciding"]["cpu_ns_per_line"] / rows[0]["deciding"]["cpu_ns_per_line"], 3)
    if arguments.json:
        print(json.dumps({"sizes": rows, "last_to_first_by_processor": ratio}))
        return
    for row in rows:
        told = {name: value for name, value in row.items() if not isinstance(value, dict)}
        print("  ".join(f"{name} {value}" for name, value in told.items()))
        for name in PARTS:
            print(f"{name:>12}  " + "  ".join(f"{what} {value}" for what, value in row[name].items()))
    print(f"processor time of deciding a line, last to first: {ratio}")


def making(folder: Path, lines: int, seed: int, _small: str | None) -> Callable[[], Any]:
    """Makes a portfolio."""
    return lambda: made(folder, lines, seed)


def dealing(folder: Path, _lines: int, _seed: int, _small: str | None) -> Callable[[], Any]:
    """Deals it into buckets."""
    book = load_plans()
    return lambda: dealt(book, folder)


def deciding(folder: Path, _lines: int, _seed: int, small: str | None) -> Callable[[], Any]:
    """Decides them."""
    book = load_plans()
    if small:
        run_buckets(book, Path(small) / "buckets", folder / "small")
    return lambda: run_buckets(book, folder / "buckets", folder / "out")


PARTS = {"making": making, "dealing": dealing, "deciding": deciding}


def part(name: str, folder: Path, lines: int, seed: int, small: str | None) -> dict[str, Any]:
    """Do one part in this process; how long it took and the most memory that was held."""
    clock, processor = timed(PARTS[name](folder, lines, seed, small))
    return {"seconds": round(clock, 1), "ns_per_line": round(clock / lines * 1e9),
            "cpu_ns_per_line": round(processor / lines * 1e9), "peak_mib": peak_mib()}  # fmt: skip


def measured(lines: int, seed: int, small: Path) -> dict[str, Any]:
    """The parts for one size, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures: dict[str, Any] = {"lines": lines, "making": _apart("making", folder, lines, seed)}
        figures["people"] = json.loads((folder / "portfolio/portfolio.json").read_text("utf-8"))["made"]["people"]
        figures["dealing"] = _apart("dealing", folder, lines, seed)
        shutil.rmtree(folder / "portfolio")
        figures["buckets"] = len(read_buckets(folder / "buckets").buckets)
        figures["deciding"] = _apart("deciding", folder, lines, seed, small)
    return figures | {"load": load_of_machine()}


def _apart(name: str, folder: Path, lines: int, seed: int, small: Path | None = None) -> dict[str, Any]:
    """Do one part in a process of its own."""
    command = [sys.executable, __file__, "--part", name, str(folder), "--sizes", str(lines), "--seed", str(seed)]
    command += ["--small", str(small)] if small else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
