"""The rows that the kernel reads, written piece by piece from the columns they are made of."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from clausula.batch.loops import BY_INT32, BY_INT64, PLAIN, Ints, write_rows
from clausula.codes import MISSING
from clausula.compiled import address


class Looked(NamedTuple):
    """A column of which every entry is looked up: that of `table` at `at`, MISSING where that is negative."""

    table: Ints
    at: Ints


class Rows:
    """What stands in the rows of some lines: columns that are the same on every line, and those that are not."""

    def __init__(self, width: int) -> None:
        self.same = np.full(width, MISSING, np.int64)
        self._moving: list[tuple[int, int, Ints, Ints]] = []

    def __setitem__(self, column: int, values: Ints | int | Looked) -> None:
        """Say what stands in a column."""
        if isinstance(values, Looked):
            kind = BY_INT32 if values.at.dtype == np.int32 else BY_INT64
            self._moving.append((column, kind, np.ascontiguousarray(values.at), _table(values.table)))
            return
        values = np.asarray(values)
        if values.ndim == 0 or (values.size and values.strides == (0,)):
            self.same[column] = values if values.ndim == 0 else values[0]
        else:
            plain = np.ascontiguousarray(values, np.int64)
            self._moving.append((column, PLAIN, plain, plain))

    @cached_property
    def _plan(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Of each moving column its place and kind, and where its values and its table stand."""
        places, kinds, values, tables = zip(*self._moving, strict=True)
        begin = [address(table) + 8 * (kind != PLAIN) for kind, table in zip(kinds, tables, strict=True)]
        return np.array(places), np.array(kinds), np.array([address(each) for each in values]), np.array(begin)

    def begin(self, lines: int) -> Ints:
        """Room for so many rows, with what is the same in all of them."""
        found = np.empty((lines, len(self.same)), np.int64)
        found[:] = self.same
        return found

    def write(self, into: Ints, low: int, high: int) -> None:
        """Write the rows from low to before high."""
        write_rows(into, *self._plan, low, high)


def _table(table: Ints) -> Ints:
    """A table whose entry before the first is MISSING."""
    return np.concatenate([np.array([MISSING]), table])
