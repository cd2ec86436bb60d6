"""The environments of the peers: `.venv-peers/NAME` beside `.venv`, made from the locks in this folder.

As in `run`: uv first, pip where that fails, every package by its hash. Where a lock cannot be installed as a whole,
its packages are tried one by one, so that a single one that is not to be had stops only who needs it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

LOCKS = Path(__file__).parent
ROOT = LOCKS.parents[1]
VENVS = ROOT / ".venv-peers"


def say(text: str) -> None:
    """Tell what takes long."""
    print(f"peers: {text}", file=sys.stderr, flush=True)


def python_of(name: str) -> Path:
    """The interpreter of an environment, which is made when it is missing or stale. Raises CalledProcessError where not
    even an empty one can be made."""
    if not name:
        return Path(sys.executable)
    lock, venv = LOCKS / f"{name}.lock", VENVS / name
    python, stamp = venv / "bin" / "python", venv / "stamp"
    wanted = f"{sha256(lock.read_bytes()).hexdigest()} {sys.version} {venv}"
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
        say(f"making {venv.relative_to(ROOT)} with {lock.read_text(encoding='utf-8').count('==')} pinned packages")
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, capture_output=True)
        if install(python, lock, venv):
            stamp.write_text(wanted, encoding="utf-8")
    return python


def install(python: Path, lock: Path, venv: Path) -> bool:
    """Install a lock, as a whole or what of it can be had; tells whether it is whole."""
    for command in commands(python):
        if done([*command, "-r", str(lock)]):
            return True
    say(f"{lock.name} could not be installed as a whole; trying its packages one by one")
    whole = True
    for name, text in packages(lock):
        one = venv / "one.txt"
        one.write_text(text, encoding="utf-8")
        if not any(done([*command, "-r", str(one)]) for command in commands(python)):
            say(f"not installed: {name}")
            whole = False
    return whole


def commands(python: Path) -> Iterator[list[str]]:
    """The ways to install, the quicker one first. Every dependency stands in the lock itself."""
    uv = Path(sys.executable).with_name("uv")
    if uv.is_file():
        yield [str(uv), "pip", "install", "--python", str(python), "--no-deps", "--require-hashes"]
    yield [str(python), "-m", "pip", "install", "--no-deps", "--require-hashes"]


def done(command: list[str]) -> bool:
    """Run a command quietly and tell whether it went well."""
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return subprocess.run(command, env=os.environ | told() | quiet, check=False, capture_output=True).returncode == 0


def told() -> dict[str, str]:
    """What was set for pip and uv does not read: an index, folders of wheels, a certificate."""
    found = {}
    for key, name in (("index-url", "UV_DEFAULT_INDEX"), ("find-links", "UV_FIND_LINKS"), ("cert", "SSL_CERT_FILE")):
        for place in (f":env:.{key}", f"global.{key}"):
            asked = subprocess.run(
                [sys.executable, "-m", "pip", "config", "get", place], check=False, capture_output=True, text=True
            )
            if name not in os.environ and name not in found and asked.returncode == 0 and asked.stdout.strip():
                found[name] = ",".join(asked.stdout.split())
    return found


def packages(lock: Path) -> Iterator[tuple[str, str]]:
    """The packages of a lock, each with its lines."""
    for text in re.split(r"^(?=[a-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if "==" in text:
            yield text.partition("==")[0], text
