"""The few loops over all lines that arrays cannot say: compiled by Numba, in threads beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from clausula.codes import (
    ALL,
    ANY,
    BETWEEN,
    CELL,
    COVERED,
    FALSE,
    KNOWN,
    MISSING,
    NEEDS_DOCUMENT,
    NO_COVER,
    NOT_COVERED,
    ONE_OF,
    OUTSIDE,
    PARTLY,
    ROW_BENEFIT,
    ROW_EXCLUSION,
    TRUE,
    UNKNOWN,
)

Ints = Any
"""An int64 array."""

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
def different_days(owner: Ints, day: Ints, count: int, first: int, last: int) -> Any:
    """The different days of each owner from the first to the last, in order: whose each is, the days, and where those
    of each owner begin, and the end."""
    start = np.zeros(count + 1, np.int64)
    for i in range(len(owner)):
        if first <= day[i] <= last:
            start[owner[i] + 1] += 1
    start = np.cumsum(start)
    days = np.empty(start[count], np.int64)
    end = start[:-1].copy()
    for i in range(len(owner)):
        if first <= day[i] <= last:
            at = end[owner[i]]
            while at > start[owner[i]] and days[at - 1] > day[i]:
                days[at] = days[at - 1]
                at -= 1
            days[at] = day[i]
            end[owner[i]] += 1
    whose = np.empty(len(days), np.int64)
    found = 0
    for number in range(count):
        begin = found
        for at in range(start[number], end[number]):
            if found == begin or days[at] != days[found - 1]:
                days[found], whose[found] = days[at], number
                found += 1
        start[number] = begin
    start[count] = found
    return whose[:found], days[:found], start


@_compiled
def in_order(home: Ints, first: Ints, served: Ints) -> bool:
    """Whether lines are sorted by household, day of decision and day of service."""
    for i in range(1, len(home)):
        if home[i] != home[i - 1]:
            if home[i] < home[i - 1]:
                return False
        elif first[i] < first[i - 1] or (first[i] == first[i - 1] and served[i] < served[i - 1]):
            return False
    return True


@_compiled
def known_range(values: Ints) -> Any:
    """The least and the greatest value that is known; (0, -1) where none is."""
    low, high = np.int64(1 << 62), np.int64(-(1 << 62))
    for value in values:
        if value != MISSING:
            low, high = min(low, value), max(high, value)
    return (low, high) if low <= high else (np.int64(0), np.int64(-1))


@_compiled
def marked(code: Ints, values: Ints, bit: int) -> bool:
    """Set a bit of the code of every line whose value is known; whether there is one."""
    found = False
    for i in range(len(values)):
        if values[i] != MISSING:
            code[i] |= np.int64(1) << bit
            found = True
    return found


@_compiled
def moved(values: Ints, by: int, nothing: int) -> Ints:
    """Numbers with so much added; MISSING where one stands for nothing."""
    found = np.empty(len(values), np.int64)
    for i in range(len(values)):
        found[i] = MISSING if values[i] == nothing else values[i] + by
    return found


@_compiled
def widened(values: Ints) -> Ints:
    """Numbers of 64 bits as numbers of 128: the lower half, then the upper one."""
    found = np.empty((len(values), 2), np.int64)
    for i in range(len(values)):
        found[i, 0], found[i, 1] = values[i], values[i] >> 63
    return found


@_compiled
def within(numbers: Ints, rank: Ints, person: Ints, names: int) -> Ints:
    """Numbers of names of a person as numbers within the household, in which people have ranks; MISSING for none."""
    found = np.empty(len(numbers), np.int64)
    for i in range(len(numbers)):
        found[i] = numbers[i] + rank[person[i]] * names if numbers[i] > 0 else MISSING
    return found


@_compiled
def numbered(rows: Ints, first: Ints, width: int) -> Any:
    """A number for each line by its row, in the order they come, and the row of each number; -1 is a row, too.

    first: where the rows of each kind begin, counted from 1. width: how many rows there are, and one.
    """
    known = np.full(width, -1, np.int32)
    found = np.empty(len(rows), np.int32)
    told = np.empty(width, np.int64)
    count = 0
    for i in range(len(rows)):
        place = 0 if rows[i] < 0 else first[rows[i] >> 24] + (rows[i] & 0xFFFFFF)
        if known[place] < 0:
            known[place] = count
            told[count] = rows[i]
            count += 1
        found[i] = known[place]
    return found, told[:count]


@_compiled
def placed(numbers: Ints, table: Ints) -> Ints:
    """What a table says of each number, -1 for those below 0; all of 32 bits."""
    found = np.empty(len(numbers), np.int32)
    for i in range(len(numbers)):
        found[i] = table[numbers[i]] if numbers[i] >= 0 else -1
    return found


@_compiled
def summed(numbers: Ints, values: Ints, count: int) -> Ints:
    """The sum of the values of each number; what has a number below 0 counts nowhere."""
    found = np.zeros(count, np.int64)
    for i in range(len(numbers)):
        if numbers[i] >= 0:
            found[numbers[i]] += values[i]
    return found


@_compiled
def looked_up(values: Ints, start: int, table: Ints) -> Ints:
    """What a table says of each value: its first entry of those not known, then of the value `start` and so on."""
    found = np.empty(len(values), np.int64)
    for i in range(len(values)):
        found[i] = table[0] if values[i] == MISSING else table[values[i] - start + 1]
    return found


@_compiled
def stamps_apart(start: Ints, end: Ints, first: int, stamp: Ints, size: int) -> Ints:
    """Whole spans of so many stamps from one day to another, MISSING where a day is; stamp: of days from `first` on."""
    found = np.empty(len(start), np.int64)
    for i in range(len(start)):
        if start[i] == MISSING or end[i] == MISSING:
            found[i] = MISSING
        else:
            found[i] = (stamp[end[i] - first] - stamp[start[i] - first]) // size
    return found


@_compiled
def difference(start: Ints, end: Ints, more: int) -> Ints:
    """From one number to another and so much more, MISSING where one of them is."""
    found = np.empty(len(start), np.int64)
    for i in range(len(start)):
        found[i] = MISSING if start[i] == MISSING or end[i] == MISSING else end[i] - start[i] + more
    return found


@_compiled
def holds(kind: int, a: int, b: int, values: Ints, sets: Ints) -> Ints:
    """Truth of a test for many values, as `kernel.holds` has it. sets: of all tests, as flags."""
    found = np.empty(len(values), np.int8)
    for i in range(len(values)):
        value = values[i]
        if kind == KNOWN:
            held = (value != MISSING) == (a != 0)
        elif value == MISSING:
            found[i] = UNKNOWN
            continue
        elif kind == ONE_OF:
            held = sets[a + value]
        elif kind == BETWEEN:
            held = a <= value < b
        elif kind == OUTSIDE:
            held = not a <= value < b
        elif kind == ANY:
            held = value & a != 0
        elif kind == ALL:
            held = value & a == a
        else:
            held = value & a == 0
        found[i] = TRUE if held else FALSE
    return found


@_compiled
def _mixed(one: Ints, other: Ints, row: Ints) -> None:
    """Go on with two hashes of every column of rows (splitmix64, from two beginnings)."""
    for i in range(len(row)):
        mixed = (one[i] + np.uint64(row[i]) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        one[i] = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
        mixed = (other[i] ^ np.uint64(row[i])) * np.uint64(0xD6E8FEB86659FD93) + np.uint64(0x2545F4914F6CDD1D)
        other[i] = mixed ^ (mixed >> np.uint64(32))


@_compiled
def _numbered(one: Ints, other: Ints, table: Ints, number: Ints, example: Ints) -> int:
    """Number different pairs of hashes as they come; an example of each; returns how many there are."""
    found = 0
    mask = np.uint64(len(table) - 1)
    for i in range(len(one)):
        slot = one[i] & mask
        while table[slot] >= 0 and (one[example[table[slot]]] != one[i] or other[example[table[slot]]] != other[i]):
            slot = (slot + np.uint64(1)) & mask
        if table[slot] < 0:
            table[slot] = found
            example[found] = i
            found += 1
        number[i] = table[slot]
    return found


def distinct(rows: Ints) -> tuple[Ints, Ints]:
    """One small number for every different column of a matrix of whole numbers, and an example of each.

    Columns are held to be the same where two hashes of 64 bits are: of ten thousand million, two different ones would
    meet once in 10^18 tables.
    """
    count = rows.shape[1]
    table = np.full(1 << (2 * count).bit_length(), -1, np.int32)
    number, example = np.empty(count, np.int32), np.empty(count, np.int64)
    found = _columns_numbered(np.ascontiguousarray(rows, np.int64), table, number, example)
    return number, example[:found]


@_compiled
def _columns_numbered(rows: Ints, table: Ints, number: Ints, example: Ints) -> int:
    one, other = np.zeros(rows.shape[1], np.uint64), np.ones(rows.shape[1], np.uint64)
    for j in range(rows.shape[0]):
        _mixed(one, other, rows[j])
    return _numbered(one, other, table, number, example)


def _pointer(number: Any) -> Any:
    """Whole numbers of so many bits at an address."""

    @intrinsic
    def at(_: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        pointer: Any = types.CPointer
        return pointer(number)(address), code

    return at


_int64_at, _int32_at = _pointer(types.int64), _pointer(types.int32)


@_compiled
def situate(
    codes: Ints, group: Ints, asks: Ints, asked: Ints, classes: Ints, table: Ints, keys: Ints, fresh: Ints
) -> int:
    """For each line the number of its situation, put over `group`; returns how many new situations there are.

    codes: for every source of facts where its codes stand, of 32 bits, one a line. group: what is asked of each line.
    asks: for each group where its questions begin in `asked`, and the end; a question is (source, where its classes
    begin in `classes`, stride). table, keys: open addressing from (group, key) to a number, a power of two long. fresh:
    the first line of every new situation; its length is how many may be found.
    """
    found = 0
    known = 0
    size = len(table)
    for at in range(size):
        known += table[at] >= 0
    for i in range(len(group)):
        g = group[i]
        key = np.int64(g)
        for q in range(asks[g], asks[g + 1]):
            key += classes[asked[q, 1] + _int32_at(codes[asked[q, 0]])[i]] * asked[q, 2]
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


PLAIN, BY_INT32, BY_INT64 = 0, 1, 2
"""How a column of rows is said: by its values, or by places in a table, of 32 or of 64 bits."""

WORST = 1 << 62
"""More than the weight of any reason."""

BLOCK = 128
"""Rows that are written at a time, so that they stay in the processor's nearest memory."""


