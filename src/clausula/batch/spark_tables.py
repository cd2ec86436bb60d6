"""Decides lines that lie in tables of a lakehouse, on Apache Spark: whole buckets through `mapInArrow`.

The tables are those of a folder of buckets (`batch.buckets`), each with two more columns: `bucket`, and `position`, the
place of the row in its table; of lines of one day, the one that came first is decided first. Spark brings the rows of a
bucket together, people first and lines in order; `arriving` puts them together and decides. Rows pass from Java to
Python and back, which costs several times what deciding costs: where buckets are files, `run_on_spark` is the way.

    frames = frames_of(spark, Path("buckets"))            # or your own tables
    decide_frames(book, frames).write.parquet("decided")  # once; then read from there
    results = spark.read.parquet("decided")
    tally, decisions, accounts = totals(results), decisions_of(results), accounts_of(results)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from clausula.batch import buckets as kept
from clausula.batch.arriving import (
    ARRIVING,
    BUCKET,
    KIND,
    LINE,
    LINES,
    MEMBERS,
    POSITION,
    Court,
    refused,
    results_schema,
)
from clausula.batch.buckets import read_buckets
from clausula.batch.running import together
from clausula.batch.spark import engine_mark, refuse_other_engine
from clausula.batch.spark_session import in_plain_words
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.household import Provider
from clausula.money import decimals

NO_LIMIT = {"spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1)}
"""Batches limited by rows alone. For a limit of bytes, Spark measures after each row what it has written, going over
all lists of the batch: with members in lists, time would grow with the square of the lines."""

Frame = Any
"""A DataFrame of Spark (which is loaded only by who uses it)."""


@dataclass(frozen=True)
class Frames:
    """Tables of a lakehouse, each with `bucket` and `position`. usage: accounts before the lines, where there are any.

    providers: the directory, which every machine is sent.
    """

    lines: Frame
    people: Frame
    enrolments: Frame
    evidence: Frame
    providers: Mapping[str, Provider]
    usage: Frame = None


def frames_of(spark: Any, folder: Path) -> Frames:
    """The files of a folder of buckets as tables. Raises InputError where it is none."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 - an optional extra, loaded only by who uses it

    found = read_buckets(folder)

    def frame(file: str) -> Frame:
        places = [str((folder / each.name / file).absolute()) for each in found.buckets]
        there = [place for place in places if Path(place).is_file()]
        if not there:
            return None
        name = sql.element_at(sql.split(sql.col("_metadata.file_path"), "/"), -2)
        read = spark.read.option("mergeSchema", "true").parquet(*there)
        return read.select("*", name.alias(BUCKET), sql.col("_metadata.row_index").alias(POSITION))

    lines, people, enrolments, evidence, usage = map(
        frame, (kept.LINES, kept.PEOPLE, kept.ENROLMENTS, kept.EVIDENCE, kept.USAGE)
    )
    return Frames(lines, people, enrolments, evidence, found.providers(), usage)


def decide_frames(book: Book, frames: Frames, *, partitions: int = 0, slots: int = 0) -> Frame:
    """Decisions as a table, with a row at the end of each bucket: see `arriving.results_schema`.

    partitions: 0 for as many as there are buckets. slots: covers a line may have, 0 for the most plans that a person
    has. Deciding begins when Spark is asked for the rows, and anew each time; write them first. The session keeps the
    setting `NO_LIMIT`. Raises InputError where a household is in two buckets.
    """
    from pyspark.sql import functions as sql  # noqa: PLC0415 - see frames_of

    _refuse_shared(frames)
    with in_plain_words():
        plans = [row["plan"] for row in frames.enrolments.select("plan").distinct().collect()]
        plans_of_one = frames.enrolments.groupBy("person").agg(sql.countDistinct("plan").alias("n"))
        most = slots or plans_of_one.agg(sql.max("n")).first()[0] or 1
        count = partitions or frames.people.select(BUCKET).distinct().count()
    markets, places = _markets(book, plans)
    line = pa.int64() if dict(frames.lines.dtypes)["line_id"] == "bigint" else pa.string()
    schema = results_schema(most, places, line)
    court = Court(book.complete(), _sendable(frames.providers), markets, most, schema)
    rows = _together(frames).repartition(max(1, count), BUCKET).sortWithinPartitions(BUCKET, KIND, POSITION)
    for name, value in NO_LIMIT.items():
        rows.sparkSession.conf.set(name, value)
    sent = rows.sparkSession.sparkContext.broadcast((court, engine_mark()))
    return rows.mapInArrow(partial(decide_batches, sent), ", ".join(f"`{f.name}` {_kind(f.type)}" for f in schema))


