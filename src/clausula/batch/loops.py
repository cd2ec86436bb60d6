"""The few loops over all lines that arrays cannot say: compiled by Numba, in threads beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

from clausula.batch.table import Ints
from clausula.codes import (
    CELL,
    COVERED,
    NEEDS_DOCUMENT,
    NO_COVER,
    NOT_COVERED,
    PARTLY,
    ROW_BENEFIT,
    ROW_EXCLUSION,
)

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


@_compiled
def answer(
    out: Ints, origins: Ints, cash: Ints, low: int, line: Ints, slots: Ints, outcome: Ints, outcomes: Ints
) -> None:
    """Put the kernel's cells for the lines from `low` on into columns, and say what they mean for the line as a whole.

    out: a row of cells a line. origins: for each kind of row the numbers in the whole program. cash: for each benefit
    whether it is an indemnity. line: rows reason, left, paid, cash, advanced. slots: for each slot rows benefit, row,
    paid, kept. outcome, outcomes: of the line, and of each slot. As `Decision.outcome` and `Decision.reason` have it.
    """
    depth = slots.shape[0]
    for i in range(out.shape[0]):
        at = low + i
        left = out[i, depth * CELL]
        pending, refused, granted, partly, aside = 0, True, False, False, True
        reason, weight = np.int64(-1), 4
        other, rank = np.int64(-1), 4  # where all is paid, what a cover refused is no reason
        paid, beside, advanced = 0, 0, 0
        for slot in range(depth):
            o = slot * CELL
            benefit, found, row, gives = out[i, o], out[i, o + 1], out[i, o + 2], out[i, o + 3]
            if benefit >= 0:
                benefit = origins[ROW_BENEFIT, benefit]
            if row >= 0:
                row = (row >> 24) << 24 | origins[row >> 24, row & 0xFFFFFF]
            indemnity = benefit >= 0 and cash[benefit]
            paid += gives
            beside += gives if indemnity else 0
            advanced += out[i, o + 5]
            if found >= NEEDS_DOCUMENT:
                pending = max(pending, found)
            refused = refused and (found == NO_COVER or found == NOT_COVERED)
            granted = granted or found == COVERED
            partly = partly or found == PARTLY
            aside = aside and (found != COVERED or indemnity or gives == 0)
            mine = 3
            if found >= NEEDS_DOCUMENT:
                mine = 0
            elif benefit >= 0:
                mine = 1
            elif row >> 24 == ROW_EXCLUSION:
                mine = 2
            if found != NO_COVER and row >= 0:
                if mine < weight:
                    reason, weight = row, mine
                if found != NOT_COVERED and mine < rank:
                    other, rank = row, mine
            slots[slot, 0, at], slots[slot, 1, at] = benefit, row
            slots[slot, 2, at], slots[slot, 3, at] = gives, out[i, o + 4]
            outcomes[slot, at] = found
        whole = left == 0 or (granted and aside and not partly)
        if pending > 0:
            outcome[at] = pending
        elif refused:
            outcome[at] = NOT_COVERED
        else:
            outcome[at] = COVERED if whole else PARTLY
        line[0, at] = other if left == 0 and outcome[at] == COVERED else reason
        line[1, at], line[2, at], line[3, at], line[4, at] = left, paid, beside, advanced
