"""A table of lines in the neutral layout, its columns as arrays of whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.loops import Ints, distinct, moved
from clausula.batch.storing import whole
from clausula.codes import MISSING
from clausula.money import decimals

EPOCH = date(1970, 1, 1).toordinal()
NO_DAY = -(10**9)


class Table:
    """Columns of an Arrow table, turned into arrays when first asked for. currency: of its amounts. at: the rows that
    are meant, where it is not all of them."""

    def __init__(self, table: pa.Table, currency: str, at: Ints | None = None) -> None:
        self.table, self.currency = table, currency
        self.at = None if at is None else pa.array(at)
        self.rows: int = table.num_rows if at is None else len(at)
        self._coded: dict[str, tuple[Any, Ints]] = {}
        self._words: dict[str, list[str]] = {}
        self._days: dict[str, Ints] = {}
        self._there: dict[str, bool] = {}

    def has(self, name: str) -> bool:
        """Whether the table has a column of that name that says something."""
        if name not in self._there:
            there = name in self.table.column_names and not pa.types.is_null(self.table.column(name).type)
            self._there[name] = there and self.table.column(name).null_count < self.table.num_rows
        return self._there[name]

    def kind(self, name: str) -> Any:
        """The Arrow type of a column."""
        return self.table.column(name).type

    def coded(self, name: str) -> tuple[Any, Ints]:
        """A column of texts: its different words as Arrow has them, and for each row which (-1 where empty)."""
        if name not in self._coded:
            nothing = pa.array([], pa.string()), np.full(self.rows, -1, np.int32)
            self._coded[name] = self._dictionary(name) if self.has(name) else nothing
        return self._coded[name]

    def words(self, name: str) -> tuple[list[str], Ints]:
        """A column of texts: its different words, and for each row which (-1 where empty)."""
        dictionary, at = self.coded(name)
        if name not in self._words:
            self._words[name] = [word or "" for word in dictionary.to_pylist()]
        return self._words[name], at

    def _dictionary(self, name: str) -> tuple[Any, Ints]:
        column = self._column(name)
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        words, at = column.dictionary.cast(pa.string()), indices(column)
        empty = pc.index(words, "").as_py()
        return words, at if empty < 0 else np.where(at == empty, -1, at)

    def by_word(self, name: str, code: Callable[[str], int]) -> Ints:
        """A column of texts, each word through a function; MISSING where empty."""
        words, at = self.words(name)
        return np.array([*(code(word) if word else MISSING for word in words), MISSING], np.int64)[at]

    def days(self, name: str) -> Ints:
        """A column of dates as ordinals."""
        if name not in self._days:
            self._days[name] = self._ordinals(name)
        return self._days[name]

    def _ordinals(self, name: str) -> Ints:
        column = self._column(name)
        if not pa.types.is_date(column.type):
            return self.by_word(name, lambda word: date.fromisoformat(word).toordinal())
        column = column.cast(pa.date32()).cast(pa.int32())
        if column.null_count:
            column = pc.fill_null(column, NO_DAY)
        return moved(column.to_numpy(zero_copy_only=False), EPOCH, NO_DAY)

    def money(self, name: str) -> Ints:
        """A column of amounts in minor units. Raises pyarrow.ArrowInvalid where one has too many decimals."""
        column = self._column(name)
        places = decimals(self.currency)
        if not pa.types.is_decimal128(column.type) or column.type.scale != places:
            column = column.cast(pa.decimal128(38, places))
        halves = np.frombuffer(column.buffers()[1], np.int64).reshape(-1, 2)
        halves = halves[column.offset : column.offset + len(column)]
        found = halves[:, 0]
        if column.type.precision > 18:
            found = np.where(halves[:, 1] != found >> 63, -1, found)
        if column.null_count:
            found = np.where(column.is_null().to_numpy(zero_copy_only=False), MISSING, found)
        return np.ascontiguousarray(found)

    def whole(self, name: str) -> Ints:
        """A column of whole numbers."""
        return _own(pc.fill_null(self._column(name).cast(pa.int64()), MISSING))

    def flags(self, name: str) -> Ints:
        """A column of flags: 0, 1 or MISSING."""
        return _own(pc.fill_null(self._column(name).cast(pa.int64()), MISSING))

    def small_flags(self, name: str) -> Ints:
        """A column of flags: 0, 1 or -1, in 32 bits."""
        return pc.fill_null(self._column(name).cast(pa.int32()), -1).to_numpy(zero_copy_only=False)

    def _column(self, name: str) -> Any:
        column = whole(self.table.column(name))
        return column if self.at is None else column.take(self.at)


def _own(column: Any) -> Ints:
    """An array that may be written, as all others: compiled loops would be compiled once more for one that may not."""
    return np.array(column.to_numpy(zero_copy_only=False))


def indices(column: Any) -> Ints:
    """The indices of a dictionary column, -1 where it is empty."""
    at = column.indices
    if at.null_count:
        at = pc.fill_null(at.cast(pa.int32()), -1)
    return at.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)


def coded(column: Any, code: Callable[[Any], int]) -> Ints:
    """A column of any kind, each different value through a function; MISSING where empty."""
    column = whole(column)
    if pa.types.is_null(column.type):
        return np.full(len(column), MISSING, np.int64)
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return _coded_lists(column, code)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = [MISSING if value is None or value == "" else code(value) for value in column.dictionary.to_pylist()]
    return np.array([*values, MISSING], np.int64)[indices(column)]


def _coded_lists(column: Any, code: Callable[[Any], int]) -> Ints:
    missing = column.is_null().to_numpy(zero_copy_only=False)
    counts, words, at = lists_of(column)
    entries = np.full((int(counts.max(initial=0)) + 1, len(counts)), -1, np.int64)
    row = np.repeat(np.arange(len(counts)), counts)
    entries[np.arange(len(at)) - (np.cumsum(counts) - counts)[row], row] = at
    entries[-1] = missing
    number, example = distinct(entries)
    texts = [*words.to_pylist(), None]
    told = [MISSING if missing[row] else code(tuple(texts[n] for n in entries[: counts[row], row]))
            for row in example.tolist()]  # fmt: skip
    return np.array([*told, MISSING], np.int64)[number]


def lists_of(column: Any) -> tuple[Ints, Any, Ints]:
    """A column of lists of words: how many each row has, the different words, and which they are, row after row."""
    column = whole(column)
    counts = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = column.flatten()
    flat = flat if pa.types.is_dictionary(flat.type) else flat.cast(pa.string()).dictionary_encode()
    return counts, flat.dictionary.cast(pa.string()), indices(flat)
