"""Pages: for each, server time (median, 95th percentile), SQL statements, bytes gzipped of the page itself.

The demo world on an embedded PostgreSQL with durable commits, as the role of the web process; through the whole stack
of Django below the web server. The target is a 95th percentile below 80 ms, and at most 15 statements a page.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from _house import house, options, tell

SLOWEST_MS, MOST_STATEMENTS = 80, 15


def main() -> None:
    """Load the demo, then ask for each page again and again, as many different people as it is about."""
    arguments = options(__doc__, rounds=60)
    with house():
        began = time.perf_counter()
        load()
        figures: dict[str, Any] = {"demo_loaded_s": round(time.perf_counter() - began, 1)}
        from django.conf import settings

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        for name, asked in pages().items():
            figures |= measure(name, asked, arguments.rounds)
    tell("each page of the demo world asked for again and again, below the web server", figures, {}, arguments)


def load() -> None:
    """The demo world, as the owner of the tables; with styles and scripts, whose names pages hold."""
    from clausula_server.database.roles import OWNER, WEB

    env = {**os.environ, "CLAUSULA_ROLE": OWNER, "DATABASE_URL": os.environ["DATABASE_URL"].replace(WEB, OWNER)}
    env["CLAUSULA_STATIC"] = str(static())
    for step in (["load_demo"], ["collectstatic", "--no-input", "--verbosity", "0"]):
        subprocess.run([sys.executable, "-m", "clausula_server", *step], env=env, check=True, stdout=subprocess.DEVNULL)


def static() -> Any:
    """Where styles and scripts of this process are looked for."""
    from django.conf import settings

    return settings.STATIC_ROOT


def browser(name: str) -> Any:
    """A browser in which that one of the demo is signed in, with a second factor."""
    from django.test import Client

    from clausula_server.accounts.models import User
    from clausula_server.demo.world import World
    from clausula_server.lib.acting import acting, system

    client = Client()
    with acting(system("bench")):
        user = User.objects.get(pk=World.id("user", name))
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["noted_at"] = int(time.time())
    session.save()
    return client


def pages() -> dict[str, list[tuple[Any, str]]]:
    """Each page with the browsers and addresses to ask for in turn."""
    from clausula_server.claims.models import Claim
    from clausula_server.demo.world import World
    from clausula_server.lib.acting import acting, system

    members = {name: browser(name) for name in ("anna", "giulia", "sanne", "claire", "sven")}
    mara, omar = browser("mara"), browser("omar")
    with acting(system("bench")):
        own = {
            name: list(Claim.objects.filter(person=World.id("person", name)).values_list("id", flat=True)[:6])
            for name in members
        }
        open_ = list(Claim.objects.filter(status="waiting").values_list("id", flat=True)[:12])
    people = {name: World.id("person", name) for name in members}
    return {
        "home": [(client, "/") for client in members.values()],
        "claim": [(members[name], f"/claims/{claim}/") for name, claims in own.items() for claim in claims],
        "all_claims": [(members[name], f"/people/{people[name]}/claims/") for name in members],
        "bill": [(members[name], f"/bills/{people[name]}/") for name in members],
        "house": [(mara, "/"), (omar, "/")],
        "worklist": [(mara, "/desk/?for="), (omar, "/desk/")],
        "desk": [(mara, f"/desk/claims/{claim}/") for claim in open_],
        "reverse": [(mara, f"/desk/claims/{claim}/reverse/") for claim in open_],
    }


def measure(name: str, asked: list[tuple[Any, str]], rounds: int) -> dict[str, Any]:
    """The figures of a page; what is read once for all (texts of plans, templates) is read before."""
    from django.db import connection

    spent, counts, sizes = [], [], []
    for client, path in asked:
        client.get(path)
    for number in range(rounds):
        client, path = asked[number % len(asked)]
        seen: list[str] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[str] = seen) -> Any:
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            began = time.perf_counter()
            answer = client.get(path)
            spent.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
        counts.append(len(seen))
        sizes.append(len(gzip.compress(answer.content)))
    slow = statistics.quantiles(spent, n=20)[18]
    return {
        f"{name}_p50_ms": round(statistics.median(spent), 1),
        f"{name}_p95_ms": round(slow, 1),
        f"{name}_statements": max(counts),
        f"{name}_bytes_gzipped": max(sizes),
        f"{name}_holds": slow < SLOWEST_MS and max(counts) <= MOST_STATEMENTS,
    }


if __name__ == "__main__":
    main()
