"""./run serve as a program: it starts, answers, stops when told. ./run demo: tests/browser/test_house.py."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clausula_server import running
from clausula_server.database.embedded import Cluster

ME = [sys.executable, "-m", "clausula_server"]
SECRET = "0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ"  # noqa: S105 - of a test
SECRETS = {
    "CLAUSULA_SECRET_KEY": SECRET,
    "CLAUSULA_HOSTS": "localhost",
    "CLAUSULA_KEYS": "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "CLAUSULA_DOCUMENTS": "/nonexistent",
}


@pytest.fixture
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="clausula-"))
    folder.chmod(0o755)
    yield folder
    Cluster(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def environment(**more: str) -> dict[str, str]:
    ours = ("CLAUSULA_", "DATABASE_URL", "DJANGO_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **more}


def test_serve_refuses_a_role_that_row_security_does_not_hold_for(cluster: Cluster, state: Path) -> None:
    (state / "staticfiles.json").touch()
    env = environment(
        **SECRETS,
        CLAUSULA_STATIC=str(state),
        CLAUSULA_ROLE="postgres",
        DATABASE_URL=cluster.url(),
    )
    done = subprocess.run([*ME, "serve"], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is superuser and bypasses row-level security" in done.stderr


def test_serve_refuses_to_guess() -> None:
    done = subprocess.run([*ME, "serve"], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "CLAUSULA_SECRET_KEY is not set" in done.stderr


@pytest.mark.no_cover
def test_the_production_form_serves_a_database_that_was_prepared_and_migrated(
    cluster: Cluster, state: Path, django_db_setup: None
) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE serving TEMPLATE migrated OWNER app")
    keys = {**SECRETS, "CLAUSULA_STATIC": str(state), "CLAUSULA_FORM": "production"}
    as_owner = environment(**keys, DATABASE_URL=cluster.url("app", "serving"))
    subprocess.run([*ME, "migrate", "--verbosity", "0"], env=as_owner, check=True)
    unready = subprocess.run([*ME, "serve"], env=as_owner, capture_output=True, text=True, check=False)
    assert "Run: ./run server collectstatic" in unready.stderr
    subprocess.run([*ME, "collectstatic", "--no-input", "--verbosity", "0"], env=as_owner, check=True)
    port = running._free_port("127.0.0.1", 8500)
    env = environment(**keys, DATABASE_URL=cluster.url("app_web", "serving"))
    server = subprocess.Popen([*ME, "serve", "--port", str(port)], env=env, stdout=subprocess.PIPE, text=True)
    try:
        read_until(server, "serving on")
        with psycopg.connect(cluster.url()) as connection:
            roles = connection.execute(
                "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'serving'"
            ).fetchall()
        assert roles in ([], [("app_web",)])
        secure = urllib.request.Request(f"http://localhost:{port}/health", headers={"X-Forwarded-Proto": "https"})
        with urllib.request.urlopen(secure, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
            assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    assert server.returncode == 0


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the program says, up to the line with those words."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without saying “{words}”:\n{said}")
