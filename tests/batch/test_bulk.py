"""A large table is decided column by column: the same totals, decisions and listed lines as line by line."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.batch import bulk
from clausula.batch.folder import MARK
from tests.cli.world import LINES, MEMBERS, ask, write

KEYS = ("line", "person", "outcome", "reason", "charged", "paid", "borne")
MONEY = pa.decimal128(18, 2)


def table(*more: dict[str, str]) -> pa.Table:
    """The lines of the cast, amounts as decimals where they are amounts."""
    rows: list[dict[str, Any]] = [*csv.DictReader(io.StringIO(LINES)), *more]
    for row in rows:
        row["charged"] = Decimal(row["charged"]) if row["charged"] != "twelve" else None
        row["provider"] = row.get("provider") or None
    return pa.Table.from_pylist(rows).set_column(4, "charged", pa.array([row["charged"] for row in rows], MONEY))


def done(folder: Path, lines: pa.Table, size: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """What a run leaves: totals, decisions by line, listed lines, usage."""
    folder.mkdir()
    monkeypatch.setattr(bulk, "BULK", size)
    pq.write_table(lines, folder / "lines.parquet")
    out = folder / "out"
    arguments = ["--members", write(folder, "members.toml", MEMBERS), "--out", str(out)]
    assert ask("run", *arguments, str(folder / "lines.parquet")) == 0
    totals = json.loads((out / MARK).read_text(encoding="utf-8"))
    del totals["inputs"]
    rows = pq.read_table(out / "decisions.parquet").to_pylist()
    with (out / "listed.csv").open(encoding="utf-8") as file:
        listed = sorted((row["reason"], row["origin"].rsplit(":", 1)[-1]) for row in csv.DictReader(file))
    usage = json.loads((out / "usage.json").read_text(encoding="utf-8"))
    return totals, sorted(tuple(row[key] for key in KEYS) for row in rows), listed, usage


BILLS: dict[str, tuple[dict[str, str], ...]] = {
    "the cast": (),
    "a line that comes twice": ({"line_id": "2", "person": "ada", "charged": "140.00"},),
    "a service nobody knows": ({"line_id": "7", "service": "no/such"},),
    "nothing charged": ({"line_id": "7", "charged": "0.00"},),
    "less than nothing": ({"line_id": "7", "charged": "-5.00"},),
    "before the cover": ({"line_id": "7", "served_on": "2025-12-31"},),
    "before birth": ({"line_id": "7", "person": "ben", "served_on": "2010-01-01"},),
    "no date": ({"line_id": "7", "served_on": "soon"},),
    "no currency": ({"line_id": "7", "currency": ""},),
    "a provider nobody knows": ({"line_id": "7", "provider": "dr-x"},),
    "beyond the ceiling": tuple({"line_id": str(n), "charged": "99.99"} for n in range(10, 20)),
}


@pytest.mark.parametrize("name", BILLS)
def test_columns_say_what_lines_say(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {
        "person": "ada", "served_on": "2026-03-09", "service": "outpatient/consultation", "charged": "10.00",
        "currency": "EUR",
    }  # fmt: skip
    lines = table(*({**usual, **row} for row in BILLS[name]))
    by_line = done(tmp_path / "lines", lines, 10**9, monkeypatch)
    assert done(tmp_path / "columns", lines, 1, monkeypatch) == by_line


def test_what_only_the_desk_can_read_is_done_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = table()
    systems = lines.append_column("person_system", pa.array(["member"] * lines.num_rows))
    numbered = systems.set_column(1, "person", pa.array(["1001"] * lines.num_rows))
    assert done(tmp_path / "one", numbered, 1, monkeypatch) == done(tmp_path / "two", numbered, 10**9, monkeypatch)
    assert (tmp_path / "one/out/decisions.jsonl").exists()


def test_a_small_table_and_one_of_several_are_done_line_by_line(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "lines.parquet")
    out, members = str(tmp_path / "out"), write(tmp_path, "members.toml", MEMBERS)
    assert ask("run", "--members", members, "--out", out, str(tmp_path / "lines.parquet")) == 0
    assert (tmp_path / "out/decisions.jsonl").exists()
