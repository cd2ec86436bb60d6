"""Two tables of decisions side by side: whole households, the same lines, whatever the layout and the order within."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clausula.batch.outputs import SCHEMA
from clausula.intake import InputError
from clausula.simulate.pairs import minor, pairs


def row(home: str, line: str, **change: Any) -> dict[str, Any]:
    cover = {"plan": "p", "benefit": "b", "outcome": "covered", "paid": Decimal(5)}
    plain = {"household": home, "person": home, "line": line, "service": "care", "served_on": date(2026, 1, 1)}
    amounts = {"charged": Decimal(5), "paid": Decimal(5), "cash": Decimal(0), "borne": Decimal(0)}
    return {**plain, **amounts, "currency": "EUR", "outcome": "covered", "covers": [cover], **change}


def written(path: Path, rows: list[dict[str, Any]], group: int = 2) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, row_group_size=group)
    return path


def test_blocks_hold_whole_households(tmp_path: Path) -> None:
    rows = [row(home, f"{home}{n}") for home in "abcd" for n in range(3)]
    path = written(tmp_path / "one.parquet", rows)
    blocks = [pair.base.column("household").to_pylist() for pair in pairs(path, path, rows=4)]
    assert [home for block in blocks for home in block] == [each["household"] for each in rows]
    assert len(blocks) > 1
    assert all(len(block) % 3 == 0 for block in blocks)


def test_another_order_within_a_household_is_put_right(tmp_path: Path) -> None:
    rows = [row("a", "1"), row("a", "2", outcome="partly"), row("b", "3")]
    one = written(tmp_path / "one.parquet", rows)
    other = written(tmp_path / "other.parquet", [rows[1], rows[0], rows[2]])
    (pair,) = pairs(one, other)
    assert pair.base.column("line").to_pylist() == pair.change.column("line").to_pylist() == ["1", "2", "3"]
    assert pair.change.column("outcome").to_pylist() == ["covered", "partly", "covered"]


def test_covers_become_columns_by_slot(tmp_path: Path) -> None:
    both = [{"plan": plan, "benefit": None, "paid": Decimal(1)} for plan in "pq"]
    path = written(tmp_path / "one.parquet", [row("a", "1"), row("a", "2", covers=both), row("a", "3", covers=[])])
    (pair,) = pairs(path, path)
    assert pair.base.column("plan_1").to_pylist() == ["p", "p", None]
    assert pair.base.column("plan_2").to_pylist() == [None, "q", None]
    assert pair.base.column("benefit_1").to_pylist() == ["b", None, None]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row("a", "1")], "2 lines are decided under the base, 1 under the change"),
        ([row("a", "1"), row("a", "3")], "differ: "),
        ([row("a", "1"), row("a", "2", charged=Decimal(6))], "another order"),
    ],
)
def test_other_lines_are_refused(tmp_path: Path, rows: list[dict[str, Any]], told: str) -> None:
    one = written(tmp_path / "one.parquet", [row("a", "1"), row("a", "2")])
    with pytest.raises(InputError, match=told):
        list(pairs(one, written(tmp_path / "other.parquet", rows)))


def test_amounts_become_whole_minor_units(tmp_path: Path) -> None:
    column = pa.array([Decimal("1.500"), Decimal("-2.250"), None], pa.decimal128(20, 3))
    assert minor(column, "EUR").tolist() == [150, -225, 0]
    assert minor(column.slice(1), "BHD").tolist() == [-2250, 0]
    assert minor(pa.array([Decimal(7)], pa.decimal128(18, 0)), "JPY").tolist() == [7]
