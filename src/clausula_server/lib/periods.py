"""Date ranges. PostgreSQL keeps [start, day after the last); people say "from … until …", both inclusive."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateRange

DAY = timedelta(days=1)


class Period(NamedTuple):
    """From a day to a day, both inclusive; `until` is None where the end is open."""

    start: date
    until: date | None


def days(start: date, until: date | None = None) -> DateRange:
    """The range of the days from `start` to `until`, both inclusive. Raises ValueError where it ends too early."""
    if until is not None and until < start:
        raise ValueError(f"a period from {start} cannot end on {until}")
    return DateRange(start, None if until is None else until + DAY)


def period(held: DateRange) -> Period:
    """What a range of the database says, as people say it."""
    assert held.lower is not None
    return Period(held.lower, None if held.upper is None else held.upper - DAY)
