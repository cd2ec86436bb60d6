"""Spark decides as this machine does: line by line, account by account, whatever is lost, killed or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clausula.batch import spark_tables as tabled
from clausula.batch.buckets import read_buckets
from clausula.batch.spark import run_on_spark
from clausula.batch.spark_session import SparkError, in_plain_words, session
from clausula.compiled import available
from clausula.intake import InputError
from tests.batch.decided import QUICK_JAVA, Dealt, assert_as_line_by_line, assert_same, left_over, tables, unsorted
from tests.batch.golden import golden, readings
from tests.books import bundled

pytestmark = [
    pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel"),
]


@pytest.fixture(scope="module")
def spark(java_for_spark: None) -> Iterator[Any]:
    """One session for all tests of this file."""
    assert java_for_spark is None
    settings = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": QUICK_JAVA,
        "spark.sql.codegen.wholeStage": "false",
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
    every = list(readings(bundled()))
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
