"""The database of the server's tests: one embedded PostgreSQL for a run, a database in it for each of its processes."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase

from clausula_server.database.embedded import Cluster
from clausula_server.database.roles import prepare
from clausula_server.lib.acting import acting, system
from clausula_server.settings_test import PLACE
from tests.world import Cast, cast_all

EMPTY = """
DO $$
BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') FROM pg_tables
             WHERE schemaname = 'public'
             AND tablename NOT IN ('django_migrations', 'django_content_type', 'claims_allowedmove'));
END $$
"""


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Hold the others off; the processes of a run come here at the same moment."""
    with (place.parent / f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep(place: Path) -> None:
    """Stop and remove the servers of runs that were killed."""
    for left in place.parent.glob("clausula-test-*/"):
        with suppress(ProcessLookupError, PermissionError, ValueError):
            os.kill(int(left.name.rpartition("-")[2]), 0)
            continue
        with suppress(PermissionError):
            Cluster(left, durable=False).stop()
            shutil.rmtree(left, ignore_errors=True)
            (left.parent / f"{left.name}.lock").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The server of this run. Whoever comes first starts it; `tests/conftest.py` stops it in the end."""
    place = Path(PLACE)
    with alone(place):
        found = Cluster(place, durable=False)
        if not found.runs():
            sweep(place)
            found.start()
            prepare(found.url(), "clausula")
    return found


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, worker_id: str) -> None:
    """A database for each process of the run, copied from one that is migrated once: migrating is what takes long."""
    mine = f"test_{worker_id}"
    with alone(Path(PLACE)), psycopg.connect(cluster.url(), autocommit=True) as superuser:
        if not superuser.execute("SELECT 1 FROM pg_database WHERE datname = 'migrated'").fetchone():
            prepare(cluster.url(), "migrated")
            env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
            env |= {
                "DATABASE_URL": cluster.url("app", "migrated"),
                "DJANGO_SETTINGS_MODULE": "clausula_server.settings",
            }
            subprocess.run([sys.executable, "-m", "clausula_server", "migrate", "-v", "0"], env=env, check=True)
        superuser.execute(f"CREATE DATABASE {mine} TEMPLATE migrated OWNER app")
    connection.close()
    connection.settings_dict["NAME"] = mine


@pytest.fixture(scope="session", autouse=True)
def emptying(cluster: Cluster) -> Iterator[None]:
    """How a database is emptied after a test whose transactions ended for good.

    Django would do it by TRUNCATE, which append-only tables refuse: only a superuser may set their rules aside.
    """

    def empty(_case: TransactionTestCase) -> None:
        name = str(connection.settings_dict["NAME"])
        with psycopg.connect(cluster.url(database=name), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(EMPTY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture
def as_web(db: None) -> None:
    """Work as the role of the web process, who owns nothing; the end of the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_web")


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody in `tests/world.py`."""
    return cast_all()


@pytest.fixture
def as_system(db: None) -> Iterator[None]:
    """Act as the system does."""
    with acting(system("test")):
        yield


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """Everybody, committed, for tests with threads or with processes of their own."""
    return cast_all()
