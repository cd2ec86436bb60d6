"""What a run over buckets wrote, in a form that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.intake import Roster

FILES = ("decisions", "usage")


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
