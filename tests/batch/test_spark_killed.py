"""Spark on executors of their own, one of which is killed in the middle: the run ends, and ends the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clausula.batch.buckets import read_buckets
from clausula.compiled import available
from tests.batch.decided import QUICK_JAVA, Dealt, assert_same

pytestmark = [
    pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel"),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="executors are found in /proc"),
    pytest.mark.usefixtures("java_for_spark"),
]
PROGRAM = "import sys; from clausula.cli import main; sys.exit(main(sys.argv[1:]))"
EXECUTOR = "CoarseGrainedExecutorBackend"
PATIENCE = 300
"""Seconds to wait for something to happen on a busy machine."""


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """Processes that a process has started, directly or not, with their command lines."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    waiting = [pid]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            waiting.append(child)
            try:
                yield child, Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue


def killed_in_the_middle(process: subprocess.Popen[str], decisions: Path) -> int:
    """Kill one executor of a run as soon as a bucket is decided; returns how many were decided then."""
    until = time.monotonic() + PATIENCE
    executors: list[int] = []
    while time.monotonic() < until and process.poll() is None:
        done = len(list(decisions.glob("*.json")))
        if executors and done:
            os.kill(executors[0], signal.SIGKILL)
            return done
        if not executors:
            executors = [pid for pid, line in descendants(process.pid) if EXECUTOR in line]
        time.sleep(0.02)
    raise AssertionError(f"no executor was seen at work: {process.poll()}")


def test_a_run_whose_executor_is_killed_ends_the_same(dealt: Dealt, tmp_path: Path) -> None:
    arguments = ["run", str(dealt.buckets), "--out", str(tmp_path / "out"), "--engine", "spark"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments, "--master", "local-cluster[2,1,1024]", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable, "JAVA_TOOL_OPTIONS": QUICK_JAVA},
    )  # fmt: skip
    try:
        done = killed_in_the_middle(process, tmp_path / "out" / "decisions")
        told, trouble = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0, trouble
    assert 0 < done < len(read_buckets(dealt.buckets).buckets)
    assert "Lost executor" in trouble
    assert json.loads(told)["total"] == json.loads(json.dumps(dealt.tally.as_dict()["total"]))
    assert_same(tmp_path / "out", dealt.local)
