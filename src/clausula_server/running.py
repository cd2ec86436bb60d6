"""Starting and stopping: the database where it is ours, migrations, worker and web server, each a process of its own.

`serve` is the production form: everything from the environment, nothing guessed, nothing migrated. `demo` is the same
on one machine with nothing configured, and with a world in it.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import psycopg

from clausula_server.database.embedded import Cluster, DatabaseError, state_folder
from clausula_server.database.roles import OWNER, WEB, faults_of_web_role, prepare

CHECKOUT = Path(__file__).resolve().parents[2]
PORT = 8000
STOP_WITHIN = 15  # seconds a process gets to end its work
NAME = "clausula"
ME = (sys.executable, "-m", "clausula_server")


class Stop(Exception):  # noqa: N818 - somebody asked for it
    """Ctrl-C, or SIGTERM."""


def serve(arguments: Sequence[str]) -> int:
    """Run web server and worker until told to stop. 1 where a setting is missing or insecure."""
    options = _options("serve", arguments)
    env = {**os.environ, "CLAUSULA_FORM": "production"}
    # Django's own words about a missing setting are enough; the check loads the settings as the processes will.
    if subprocess.run([*ME, "check", "--deploy", "--fail-level", "ERROR"], env=env, check=False).returncode:  # noqa: S603
        return 1
    static = Path(env.get("CLAUSULA_STATIC") or CHECKOUT / "out" / "static")
    if not (static / "staticfiles.json").exists():
        return _fail(f"There are no styles and scripts in {static}. Run: ./run server collectstatic --no-input")
    try:
        with psycopg.connect(env["DATABASE_URL"]) as connection:
            connection.execute("SELECT set_config('role', %s, false)", [env.get("CLAUSULA_ROLE", WEB)])
            faults = faults_of_web_role(connection)
    except psycopg.Error as error:
        return _fail(f"The database does not let the server in: {error}")
    if faults:
        return _fail(f"The role of the web process {' and '.join(faults)}: row-level security would not hold for it.")
    try:
        with _until_stopped():
            return _run(env, options, lambda: print(f"serving on {options.host}:{options.port}", flush=True))
    except Stop:
        return 0


def demo(arguments: Sequence[str]) -> int:
    """Run everything on this machine until Ctrl-C, with the demo world; keep its data for the next time."""
    options = _options("demo", arguments)
    state = state_folder(CHECKOUT)
    try:
        with ExitStack() as stack:
            stack.enter_context(_until_stopped())
            env = _demo_environment(stack, state)
            options.port = _free_port(options.host, options.port)
            as_owner = {**env, "CLAUSULA_ROLE": OWNER}
            as_owner["DATABASE_URL"] = env["CLAUSULA_OWNER_URL"]
            collect = ["collectstatic", "--no-input", "--verbosity", "0"]
            for step in (["migrate", "--verbosity", "0"], ["load_demo"], collect):
                if subprocess.run([*ME, *step], env=as_owner, check=False).returncode:  # noqa: S603
                    return 1
            if options.once:
                return 0
            address = f"http://{'localhost' if options.host == '127.0.0.1' else options.host}:{options.port}/"
            say = [*ME, "show_demo", address]
            return _run(env, options, lambda: subprocess.run(say, env=env, check=False))  # noqa: S603
    except DatabaseError as error:
        return _fail(str(error))
    except Stop:
        print("stopped; the data stays for the next time", flush=True)
        return 0


def _options(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./run {command}")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port to listen on ({PORT})")
    parser.add_argument("--workers", type=int, default=1, help="web processes (1)")
    if command == "demo":
        parser.add_argument("--once", action="store_true", help="load the demo world and stop again")
    return parser.parse_args(list(arguments))


def _demo_environment(stack: ExitStack, state: Path) -> dict[str, str]:
    """The settings of the demo: a key that stays, and the database, embedded where none is given."""
    env = {**os.environ, "CLAUSULA_FORM": "demo", "CLAUSULA_STATE": str(state)}
    if given := env.get("DATABASE_URL"):
        env.setdefault("CLAUSULA_OWNER_URL", given)
    else:
        cluster = Cluster(state)
        state.mkdir(mode=0o755, parents=True, exist_ok=True)
        stack.enter_context(_alone(state))
        cluster.start()
        stack.callback(cluster.stop)
        prepare(cluster.url(), NAME)
        env["CLAUSULA_OWNER_URL"] = cluster.url(OWNER, NAME)
        env["DATABASE_URL"] = cluster.url(WEB, NAME)
    state.mkdir(mode=0o755, parents=True, exist_ok=True)
    env.setdefault("CLAUSULA_SECRET_KEY", _kept_secret(state / "secret"))
    env.setdefault("CLAUSULA_DOCUMENTS", str(state / "documents"))
    env.setdefault("CLAUSULA_STATIC", str(state / "static"))
    env.setdefault(
        "CLAUSULA_KEYS", "demo:" + _kept_secret(state / "key", base64.b64encode(secrets.token_bytes(32)).decode())
    )
    return env


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Hold the state folder. Raises DatabaseError where another demo does."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseError("A demo of this checkout runs already. Stop it, or set CLAUSULA_STATE.") from None
        yield


def _kept_secret(file: Path, made_now: str = "") -> str:
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(made_now or secrets.token_urlsafe(50))
    return file.read_text()


def _free_port(host: str, wanted: int) -> int:
    """The port, or the next that is free."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise DatabaseError(f"No port from {wanted} to {wanted + 49} is free. Name one with --port.")


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into Stop, once; the second one must not interrupt the stopping."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _run(env: Mapping[str, str], options: argparse.Namespace, announce: object) -> int:
    """Run web server and worker until one ends or somebody says stop. The worker stops last: it may be in a job."""
    serving = {**env, "CLAUSULA_CONNECTIONS": env.get("CLAUSULA_CONNECTIONS", "16")}
    web = [
        *(sys.executable, "-m", "granian", "clausula_server.asgi:application", "--interface", "asginl"),
        *("--host", options.host, "--port", str(options.port), "--workers", str(options.workers)),
        *("--workers-kill-timeout", "3", "--http", "1", "--no-ws", "--log-level", "warning"),
    ]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        commands = ([*ME, "worker"], web)  # in sessions of their own: Ctrl-C is for us to pass on
        processes.extend(subprocess.Popen(each, env=serving, start_new_session=True) for each in commands)  # noqa: S603
        if not _answers(options, processes):
            return 1
        if callable(announce):
            announce()
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
        return _fail("A process ended by itself; see its last words above.")
    finally:
        for process in reversed(processes):
            _stop(process)


def _answers(options: argparse.Namespace, processes: Sequence[subprocess.Popen[bytes]]) -> bool:
    """Wait until the web server takes connections."""
    for _ in range(300):
        if any(process.poll() is not None for process in processes):
            return False
        with socket.socket() as probe:
            if probe.connect_ex((options.host, options.port)) == 0:
                return True
        time.sleep(0.1)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _fail(message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return 1
