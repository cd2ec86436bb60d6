"""Spark decides as this machine does: line by line, account by account, whatever is lost, killed or refused."""

from __future__ import annotations

import pickle
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.batch import spark as by_name
from clausula.batch import spark_tables as tabled
from clausula.batch.buckets import Bucket, read_buckets
from clausula.batch.running import Run, finish, prepare
from clausula.batch.spark import Work, decide_sent, engine_mark, run_on_spark
from clausula.batch.spark_session import SparkError, in_plain_words, java, said, session
from clausula.book import load_plans
from clausula.cli import main
from clausula.compiled import available
from clausula.intake import InputError
from tests.batch.decided import Dealt, assert_as_line_by_line, assert_same, left_over, tables
from tests.batch.golden import golden, readings

pytestmark = [
    pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel"),
    pytest.mark.xdist_group("spark"),  # one process, and so one session of Spark, for all of them
]


@dataclass
class Sent:
    """What a machine sees of a broadcast."""

    value: Any


@pytest.fixture
def own(dealt: Dealt, tmp_path: Path) -> Path:
    """Buckets that a test may spoil."""
    return Path(shutil.copytree(dealt.buckets, tmp_path / "own"))


def work(dealt: Dealt, source: Path, out: Path) -> Sent:
    """A job as it reaches a machine."""
    prepare(Run(dealt.book, source, out))
    sent = pickle.dumps(Work(Run(dealt.book.complete(), source, out), engine_mark()))
    return Sent(pickle.loads(sent))  # noqa: S301 - our own, a line above


def unsorted(folder: Path) -> Bucket:
    """Spoil a bucket; returns it."""
    found = next(each for each in read_buckets(folder).buckets if each.lines > 10)
    lines = pq.read_table(folder / found.name / "lines.parquet")
    pq.write_table(pa.concat_tables([lines.slice(5), lines.slice(0, 5)]), folder / found.name / "lines.parquet")
    return found


# --- without Spark: what a task does on whatever machine it is ---


def test_a_task_needs_no_file_of_a_plan_and_decides_as_this_machine(dealt: Dealt, tmp_path: Path) -> None:
    sent = work(dealt, dealt.buckets, tmp_path)
    assert not sent.value.run.book.files
    notes = [decide_sent(sent, bucket) for bucket in read_buckets(dealt.buckets).buckets]
    assert finish(Run(dealt.book, dealt.buckets, tmp_path), notes) == dealt.tally
    assert_same(tmp_path, dealt.local)


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
    monkeypatch.setattr(by_name.compiled, "available", lambda: False)
    assert "has no Numba" in decide_sent(sent, bucket)["refused"][0].message
    other = Sent(Work(sent.value.run, "another"))
    assert "has another clausula" in decide_sent(other, bucket)["refused"][0].message


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
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert main(["run", str(dealt.buckets), "--out", str(tmp_path / "out"), "--engine", "spark"]) == 2
    assert "clausula[spark]" in capsys.readouterr().err


# --- with Spark ---


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """One session for all tests of this file; skipped where there is no Spark or no Java."""
    pytest.importorskip("pyspark", reason="Spark is not installed: ./run setup spark")
    try:
        java()
    except SparkError as error:
        pytest.skip(f"{error.message}; {error.mend}")
    settings = {
        "spark.driver.memory": "1g",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
    }
    with session("local[2]", settings) as mine:
        yield mine


def test_spark_decides_buckets_as_this_machine_and_goes_on_where_it_was(
    spark: Any, dealt: Dealt, tmp_path: Path
) -> None:
    assert run_on_spark(dealt.book, dealt.buckets, tmp_path) == dealt.tally
    assert_same(tmp_path, dealt.local)
    assert_as_line_by_line(dealt, tmp_path)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    lost = min((tmp_path / "decisions").glob("*.json"))
    lost.unlink()
    assert run_on_spark(dealt.book, dealt.buckets, tmp_path) == dealt.tally
    again = {path for path, then in files.items() if path.stat().st_mtime_ns != then}
    assert {path.stem for path in again} == {lost.stem}
    assert spark.sparkContext.defaultParallelism == 2  # the session that was there is still there


def test_spark_decides_golden_cases_as_alone(spark: Any, tmp_path: Path) -> None:
    assert spark
    every = list(readings(load_plans()))
    other = next(each for each in every[1:] if len(each[1]) > 1)  # parameters go along with the job
    for number, (book, cases) in enumerate((every[0], other)):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = golden(book, cases, folder)
        run_on_spark(book, found.folder, folder / "out")
        found.assert_decided(folder / "out")


def test_spark_tells_what_the_engine_says_of_a_bucket_out_of_order(
    spark: Any, dealt: Dealt, own: Path, tmp_path: Path
) -> None:
    assert spark
    bucket = unsorted(own)
    with pytest.raises(InputError, match="not in order") as told:
        run_on_spark(dealt.book, own, tmp_path / "out")
    assert bucket.name in told.value.findings[0].place.file
    assert not (tmp_path / "out" / "run.json").exists()
    assert not left_over(tmp_path / "out")
    assert set(tables(tmp_path / "out", "decisions")) == set(tables(dealt.local, "decisions")) - {bucket.name}


def test_tables_of_a_lakehouse_are_decided_as_buckets(spark: Any, dealt: Dealt, tmp_path: Path) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "70")  # so that households lie in two batches
    frames = tabled.frames_of(spark, dealt.buckets)
    tabled.decide_frames(dealt.book, frames, partitions=3).write.parquet(str(tmp_path / "results"))
    results = spark.read.parquet(str(tmp_path / "results"))
    tally = tabled.totals(results)
    assert (tally.paid, tally.borne, tally.all.outcomes, tally.paid_by_plan) == (
        dealt.tally.paid, dealt.tally.borne, dealt.tally.all.outcomes, dealt.tally.paid_by_plan
    )  # fmt: skip
    found = rows_by_bucket(tabled.decisions_of(results).orderBy("bucket", "position"))
    for name, rows in tables(dealt.local, "decisions").items():
        assert [{key: row[key] for key in then} for row, then in zip(found[name], rows, strict=True)] == rows
    accounts = rows_by_bucket(tabled.accounts_of(results))
    for name, rows in tables(dealt.local, "usage").items():
        assert sorted(map(repr, accounts[name])) == sorted(map(repr, rows))
    with pytest.raises(InputError, match="it was decided twice"):
        tabled.totals(results.union(results))


def rows_by_bucket(frame: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.toArrow().to_pylist():
        found.setdefault(row.pop("bucket"), []).append(row)
    return found


def test_tables_with_a_household_in_two_buckets_or_of_nobody_are_refused(spark: Any, dealt: Dealt) -> None:
    from pyspark.sql import functions as sql

    frames = tabled.frames_of(spark, dealt.buckets)
    first, second = (each.name for each in read_buckets(dealt.buckets).buckets[:2])
    copied = frames.people.where(sql.col("bucket") == first).limit(1).withColumn("bucket", sql.lit(second))
    with pytest.raises(InputError, match="is in another one, too"):
        tabled.decide_frames(dealt.book, tabled.Frames(
            frames.lines, frames.people.union(copied), frames.enrolments, frames.evidence, frames.providers
        ))  # fmt: skip
    moved = frames.lines.withColumn("bucket", sql.when(sql.col("bucket") == first, second).otherwise(sql.col("bucket")))
    spoilt = tabled.Frames(moved, frames.people, frames.enrolments, frames.evidence, frames.providers)
    with pytest.raises(SparkError, match=f"bucket {second}: line"), in_plain_words():
        tabled.decide_frames(dealt.book, spoilt, slots=4).collect()
