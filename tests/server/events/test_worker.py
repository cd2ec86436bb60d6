"""The worker as a program: who waits for a code gets it, whatever else there is to do; and it stops when told."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from clausula_server.accounts.jobs import SEALED, send_sealed
from clausula_server.events.actions.delivery import queue_message
from clausula_server.events.actions.endpoint import add_endpoint
from clausula_server.events.actions.event import append
from clausula_server.events.actions.outbox import empty_outbox
from clausula_server.events.management.commands.worker import PLACES
from clausula_server.lib.acting import acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.sealing import seal_text

CODE = "314159 is your sign-in code."
PATIENCE = 90.0  # seconds


class Slow(ThreadingHTTPServer):
    """A system outside that does not answer until it may."""

    daemon_threads = True

    def __init__(self) -> None:
        self.held = threading.Semaphore(0)
        self.may_answer = threading.Event()
        super().__init__(("127.0.0.1", 0), Waits)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"


class Waits(BaseHTTPRequestHandler):
    server: Slow

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.held.release()
        self.server.may_answer.wait()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def slow() -> Iterator[Slow]:
    with Slow() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


@contextmanager
def worker() -> Iterator[subprocess.Popen[str]]:
    """The worker on this test's database; what it says is on its stderr, codes among it."""
    database = connection.settings_dict
    url = f"postgresql://app@/{database['NAME']}?host={database['HOST']}"
    running = subprocess.Popen(
        [sys.executable, "-m", "clausula_server", "worker"],
        env={**os.environ, "DATABASE_URL": url, "CLAUSULA_KEYS": settings.CLAUSULA_KEYS},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = threading.Timer(PATIENCE, running.kill)  # so that a test whose code never comes fails, and does not hang
    end.start()
    try:
        yield running
    finally:
        end.cancel()
        running.kill()
        running.communicate()


def ask_for_a_code() -> None:
    send_sealed.defer(sealed=seal_text(json.dumps({"phone": "+41791234567", "text": CODE}), SEALED))


def said(running: subprocess.Popen[str], words: str) -> list[str]:
    """What the worker says, up to the line with those words; fails where it ends before."""
    lines = []
    assert running.stderr is not None
    for line in running.stderr:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError("".join(lines))


def webhooks(slow: Slow, count: int) -> None:
    """Queue as many deliveries to the system that does not answer."""
    with acting(system("test")):
        add_endpoint(slow.url, ["claim.decided"])
        for _ in range(count):
            append("claim.decided", new_id())
        while empty_outbox():
            pass


@pytest.mark.django_db(transaction=True)
def test_a_code_goes_out_while_every_place_of_the_worker_is_held(slow: Slow) -> None:
    webhooks(slow, PLACES * 3)
    with worker() as running:
        for _ in range(PLACES):
            assert slow.held.acquire(timeout=PATIENCE), "the worker does not work"
        ask_for_a_code()
        said(running, CODE)
        hooks = ProcrastinateJob.objects.filter(task_name="events.deliver")
        assert sorted(hooks.values_list("status", "attempts")) == [("doing", 0)] * PLACES + [("todo", 0)] * PLACES * 2


@pytest.mark.django_db(transaction=True)
def test_a_code_overtakes_what_waited_before_it(slow: Slow) -> None:
    with acting(system("test")):
        for number in range(50):
            queue_message("sms", "+41791234567", "", f"reminder {number}")
    ask_for_a_code()
    with worker() as running:
        before = [line for line in said(running, CODE) if "reminder" in line]
    assert len(before) < PLACES


@pytest.mark.django_db(transaction=True)
def test_told_to_stop_it_ends_the_jobs_in_hand_and_takes_no_other(slow: Slow) -> None:
    webhooks(slow, PLACES * 2)
    with worker() as running:
        for _ in range(PLACES):
            assert slow.held.acquire(timeout=PATIENCE)
        running.send_signal(signal.SIGTERM)
        running.send_signal(signal.SIGINT)
        slow.may_answer.set()
        assert running.wait(timeout=PATIENCE) == 0
    statuses = ProcrastinateJob.objects.filter(task_name="events.deliver").values_list("status", flat=True)
    assert sorted(statuses) == ["succeeded"] * PLACES + ["todo"] * PLACES
