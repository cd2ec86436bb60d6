"""One decision with its explanation: median and 99th percentile in microseconds, interpreted and compiled; import;
start."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

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


def timed(work: Callable[[], object], count: int) -> tuple[float, float]:
    """Median and 99th percentile of a call, in microseconds."""
    spent = []
    for _ in range(count):
        start = time.perf_counter_ns()
        work()
        spent.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--count", type=int, default=3000, help="decisions measured")
    arguments = parser.parse_args()
    book = clausula.load_plans()
    household, lines, providers = situation()

    def decision() -> clausula.Decision:
        found = clausula.adjudicate(book, household, lines, providers=providers).decisions[0]
        found.steps  # noqa: B018 - the explanation as data is part of the answer
        return found

    figures: dict[str, object] = {"decision": repr(decision()), "steps": len(decision().steps)}
    figures["interpreted_us"], figures["interpreted_p99_us"] = timed(decision, arguments.count)
    figures["sentences_us"], _ = timed(lambda: sentences(decision(), book.catalogue, "fr"), min(500, arguments.count))
    if compiled.available():
        start = time.perf_counter()
        compiled.use(on=True)
        decision()
        figures["compiled_start_s"] = round(time.perf_counter() - start, 2)
        figures["compiled_us"], figures["compiled_p99_us"] = timed(decision, arguments.count)
        compiled.use(on=False)
    figures["import_s"] = best("import clausula")
    figures["decide_cli_s"] = best(
        "import sys; sys.argv = ['clausula', '--version']; from clausula.cli import main; main()"
    )
    if arguments.json:
        print(json.dumps({name: round(v, 3) if isinstance(v, float) else v for name, v in figures.items()}))
    else:
        for name, value in figures.items():
            print(f"{name:>20}  {value:.3f}" if isinstance(value, float) else f"{name:>20}  {value}")


def best(code: str) -> float:
    """Best of five fresh interpreters, in seconds, less the start of the interpreter itself."""

    def once(text: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", text], check=False, capture_output=True)
        return time.perf_counter() - start

    return min(once(code) for _ in range(5)) - min(once("pass") for _ in range(5))


if __name__ == "__main__":
    main()
