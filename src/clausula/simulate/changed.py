"""Writes changed.parquet: every line that is decided otherwise, with both answers and the rule it is put down to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.simulate.causes import Cause
from clausula.simulate.pairs import Ints, Pair

MONEY = pa.decimal128(20, 3)
SAME = ("household", "person", "line", "claim", "service", "served_on", "currency", "charged")
BOTH = ("outcome", "paid", "borne", "cash", "reason", "reason_plan", "reason_clause")
CAUSE = ("plan", "rule", "benefit", "clause")
SCHEMA = pa.schema(
    [
        *((name, MONEY if name == "charged" else pa.date32() if name == "served_on" else pa.string()) for name in SAME),
        *(
            (f"{name}_{side}", MONEY if name in ("paid", "borne", "cash") else pa.string())
            for name in BOTH
            for side in ("base", "change")
        ),
        *((f"because_{name}", pa.string()) for name in CAUSE),
        ("follows", pa.bool_()),
    ]
)
"""Columns: what the line is, both decisions, and the cause (`clausula.simulate.causes`); amounts in currency units."""


class Changed:
    """The open file. As a context it closes it."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._writer.close()

    def write(self, pair: Pair, at: Ints, causes: Sequence[Cause]) -> None:
        """Write lines; `at` is the place of each one's cause."""
        columns = {name: pair.base.column(name) for name in SAME}
        for name in BOTH:
            columns |= {f"{name}_{side}": getattr(pair, side).column(name) for side in ("base", "change")}
        places = pa.array(at)
        for name in CAUSE:
            columns[f"because_{name}"] = pa.array([getattr(cause, name) for cause in causes], pa.string()).take(places)
        columns["follows"] = pa.array([cause.follows for cause in causes], pa.bool_()).take(places)
        self._writer.write_table(pa.table(columns).select(SCHEMA.names).cast(SCHEMA))