@_compiled
def write_rows(into: Ints, place: Ints, kind: Ints, address: Ints, table: Ints, low: int, high: int) -> None:
    """Write the columns at some addresses, from line `low` to before `high`, into rows.

    place: in the row, of each column. kind: PLAIN … . table: addresses of the tables that places lead to, where there
    are any; a place may be -1.
    """
    width = into.shape[1]
    for first in range(low, high, BLOCK):
        last = min(first + BLOCK, high)
        for c in range(len(place)):
            cells = _int64_at(into.ctypes.data + 8 * ((first - low) * width + place[c]))
            if kind[c] == PLAIN:
                values = _int64_at(address[c] + 8 * first)
                for i in range(last - first):
                    cells[i * width] = values[i]
            elif kind[c] == BY_INT32:
                small = _int32_at(address[c] + 4 * first)
                told = _int64_at(table[c])
                for i in range(last - first):
                    cells[i * width] = told[small[i]]
            else:
                values = _int64_at(address[c] + 8 * first)
                told = _int64_at(table[c])
                for i in range(last - first):
                    cells[i * width] = told[values[i]]


@_compiled
def answer(
    out: Ints, rows: int, origins: Ints, cash: Ints, low: int, outcome: Ints, reason: Ints,
    amounts: Ints, outcomes: Ints, benefits: Ints, whys: Ints, paids: Ints, kepts: Ints,
) -> None:  # fmt: skip
    """Put the kernel's cells for the lines from `low` on into columns, and say what they mean for the line as a whole;
    the cells are made ready for the next lines.

    out: a row of cells a line, of which so many are used. origins: for each kind of row the numbers in the whole
    program. cash: for each benefit whether it is an indemnity. outcome, reason, amounts (left, paid, cash, advanced):
    of the line, as `Decision.outcome` and `Decision.reason` have it. The others: of each slot.
    """
    depth = outcomes.shape[0]
    for i in range(rows):
        at = np.uintp(low + i)
        left = out[i, depth * CELL]
        worst, seen, aside = np.int64(0), np.int64(0), True
        because: Any = np.int64(WORST)
        other: Any = np.int64(WORST)  # where all is paid, what a cover refused is no reason
        paid, beside, advanced = 0, 0, 0
        for slot in range(depth):
            o = slot * CELL
            benefit, found, row, gives = out[i, o], out[i, o + 1], out[i, o + 2], out[i, o + 3]
            granted = benefit >= 0
            whole_number = origins[ROW_BENEFIT, np.uintp(max(benefit, 0))]
            benefit = whole_number if granted else np.int64(-1)
            indemnity = granted & cash[np.uintp(whole_number)]
            some = np.uintp(max(row, 0))
            kind = np.int64(some >> np.uintp(24))
            mapped = kind << 24 | origins[np.uintp(kind), some & np.uintp(0xFFFFFF)]
            row = mapped if row >= 0 else np.int64(-1)
            paid += gives
            beside += gives * indemnity
            advanced += out[i, o + 5]
            worst = max(worst, found)
            seen |= np.int64(1) << found
            aside = aside & ((found != COVERED) | indemnity | (gives == 0))
            weight = 1 if granted else 3 - (kind == ROW_EXCLUSION)
            weight = 0 if found >= NEEDS_DOCUMENT else weight
            mine = np.int64((weight * depth + slot) << 32 | row)
            mine = mine if (found != NO_COVER) & (row >= 0) else np.int64(WORST)
            because = min(because, mine)
            other = min(other, WORST if found == NOT_COVERED else mine)
            benefits[slot, at], whys[slot, at] = benefit, row
            paids[slot, at], kepts[slot, at] = gives, out[i, o + 4]
            outcomes[slot, at] = found
            out[i, o], out[i, o + 1], out[i, o + 2], out[i, o + 3] = -1, NO_COVER, -1, 0
            out[i, o + 4], out[i, o + 5] = 0, 0
        whole = left == 0 or (aside and seen & (1 << COVERED | 1 << PARTLY) == 1 << COVERED)
        told: Any = COVERED if whole else PARTLY
        told = NOT_COVERED if seen & ~(1 << NO_COVER | 1 << NOT_COVERED) == 0 else told
        told = worst if worst >= NEEDS_DOCUMENT else told
        because = other if left == 0 and told == COVERED else because
        outcome[at] = told
        reason[at] = -1 if because == WORST else because & 0xFFFFFFFF
        amounts[0, at], amounts[1, at], amounts[2, at], amounts[3, at] = left, paid, beside, advanced


def compile_late_ones() -> None:
    """Have the loops compiled that are needed behind the kernel, for who has to wait for it anyway."""
    few, small, wide = np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros((1, 1), np.int64)
    write_rows(wide, few, few, few, few, 0, 0)
    flags, slots = np.zeros((1, 1), np.int8), np.zeros((1, 1), np.int32)
    answer(wide, 0, wide, few > 0, 0, flags[0], small, wide, flags, slots, slots, wide, wide)
    numbered(small, few, 2)
    placed(small, small)
    summed(small, few, 1)
    widened(few)
