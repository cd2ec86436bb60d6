"""Writing the Parquet of buckets and of their decisions: quick to write, quick to read, small; any reader reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PAGE_OF = 1 << 16
"""Values handed to a column's encoder at a time."""


def read_parquet(place: Path) -> pa.Table:
    """Read a table, its columns in as few pieces as the file has: `pyarrow.parquet.read_table` cuts them."""
    with pq.ParquetFile(place) as file:
        return file.read()


def whole(column: Any) -> Any:
    """A column as one array, without a copy where it is one already."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def write_parquet(table: pa.Table, place: Path) -> None:
    """Write a table: words by number, amounts as whole numbers with the point moved, the numbers of lines as
    differences. Statistics and dictionaries of amounts, which cost as much again, are left out."""
    kinds = {field.name: field.type for field in table.schema}
    lines = {
        name: "DELTA_BINARY_PACKED" for name in ("line", "line_id") if pa.types.is_integer(kinds.get(name, pa.null()))
    }
    words = [name for name, kind in kinds.items() if name not in lines and not pa.types.is_decimal(kind)]
    options: dict[str, Any] = {
        "compression": "lz4", "store_decimal_as_integer": True, "write_statistics": False, "use_dictionary": words,
        "column_encoding": lines or None, "write_batch_size": PAGE_OF,
    }  # fmt: skip
    pq.write_table(table, place, **options)
