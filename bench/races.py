"""Pairs of claims racing for the same limit, from two connections at once: how much over, how many lost."""

from __future__ import annotations

import random
import sys
import threading
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from _house import LIMIT, audit, bill, families, house, options, tell


def main() -> int:
    """Race, then hold the house against itself."""
    arguments = options(__doc__, count=10_000, seconds=600, families=125)
    with house():
        people = [person for pair in families(arguments.families) for person in pair]
        did, faults = race(people, arguments.count, arguments.seconds)
        proof, wrong = audit(LIMIT)
    pairs = f"{did['pairs']} pairs of claims, each for one person from two connections at the same moment"
    return tell(f"{pairs}; one pair in ten came late", did | proof, faults | wrong, arguments)


def race(people: list[UUID], count: int, seconds: int) -> tuple[dict[str, Any], dict[str, int]]:
    """`count` pairs: two threads send a claim each for the same person at the same moment; one pair in ten is late."""
    from django.db import connection

    from clausula_server.claims.actions.claim import submit_claim
    from clausula_server.claims.engine.deciding import warm_up
    from clausula_server.claims.models import Claim
    from clausula_server.lib.acting import acting, system

    warm_up()
    ends, on = time.monotonic() + seconds, True

    def decide() -> None:  # by one of the two, before either goes on: so both stop after the same pair
        nonlocal on
        on = time.monotonic() < ends

    meet = threading.Barrier(2, action=decide)
    sent: list[dict[str, UUID]] = [{}, {}]
    errors: list[Exception] = []

    def run(side: int) -> None:
        rolls, same = random.Random(side), random.Random(7)
        try:
            with acting(system("race")):
                for number in range(count):
                    person, late = same.choice(people), same.random() < 0.1
                    meet.wait()
                    if not on:
                        break
                    day = date(2026, 11, 1) - timedelta(days=same.randrange(200) if late else 0)
                    key = f"{side}/{number}"
                    charged = rolls.randrange(20_00, 400_00)
                    sent[side][key] = submit_claim(bill(person, key, 1, charged, day)).claim
        except threading.BrokenBarrierError:
            pass  # the other one tells why
        except Exception as error:  # noqa: BLE001 - told as a fault, and the other must not wait for ever
            errors.append(error)
            meet.abort()
        finally:
            connection.close()

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(side,)) for side in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    took = time.monotonic() - began
    for error in errors:
        print(f"a claim was not taken: {error!r}", file=sys.stderr)
    acknowledged = {**sent[0], **sent[1]}
    with acting(system("race")):
        held = set(Claim.objects.values_list("id", flat=True))
    did = {"pairs": min(map(len, sent)), "claims": len(acknowledged), "claims_a_second": round(len(held) / took, 1)}
    return did, {
        "claims_refused_or_failed": len(errors),
        "claims_lost": sum(claim not in held for claim in acknowledged.values()),
        "claims_twice": len(acknowledged) - len(set(acknowledged.values())),
        "claims_nobody_was_told_of": len(held - set(acknowledged.values())),
    }


if __name__ == "__main__":
    sys.exit(main())
