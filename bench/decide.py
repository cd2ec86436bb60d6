"""One decision with its explanation, and a replay of forty lines: median and 99th percentile in microseconds; import.

Every decision is of a line nobody has seen: another amount on another day. The household is the same object each time,
as a server holds it. `calibration_us` is the time of sum(range(100)) between the measurements: figures of two runs
compare only where it is the same, and divided by it they compare between machines.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import clausula
from clausula import compiled
from clausula.explain import sentences


def situation() -> tuple[clausula.Household, list[clausula.Line], dict[str, clausula.Provider]]:
    """A Swiss adult with PlusMed and Ultra Varia, a specialist's bill with first contact and voucher."""
    day = date(2026, 3, 20)
    household = clausula.Household(
        "bench",
        (clausula.Person("anna", date(1980, 5, 1), sex="female", facts={"residence_canton": "LU"}),),
        (
            clausula.Enrolment("anna", "ch/assura/plusmed", date(2026, 1, 1), facts={"franchise": 300}),

        ),
        (
            clausula.Evidence("first-contact", "anna", date(2026, 3, 2), issuer="gp", episode="skin"),
            clausula.Evidence("delegation-voucher", "anna", date(2026, 3, 12), issuer="gp", specialty="dermatology",
            episode="skin"),
        ),
    )  # fmt: skip
    listing = (clausula.Listing("plusmed"),)
    providers = {
        "gp": clausula.Provider("gp", role="family-doctor", specialty="general-practice", lists=listing),
        "derm": clausula.Provider("derm", role="specialist", specialty="dermatology"),
    }
    facts = {"cause": "illness", "settlement": "tiers_garant"}
    line = clausula.Line(
        "1", "anna", "outpatient/consultation", day, 400, "CHF", episode="skin", provider="derm", facts=facts
    )
    return household, [line], providers


def fresh(line: clausula.Line, count: int) -> list[clausula.Line]:
    """Lines that differ in id, day and amount: no two of the same amount."""
    return [
        replace(line, id=str(n), served_on=line.served_on + timedelta(days=n % 280), charged=Decimal(10_000 + n) / 100)
        for n in range(count)
    ]


def calibration() -> float:
    """What sum(range(100)) takes at this moment, in microseconds: how fast the machine is just now."""
    start = time.perf_counter_ns()
    for _ in range(20):
        sum(range(100))
    return (time.perf_counter_ns() - start) / 20_000


def timed(work: Callable[[Any], object], over: Sequence[Any]) -> dict[str, float]:
    """Median and 99th percentile of a call in microseconds, and how many calibrations made beside it a call takes."""
    spent, meanwhile, shares = [], [], []
    for first in range(0, len(over), 20):
        few, before = [], calibration()
        for each in over[first : first + 20]:
            start = time.perf_counter_ns()
            work(each)
            few.append((time.perf_counter_ns() - start) / 1000)
        machine = (before + calibration()) / 2
        spent += few
        meanwhile.append(machine)
        shares.append(statistics.median(few) / machine)
    return {
        "us": statistics.median(spent),
        "p99_us": statistics.quantiles(spent, n=100)[98],
        "calibration_us": statistics.median(meanwhile),
        "in_calibrations": statistics.median(shares),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--count", type=int, default=3000, help="decisions measured")
    arguments = parser.parse_args()
    book = clausula.load_plans()
    household, lines, providers = situation()
    (line,) = lines

    def decision(asked: clausula.Line) -> clausula.Decision:
        found = clausula.adjudicate(book, household, [asked], providers=providers).decisions[0]
        found.steps  # noqa: B018 - the explanation as data is part of the answer
        return found

    year = [replace(each, served_on=line.served_on + timedelta(days=7 * n)) for n, each in enumerate(fresh(line, 40))]
    figures: dict[str, object] = {"decision": repr(decision(line)), "steps": len(decision(line).steps)}

    def measure(form: str) -> None:
        timed(decision, fresh(line, 300))  # so that what is made once is made
        figures.update(
            {f"{form}_{name}": value for name, value in timed(decision, fresh(line, arguments.count)).items()}
        )
        history = clausula.History(book, household, year, providers=providers)

        def corrected(void: str) -> int:
            return len(history.replay(void=[void]).differences)

        corrected(year[0].id)
        voids = [year[0].id] * (arguments.count // 10)
        figures.update({f"{form}_replay_{name}": value for name, value in timed(corrected, voids).items()})

    measure("interpreted")
    told = timed(lambda each: sentences(decision(each), book.catalogue, "fr"), fresh(line, min(500, arguments.count)))
    figures["sentences_us"] = told["us"]
    if compiled.available():
        start = time.perf_counter()
        compiled.use(on=True)
        decision(line)
        figures["compiled_start_s"] = round(time.perf_counter() - start, 2)
        measure("compiled")
        compiled.use(on=False)
    figures["import_s"] = best("import clausula")
    figures["decide_cli_s"] = best(
        "import sys; sys.argv = ['clausula', '--version']; from clausula.cli import main; main()"
    )
    if arguments.json:
        print(json.dumps({name: round(v, 3) if isinstance(v, float) else v for name, v in figures.items()}))
    else:
        for name, value in figures.items():
            print(f"{name:>32}  {value:.3f}" if isinstance(value, float) else f"{name:>32}  {value}")


def best(code: str) -> float:
    """Best of five fresh interpreters, in seconds, less the start of the interpreter itself."""

    def once(text: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", text], check=False, capture_output=True)
        return time.perf_counter() - start

    return min(once(code) for _ in range(5)) - min(once("pass") for _ in range(5))


if __name__ == "__main__":
    main()
