"""One member table (Parquet), column by column: columns of one type out, and a finding for every cell that cannot be
used.

A finding names the file and the row (counted from 1), as a finding in a text names the line. Of faults of one kind in
one column the first are told one by one, the others are counted. A table is read whole, or piece by piece.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clausula.findings import Finding, Place
from clausula.intake import values
from clausula.intake.errors import refusal

ID = "id."
"""What stands before the system in the name of a column of numbers: id.ahv."""

MANY = 20
"""Findings of one kind in one column that are told one by one."""

LIKENESS = 17 / 20
"""How alike a column must be to a field for it to be a slip of the pen; facts such as `specialties` are not."""

WORD = pa.dictionary(pa.int32(), pa.string())
TEXTS = pa.list_(pa.string())

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = values.EARLIEST.toordinal() - _EPOCH, values.LATEST.toordinal() - _EPOCH


@dataclass(slots=True)
class Findings:
    """Collects findings of several tables; see MANY."""

    found: list[Finding] = field(default_factory=list)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(
        self, code: str, message: str, place: Place, mend: str, *, column: str = "", also: Place | None = None
    ) -> None:
        """Note a fault of a column."""
        key = (place.file, code, column)
        self.counts[key] += 1
        if self.counts[key] <= MANY:
            self.found.append(Finding(code, message, place, mend, also=also))

    def all(self) -> list[Finding]:
        """Every finding, and one more for those that were only counted."""
        more = [(*key, count - MANY) for key, count in self.counts.items() if count > MANY]
        return self.found + [
            Finding(
                code, f"{count} more of the same in the column {column or 'person'}", Place(file), "mend the export"
            )
            for file, code, column, count in more
        ]


class Sheet:
    """One table, or a piece of it. Columns are asked for by name; a column that is absent is a column of empty cells,
    and so is an empty text. first: the row of the table with which the piece begins; faults of a column as such are
    told by the piece that begins with row 0."""

    def __init__(self, path: Path, findings: Findings, table: pa.Table, first: int = 0) -> None:
        self.path, self.findings, self.table, self.first = path, findings, table, first
        self.rows: int = table.num_rows

    @classmethod
    def whole(cls, path: Path, findings: Findings) -> Sheet:
        """A whole file. Raises InputError where it is no Parquet file."""
        with _readable(path):
            return cls(path, findings, pq.read_table(path, partitioning=None))

    @classmethod
    def pieces(cls, path: Path, findings: Findings, rows: int) -> Iterator[Sheet]:
        """A file in pieces of so many rows, of an empty one an empty piece. Raises as `whole`."""
        with _readable(path), pq.ParquetFile(path) as file:
            first = 0
            for batch in file.iter_batches(batch_size=rows):
                yield cls(path, findings, pa.Table.from_batches([batch]), first)
                first += batch.num_rows
            if not first:
                yield cls(path, findings, file.schema_arrow.empty_table())

    def place(self, row: int = -1) -> Place:
        """The file, and the row where one is meant (given from 0, told from 1)."""
        return Place(str(self.path), self.first + row + 1 if row >= 0 else 0)

    def wrong(self, code: str, message: str, mend: str, row: int = -1, *, column: str = "", also: int = -1) -> None:
        """Note a fault; also: a second row that belongs to it."""
        if row >= 0 or not self.first:
            second = self.place(also) if also >= 0 else None
            self.findings.add(code, message, self.place(row), mend, column=column, also=second)

    def check_columns(self, known: Collection[str], required: Collection[str], *, open_to_facts: bool) -> None:
        """Note columns that are missing, stand twice or that nobody reads.

        open_to_facts: further columns are facts or numbers; what looks like a field with a slip of the pen is not.
        """
        names = self.table.column_names
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.wrong("columns", f"the column {values.shown(name)} stands twice", "leave one out")
            elif name not in known and not (open_to_facts and name.startswith(ID)):
                plain = name.casefold().strip().replace("-", "_").replace(" ", "_")
                near = difflib.get_close_matches(plain, known, 1, LIKENESS if open_to_facts else 6 / 10)
                if near or not open_to_facts:
                    mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
                    self.wrong("columns", f"nobody reads the column {values.shown(name)}", mend)
        for name in required:
            if name not in names:
                self.wrong("columns", f"there is no column {name}", f"add {name}")

    def further(self, known: Collection[str]) -> tuple[list[str], list[str]]:
        """Columns beside the known ones: facts, and numbers (id.SYSTEM)."""
        others = [name for name in dict.fromkeys(self.table.column_names) if name not in known]
        return [name for name in others if not name.startswith(ID)], [name for name in others if name.startswith(ID)]

    # --- columns of one kind ---

    def words(self, name: str, *, needed: str = "") -> Any:
        """A column of texts. needed: what lacks something where a cell is empty ("person")."""
        column = self._column(name)
        if column is None:
            return pa.nulls(self.rows, pa.string())
        if not _is_text(column.type):
            self._unreadable(name, column.type, "write texts; numbers as text too, so that leading zeros stay")
            return pa.nulls(self.rows, pa.string())
        found = _texts(column)
        self._needed(name, needed, found)
        return found

    def days(self, name: str, *, needed: str = "") -> Any:
        """A column of days (date32, or text like 2026-03-12)."""
        column = self._column(name)
        if column is None:
            return pa.nulls(self.rows, pa.date32())
        if pa.types.is_date(column.type):
            stated, found = column, self._dates(name, column)
        elif _is_text(column.type):
            stated = _texts(column)
            found = self._written_dates(name, stated)
        else:
            self._unreadable(name, column.type, "write days as date32")
            return pa.nulls(self.rows, pa.date32())
        self._needed(name, needed, stated)
        return found

    def _needed(self, name: str, what: str, column: Any) -> None:
        for row in _rows_of(column.is_null()) if what and column.null_count else ():
            self.wrong("missing-key", f"{what} without {name}", f"fill the column {name}", row, column=name)

    def _dates(self, name: str, column: Any) -> Any:
        days = column.cast(pa.date32())
        numbers = days.cast(pa.int32())
        outside = pc.fill_null(pc.or_(pc.less(numbers, _FIRST), pc.greater(numbers, _LAST)), fill_value=False)
        for row in _rows_of(outside):
            message = f"{name}: a day outside 1900 to 2199"
            self.wrong("bad-date", message, "check the year; leave an open end empty", row, column=name)
        return pc.if_else(outside, None, days)

    def _written_dates(self, name: str, column: Any) -> Any:
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        days: list[date | None] = []
        faults: dict[int, str] = {}
        for which, word in enumerate(coded.dictionary.to_pylist()):
            day = None
            try:
                day = values.day(word) if word else None
            except values.BadValueError as error:
                faults[which] = f"{name}: {error}"
            if day is not None and not values.EARLIEST <= day <= values.LATEST:
                faults[which], day = f"{name}: {day} lies outside 1900 to 2199", None
            days.append(day)
        for row, which in enumerate(coded.indices.to_pylist() if faults else ()):
            if which in faults:
                self.wrong("bad-date", faults[which], "write it as year-month-day", row, column=name)
        return pa.array(days, pa.date32()).take(coded.indices)

    def counts(self, name: str) -> Any:
        """A column of whole numbers from 0."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return pa.nulls(self.rows, pa.int64())
        if not pa.types.is_integer(column.type):
            self._unreadable(name, column.type, "write whole numbers")
            return pa.nulls(self.rows, pa.int64())
        for row in _rows_of(pc.fill_null(pc.less(column, 0), fill_value=False)):
            message = f"{name} is {column[row].as_py()}, not a whole number"
            self.wrong("bad-value", message, "count from 0", row, column=name)
        return column.cast(pa.int64())

    def lists(self, name: str) -> Any:
        """A column of lists of texts."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return pa.nulls(self.rows, TEXTS)
        if not _is_texts(column.type):
            self._unreadable(name, column.type, "write lists of texts: list<string>")
            return pa.nulls(self.rows, TEXTS)
        return self._lists(name, column)

    def _lists(self, name: str, column: Any) -> Any:
        inner = column.flatten()
        if inner.null_count:
            ends = np.cumsum(pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False))
            empty = np.searchsorted(ends, _rows_of(inner.is_null()), side="right")
            for row in dict.fromkeys(empty.tolist()):
                self.wrong("bad-value", f"{name} holds an empty text", "leave it out", row, column=name)
        return column.cast(TEXTS)

    def structures(self, name: str, parts: Mapping[str, str]) -> list[list[dict[str, Any]]]:
        """A column of lists of structures with some of these parts (name: type as Arrow writes it), as records."""
        column = self._column(name)
        if column is None or pa.types.is_null(column.type):
            return [[]] * self.rows
        inner = column.type.value_type if pa.types.is_list(column.type) or pa.types.is_large_list(column.type) else None
        if (
            inner is None
            or not pa.types.is_struct(inner)
            or any(part.name not in parts or str(_plain(part.type)) not in (parts[part.name], "null") for part in inner)
        ):
            told = ", ".join(f"{part}: {kind}" for part, kind in parts.items())
            self._unreadable(name, column.type, f"write lists of structures: list<struct<{told}>>")
            return [[]] * self.rows
        return [each or [] for each in column.to_pylist()]

    def fact(self, name: str) -> Any:
        """A column of facts by its type."""
        column = self._column(name)
        if column is None:  # stands twice, which is told
            return pa.nulls(self.rows, WORD)
        kind = column.type
        if _is_text(kind):
            return _texts(column)
        if pa.types.is_date(kind):
            return self._dates(name, column)
        if _is_texts(kind):
            return self._lists(name, column)
        if not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
            self._unreadable(name, kind, "write flags, whole numbers, decimals, date32, text or lists of text")
            return pa.nulls(self.rows, WORD)
        return column

    def _column(self, name: str) -> Any:
        if self.table.column_names.count(name) != 1:
            return None
        return self.table.column(name).combine_chunks()

    def _unreadable(self, name: str, kind: Any, mend: str) -> None:
        self.wrong("columns", f"the column {name} is of type {kind}, which cannot be read exactly", mend, column=name)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Refuses a file that is no Parquet file."""
    try:
        yield
    except (pa.ArrowException, OSError, MemoryError, ValueError, OverflowError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise refusal("broken-parquet", f"this table cannot be read: {told}", str(path), "write it again") from None


def _plain(kind: Any) -> Any:
    """The type of the values, where they are coded by a dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: Any) -> bool:
    plain = _plain(kind)
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_null(plain))


def _is_texts(kind: Any) -> bool:
    return bool((pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_text(kind.value_type))


def _rows_of(marked: Any) -> Any:
    """The rows that are marked."""
    return np.flatnonzero(marked.to_numpy(zero_copy_only=False)).tolist()


def _texts(column: Any) -> Any:
    """Texts, coded by a dictionary or not, empty ones left out."""
    if pa.types.is_null(_plain(column.type)):
        return pa.nulls(len(column), WORD)
    if not pa.types.is_dictionary(column.type):
        plain = column.cast(pa.string())
        empty = pc.equal(pc.binary_length(plain), 0)
        return pc.if_else(empty, None, plain) if pc.any(empty).as_py() else plain
    words, at = column.dictionary.cast(pa.string()), column.indices.cast(pa.int32())
    empty = pc.fill_null(pc.equal(pc.binary_length(words), 0), fill_value=True)
    if pc.any(empty).as_py():
        at = pc.if_else(pc.fill_null(empty.take(at), fill_value=True), None, at)
    return pa.DictionaryArray.from_arrays(at, words)
