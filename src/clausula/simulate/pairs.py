"""Two tables of decisions, side by side: the same lines in the same order, a block at a time.

A block holds whole households, so that memory stays bounded however long the tables are, and so that lines which the
plans decide in another order within a household can still be brought together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.intake.errors import InputError, refusal
from clausula.money import decimals
from clausula.values import OUTCOMES

Ints = npt.NDArray[np.int64]

ROWS = 250_000
"""Lines of a block, more where a household needs them."""

TEXTS = (
    "household",
    "person",
    "line",
    "claim",
    "service",
    "currency",
    "outcome",
    "reason",
    "reason_plan",
    "reason_clause",
)
AMOUNTS = ("charged", "paid", "cash", "borne")
KEY = ("household", "person", "claim", "line", "service", "served_on", "currency", "charged")
"""What makes a line the same line in both tables."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same lines under the base and under the change. Columns of both: TEXTS as text, served_on, AMOUNTS as
    decimals, and for each cover slot `plan_N`, `benefit_N`, `paid_N`."""

    base: pa.Table
    change: pa.Table

    def __len__(self) -> int:
        return int(self.base.num_rows)


class Decisions:
    """A table of decisions, as either way of `clausula.batch.run` writes it, read in order with few columns."""

    def __init__(self, path: Path) -> None:
        self.file = pq.ParquetFile(path)
        names = self.file.schema_arrow.names
        self.rows = int(self.file.metadata.num_rows)
        slots = [
            name for name in names if name.rsplit("_", 1)[0] in ("plan", "benefit", "paid") and name[-1:].isdigit()
        ]
        wanted = [name for name in (*TEXTS, "served_on", *AMOUNTS, "covers") if name in names]
        self.batches = self.file.iter_batches(batch_size=ROWS // 4, columns=[*wanted, *slots])
        self.held: pa.Table | None = None

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def households(self, least: int) -> pa.Table | None:
        """The next lines: at least so many, to the end of a household; None at the end."""
        while self._more():
            assert self.held is not None
            cut = _cut(self.held, least)
            if cut:
                return self._taken(cut)
        return self._taken(self.held.num_rows) if self.held is not None and self.held.num_rows else None

    def next(self, count: int) -> pa.Table | None:
        """So many of the next lines, or as many as there are; None at the end."""
        while (self.held is None or self.held.num_rows < count) and self._more():
            pass
        return self._taken(min(count, self.held.num_rows)) if self.held is not None and self.held.num_rows else None

    def _more(self) -> bool:
        batch = next(self.batches, None)
        if batch is not None:
            table = _plain(pa.Table.from_batches([batch]))
            self.held = table if self.held is None else pa.concat_tables([self.held, table], promote_options="default")
        return batch is not None

    def _taken(self, count: int) -> pa.Table:
        assert self.held is not None
        table, self.held = self.held.slice(0, count), self.held.slice(count)
        return table.combine_chunks()


def _cut(table: pa.Table, least: int) -> int:
    """Where to cut: behind the last whole household once there are enough lines; 0 where there is no such place."""
    if table.num_rows <= least:
        return 0
    homes = table.column("household").combine_chunks()
    same = np.asarray(pc.equal(homes.slice(1), homes.slice(0, len(homes) - 1)).fill_null(fill_value=False))
    borders = np.flatnonzero(~same)
    return int(borders[-1]) + 1 if len(borders) else 0


def _plain(table: pa.Table) -> pa.Table:
    """Texts as text, the claim of both layouts, and covers as columns by slot."""
    columns: dict[str, Any] = {}
    for name in TEXTS:
        found = table.column(name) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
        columns[name] = found.cast(pa.string())
    columns["served_on"] = table.column("served_on").cast(pa.date32())
    columns |= {name: table.column(name) for name in AMOUNTS}
    if "covers" in table.column_names:
        return pa.table(columns | _slots(table.column("covers").combine_chunks()))
    for name in table.column_names:
        if name.startswith(("plan_", "benefit_")):
            columns[name] = table.column(name).cast(pa.string())
        elif name.startswith("paid_") and name[5:].isdigit():
            columns[name] = table.column(name)
    return pa.table(columns)


def _slots(covers: pa.ListArray) -> dict[str, Any]:
    """A list of covers a line, as columns by slot."""
    starts = np.asarray(covers.offsets)[:-1].astype(np.int64)
    ends = np.asarray(covers.offsets)[1:].astype(np.int64)
    flat, columns = covers.values, dict[str, Any]()
    for slot in range(int(np.max(ends - starts, initial=0))):
        at = starts + slot
        index = pa.array(np.minimum(at, max(len(flat) - 1, 0)), mask=at >= ends)
        for name in ("plan", "benefit", "paid"):
            columns[f"{name}_{slot + 1}"] = flat.field(name).take(index)
    return columns


def minor(column: Any, currency: str) -> Ints:
    """A column of decimals as whole minor units of a currency, exactly."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if array.null_count:
        array = pc.fill_null(array, pa.scalar(Decimal(0), array.type))
    words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset : 2 * (array.offset + len(array)) : 2]
    digits = array.type.scale - decimals(currency)
    found: Ints = words // int(10**digits) if digits >= 0 else words * int(10**-digits)
    return found


def outcomes(table: pa.Table) -> Ints:
    """The outcome of each line as its place in OUTCOMES."""
    return np.asarray(pc.index_in(table.column("outcome"), pa.array(OUTCOMES))).astype(np.int64)


def pairs(base: Path, change: Path, rows: int = ROWS) -> Iterator[Pair]:
    """The lines of two tables of decisions, block by block.

    Raises InputError where they do not hold the same lines, household after household.
    """
    one, other = Decisions(base), Decisions(change)
    try:
        if one.rows != other.rows:
            raise _differ(f"{one.rows} lines are decided under the base, {other.rows} under the change")
        while (block := one.households(rows)) is not None:
            against = other.next(block.num_rows)
            assert against is not None
            yield _together(block, against)
    finally:
        one.close()
        other.close()


def _together(base: pa.Table, change: pa.Table) -> Pair:
    if _same(base, change):
        return Pair(base, change)
    ordered = [table.take(pc.sort_indices(table, [(name, "ascending") for name in KEY])) for table in (base, change)]
    if _same(*ordered):
        return Pair(*(table.combine_chunks() for table in ordered))
    named = [[table.column(name).to_pylist() for name in ("person", "line")] for table in ordered]
    lines = [set(zip(*columns, strict=True)) for columns in named]
    alone = sorted(map(str, lines[0] ^ lines[1]))[:3]
    raise _differ(f"the lines come in another order{', or differ: ' if alone else ''}{'; '.join(alone)}")


def _same(base: pa.Table, change: pa.Table) -> bool:
    for name in KEY:
        one, other = base.column(name), change.column(name)
        if name == "charged":
            one, other = (column.cast(pa.decimal128(24, 3)) for column in (one, other))
        if not one.equals(other):
            return False
    return True


def _differ(message: str) -> InputError:
    mend = "simulate a change under which the same lines can be decided; `clausula run` lists the others"
    return refusal("lines-differ", message, "", mend)
