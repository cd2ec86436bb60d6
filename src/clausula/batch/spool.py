"""Rows dealt to buckets, kept on disk until a bucket takes them: a file a bucket, to which pieces are added."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clausula.batch.loops import Ints

OPEN = 256
"""Files kept open at a time; systems allow a thousand or so."""


class Spool:
    """Rows of one schema. All pieces are dealt and the spool is closed before a bucket takes its own."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema | None = None) -> None:
        """schema: of the rows; None where the first piece says it."""
        self.folder, self.name, self.schema = folder, name, schema
        self._open: dict[int, tuple[Any, Any]] = {}
        self._dealt: set[int] = set()
        self._options = pa.ipc.IpcWriteOptions(compression="lz4")

    def deal(self, table: pa.Table, bucket: Ints) -> None:
        """Add rows to the buckets of these numbers; those below 0 are left out. The order of rows stays.

        Columns that a table lacks are empty. Raises pyarrow.ArrowInvalid where one cannot be of the type of the spool.
        """
        self.schema = self.schema or table.schema
        if table.schema != self.schema:
            table = pa.table([_as(table, each) for each in self.schema], schema=self.schema)
        if bool((bucket[1:] < bucket[:-1]).any()):
            order = np.argsort(bucket, kind="stable")
            table, bucket = table.take(pa.array(order)), bucket[order]
        for number in np.unique(bucket[bucket >= 0]).tolist():
            low, high = np.searchsorted(bucket, [number, number + 1]).tolist()
            self._add(number, table.slice(low, high - low))

    def _add(self, number: int, rows: pa.Table) -> None:
        found = self._open.pop(number, None)
        if found is None:
            if len(self._open) >= OPEN:
                self._close(next(iter(self._open)))
            file = self._path(number).open("ab")
            found = pa.ipc.new_stream(file, self.schema, options=self._options), file
        self._open[number] = found  # the one used last stands last
        self._dealt.add(number)
        found[0].write_table(pa.table([*map(_own, rows.columns)], schema=self.schema))

    def _close(self, number: int) -> None:
        for each in self._open.pop(number):
            each.close()

    def close(self) -> None:
        """All is dealt."""
        for number in list(self._open):
            self._close(number)

    def take(self, number: int) -> pa.Table:
        """The rows of a bucket, in the order in which they were dealt. They are no longer kept."""
        if number not in self._dealt:
            return (self.schema or pa.schema([])).empty_table()
        parts = []
        with pa.OSFile(str(self._path(number))) as file:
            while file.tell() < file.size():  # one stream for each time that the file was opened
                parts.append(pa.ipc.open_stream(file).read_all())
        self._path(number).unlink()
        return pa.concat_tables(parts).unify_dictionaries().combine_chunks()

    def _path(self, number: int) -> Path:
        return self.folder / f".{self.name}-{number}"


def common_kind(one: Any, other: Any) -> Any:
    """The type of a column that is of two types in two tables."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if all(map(pa.types.is_dictionary, (one, other))):
        return pa.dictionary(pa.int32(), pa.string())
    if all(map(pa.types.is_decimal, (one, other))):
        return pa.decimal128(38, max(one.scale, other.scale))
    if all(map(pa.types.is_integer, (one, other))):
        return pa.int64()
    return pa.date32() if all(map(pa.types.is_date, (one, other))) else pa.string()


def _as(table: pa.Table, wanted: pa.Field) -> Any:
    if wanted.name not in table.column_names:
        return pa.nulls(table.num_rows, wanted.type)
    column = table.column(wanted.name)
    if pa.types.is_dictionary(wanted.type):
        words = column.cast(wanted.type.value_type)
        return words.dictionary_encode()
    return column.cast(wanted.type)


def _own(column: Any) -> Any:
    """A column with the words of its own rows alone, where it would bring many others along."""
    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type) and len(column.dictionary) > len(column):
        return column.dictionary_decode().dictionary_encode().cast(column.type)
    return column
