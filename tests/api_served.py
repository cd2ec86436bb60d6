"""A real web server for tests of the API: granian on the test's database, as the role of the web process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connection

from clausula_server.database.embedded import Cluster
from clausula_server.lib.ids import new_id
from clausula_server.running import _free_port


@dataclass
class Served:
    """A server that runs. root: the address of the API."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def root(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}/api/v1"

    def post(self, path: str, token: str, body: Any, key: str = "", **headers: str) -> httpx.Response:
        """Change something, over the wire."""
        told = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(new_id()), **headers}
        return httpx.post(self.root + path, json=body, headers=told, timeout=30)

    def get(self, path: str, token: str) -> httpx.Response:
        """Read, over the wire."""
        return httpx.get(self.root + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


@contextmanager
def served(cluster: Cluster, folder: Path, workers: int = 1, **more: str) -> Iterator[Served]:
    """Run a server for a while. What is committed it sees; what it commits stays."""
    port = _free_port("127.0.0.1", 18_000 + os.getpid() % 1000 * 40)
    name = str(connection.settings_dict["NAME"])
    ours = ("CLAUSULA_", "DATABASE_URL", "DJANGO_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(ours)} | {
        "CLAUSULA_FORM": "demo",
        "CLAUSULA_ROLE": "app_web",
        "CLAUSULA_SECRET_KEY": settings.SECRET_KEY,
        "CLAUSULA_KEYS": settings.CLAUSULA_KEYS,
        "CLAUSULA_DOCUMENTS": str(folder / "served"),
        "CLAUSULA_STATIC": str(folder),
        "CLAUSULA_CONNECTIONS": "8",
        "CLAUSULA_API_CALLS": "1000000",
        "DATABASE_URL": cluster.url("app_web", name),
        "DJANGO_SETTINGS_MODULE": "clausula_server.settings",
        **more,
    }
    (folder / "served").mkdir(exist_ok=True)
    program = [
        *(sys.executable, "-m", "granian", "clausula_server.asgi:application", "--interface", "asginl"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--workers-kill-timeout", "3"),
        *("--http", "1", "--no-ws", "--log-level", "error"),
    ]
    process = subprocess.Popen(program, env=env, start_new_session=True)
    try:
        _wait(process, port)
        yield Served(process, port)
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended by itself"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def committed(told: httpx.Response) -> Any:
    """What was answered to a change that went through."""
    assert told.status_code in (200, 201), told.text
    return json.loads(told.text)
