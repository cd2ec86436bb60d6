"""The few loops over all lines that arrays cannot say: compiled by Numba, in threads beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

from clausula.batch.table import Ints

Loop = TypeVar("Loop", bound=Callable[..., Any])


def _compiled(loop: Loop) -> Loop:
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    found: Any = njit(**options)(loop)
    return found  # type: ignore[no-any-return]


@_compiled
def period_at(owner: Ints, day: Ints, start: Ints, since: Ints) -> Ints:
    """For each line the period its owner is in on a day.

    start: first period of each owner, and the end. since: first day of each period; the first one has always been.
    """
    found = np.empty(len(owner), np.int32)
    for i in range(len(owner)):
        at = start[owner[i]]
        end = start[owner[i] + 1]
        while at + 1 < end and since[at + 1] <= day[i]:
            at += 1
        found[i] = at
    return found


@_compiled
def situate(
    codes: Ints, group: Ints, asks: Ints, asked: Ints, classes: Ints, table: Ints, keys: Ints, fresh: Ints
) -> int:
    """For each line the number of its situation, put over `group`; returns how many new situations there are.

    codes: for every source of facts a row with one code a line. group: what is asked of each line. asks: for each group
    where its questions begin in `asked`, and the end; a question is (source, where its classes begin in `classes`,
    stride). table, keys: open addressing from (group, key) to a number, a power of two long. fresh: the first line of
    every new situation; its length is how many may be found.
    """
    found = 0
    known = 0
    size = len(table)
    for at in range(size):
        known += table[at] >= 0
    for i in range(codes.shape[1]):
        g = group[i]
        key = np.int64(g)
        for q in range(asks[g], asks[g + 1]):
            key += classes[asked[q, 1] + codes[asked[q, 0], i]] * asked[q, 2]
        slot = ((key * np.int64(-7046029254386353131)) >> np.int64(20)) & (size - 1)
        while table[slot] >= 0 and keys[slot] != key:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            if found == len(fresh):
                return -1
            table[slot] = known + found
            keys[slot] = key
            fresh[found] = i
            found += 1
        group[i] = table[slot]
    return found
