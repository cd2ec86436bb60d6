"""When a year of a plan begins for somebody, and from when to when a contribution is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

from clausula_server.enrolment.catalogue.asking import after_months
from clausula_server.enrolment.models import Year
from clausula_server.lib.periods import DAY, Period


def beginnings(start: date, year: str, months: int) -> Iterator[date]:
    """The days on which a stretch of some months begins, from the start on. In a plan of calendar years the first is as
    short as its year leaves it; after 29 February it is the last of that month where there is none."""
    yield start
    if year == Year.CALENDAR:
        passed = (start.month - 1) % months
        first = after_months(start.replace(day=1), months - passed)
    else:
        first = after_months(start, months)
    origin = first if year == Year.CALENDAR else start
    for number in count(0 if year == Year.CALENDAR else 1):
        day = after_months(origin, months * number)
        if day.year >= date.max.year:
            return
        yield day


def periods(start: date, year: str, months: int, first: date, last: date) -> Iterator[Period]:
    """The stretches that begin from `first` to `last`, both inclusive."""
    days = beginnings(start, year, months)
    day = next(days)
    for following in days:
        if day > last:
            return
        if day >= first:
            yield Period(day, following - DAY)
        day = following


def renewal_days(start: date, year: str, first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which another year of the plan begins; the first year is no renewal."""
    return [each.start for each in periods(start, year, 12, first, last) if each.start > start]


def is_renewal_day(start: date, year: str, day: date) -> bool:
    """Whether another year of the plan begins on the day."""
    return renewal_days(start, year, day, day) == [day]
