"""Load: decided claims of five lines a second with durable commit, how long each took, also after a long history."""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from _house import START, audit, bill, families, house, options, tell
from _wire import load as wire_load
from _wire import server, warm

LINES = 5
FIRST = date(2026, 3, 1)  # the waiting time of 30 days is over
MOST = 8
"""Statements of SQL for a decided claim, whatever its lines and its history."""
OPENIMIS = {"openimis_claims_a_second": 9.2, "openimis_statements_a_claim": 131}
"""Measured of openIMIS claim 1.11.0 on PostgreSQL 15: five lines, submitted and processed by its own service, each
committed, two processes, without HTTP; 29 statements and 18 a line to submit, 12 to process. Live: `./run bench peers
--only openimis`."""
RATE = 50
"""Claims a second at which the times of single claims are looked at."""


def main() -> int:
    """Through the action, then through the API: full load, a steady rate, and one person with a long history."""
    arguments = options(__doc__, seconds=20, families=200, workers=3, history=5000)
    with house():
        *homes, old, fresh = families(arguments.families + 2)
        people = [person for pair in homes for person in pair]
        figures: dict[str, Any] = {"lines_a_claim": LINES, "workers": arguments.workers}
        full = load(people, arguments.workers, arguments.seconds, rate=0)
        figures |= {"claims_a_second": round(len(full) / arguments.seconds, 1), **times(full, "full_load")}
        steady = load(people, arguments.workers, arguments.seconds, rate=RATE, first=FIRST + timedelta(days=40))
        figures |= times(steady, f"at_{RATE}_a_second")
        if arguments.history:
            figures |= history(old[0], fresh[0], arguments.history, arguments.seconds * 6)
        figures |= over_the_wire(people, old[0], fresh[1], arguments.seconds)
        proof, wrong = audit()
    did = f"claims of {LINES} lines, each committed durably: through the action, then through the API"
    over = {"statements_a_claim_over_8": max(0, figures.get("most_statements_a_claim", 0) - MOST)}
    return tell(did, figures | OPENIMIS | proof, over | wrong, arguments)


def over_the_wire(people: list[UUID], old: UUID, fresh: UUID, seconds: int) -> dict[str, Any]:
    """The same through the API, on loopback, with the load on the same two cores. old: with a long history."""
    with server() as token:
        warm(token, people[0])
        full = wire_load(token, people[2:], seconds, 0, days_ago=60)
        found = {"api_claims_a_second": round(len(full) / seconds, 1), **times(full, "api_full_load")}
        found |= times(wire_load(token, people[2:], seconds, RATE, days_ago=40), f"api_at_{RATE}_a_second")
        for name, person in (("few", fresh), ("many", old)):
            spent = wire_load(token, [person], 5, 10, days_ago=20, senders=1)
            found[f"api_with_{name}_earlier_claims_p50_ms"] = round(statistics.median(spent) * 1000, 1)
        return found


def times(spent: list[float], name: str) -> dict[str, float]:
    """Median and 99th percentile in milliseconds."""
    return {
        f"{name}_p50_ms": round(statistics.median(spent) * 1000, 1),
        f"{name}_p99_ms": round(statistics.quantiles(spent, n=100)[98] * 1000, 1),
    }


def load(people: list[UUID], workers: int, seconds: int, rate: int, first: date = FIRST) -> list[float]:
    """Seconds each claim took, from processes that send as fast as they can, or at a rate together. first: first day of
    care, later than that of any claim before: a late bill would decide anew all that came after it."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    with context.Pool(workers) as pool:
        each = [(people[n::workers], seconds, rate / workers, f"{rate}/{n}", first) for n in range(workers)]
        return [spent for found in pool.starmap(send, each) for spent in found]


def send(people: list[UUID], seconds: int, rate: float, name: str, first: date) -> list[float]:
    """Send claims for a while; how long each took. With a rate, from the moment it was due."""
    from clausula_server.claims.actions.claim import submit_claim
    from clausula_server.claims.engine.deciding import warm_up
    from clausula_server.lib.acting import acting, system

    warm_up()
    found = []
    with acting(system("load")):
        for person in people[:3]:
            submit_claim(bill(person, f"{name}/warm/{person}", LINES, 1_00, START))
        began, number = time.perf_counter(), 0
        while (now := time.perf_counter()) < began + seconds:
            due = began + number / rate if rate else now
            if due > now:
                time.sleep(due - now)
            day = first + timedelta(days=number // len(people))
            submit_claim(
                bill(people[number % len(people)], f"{name}/{number}", LINES, 10_00, min(day, date(2026, 12, 30)))
            )
            found.append(time.perf_counter() - due)
            number += 1
    return found


def history(old: UUID, fresh: UUID, earlier: int, seconds: int) -> dict[str, Any]:
    """How long a claim takes with thousands of earlier ones of the same person, in turns with one who has few, so that
    both meet the same machine. And how many statements, once the plans are in memory."""
    from django.db import connection

    from clausula_server.claims.actions.claim import submit_claim
    from clausula_server.claims.engine.deciding import warm_up
    from clausula_server.lib.acting import acting, system

    warm_up()
    spent: dict[UUID, list[float]] = {old: [], fresh: []}
    statements = [0]

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements[-1] += "SAVEPOINT" not in sql
        return execute(sql, params, many, context)

    def submit(person: UUID) -> None:
        number = len(spent[person])
        day = date(2026, 5, 1) + timedelta(days=number // 40)
        new = bill(person, f"history/{person}/{number}", LINES, 10, min(day, date(2026, 12, 30)))
        statements.append(0)
        began = time.perf_counter()
        submit_claim(new)
        spent[person].append(time.perf_counter() - began)

    with acting(system("history")):
        submit_claim(bill(old, "history/first", 1, 10, FIRST))  # reads the plans
        with connection.execute_wrapper(count):
            ends = time.monotonic() + seconds
            while len(spent[old]) < earlier and time.monotonic() < ends:
                submit(old)
            many = len(spent[old])
            for _ in range(100):
                submit(old)
                submit(fresh)
    return {
        "earlier_claims_of_one_person": many,
        "with_these_p50_ms": round(statistics.median(spent[old][many:]) * 1000, 1),
        "with_at_most_100_p50_ms": round(statistics.median(spent[fresh]) * 1000, 1),
        "most_statements_a_claim": max(statements),
    }


if __name__ == "__main__":
    sys.exit(main())
