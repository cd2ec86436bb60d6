"""Decides buckets: one after the other in as many threads as there are processors, each file whole or not there.

    run.json                     what was done, with the totals; written at last
    decisions/0000.parquet       decisions on the lines of a bucket, in their order
    usage/0000.parquet           the accounts of its households afterwards
    listed.csv                   lines that could not be decided, from the buckets

A run that was stopped goes on where it was: a bucket whose files are there is not decided again, unless plans or bucket
are others than they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clausula import compiled
from clausula.batch import buckets as kept
from clausula.batch.answers import answer_columns, sums
from clausula.batch.buckets import Bucket, Buckets, load, read_buckets, refuse_shared_households
from clausula.batch.deciding import deciding_for
from clausula.batch.folder import BUCKET_RUN as MARK
from clausula.batch.gather import Progress, quiet
from clausula.batch.lines import Lines
from clausula.batch.loops import summed
from clausula.batch.storing import write_parquet
from clausula.batch.sweeping import Decided
from clausula.batch.tally import Tally
from clausula.batch.usage_tables import SCHEMA, usage_table
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.findings import Finding, Place
from clausula.household import Provider
from clausula.intake import InputError
from clausula.memory import program_memory
from clausula.money import to_decimal
from clausula.values import OUTCOMES

DECISIONS, USAGE = "decisions", "usage"


@dataclass(frozen=True, slots=True)
class Results:
    """What came out of a bucket: its totals as plain data, and the tables to write by folder. fresh: decided now."""

    totals: dict[str, Any]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    fresh: bool = False


@dataclass
class Run:
    """A run over buckets: the plans, the folder of the buckets, and the folder of the results."""

    book: Book
    source: Path
    out: Path

    @cached_property
    def buckets(self) -> Buckets:
        """What there is to decide. Raises InputError."""
        return read_buckets(self.source)

    @cached_property
    def providers(self) -> Mapping[str, Provider]:
        """The directory."""
        return self.buckets.providers()

    def key(self, bucket: Bucket) -> str:
        """A mark of what a bucket's results depend on: the texts of its plans, and its files."""
        program = compile_book(self.book, bucket.plans)
        marks = hashlib.sha256(np.array(program_memory(program), np.int64).tobytes())
        marks.update(repr((program.columns, program.accounts)).encode())
        home = self.source / bucket.name
        for path in (*sorted(home.iterdir()), self.source / kept.PROVIDERS):
            if path.exists():
                told = path.stat()
                marks.update(f"{path.name} {told.st_size} {told.st_mtime_ns}".encode())
        return marks.hexdigest()

    def decide(self, bucket: Bucket) -> dict[str, Any]:
        """Decide a bucket and write its files; returns its totals as plain data. Does nothing where that is done.

        Raises InputError where the bucket is not sorted or holds lines that cannot be decided.
        """
        return self.write(self.decided(bucket))

    def decided(self, bucket: Bucket) -> Results:
        """Decide a bucket, where that is not done. Raises as `decide`."""
        key = self.key(bucket)
        try:
            done = json.loads(self._note(bucket.name).read_text(encoding="utf-8"))
            if done["key"] == key:
                return Results(dict(done))
        except (OSError, ValueError, KeyError):
            pass
        return self._decided(bucket, {"key": key, "bucket": bucket.name})

    def write(self, results: Results) -> dict[str, Any]:
        """Write the files of a bucket, its totals at last; returns these."""
        totals = results.totals
        for name, table in results.tables.items():
            _whole(self.out / name / f"{totals['bucket']}.parquet", partial(write_parquet, table))
        if results.fresh:
            text = json.dumps(totals)
            _whole(self._note(totals["bucket"]), lambda path: path.write_text(text, encoding="utf-8"))
        return totals

    def _note(self, name: str) -> Path:
        return self.out / DECISIONS / f"{name}.json"

    def _decided(self, bucket: Bucket, head: Mapping[str, Any]) -> Results:
        if not bucket.lines:
            return Results({**head, "currency": bucket.currency, "lines": 0}, fresh=True)
        members, table, opening = load(self.source, bucket.name, self.providers)
        program = compile_book(self.book, bucket.plans)
        lines = Lines(program, members, table)
        self._guard(bucket, lines)
        decided = deciding_for(program, table.column_names, self.providers).decide(lines, members, opening)
        columns = pa.table({"line": table.column("line_id")} | answer_columns(decided, decided.depth))
        tables = {DECISIONS: columns, USAGE: usage_table(decided)}
        return Results({**head, **totals_of(decided)}, tables, fresh=True)

    def _guard(self, bucket: Bucket, lines: Lines) -> None:
        """Refuse what would give wrong money without an error: households cut in two, lines out of order."""
        message = ""
        if not lines.good.all():
            message = f"row {int(np.flatnonzero(~lines.good)[0]) + 1} cannot be decided as it stands"
        elif not bool((np.diff(lines.order) == 1).all()):
            row = int(np.flatnonzero(np.diff(lines.order) != 1)[0]) + 1
            message = f"row {row}: the households are not whole, or their lines not in order"
        if message:
            place = Place(str(self.source / bucket.name / kept.LINES))
            raise InputError([Finding("buckets", message, place, "make the buckets again with clausula bucket")])


