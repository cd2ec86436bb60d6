"""The database of the server's tests: one embedded PostgreSQL for a run, a database in it for each of its processes."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from clausula_server.database.embedded import Cluster
from clausula_server.database.roles import prepare
from clausula_server.settings_test import PLACE


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
            prepare(found.url(), "clausula", may_create_databases=True)
    return found


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster: Cluster, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have the server run before a database is made, and a database for each process."""


@pytest.fixture
def as_web(db: None) -> None:
    """Work as the role of the web process, who owns nothing; the end of the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE app_web")
