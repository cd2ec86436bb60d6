"""The deciding process killed with SIGKILL again and again: every acknowledged claim there, none twice, none half."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from _house import audit, bill, families, house, options, tell


def main() -> None:
    """Kill for a while, then hold the house against itself."""
    arguments = options(__doc__, seconds=60, count=100_000, families=20)
    with house():
        people = [person for pair in families(arguments.families) for person in pair]
        figures = drill(people, arguments.seconds, arguments.count)
    tell(figures, arguments)


def drill(people: list[UUID], seconds: int, count: int) -> dict[str, Any]:
    """Send claims through a process that dies at any moment; what was not acknowledged is sent again, same key."""
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    from clausula_server.claims.engine.deciding import warm_up  # noqa: PLC0415
    from clausula_server.claims.models import Claim  # noqa: PLC0415
    from clausula_server.lib.acting import acting, system  # noqa: PLC0415

    warm_up()
    rolls, ends = random.Random(1), time.monotonic() + seconds
    acknowledged: dict[int, str] = {}
    kills = repeated = 0
    while time.monotonic() < ends and len(acknowledged) < count:
        connections.close_all()
        read, write = os.pipe()
        child = os.fork()
        if not child:
            work(people, len(acknowledged), write)
        os.close(write)
        time.sleep(rolls.uniform(0.02, 0.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        with os.fdopen(read) as pipe:
            for line in pipe:
                if not line.endswith("\n"):
                    continue
                number, claim, again = line.split()
                acknowledged[int(number)] = claim
                repeated += again == "True"
    with acting(system("kill")):
        held = {str(id_): key for id_, key in Claim.objects.values_list("id", "key")}
        keys = list(held.values())
    return {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "found_committed_before_the_acknowledgement": repeated,
        "lost": sum(claim not in held for claim in acknowledged.values()),
        "twice": len(keys) - len(set(keys)),
        "committed_and_not_yet_acknowledged": len(held) - len(set(acknowledged.values())),
        **audit(),
    }


def work(people: list[UUID], first: int, write: int) -> None:
    """Submit claim after claim, and acknowledge each when it is committed. Ends by being killed."""
    from clausula_server.claims.actions.claim import submit_claim  # noqa: PLC0415
    from clausula_server.lib.acting import acting, system  # noqa: PLC0415

    number = first
    with acting(system("dying")):
        while True:
            rolls = random.Random(number)
            day = date(2026, 2, 1) + timedelta(days=rolls.randrange(300))
            receipt = submit_claim(
                bill(rolls.choice(people), f"k{number}", rolls.randrange(1, 4), rolls.randrange(5_00, 150_00), day)
            )
            os.write(write, f"{number} {receipt.claim} {receipt.repeated}\n".encode())
            number += 1


if __name__ == "__main__":
    main()
