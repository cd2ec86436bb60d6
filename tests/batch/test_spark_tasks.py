"""What Spark is given, without Spark: a task on any machine, where Java is, what is told when something is missing."""

from __future__ import annotations

import pickle
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from clausula import compiled
from clausula.batch.buckets import read_buckets
from clausula.batch.running import Run, finish, prepare
from clausula.batch.spark import Work, decide_sent, engine_mark
from clausula.batch.spark_session import SparkError, in_plain_words, java, said
from clausula.cli import main
from clausula.compiled import available
from tests.batch.decided import Dealt, assert_same, left_over, unsorted

pytestmark = pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel")


@dataclass
class Sent:
    """What a machine sees of a broadcast."""

    value: Any


def work(dealt: Dealt, source: Path, out: Path) -> Sent:
    """A job as it reaches a machine."""
    prepare(Run(dealt.book, source, out))
    sent = pickle.dumps(Work(Run(dealt.book.complete(), source, out), engine_mark()))
    return Sent(pickle.loads(sent))  # noqa: S301 - our own, a line above


# --- what a task does on whatever machine it is ---


def test_a_task_needs_no_file_of_a_plan_and_decides_as_this_machine(dealt: Dealt, tmp_path: Path) -> None:
    sent = work(dealt, dealt.buckets, tmp_path)
    assert not sent.value.run.book.files
    notes = [decide_sent(sent, bucket) for bucket in read_buckets(dealt.buckets).buckets]
    assert finish(Run(dealt.book, dealt.buckets, tmp_path), notes) == dealt.tally
    assert_same(tmp_path, dealt.local)


@pytest.mark.no_cover
def test_a_task_that_runs_twice_at_once_gives_the_same(dealt: Dealt, tmp_path: Path) -> None:
    first, second = (work(dealt, dealt.buckets, tmp_path) for _ in range(2))
    notes: list[dict[str, Any]] = []

    def decide_all(sent: Sent) -> None:
        notes.extend(decide_sent(sent, bucket) for bucket in read_buckets(dealt.buckets).buckets)

    threads = [Thread(target=partial(decide_all, sent)) for sent in (first, second)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    once = {note["bucket"]: note for note in notes}
    assert all(note == once[note["bucket"]] for note in notes)
    assert_same(tmp_path, dealt.local)


def test_what_is_wrong_with_a_bucket_is_an_answer_and_leaves_nothing(dealt: Dealt, own: Path, tmp_path: Path) -> None:
    bucket = unsorted(own)
    told = decide_sent(work(dealt, own, tmp_path / "out"), bucket)
    assert "not in order" in told["refused"][0].message
    assert not list((tmp_path / "out").rglob(f"*{bucket.name}*"))


def test_a_machine_that_does_not_see_the_folders_says_so(dealt: Dealt, own: Path, tmp_path: Path) -> None:
    sent = work(dealt, own, tmp_path / "out")
    shutil.rmtree(own)
    [finding] = decide_sent(sent, read_buckets(dealt.buckets).buckets[0])["refused"]
    assert "does not see this folder" in finding.message
    assert finding.place.file == str(own)


def test_a_machine_with_another_engine_is_refused(
    dealt: Dealt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = read_buckets(dealt.buckets).buckets[0]
    sent = work(dealt, dealt.buckets, tmp_path)
    monkeypatch.setattr(compiled, "available", lambda: False)
    assert "has no Numba" in decide_sent(sent, bucket)["refused"][0].message
    other = Sent(Work(sent.value.run, "another"))
    assert "has another clausula" in decide_sent(other, bucket)["refused"][0].message


@pytest.mark.no_cover
def test_files_of_a_killed_task_are_swept_away(dealt: Dealt, tmp_path: Path) -> None:
    sent = work(dealt, dealt.buckets, tmp_path)
    (tmp_path / "decisions" / ".0000.parquet.half").write_bytes(b"half")
    notes = [decide_sent(sent, bucket) for bucket in read_buckets(dealt.buckets).buckets]
    finish(Run(dealt.book, dealt.buckets, tmp_path), notes)
    assert not left_over(tmp_path)


# --- Java, and what Spark says ---


def fake_java(home: Path, script: str) -> None:
    (home / "bin").mkdir(parents=True)
    file = home / "bin" / "java"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'openjdk version \"1.8.0_402\"' >&2", "is Java 8, which is too old"),
        ("echo 'openjdk version \"11.0.2\"' >&2", "is Java 11, which is too old"),
        ("exit 1", "does not run"),
        ("", "does not run"),
    ],
)
def test_a_java_that_will_not_do_is_told(
    script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, script)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError, match=message):
        java()


def test_java_is_looked_for_at_its_home_and_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    with pytest.raises(SparkError, match="there is none at JAVA_HOME") as told:
        java()
    assert "openjdk-17-jre-headless" in told.value.mend
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SparkError, match="none on the path"):
        java()
    fake_java(tmp_path, "echo 'openjdk version \"21.0.1\" 2023-10-17' >&2")
    assert java() == tmp_path / "bin" / "java"


def test_an_error_of_spark_is_told_in_the_words_it_began_with() -> None:
    raised = "An error occurred:\n: org.apache.spark.SparkException: Job aborted: \n"
    python = (
        'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    raise E\na.b.OwnError: first\nsecond\n'
    )
    assert said(f"{raised}{python}\n\tat org.apache.spark.Thing(Thing.scala:1)\n") == "OwnError: first\nsecond"
    assert said("one\n\tat org.apache.Thing") == "one"
    with pytest.raises(KeyError), in_plain_words():
        raise KeyError("ours")


def test_the_command_line_says_what_does_not_belong_together(
    dealt: Dealt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["run", str(dealt.buckets), *out, "--master", "local[2]"]) == 2
    assert "--master is for --engine spark" in capsys.readouterr().err
    assert main(["run", str(dealt.lines[0]), *out, "--engine", "spark"]) == 2
    assert "Spark decides buckets" in capsys.readouterr().err


def test_the_command_line_says_what_is_not_installed(
    dealt: Dealt, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["run", str(dealt.buckets), "--out", str(tmp_path / "out"), "--engine", "spark"]
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    assert main(arguments) == 2
    assert "clausula[spark]" in capsys.readouterr().err


def test_the_command_line_says_that_java_is_missing(
    dealt: Dealt, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: ./run setup spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    assert main(["run", str(dealt.buckets), "--out", str(tmp_path / "out"), "--engine", "spark"]) == 2
    told = capsys.readouterr().err
    assert "Spark needs Java, and there is none at JAVA_HOME" in told
    assert "openjdk-17-jre-headless" in told
