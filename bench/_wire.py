"""Claims over HTTP on loopback, against the server as `./run serve` runs it: two web processes, durable commits."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from typing import Any
from uuid import UUID

from _house import MRI, TICKET

PORT = 18_471
WORKERS = 2


@contextmanager
def server() -> Iterator[str]:
    """A server on the database of the house, and the token of a practice's software."""
    token = practice()
    process = launch()
    try:
        wait_for(process)
        yield token
    finally:
        process.terminate()
        process.wait(30)


def launch() -> subprocess.Popen[bytes]:
    """Start the web processes on the database of the house, in a process group of their own."""
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    env = {
        **os.environ, "CLAUSULA_SECRET_KEY": settings.SECRET_KEY, "CLAUSULA_KEYS": settings.CLAUSULA_KEYS,
        "CLAUSULA_CONNECTIONS": "8", "CLAUSULA_API_CALLS": "100000000",
    }  # fmt: skip
    program = [
        *(sys.executable, "-m", "granian", "clausula_server.asgi:application", "--interface", "asginl"),
        *("--host", "127.0.0.1", "--port", str(PORT), "--workers", str(WORKERS), "--workers-kill-timeout", "3"),
        *("--http", "1", "--no-ws", "--log-level", "warning"),
    ]
    return subprocess.Popen(program, env=env, start_new_session=True)


def wait_for(process: subprocess.Popen[bytes]) -> None:
    """Wait until the web server answers. Raises RuntimeError where it ends instead, or is silent for a minute."""
    for _ in range(600):
        try:
            ask(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "GET", "/health", "", None)
        except (OSError, http.client.HTTPException):
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server does not answer")


def practice() -> str:
    """A provider with a sign-in, and a token of it."""
    from clausula_server.accounts.actions.token import make_token
    from clausula_server.accounts.models import User
    from clausula_server.directory.actions.provider import NewProvider, register_provider
    from clausula_server.lib.acting import acting, system

    with acting(system("bench")):
        provider = register_provider(NewProvider(code="bench", name="Dr. Bench", country="IT", role="family-doctor"))
        return make_token(User.objects.create(provider=provider), "bench", ["claims"], 30)[1]


def ask(wire: http.client.HTTPConnection, method: str, path: str, token: str, body: Any, key: str = "") -> bytes:
    """One request on an open connection. Raises RuntimeError for what is no success."""
    status, _headers, told = exchange(wire, method, path, token, body, key)
    if status >= 300:
        raise RuntimeError(f"{status} {told[:300]!r}")
    return told


def exchange(
    wire: http.client.HTTPConnection, method: str, path: str, token: str, body: Any, key: str = ""
) -> tuple[int, Message, bytes]:
    """One request on an open connection: status, headers and body of the answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key or "-"}
    wire.request(method, path, None if body is None else json.dumps(body), headers)
    answer = wire.getresponse()
    return answer.status, answer.headers, answer.read()


def today() -> date:
    """The day it is: the API goes by the clock."""
    return datetime.now(UTC).astimezone().date()


def claim(person: UUID, lines: int, charged: str, day: date) -> dict[str, Any]:
    """A bill for tickets of magnetic resonances, as it is sent."""
    line = {"service": MRI, "served_on": day.isoformat(), "charged": charged, "facts": TICKET}
    return {"person": str(person), "currency": "EUR", "provider": "bench", "lines": [line] * lines}


def load(
    token: str, people: list[UUID], seconds: float, rate: float, days_ago: int, lines: int = 5, senders: int = 6
) -> list[float]:
    """Seconds each claim took, from senders that send as fast as they can, or at a rate together; with a rate, counted
    from the moment it was due. days_ago: the first day of care, later than that of any claim before: a late bill would
    decide anew all that came after it."""
    found: list[float] = []
    lock, began = threading.Lock(), time.perf_counter() + 0.2
    count = iter(range(10**9))

    def send() -> None:
        wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        own: list[float] = []
        while True:
            with lock:
                number = next(count)
            due = began + number / rate if rate else max(began, time.perf_counter())
            if due >= began + seconds:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            day = today() - timedelta(days=max(1, days_ago - number // len(people)))
            body = claim(people[number % len(people)], lines, "10.00", day)
            ask(wire, "POST", "/api/v1/claims", token, body, f"{days_ago}-{people[0]}-{number}")
            own.append(time.perf_counter() - due)
            if time.perf_counter() > began + seconds:
                break
        with lock:
            found.extend(own)

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def warm(token: str, person: UUID) -> None:
    """Ask each of the web processes what would be paid, until none has to read a plan any more."""
    ends = time.monotonic() + 15
    quick = 0
    while quick < 20 * WORKERS and time.monotonic() < ends:
        wire, began = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), time.perf_counter()
        ask(wire, "POST", "/api/v1/claims/preview", token, claim(person, 5, "1.00", today()))
        wire.close()
        quick = quick + 1 if time.perf_counter() - began < 0.1 else 0
