"""Claims sent over HTTP to a web server that is killed with SIGKILL again and again, at times with the database."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from _wire import PORT, claim, exchange, launch, practice, today, wait_for

from clausula_server.database.embedded import Cluster

SENDERS = 4
AT_THE_END = 120.0  # seconds in which what is still on its way must be acknowledged


class Clients:
    """Senders, each of one claim after the other; what was not acknowledged is sent again under the same key."""

    def __init__(self, token: str, people: list[UUID]) -> None:
        self.token, self.people = token, people
        self.acknowledged: dict[int, str] = {}
        self.sent_again = self.unheard = self.answered_503 = self.asked_again = self.changed = 0
        self.strange: list[str] = []
        self.enough = threading.Event()
        self._lock, self._numbers = threading.Lock(), iter(range(10**9))
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]

    def start(self) -> None:
        """Begin to send."""
        for each in self._threads:
            each.start()

    def finish(self) -> int:
        """Send no new claim; how many senders never got their last one acknowledged."""
        self.enough.set()
        ends = time.monotonic() + AT_THE_END
        for each in self._threads:
            each.join(max(0.0, ends - time.monotonic()))
        return sum(each.is_alive() for each in self._threads)

    def _send(self) -> None:
        while not self.enough.is_set() and not self.strange:
            with self._lock:
                number = next(self._numbers)
            self._until_acknowledged(number)

    def _until_acknowledged(self, number: int) -> None:
        body, tries = a_bill(self.people, number), 0
        while not self.strange:
            tries += 1
            told = self._try(number, body)
            if told is None:
                time.sleep(0.05)
                continue
            receipt, replayed = told
            with self._lock:
                self.acknowledged[number] = receipt["id"]
                self.sent_again += tries > 1
                self.unheard += replayed
            if number % 10 == 0:
                self._ask_again(number, body)
            return

    def _ask_again(self, number: int, body: Any) -> None:
        """What was acknowledged is acknowledged again, with the same claim, by whichever process is alive."""
        told = self._try(number, body)
        if told is not None:
            with self._lock:
                self.asked_again += 1
                self.changed += (told[0]["id"], told[1]) != (self.acknowledged[number], True)

    def _try(self, number: int, body: Any) -> tuple[dict[str, Any], bool] | None:
        """The receipt, and whether it was given before; None where the server died, or said “not at this moment”."""
        wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        try:
            status, headers, told = exchange(wire, "POST", "/api/v1/claims", self.token, body, f"h{number}")
        except (OSError, http.client.HTTPException):
            return None
        finally:
            wire.close()
        if status == 503:
            with self._lock:
                self.answered_503 += 1
            return None
        if status not in (200, 201):
            with self._lock:
                self.strange.append(f"{status} {told[:300]!r}")
            return None
        return json.loads(told), "Idempotent-Replayed" in headers


def drill(
    cluster: Cluster, people: list[UUID], seconds: int, database: int
) -> tuple[dict[int, str], dict[str, Any], dict[str, int]]:
    """Kill for so many seconds. Ids of acknowledged claims by number; what was seen; what must be 0.

    database: at every so many kills the database dies, in turns with the web server and alone; 0 for never.
    """
    clients, rolls = Clients(practice(), people), random.Random(2)
    kills = crashes = alone = 0
    web = launch()
    try:
        wait_for(web)
        clients.start()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not clients.strange:
            _until_more(clients)
            time.sleep(rolls.uniform(0, 1))
            crash = bool(database) and (kills + alone + 1) % database == 0
            spare = crash and crashes % 2 == 1
            if crash:
                os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                crashes += 1
            if spare:
                alone += 1
            else:
                _kill(web)
                kills += 1
            if crash:
                cluster.start()
            if not spare:
                web = launch()
            wait_for(web)
        silent = clients.finish()
    finally:
        _kill(web)
    for words in clients.strange[:3]:
        print(words)
    return (
        clients.acknowledged,
        {
            "kills": kills,
            "kills_of_the_database": crashes,
            "of_these_without_the_web_server": alone,
            "claims_acknowledged": len(clients.acknowledged),
            "claims_sent_more_than_once": clients.sent_again,
            "killed_between_commit_and_acknowledgement": clients.unheard,
            "claims_asked_again_after_the_answer": clients.asked_again,
            "answers_not_at_this_moment": clients.answered_503,
        },
        {
            "senders_never_answered": silent,
            "answers_nobody_expects": len(clients.strange),
            "answers_that_changed": clients.changed,
        },
    )


def _until_more(clients: Clients) -> None:
    """Wait until a claim more is acknowledged: so that no kill meets a server that does nothing yet."""
    before, ends = len(clients.acknowledged), time.monotonic() + 60
    while len(clients.acknowledged) == before and time.monotonic() < ends and not clients.strange:
        time.sleep(0.01)


def _kill(web: subprocess.Popen[bytes]) -> None:
    """Kill the web server and its processes, all at once."""
    with suppress(ProcessLookupError):  # it may have ended by itself, which the drill then tells
        os.killpg(web.pid, signal.SIGKILL)
    web.wait()


def a_bill(people: list[UUID], number: int) -> dict[str, Any]:
    """The claim of that number, always the same: as many lines as `lines_of` says, on some day of this year."""
    rolls = random.Random(number)
    year = today().replace(month=1, day=1)
    day = year + timedelta(days=rolls.randrange(max(1, (today() - year).days)))
    return claim(rolls.choice(people), lines_of(number), f"{rolls.randrange(5, 150)}.00", day)


def lines_of(number: int) -> int:
    """How many lines the claim of that number has."""
    return number % 3 + 1
