"""What a run over buckets wrote, in a form that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.adjudicate import adjudicate
from clausula.batch.buckets import Bucket, read_buckets
from clausula.batch.gather import gather
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import Decision
from clausula.intake import Roster
from clausula.program import Program
from clausula.usage import AccountKey, Usage

FILES = ("decisions", "usage")
Told = dict[str, Any]
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Options by which Java begins sooner, for work of seconds."""


@dataclass(frozen=True)
class Dealt:
    """Buckets, and their run on this machine."""

    book: Book
    roster: Roster
    lines: list[Path]
    buckets: Path
    local: Path
    tally: Tally


def tables(out: Path, kind: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every file of a run, by bucket. kind: decisions or usage."""
    return {path.stem: pq.read_table(path).to_pylist() for path in sorted((out / kind).glob("*.parquet"))}


def said(decision: Decision) -> Told:
    """What the engine says of a line, as a row of decisions."""
    clause = decision.program.clause(decision.reason) if decision.reason >= 0 else ("", "")
    told: Told = {name: getattr(decision, name) for name in ("outcome", "charged", "paid", "cash", "borne", "advanced")}
    told |= {"paid_by_others": decision.paid_by_others, "reason_plan": clause[0], "reason_clause": clause[1]}
    for slot, cover in enumerate(decision.covers, 1):
        told |= {f"plan_{slot}": cover.plan, f"benefit_{slot}": cover.benefit.id if cover.benefit else None}
        told |= {f"outcome_{slot}": cover.outcome}
        told |= {f"{name}_{slot}": decision.amount(getattr(cover, name)) for name in ("paid", "kept")}
    return told


def usage_of(rows: list[dict[str, Any]], program: Program) -> Usage:
    """The accounts of a household, from rows of a table."""
    scopes = {spec.name: spec.scope for spec in program.accounts}
    return Usage({
        AccountKey(
            row["account"],
            ("household", row["household"]) if scopes[row["account"]] == "household"
            else (scopes[row["account"]], *(each for each in (row["person"], row["name"]) if each is not None)),
            row["period"],
        ): row["used"]
        for row in rows
    })  # fmt: skip


def assert_as_line_by_line(dealt: Dealt, out: Path) -> None:
    """Every line is decided as the engine decides it where it is asked for one household alone."""
    rows = {str(row["line"]): row for found in tables(out, "decisions").values() for row in found}
    opening: dict[str, list[dict[str, Any]]] = {}
    for path in dealt.buckets.glob("*/usage.parquet"):
        for row in pq.read_table(path).to_pylist():
            opening.setdefault(row["household"], []).append(row)
    assert opening
    gathered = gather(dealt.lines, dealt.book, dealt.roster, Tally())
    assert len(rows) == sum(map(len, gathered.lines.values()))
    for name, lines in gathered.lines.items():
        home = dealt.roster.households[name]
        usage = usage_of(opening.get(name, []), compile_book(dealt.book, home.plans))
        for decision in adjudicate(dealt.book, home, lines, usage, providers=dealt.roster.providers).decisions:
            expected = said(decision)
            assert {each: rows[decision.line.id][each] for each in expected} == expected, decision.line


def assert_same(out: Path, other: Path) -> None:
    """Every line and every account is the same, and nothing is left beside the files."""
    for kind in FILES:
        found, expected = tables(out, kind), tables(other, kind)
        assert found.keys() == expected.keys()
        for name, rows in expected.items():
            assert found[name] == rows, f"{kind} of bucket {name}"
    assert not left_over(out)


def left_over(out: Path) -> list[Path]:
    """Files that are not whole."""
    return [path for kind in FILES for path in (out / kind).glob(".*")]


def unsorted(folder: Path) -> Bucket:
    """Spoil a bucket; returns it."""
    found = next(each for each in read_buckets(folder).buckets if each.lines > 10)
    lines = pq.read_table(folder / found.name / "lines.parquet")
    pq.write_table(pa.concat_tables([lines.slice(5), lines.slice(0, 5)]), folder / found.name / "lines.parquet")
    return found
