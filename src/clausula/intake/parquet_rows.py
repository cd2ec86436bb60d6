"""Parquet with the neutral columns, read in batches. Money must be decimal or text: a float cannot hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.intake.desk import Desk
from clausula.intake.errors import InputError, refusal
from clausula.intake.records import Read
from clausula.intake.table import Rows, check_columns

BATCH = 4096
"""Rows held at a time."""


def read_parquet(path: Path, desk: Desk, known_facts: Mapping[str, str]) -> Iterator[Read]:
    """The lines of a table, and what is listed of it; origins are "file:row N", counted from 1.

    Raises InputError for a broken file, columns that are missing or that nobody reads, or that have a type that cannot
    be read exactly (floats, timestamps, structures).
    """
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            check_columns(schema.names, known_facts, str(path))
            check_types(schema, str(path))
            rows = Rows(desk, known_facts, set())
            number = 0
            for batch in file.iter_batches(batch_size=BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield from rows.take({name: row_text(value) for name, value in row.items()}, f"{path}:row {number}")
    except InputError:
        raise
    except (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError) as error:
        message = (
            f"this Parquet file cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        )
        raise refusal("broken-parquet", message, str(path), "write it again") from None


def check_types(schema: Any, file: str) -> None:
    """Raises InputError for a column of a type that cannot be read exactly."""
    for one in schema:
        kind = one.type.value_type if pa.types.is_dictionary(one.type) or pa.types.is_list(one.type) else one.type
        asked = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_decimal)
        if not any(ask(kind) for ask in (*asked, pa.types.is_date, pa.types.is_boolean, pa.types.is_null)):
            message = f"the column {one.name} is of type {one.type}, which cannot be read exactly"
            mend = "write money as decimal or text, days as date32, sets as lists of text"
            raise refusal("columns", message, file, mend)


def row_text(value: Any) -> str:
    """A cell as text, as a row of a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(str(one) for one in value if one is not None)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
