"""Derived facts of many lines: what follows from one day is worked out once for each day, what follows from two by the
stamps of both.

They say what `facts.DERIVATIONS` and `sources.window` say of single days; `tests/batch/test_derived.py` holds them
against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np

from clausula import dates
from clausula.batch.loops import Ints, difference, known_range, looked_up, stamps_apart
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, Spec
from clausula.sources import window

CALENDAR = date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
"""Days whose stamps are kept."""

APART: Mapping[str, int] = {"years": 12 * 32, "months": 32, "plan-year": 12 * 32}
"""Derivations that count whole spans between two days: how many stamps a span has."""

MORE: Mapping[str, int] = {"days": 0, "days+1": 1, "less": 0}
"""Derivations that are a difference, and how much more they are."""

SOME_DAY = date(2000, 1, 1).toordinal()


def same(values: Ints) -> bool:
    """Whether a column is one entry for all its lines."""
    return bool(values.strides == (0,))


def derived(spec: Spec, arguments: Sequence[Ints]) -> Ints:
    """A derived fact of columns of days or numbers; MISSING where an argument is."""
    rows = len(arguments[0])
    if rows > 1 and all(same(argument) for argument in arguments):
        return np.broadcast_to(derived(spec, [np.array(argument[:1]) for argument in arguments])[0], rows)
    if spec.derive == "window":
        return by_day(lambda day: window(spec, day), arguments[0])
    if len(arguments) == 1:
        return by_day(DERIVATIONS[spec.derive], arguments[0])
    if spec.derive in APART and all(map(_kept, arguments)):
        return _apart(spec.derive, *map(np.ascontiguousarray, arguments))
    if spec.derive in MORE:
        start, end = map(np.ascontiguousarray, arguments)
        return difference(end, start, 0) if spec.derive == "less" else difference(start, end, MORE[spec.derive])
    missing = np.zeros(rows, bool)
    for argument in arguments:
        missing |= argument == MISSING
    plain = [np.where(missing, SOME_DAY, each) for each in arguments] if missing.any() else arguments
    found = DERIVATIONS[spec.derive](*plain)
    return np.where(missing, MISSING, found) if missing.any() else found


def by_day(derive: Callable[[Ints], Ints], days: Ints) -> Ints:
    """What follows from a day alone, worked out once for each day there is between the first and the last."""
    days = np.ascontiguousarray(days)
    first, last = known_range(days)
    if last - first < len(days):
        told = derive(np.arange(first, last + 1)) if first <= last else np.zeros(0, np.int64)
        return looked_up(days, first, np.concatenate([[MISSING], told]))
    missing = days == MISSING
    return np.where(missing, MISSING, derive(np.where(missing, SOME_DAY, days)))


def _kept(days: Ints) -> bool:
    first, last = known_range(np.ascontiguousarray(days))
    return bool(first > last or (first >= CALENDAR[0] and last < CALENDAR[1]))


def _apart(derive: str, start: Ints, end: Ints) -> Ints:
    year, stamp = calendar()
    found = stamps_apart(start, end, CALENDAR[0], stamp, APART[derive])
    if derive != "plan-year":
        return found
    began = looked_up(start, CALENDAR[0], np.concatenate([[MISSING], year]))
    return np.where(found == MISSING, MISSING, found + began)


@lru_cache(maxsize=1)
def calendar() -> tuple[Ints, Ints]:
    """Year of the days of the calendar, and their stamps: numbers that grow from day to day, and by as much from month
    to month and from year to year, so that a span is completed where so many stamps are."""
    year, month, day = dates.civil(np.arange(*CALENDAR))
    return year, (year * 12 + month) * 32 + day
