"""Spark on executors of their own, one of which is killed in the middle: the run ends, and ends the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clausula.batch.bucketing import make_buckets
from clausula.batch.running import run_buckets
from clausula.batch.spark_session import SparkError, java
from clausula.book import load_plans
from clausula.intake import read_roster
from clausula.portfolio import FAMILIES, Order, write
from tests.batch.decided import assert_same

PROGRAM = "import sys; from clausula.cli import main; sys.exit(main(sys.argv[1:]))"
PATIENCE = 900
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


def killed_in_the_middle(process: subprocess.Popen[str], decisions: Path, buckets: int) -> int:
    """Kill one executor of a run as soon as it has decided something; returns how many buckets were done then."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        done = len(list(decisions.glob("*.json")))
        if 0 < done < buckets:
            executors = [pid for pid, line in descendants(process.pid) if "CoarseGrainedExecutorBackend" in line]
            if executors:
                os.kill(executors[0], signal.SIGKILL)
                return done
        time.sleep(0.02)
    raise AssertionError(f"no executor was seen at work: {process.poll()}")


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="executors are found in /proc")
def test_a_run_whose_executor_is_killed_ends_the_same(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: ./run setup spark")
    try:
        java()
    except SparkError as error:
        pytest.skip(f"{error.message}; {error.mend}")
    book = load_plans()
    portfolio, source, local, out = (tmp_path / name for name in ("portfolio", "buckets", "local", "out"))
    portfolio.mkdir()
    source.mkdir()
    write(Order(100_000, seed=13, families=FAMILIES, faulty=1_000, shuffle=True), portfolio)
    roster, lines = read_roster(portfolio / "members"), sorted((portfolio / "lines").glob("*.parquet"))
    count = len(make_buckets(book, roster, lines, source, lines=1000).buckets)
    expected = run_buckets(book, source, local)
    arguments = ["run", str(source), "--out", str(out), "--engine", "spark", "--master", "local-cluster[2,1,1024]"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
    )  # fmt: skip
    try:
        done = killed_in_the_middle(process, out / "decisions", count)
        told, trouble = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0, trouble
    assert 0 < done < count
    assert "Lost executor" in trouble or "exited" in trouble or told
    assert f'"lines": {expected.all.lines}' in told
    assert_same(out, local)
