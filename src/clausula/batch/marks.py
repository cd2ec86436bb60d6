"""Marks of words: 64 bits that stand for a word where millions of words would be too much to hold.

Words of one length up to eight bytes have marks of their own; of others two may have the same one, about once in forty
million portfolios of a million people. Whoever compares marks looks at the words where two are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.loops import Ints
from clausula.batch.storing import whole
from clausula.batch.table import indices

PARTS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
"""The first so many bytes of eight."""


def marks(words: Any, seed: int) -> Any:
    """The marks (uint64) of an array of texts; an empty cell is the empty text. Another seed gives other marks."""
    column = whole(words)
    if pa.types.is_dictionary(column.type):
        known = marks(pa.concat_arrays([column.dictionary.cast(pa.string()), pa.array([""])]), seed)
        return known[indices(column)]
    column = pc.fill_null(column.cast(pa.large_string()), "")
    _, where, text = column.buffers()
    ends = np.frombuffer(where, np.int64, len(column) + 1, 8 * column.offset)
    low, high = int(ends[0]), int(ends[-1])
    spelled = np.zeros(high - low + 8, np.uint8)
    if high > low:
        spelled[: high - low] = np.frombuffer(text, np.uint8, high - low, low)
    eight = np.ndarray(high - low + 1, "<u8", spelled, strides=(1,))
    begin, length = ends[:-1] - low, np.diff(ends)
    found = _mixed(length.astype(np.uint64) + np.uint64(seed << 32))
    for at in range(0, int(length.max(initial=0)), 8):
        rows = np.flatnonzero(length > at)
        part = eight[begin[rows] + at] & PARTS[np.minimum(length[rows] - at, 8)]
        found[rows] = _mixed(found[rows] ^ part)
    return found


def _mixed(numbers: Any) -> Any:
    """Numbers of 64 bits, each bit of which depends on all: the finaliser of SplitMix64, which is one to one."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


class Marked:
    """Numbers by mark, looked up by bisection: twelve bytes an entry."""

    def __init__(self, known: Any, numbers: Ints) -> None:
        order = np.argsort(known)
        self.known, self.numbers = known[order], numbers[order].astype(np.int32)

    def of(self, sought: Any) -> Ints:
        """The numbers of marks; -1 where there is none."""
        if not len(self.known):
            return np.full(len(sought), -1, np.int32)
        at = np.minimum(np.searchsorted(self.known, sought), len(self.known) - 1)
        return np.where(self.known[at] == sought, self.numbers[at], np.int32(-1))


def repeated(found: Any) -> Ints:
    """The places of marks that are there more than once."""
    order = np.argsort(found, kind="stable")
    same = found[order[1:]] == found[order[:-1]]
    return np.sort(order[np.append(same, False) | np.append(False, same)]) if same.any() else order[:0]
