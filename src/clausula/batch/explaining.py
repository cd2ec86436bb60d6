"""Explains any line of a run over buckets: its household decided again with every step, held against the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.adjudicate import decide
from clausula.batch import buckets as kept
from clausula.batch.accounts import scopes_of
from clausula.batch.buckets import Bucket, load
from clausula.batch.folder import BUCKET_RUN as MARK
from clausula.batch.gather import desk_for, known_facts
from clausula.batch.households import roster_of
from clausula.batch.running import DECISIONS, Run
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import Decision
from clausula.findings import Finding, Place
from clausula.household import Household, Line
from clausula.intake import InputError, Roster
from clausula.intake.parquet_rows import row_text
from clausula.intake.table import COLUMNS, Rows
from clausula.program import Program
from clausula.usage import AccountKey, Usage


@dataclass(frozen=True, slots=True)
class Explained:
    """A line with the decision on it. decisions: on all lines of the household, in order; opening: before them."""

    decision: Decision
    decisions: tuple[Decision, ...]
    household: Household
    opening: Usage
    roster: Roster


def explain_line(book: Book, out: Path, line: str) -> list[Explained]:
    """The decisions on a line of a run, usually one; several where people have lines of the same number.

    Raises InputError where there is no such run or line, and where the decision is another one now: plans or buckets
    have changed since.
    """
    run = Run(book, _source(out), out)
    found = [_explained(run, bucket, row) for bucket in run.buckets.buckets for row in _rows(run, bucket, line)]
    if not found:
        raise _refused(f"line {line!r} is in no decision of this run", out, "see its listed.csv")
    return found


def _source(out: Path) -> Path:
    try:
        return Path(json.loads((out / MARK).read_text(encoding="utf-8"))["buckets"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _refused("this is no finished run over buckets", out, "name the folder of --out") from None


def _rows(run: Run, bucket: Bucket, line: str) -> Iterator[int]:
    """The rows of a bucket with a line of this number."""
    path = run.out / DECISIONS / f"{bucket.name}.parquet"
    if bucket.lines and path.is_file():
        column = pq.read_table(path, columns=["line"]).column("line").combine_chunks()
        if pa.types.is_integer(column.type):
            mine = pc.equal(column, int(line)) if line.lstrip("-").isdigit() else pa.array([False] * len(column))
        else:
            mine = pc.equal(column.cast(pa.string()), line)
        yield from np.flatnonzero(mine.fill_null(False).to_numpy(zero_copy_only=False)).tolist()


def _explained(run: Run, bucket: Bucket, row: int) -> Explained:
    members, table, usage = load(run.source, bucket.name, run.providers)
    program = compile_book(run.book, bucket.plans)
    person = members.number(table.column("person"))
    home = int(members.home[person[row]])
    rows = np.flatnonzero(members.home[person] == home)
    roster = roster_of(members, [home])
    household = roster.households[members.homes[home]]
    lines = list(_lines(run.book, roster, table.take(pa.array(rows)), str(run.source / bucket.name / kept.LINES)))
    opening = _opening(usage, members.homes[home], program)
    decisions = decide(program, household, lines, opening, roster.providers).decisions
    decision = decisions[int(np.searchsorted(rows, row))]
    _same(run, bucket, row, decision)
    return Explained(decision, tuple(decisions), household, opening, roster)


def _same(run: Run, bucket: Bucket, row: int, decision: Decision) -> None:
    """Raises InputError where the run has decided otherwise."""
    path = run.out / DECISIONS / f"{bucket.name}.parquet"
    columns = ["outcome", "paid", "cash", "borne", "advanced"]
    [then] = pq.read_table(path, columns=columns).slice(row, 1).to_pylist()
    now = {name: getattr(decision, name) for name in columns}
    if then != now:
        told = ", ".join(f"{name} {then[name]} then and {now[name]} now" for name in columns if then[name] != now[name])
        message = f"line {decision.line.id} is decided otherwise now: {told}"
        raise _refused(message, path, "plans or buckets have changed since; run again, or name the plans of then")


def _lines(book: Book, roster: Roster, table: pa.Table, path: str) -> Iterator[Line]:
    facts = known_facts(book, roster.plans)
    known = set(facts)
    rows = Rows(desk_for(book, roster), facts, set())
    for number, row in enumerate(table.to_pylist()):
        texts = {name: row_text(value) for name, value in row.items() if name in known or name in COLUMNS}
        yield from (each for each in rows.take(texts, f"{path}:row {number + 1}") if isinstance(each, Line))


def _opening(table: pa.Table | None, home: str, program: Program) -> Usage:
    """The accounts of a household before its lines."""
    amounts: dict[AccountKey, int] = {}
    if table is not None:
        scopes = dict(zip((spec.name for spec in program.accounts), scopes_of(program), strict=True))
        for row in table.filter(pc.equal(table.column("household").cast(pa.string()), home)).to_pylist():
            scope = scopes.get(row["account"], "person")
            whose = [row["household"]] if scope == "household" else [row["person"], row["name"]]
            entity = (scope, *(each for each in whose if each is not None))
            amounts[AccountKey(row["account"], entity, row["period"])] = row["used"]
    return Usage(amounts)


def _refused(message: str, path: Path, mend: str) -> InputError:
    return InputError([Finding("run", message, Place(str(path)), mend)])