def run_buckets(book: Book, source: Path, out: Path, *, progress: Progress = quiet, threads: int = 0) -> Tally:
    """Decide all buckets of a folder into another; returns the totals. threads: 0 for one a processor. While a thread
    decides a bucket, another one writes what came out of the last.

    Raises InputError for buckets that are not whole, TotalsError where the totals do not agree.
    """
    run = Run(book, source, out)
    refuse_shared_households(run.buckets)
    prepare(run)
    compiled.kernel().begin()
    notes, threads = [], threads or os.cpu_count() or 1
    room = threading.Semaphore(threads)  # for buckets that are decided and not yet written
    with ThreadPoolExecutor(threads) as writing, ThreadPoolExecutor(threads) as deciding:

        def one(bucket: Bucket) -> Future[dict[str, Any]]:
            results = run.decided(bucket)
            room.acquire()
            written = writing.submit(run.write, results)
            written.add_done_callback(lambda _: room.release())
            return written

        waiting = [deciding.submit(one, bucket) for bucket in run.buckets.buckets]
        for each in as_completed(waiting):
            notes.append(each.result().result())
            progress("deciding", len(notes), len(waiting))
    return finish(run, notes)


def usage_pieces(folder: Path) -> Iterator[pa.Table]:
    """The accounts that an earlier run over buckets left, bucket by bucket. Raises InputError."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise _no_accounts(folder, "there is no table in this folder")
    for path in files:
        try:
            lacking = [name for name in SCHEMA.names if name not in pq.read_schema(path).names]
            found = None if lacking else pq.read_table(path, schema=SCHEMA)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _no_accounts(folder, str(error)) from None
        if found is None:
            raise _no_accounts(folder, f"{path.name} has no column {lacking[0]}")
        yield found


def _no_accounts(folder: Path, why: str) -> InputError:
    message = f"these are no accounts of an earlier run over buckets: {why}"
    return InputError([Finding("bad-usage", message, Place(str(folder)), "name the folder usage of that run")])


def prepare(run: Run) -> None:
    """Make the folders of a run. A run is not finished before its end: the mark of an earlier one goes."""
    (run.out / MARK).unlink(missing_ok=True)
    for name in (DECISIONS, USAGE):
        (run.out / name).mkdir(parents=True, exist_ok=True)


def finish(run: Run, notes: list[dict[str, Any]]) -> Tally:
    """Put the totals of the buckets together, check them, and write what was done."""
    tally = tally_of(run, notes)
    tally.check()
    for name in (DECISIONS, USAGE):
        for left in (run.out / name).glob(".*"):  # of a task that was killed while it wrote
            left.unlink(missing_ok=True)
    if (run.source / kept.LISTED).is_file():
        shutil.copyfile(run.source / kept.LISTED, run.out / kept.LISTED)
    mark = {"clausula": "run of buckets", "buckets": str(run.source), **tally.as_dict()}
    _whole(run.out / MARK, lambda path: path.write_text(json.dumps(mark, indent=2) + "\n", encoding="utf-8"))
    return tally


def tally_of(run: Run, notes: list[dict[str, Any]]) -> Tally:
    """The totals of all buckets, with what was listed when they were made."""
    name = str(run.source)
    tally = together(name, notes)
    listed = run.buckets.listed
    for count in (tally.inputs[name], tally.all):
        count.lines += listed["lines"]
        count.listed += listed["lines"]
        count.no_amount += listed["without_amount"]
        for currency, amount in listed["amount"].items():
            count.amount_in[currency] += Decimal(amount)
            count.amount_listed[currency] += Decimal(amount)
    tally.reasons.update(listed["reasons"])
    return tally


def together(name: str, notes: Iterable[Mapping[str, Any]]) -> Tally:
    """The totals of some buckets as one input. Raises TotalsError where amounts do not add up."""
    tally = Tally()
    tally.opened(name)
    for note in notes:
        if note["lines"]:
            currency = note["currency"]
            amounts = {
                each: to_decimal(note[each], currency) for each in ("charged", "paid", "cash", "borne", "others")
            }
            by_plan = {plan: to_decimal(paid, currency) for plan, paid in note["by_plan"].items()}
            tally.were_decided(name, currency, note["outcomes"], by_plan, **amounts)
    return tally


def totals_of(decided: Decided) -> dict[str, Any]:
    """The totals of a bucket as plain data: counts, and amounts in minor units."""
    program, answers = decided.program, decided.answers
    counts = np.bincount(answers.outcome, minlength=len(OUTCOMES) + 1).tolist()
    by_plan: dict[str, int] = {}
    for slot in range(decided.depth):
        paid = summed(decided.cover(slot), answers.pays[slot], len(program.covers))
        for number, amount in enumerate(paid.tolist()):
            if amount:
                plan = program.covers[number].plan.id
                by_plan[plan] = by_plan.get(plan, 0) + amount
    amounts = sums(decided)
    told = {"charged": "charged", "paid": "paid", "cash": "cash", "borne": "borne", "others": "paid_by_others"}
    return {
        "currency": program.currency, "lines": len(decided.lines.order), "by_plan": by_plan,
        "outcomes": {name: counts[number] for number, name in enumerate(OUTCOMES, 1)},
        **{name: int(amounts[column].sum()) for name, column in told.items()},
    }  # fmt: skip


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is whole or not there, also where two machines write it at once."""
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        write(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
