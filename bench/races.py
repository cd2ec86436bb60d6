"""Pairs of claims racing for the same limit, from two connections at once: how much over, how many lost."""

from __future__ import annotations

import random
import threading
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from _house import audit, bill, families, house, options, tell


def main() -> None:
    """Race, then hold the house against itself."""
    arguments = options(__doc__, count=10_000, seconds=600, families=125)
    with house():
        people = [person for pair in families(arguments.families) for person in pair]
        figures = race(people, arguments.count, arguments.seconds)
    tell(figures, arguments)


def race(people: list[UUID], count: int, seconds: int) -> dict[str, Any]:
    """`count` pairs: two threads send a claim each for the same person at the same moment; one pair in ten is late."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    from clausula_server.claims.actions.claim import submit_claim  # noqa: PLC0415
    from clausula_server.claims.engine.deciding import warm_up  # noqa: PLC0415
    from clausula_server.claims.models import Claim  # noqa: PLC0415
    from clausula_server.lib.acting import acting, system  # noqa: PLC0415

    warm_up()
    ends, meet = time.monotonic() + seconds, threading.Barrier(2)
    sent: list[dict[str, UUID]] = [{}, {}]
    state = {"on": True}

    def run(side: int) -> None:
        rolls = random.Random(side)
        same = random.Random(7)
        with acting(system("race")):
            for number in range(count):
                person, late = same.choice(people), same.random() < 0.1
                if side == 0:
                    state["on"] = time.monotonic() < ends
                meet.wait()
                if not state["on"]:
                    break
                day = date(2026, 11, 1) - timedelta(days=same.randrange(200) if late else 0)
                key = f"{side}/{number}"
                charged = rolls.randrange(20_00, 400_00)
                sent[side][key] = submit_claim(bill(person, key, 1, charged, day)).claim
        connection.close()

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(side,)) for side in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    took = time.monotonic() - began
    acknowledged = {**sent[0], **sent[1]}
    with acting(system("race")):
        held = dict(Claim.objects.values_list("id", "key"))
    return {
        "pairs": len(sent[0]),
        "claims_a_second": round(len(acknowledged) / took, 1),
        "lost": sum(claim not in held for claim in acknowledged.values()),
        "twice": len(held) - len(set(acknowledged.values())),
        **audit(),
    }


if __name__ == "__main__":
    main()
