"""In memory: lines decided per second with opening and closing balances, all bundled plans; by one thread and by two.

`kernel`: rows laid out beforehand, and the conditions of plans looked at. `decided`: from lines as numbers, with what
is known of people and providers joined to them; conditions, rows and answers included. `whole`: from Arrow columns as
they come, with everything that is to be found out about people, providers and situations, to decisions as columns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from _portfolios import load_of_machine, portfolio_in_buckets, timed

from clausula.batch.buckets import load
from clausula.batch.deciding import Deciding, deciding_for
from clausula.batch.lines import Lines
from clausula.batch.people import Members
from clausula.book import load_plans
from clausula.compiler import compile_book


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = loaded(Path(name), arguments.lines, arguments.seed)
    total = sum(len(lines.order) for _, lines, _ in work)
    figures: dict[str, Any] = {"lines": total, "load": load_of_machine()}
    for threads in (1, 2):
        figures |= measured(work, total, threads, arguments.rounds)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for what, value in figures.items():
            print(f"{what:>32}  {value}")


def loaded(folder: Path, lines: int, seed: int) -> list[tuple[Deciding, Lines, Members]]:
    """The buckets of a portfolio, in memory."""
    book = load_plans()
    buckets = portfolio_in_buckets(book, folder, lines, seed)
    providers = buckets.providers()
    found = []
    for bucket in buckets.buckets:
        members, table, _ = load(buckets.folder, bucket.name, providers)
        program = compile_book(book, bucket.plans)
        found.append((deciding_for(program, table.column_names, providers), Lines(program, members, table), members))
    return found


def measured(work: list[tuple[Deciding, Lines, Members]], total: int, threads: int, rounds: int) -> dict[str, float]:
    """Lines a second on the clock, and a second of processor; the median of some rounds."""
    encoded = [(deciding, deciding.encoded(lines, members)) for deciding, lines, members in work]
    ready = [deciding.ready(each) for deciding, each in encoded]
    figures = {}
    with ThreadPoolExecutor(threads) as pool:
        for what, each in (
            ("kernel", lambda: list(pool.map(lambda sweeping: sweeping.decided(), ready))),
            ("decided", lambda: list(pool.map(lambda part: part[0].ready(part[1]).decided(), encoded))),
            ("whole", lambda: list(pool.map(lambda part: part[0].decide(part[1], part[2]), work))),
        ):
            each()
            spent = [timed(each) for _ in range(rounds)]
            for unit, seconds in zip(("lines_per_s", "lines_per_cpu_s"), zip(*spent, strict=True), strict=True):
                figures[f"{what}_{threads}_threads_{unit}"] = round(total / statistics.median(seconds))
    return figures


if __name__ == "__main__":
    main()
