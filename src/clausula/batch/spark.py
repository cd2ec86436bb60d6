"""Decides buckets on Apache Spark: what is dealt out are names of buckets, never lines.

A task is what a thread of `run_buckets` does: `Run.decide` on one bucket, with the same files at its end, each whole or
not there. So a task may be lost, tried again, or run twice at once, and the run is the same as on one machine.

The buckets and the results lie where all machines see them. The plans go along with the job, so that all machines
decide by the same texts; the engine is installed on each, and a machine with another version of it is refused.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import clausula
from clausula import compiled
from clausula.batch.buckets import Bucket, refuse_shared_households
from clausula.batch.folder import BUCKETS
from clausula.batch.gather import Progress, quiet
from clausula.batch.running import DECISIONS, Run, finish, prepare
from clausula.batch.spark_session import in_plain_words, session
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.findings import Finding, Place, PlanError
from clausula.intake import InputError


@dataclass(frozen=True)
class Work:
    """What every machine is sent once: the run with the texts of its plans, and the mark of the engine."""

    run: Run
    engine: str

    def check(self) -> None:
        """Raises InputError where this machine cannot do what the others do."""
        refuse_other_engine(self.engine)
        for folder, name in ((self.run.source, BUCKETS), (self.run.out, DECISIONS)):
            if not (folder / name).exists():
                message = f"the machine {platform.node()} does not see this folder"
                mend = "put buckets and results on a file system that all machines share"
                raise InputError([Finding("spark", message, Place(str(folder)), mend)])


@lru_cache(maxsize=1)
def engine_mark() -> str:
    """A mark of the engine's own source on this machine."""
    marks = hashlib.sha256()
    root = Path(clausula.__file__).parent
    for path in sorted(root.rglob("*.py")):
        marks.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return marks.hexdigest()


def refuse_other_engine(mark: str) -> None:
    """Raises InputError where this machine has another engine than the one with this mark, or cannot compile it."""
    node, message = platform.node(), ""
    if engine_mark() != mark:
        message = f"the machine {node} has another clausula ({clausula.__version__}) than the one that sent the job"
    elif not compiled.available():
        message = f"the machine {node} has no Numba, and buckets are decided by the compiled kernel"
    if message:
        mend = "install the same clausula[fast,spark] on all machines"
        raise InputError([Finding("spark", message, Place(), mend)])


def run_on_spark(
    book: Book, source: Path, out: Path, *, master: str = "", settings: Mapping[str, str] | None = None,
    progress: Progress = quiet,
) -> Tally:  # fmt: skip
    """Decide all buckets of a folder into another, as `run_buckets`; returns the totals.

    master, settings: see `spark_session.session`. Raises InputError with what all refused buckets say, TotalsError
    where the totals do not agree, SparkError where Spark is not there or gave the job up. What was decided until then
    stays, and is not decided again.
    """
    run = Run(book, source, out)
    refuse_shared_households(run.buckets)
    prepare(run)
    work = Work(Run(book.complete(), source.absolute(), out.absolute()), engine_mark())
    buckets = sorted(run.buckets.buckets, key=lambda bucket: -bucket.lines)  # the longest first: no long tail
    with session(master, settings) as spark, in_plain_words():
        progress("deciding", 0, len(buckets))
        sent = spark.sparkContext.broadcast(work)
        try:
            dealt = spark.sparkContext.parallelize(buckets, max(1, len(buckets)))
            notes = dealt.map(partial(decide_sent, sent)).collect()
        finally:
            sent.destroy()
        progress("deciding", len(buckets), len(buckets))
    refused = [finding for note in notes for finding in note.get("refused", ())]
    if refused:
        raise InputError(sorted(set(refused), key=repr))
    return finish(run, notes)


def decide_sent(sent: Any, bucket: Bucket) -> dict[str, Any]:
    """Decide a bucket, on whatever machine this is; returns its totals, or under `refused` what is wrong with it.

    sent: a broadcast of `Work`. What is wrong with a bucket is an answer and no error: trying again would not help.
    """
    work: Work = sent.value
    try:
        work.check()
        return work.run.decide(bucket)
    except (InputError, PlanError) as error:
        return {"refused": error.findings}
