"""Load: decided claims of five lines a second with durable commit, how long each took, also after a long history."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from _house import START, bill, families, house, options, tell
from _wire import load as wire_load
from _wire import server, warm

LINES = 5
FIRST = date(2026, 3, 1)  # the waiting time of 30 days is over
RATE = 50
"""Claims a second at which the times of single claims are looked at."""


def main() -> None:
    """Through the action, then through the API: full load, a steady rate, and one person with a long history."""
    arguments = options(__doc__, seconds=20, families=200, workers=3, history=5000)
    with house():
        people = [person for pair in families(arguments.families) for person in pair]
        figures: dict[str, Any] = {"lines_a_claim": LINES, "workers": arguments.workers}
        full = load(people, arguments.workers, arguments.seconds, rate=0)
        figures |= {"claims_a_second": round(len(full) / arguments.seconds, 1), **times(full, "full_load")}
        steady = load(people, arguments.workers, arguments.seconds, rate=RATE, first=FIRST + timedelta(days=40))
        figures |= times(steady, f"at_{RATE}_a_second")
        if arguments.history:
            figures |= history(people[0], arguments.history, arguments.seconds * 6)
        figures |= over_the_wire(people, arguments.seconds, figures)
    tell(figures, arguments)


def over_the_wire(people: list[UUID], seconds: int, figures: dict[str, Any]) -> dict[str, Any]:
    """The same through the API, on loopback, with the load on the same two cores."""
    with server() as token:
        warm(token, people[0])
        full = wire_load(token, people[2:], seconds, 0, days_ago=60)
        found = {"api_claims_a_second": round(len(full) / seconds, 1), **times(full, "api_full_load")}
        found |= times(wire_load(token, people[2:], seconds, RATE, days_ago=40), f"api_at_{RATE}_a_second")
        fresh = wire_load(token, people[-1:], 5, 10, days_ago=20, senders=1)
        found["api_early_p50_ms"] = round(statistics.median(fresh) * 1000, 1)
        if "earlier_claims" in figures:
            late = wire_load(token, people[:1], 5, 10, days_ago=20, senders=1)
            found["api_late_p50_ms"] = round(statistics.median(late) * 1000, 1)
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
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    connections.close_all()
    context = multiprocessing.get_context("fork")
    with context.Pool(workers) as pool:
        each = [(people[n::workers], seconds, rate / workers, f"{rate}/{n}", first) for n in range(workers)]
        return [spent for found in pool.starmap(send, each) for spent in found]


def send(people: list[UUID], seconds: int, rate: float, name: str, first: date) -> list[float]:
    """Send claims for a while; how long each took. With a rate, from the moment it was due."""
    from clausula_server.claims.actions.claim import submit_claim  # noqa: PLC0415
    from clausula_server.claims.engine.deciding import warm_up  # noqa: PLC0415
    from clausula_server.lib.acting import acting, system  # noqa: PLC0415

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


def history(person: UUID, count: int, seconds: int) -> dict[str, Any]:
    """How long a claim takes at the beginning and after thousands of earlier ones of the same person."""
    from clausula_server.claims.actions.claim import submit_claim  # noqa: PLC0415
    from clausula_server.claims.engine.deciding import warm_up  # noqa: PLC0415
    from clausula_server.claims.models import Claim  # noqa: PLC0415
    from clausula_server.lib.acting import acting, system  # noqa: PLC0415

    warm_up()
    spent, ends = [], time.monotonic() + seconds
    with acting(system("history")):
        before = Claim.objects.filter(person=person).count()
        while before + len(spent) < count + 100 and time.monotonic() < ends:
            number = len(spent)
            day = date(2026, 5, 1) + timedelta(days=number // 40)
            began = time.perf_counter()
            submit_claim(bill(person, f"history/{number}", LINES, 10, min(day, date(2026, 12, 30))))
            spent.append(time.perf_counter() - began)
    middle = statistics.median
    return {
        "earlier_claims": before + len(spent),
        "early_p50_ms": round(middle(spent[20:120]) * 1000, 1),
        "late_p50_ms": round(middle(spent[-100:]) * 1000, 1),
    }


if __name__ == "__main__":
    main()
