"""Arrow columns from arrays of whole numbers, without a Python object a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from clausula.portfolio.chance import Ints

MONEY = pa.decimal128(10, 2)
WORD = pa.dictionary(pa.int32(), pa.string())
DIGITS = 9
"""Digits of a number in an id: a thousand million people."""

THREES = np.frombuffer("".join(f"{n:03}" for n in range(1000)).encode(), np.uint8).reshape(1000, 3)
"""Numbers below a thousand as three digits each."""


def ids(prefix: str, numbers: Ints) -> Any:
    """Ids such as p000000012, as texts."""
    lead = prefix.encode()
    width = len(lead) + DIGITS
    cells = np.empty((len(numbers), width), np.uint8)
    cells[:, : len(lead)] = np.frombuffer(lead, np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(width - 3, len(lead) - 1, -3):
        rest, three = np.divmod(rest, 1000)
        cells[:, place : place + 3] = THREES[three]
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(cells))


def words(known: Any, at: Ints) -> Any:
    """A column of texts: the different texts and, for each row, which (-1: empty)."""
    places = at.astype(np.int32, copy=False)
    if isinstance(known, pa.Array):
        texts = known
    else:
        # A text that stands twice in a dictionary leaves chance bytes in the file.
        different = list(dict.fromkeys(known))
        texts = pa.array(different, pa.string())
        if len(different) < len(known):
            places = np.array([*map(different.index, known), -1], np.int32)[places]
    mask = places < 0 if len(places) and places.min() < 0 else None
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32(), mask=mask), texts)


def money(cents: Ints, missing: Ints | None = None) -> Any:
    """A column of amounts from cents."""
    halves = np.zeros((len(cents), 2), np.int64)
    halves[:, 0] = cents
    valid = None
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(MONEY, len(cents), [valid, pa.py_buffer(halves)])


def days(numbers: Ints, missing: Ints | None = None) -> Any:
    """A column of days from days since 1970-01-01."""
    return pa.array(numbers.astype(np.int32), pa.int32(), mask=missing).view(pa.date32())


def whole(numbers: Ints, kind: Any, missing: Ints | None = None) -> Any:
    """A column of whole numbers or flags."""
    dtype = bool if kind == pa.bool_() else np.int64
    return pa.array(numbers.astype(dtype), mask=missing).cast(kind)


def lists(known: Sequence[Sequence[str]], at: Ints) -> Any:
    """A column of lists of texts: the different lists and, for each row, which (-1: empty)."""
    missing = at < 0
    places = pa.array(np.where(missing, 0, at), pa.int64(), mask=missing if missing.any() else None)
    return pa.array([list(each) for each in known] or [[]], pa.list_(pa.string())).take(places)


def singles(known: Any, at: Ints) -> Any:
    """A column of lists with one text or none: the different texts and, for each row, which (-1: empty)."""
    there = at >= 0
    offsets = np.concatenate([[0], np.cumsum(there)]).astype(np.int32)
    texts = known.take(pa.array(at[there], pa.int64()))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts)
