"""What decides, and at times the database, killed with SIGKILL again and again: what is lost, twice or half.

Twice: a process that decides claims without anything around it, killed in the middle of each; then the web server, that
claims are sent to over HTTP by clients who send again, under the same key, what was not acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import _dying_web
from _house import audit, bill, families, house, options, tell

from clausula_server.database.embedded import Cluster


def main() -> int:
    """Kill for a while, then hold the house against itself."""
    arguments = options(__doc__, seconds=60, http=60, count=100_000, families=20, database=10)
    did: dict[str, Any] = {"kills": 0, "kills_of_the_database": 0}
    faults: dict[str, int] = {}
    with house() as cluster:
        people = [person for pair in families(arguments.families) for person in pair]
        half = len(people) // 2
        if arguments.seconds:
            did, faults = drill(cluster, people[:half], arguments.seconds, arguments.count, arguments.database)
        if arguments.http:
            acknowledged, web, wrong = _dying_web.drill(cluster, people[half:], arguments.http, arguments.database)
            here = held("h", acknowledged, _dying_web.lines_of, unanswered=0)
            did |= {f"http_{name}": count for name, count in web.items()}
            faults |= {f"http_{name}": count for name, count in (wrong | here).items()}
        proof, wrong = audit()
    words = (
        f"a process that decides claims was killed {did['kills']} times while it worked, and another went on; "
        f"{did['kills_of_the_database']} times the database was killed with it and started again"
    )
    if arguments.http:
        words += (
            f"; the web server was killed {did['http_kills']} times while claims were sent to it, "
            f"the database {did['http_kills_of_the_database']} times"
        )
    return tell(words, did | proof, faults | wrong, arguments)


def drill(
    cluster: Cluster, people: list[UUID], seconds: int, count: int, database: int
) -> tuple[dict[str, Any], dict[str, int]]:
    """Send claims through a process that dies at any moment; what was not acknowledged is sent again, same key.

    database: at every so many kills the database dies first; 0 for never.
    """
    from django.db import connections

    from clausula_server.claims.actions.claim import submit_claim
    from clausula_server.claims.engine.deciding import warm_up
    from clausula_server.lib.acting import acting, system

    warm_up()
    rolls, ends = random.Random(1), time.monotonic() + seconds
    with acting(system("first")):  # so that those who come after find the plans compiled
        acknowledged = {0: str(submit_claim(a_bill(people, 0)).claim)}
    kills = crashes = repeated = died = 0
    while time.monotonic() < ends and len(acknowledged) < count:
        connections.close_all()
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            work(people, len(acknowledged), write)
        os.close(write)
        time.sleep(rolls.uniform(0.02, 1))
        kills += 1
        crash = bool(database) and kills % database == 0
        if crash:
            os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            crashes += 1
        os.kill(child, signal.SIGKILL)
        died += not os.WIFSIGNALED(os.waitpid(child, 0)[1]) and not crash
        if crash:
            cluster.start()
        with os.fdopen(read) as pipe:
            for line in pipe:
                if not line.endswith("\n"):
                    continue
                number, claim, again = line.split()
                acknowledged[int(number)] = claim
                repeated += again == "True"
    return {
        "kills": kills,
        "kills_of_the_database": crashes,
        "claims_acknowledged": len(acknowledged),
        "killed_between_commit_and_acknowledgement": repeated,
    }, {
        "processes_that_died_by_themselves": died,
        **held("k", acknowledged, lambda which: len(a_bill(people, which).lines)),
    }


def held(
    letter: str, acknowledged: dict[int, str], lines_of: Callable[[int], int], unanswered: int = 1
) -> dict[str, int]:
    """What the database has of the claims whose keys begin with the letter, against what was acknowledged and sent.

    lines_of: how many lines the claim of a number has. unanswered: how many may be there that nobody acknowledged.
    """
    from clausula_server.claims.models import Claim, Line
    from clausula_server.events.models import Event
    from clausula_server.lib.acting import acting, system

    with acting(system("kill")):
        rows = Claim.objects.filter(key__contains=f"/{letter}").values_list("id", "key")
        found = {str(id_): key for id_, key in rows}
        lines = Counter(
            map(str, Line.objects.filter(stands=True, decision__isnull=False).values_list("claim", flat=True))
        )
        told = Counter(map(str, Event.objects.filter(kind="claim.decided").values_list("subject", flat=True)))
    number = {claim: int(key.rpartition(f"/{letter}")[2]) for claim, key in found.items()}
    return {
        "claims_lost": sum(claim not in found for claim in acknowledged.values()),
        "claims_twice": len(found) - len(set(number.values())),
        "claims_half": sum(lines[claim] != lines_of(which) for claim, which in number.items()),
        "claims_without_just_one_event": sum(told[claim] != 1 for claim in found),
        "claims_nobody_acknowledged": max(0, len(set(found) - set(acknowledged.values())) - unanswered),
    }


def a_bill(people: list[UUID], number: int) -> Any:
    """The claim of that number, always the same."""
    rolls = random.Random(number)
    day = date(2026, 2, 1) + timedelta(days=rolls.randrange(300))
    return bill(rolls.choice(people), f"k{number}", rolls.randrange(1, 4), rolls.randrange(5_00, 150_00), day)


def work(people: list[UUID], first: int, write: int) -> None:
    """Submit claim after claim, and acknowledge each when it is committed. Ends by being killed."""
    from clausula_server.claims.actions.claim import submit_claim
    from clausula_server.lib.acting import acting, system

    number = first
    try:
        with acting(system("dying")):
            while True:
                receipt = submit_claim(a_bill(people, number))
                os.write(write, f"{number} {receipt.claim} {receipt.repeated}\n".encode())
                number += 1
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