def decide_batches(sent: Any, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Decide the buckets of a partition, on whatever machine this is. sent: a broadcast of the court and its engine."""
    court, engine = sent.value
    refuse_other_engine(engine)
    yield from court.decide(batches)


def _sendable(providers: Mapping[str, Provider]) -> Mapping[str, Provider]:
    """The directory with plain dictionaries in it, which can be pickled."""
    return {
        name: replace(each, facts=dict(each.facts), identifiers=dict(each.identifiers))
        for name, each in providers.items()
    }


def _refuse_shared(frames: Frames) -> None:
    """Raises InputError where a household is in two buckets: its limits would count twice, without an error."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 - see frames_of

    counted = frames.people.groupBy("household").agg(sql.countDistinct(BUCKET).alias("n"), sql.min(BUCKET).alias("b"))
    with in_plain_words():
        twice = counted.where("n > 1").head()
    if twice:
        raise refused(twice["b"], f"household {twice['household']!r} is in another one, too")


def _markets(book: Book, plans: Iterable[str]) -> tuple[Mapping[str, tuple[str, ...]], int]:
    """For every plan those compiled with it: of the same currency and order of lines; the most decimals of amounts."""
    heads = {plan: next((each.plan.currency, each.plan.order) for each in book.slices(plan)[:1]) for plan in plans}
    alike = {head: tuple(sorted(plan for plan in heads if heads[plan] == head)) for head in set(heads.values())}
    places = max((decimals(currency) for currency, _ in alike), default=2)
    return {plan: alike[head] for plan, head in heads.items()}, places


def _together(frames: Frames) -> Frame:
    """All rows of all tables in the columns ARRIVING: of members a row a bucket and table, then the lines."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 - see frames_of

    def packed(frame: Frame, first: tuple[str, ...]) -> Any:
        names = [*first, *(name for name in frame.columns if name not in {BUCKET, POSITION})]
        return sql.struct(*(sql.col(f"`{name}`") for name in names))

    found = frames.lines.select(
        sql.col(BUCKET).cast("string").alias(BUCKET), sql.lit(LINES).alias(KIND),
        sql.col(POSITION).cast("bigint").alias(POSITION), packed(frames.lines, ()).alias(LINE),
    )  # fmt: skip
    for kind, name in enumerate(MEMBERS):
        frame = getattr(frames, name)
        if frame is not None:
            rows = sql.array_sort(sql.collect_list(packed(frame, (POSITION,)))).alias(name)
            each = frame.groupBy(sql.col(BUCKET).cast("string").alias(BUCKET)).agg(rows)
            each = each.withColumns({KIND: sql.lit(kind), POSITION: sql.lit(-1).cast("bigint")})
            found = found.unionByName(each, allowMissingColumns=True)
        else:
            found = found.withColumn(name, sql.lit(None).cast("array<struct<position:bigint>>"))
    return found.select(*ARRIVING)


def _kind(kind: Any) -> str:
    """An Arrow type as Spark calls it."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        fields = ",".join(f"{field.name}:{_kind(field.type)}" for field in kind.value_type)
        return f"array<struct<{fields}>>"
    return {"string": "string", "int64": "bigint", "int32": "int"}[str(kind)]


def totals(results: Frame) -> Tally:
    """The totals of results. Raises InputError where a bucket ends twice, so that it was split."""
    with in_plain_words():
        notes = [json.loads(row["totals"]) for row in results.where("totals is not null").select("totals").collect()]
    names = [note["bucket"] for note in notes]
    for name in names:
        if names.count(name) > 1:
            raise refused(name, "its rows are split: it was decided twice")
    tally = together("tables", notes)
    tally.check()
    return tally


def decisions_of(results: Frame) -> Frame:
    """The decisions in results, a row a line; `bucket` and `position` say of which."""
    return results.where("totals is null").drop("closing", "totals")


def accounts_of(results: Frame) -> Frame:
    """The accounts afterwards in results, with the columns of `usage_tables` and the bucket."""
    return results.where("totals is not null").selectExpr(BUCKET, "inline(closing)")
