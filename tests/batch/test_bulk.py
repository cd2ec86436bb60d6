"""A large table run in bulk gives what it gives line by line: the same totals, the same list, the same decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.batch import bulk
from clausula.batch.run import Job, run
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.intake import read_roster
from tests.books import own

MEMBERS = """
[[household]]
id = "family"
[[household.person]]
id = "anna"
born = 1980-05-01
[[household.person]]
id = "ben"
born = 2012-05-01
[[household.enrolment]]
person = "anna"
plan = "test/deductible-share-ceiling"
start = 2026-01-01
[[household.enrolment]]
person = "ben"
plan = "test/deductible-share-ceiling"
start = 2026-03-01

[[household]]
id = "other"
[[household.person]]
id = "carl"
born = 1950-05-01
[[household.enrolment]]
person = "carl"
plan = "test/deductible-share-ceiling"
start = 2026-01-01
"""
ROW = {"service": "outpatient/consultation", "served_on": "2026-02-01", "charged": Decimal(100), "currency": "EUR"}


@pytest.fixture(scope="module")
def book() -> Book:
    """The bundled plans and those of the tests."""
    return own()


def rows(*changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of a table, each the usual one with changes."""
    return [{"line_id": str(n), "person": "anna", **ROW, **change} for n, change in enumerate(changes, 1)]


def table(folder: Path, lines: list[dict[str, Any]]) -> Path:
    """A Parquet file of rows."""
    path = folder / "lines.parquet"
    columns = {name: [line.get(name) for line in lines] for name in lines[0]}
    money = pa.array([line["charged"] for line in lines], pa.decimal128(12, 2))
    pq.write_table(pa.table({**columns, "charged": money}), path)
    return path


def both(book: Book, folder: Path, lines: list[dict[str, Any]], patch: pytest.MonkeyPatch) -> tuple[Tally, Tally]:
    """The totals of a run in bulk and of a run line by line; decisions compared on the way."""
    (folder / "members.toml").write_text(MEMBERS)
    roster = read_roster(folder / "members.toml")
    path = table(folder, lines)
    found = []
    for name, least in (("bulk", 1), ("single", 10**9)):
        patch.setattr(bulk, "BULK", least)
        found.append(run(Job(book, roster, (path,), folder / name)))
    amounts = ["person", "line", "outcome", "charged", "paid", "borne", "reason", "reason_plan", "reason_clause"]
    decided = [
        pq.read_table(folder / name / "decisions.parquet").select(amounts).to_pylist() for name in ("bulk", "single")
    ]
    keys = [
        sorted(({**each, **{a: Decimal(each[a]) for a in ("charged", "paid", "borne")}} for each in some), key=str)
        for some in decided
    ]
    assert [{**each, "charged": str(each["charged"].normalize())} for each in keys[0]] == [
        {**each, "charged": str(each["charged"].normalize())} for each in keys[1]
    ]
    usage = [json.loads((folder / name / "usage.json").read_text()) for name in ("bulk", "single")]
    assert sorted(map(str, (row for row in usage[0] if row["used"]))) == sorted(
        map(str, (row for row in usage[1] if row["used"]))
    )
    assert (folder / "bulk/listed.csv").read_text() == (folder / "single/listed.csv").read_text()
    return found[0], found[1]


def test_lines_of_several_households_in_any_order(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = rows(
        {"served_on": "2026-03-05", "charged": Decimal("99.99")},
        {"person": "carl"},
        {"person": "ben", "served_on": "2026-02-28"},
        {"person": "ben", "served_on": "2026-03-01"},
        {"charged": Decimal(400)},
    )
    fast, slow = both(book, tmp_path, lines, monkeypatch)
    assert fast.as_dict() == slow.as_dict()
    assert fast.all.decided == 5


def test_what_cannot_be_decided_is_listed_all_the_same(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = rows(
        {},
        {"person": "nobody"},
        {"service": "spaceflight"},
        {"currency": "USD"},
        {"charged": Decimal(-5)},
        {"charged": None},
        {"served_on": "1979-01-01"},
        {"line_id": "1"},
        {"line_id": "1", "charged": Decimal(7)},
    )
    fast, slow = both(book, tmp_path, lines, monkeypatch)
    assert fast.as_dict() == slow.as_dict()
    assert (fast.all.decided, fast.all.listed) == (1, 8)
    assert dict(fast.reasons)["duplicate-line"] == 1


def test_a_table_that_only_the_desk_can_read_is_read_by_it(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = rows({"emergency": "yes"}, {"emergency": "true"})
    fast, slow = both(book, tmp_path, lines, monkeypatch)
    assert fast.as_dict() == slow.as_dict()


def test_an_enormous_amount_is_listed_and_not_cut(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = both(book, tmp_path, rows({"charged": Decimal("9999999999.99")}, {}), monkeypatch)
    assert fast.as_dict() == slow.as_dict()
    assert fast.all.listed == 1
