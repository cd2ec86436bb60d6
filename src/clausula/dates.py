"""Days, ages, periods and hours as whole numbers, by arithmetic that serves one value and a whole column alike.

A date is its proleptic Gregorian ordinal (`date.toordinal`, 1 = 1 January of the year 1). Every function here takes
plain ints or NumPy int64 arrays and uses whole-number arithmetic only, so one claim and a million claims share the same
source. The calendar conversion is the classic "days from civil" arithmetic on years that begin in March.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

EPOCH_SHIFT = 306
"""Days between the ordinal's day 0 and 1 March of the year 0, where the arithmetic below begins."""

FIRST, LAST = date.min.toordinal(), date.max.toordinal()

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
SPANS = ((3, 1), (6, 1), *((12, first) for first in range(1, 13)))
"""Spans of months that accounts may run for: quarter, half-year, years that begin in another month than January."""

Days = Any
"""An int or an int64 array of ordinals; the functions below return the same kind."""

Civil = tuple[Days, Days, Days]
"""Year, month and day."""


def civil(day: Days) -> tuple[Days, Days, Days]:
    """Year, month and day of an ordinal."""
    shifted = day + (EPOCH_SHIFT - 1)
    era = shifted // 146_097
    day_of_era = shifted - era * 146_097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    month = (march_month + 2) % 12 + 1
    year = year_of_era + era * 400 + (month <= 2)
    return year, month, day_of_year - (153 * march_month + 2) // 5 + 1


def ordinal(year: Days, month: Days, day: Days) -> Days:
    """Ordinal of a civil date; a day past the month's end runs on into the next month."""
    march_year = year - (month <= 2)
    era = march_year // 400
    year_of_era = march_year - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - (EPOCH_SHIFT - 1)


def months_between(start: Days, end: Days) -> Days:
    """Completed months from start to end; a month is completed on the same day number, or on the first of the
    following month where that day does not exist (31 January to 1 March is one month; 29 February counts as 1 March).
    """
    return months_apart(civil(start), civil(end))


def months_apart(start: Civil, end: Civil) -> Days:
    """`months_between` of days given as year, month and day."""
    (y0, m0, d0), (y1, m1, d1) = start, end
    return (y1 - y0) * 12 + (m1 - m0) - (d1 < d0)


def years_between(start: Days, end: Days) -> Days:
    """Completed years from start to end: the age of a person born on `start`. Someone born on 29 February completes a
    year on 1 March where the year has no 29th."""
    return years_apart(civil(start), civil(end))


def years_apart(start: Civil, end: Civil) -> Days:
    """`years_between` of days given as year, month and day."""
    (y0, m0, d0), (y1, m1, d1) = start, end
    return y1 - y0 - (m1 * 32 + d1 < m0 * 32 + d0)


def add_months(day: Days, months: int) -> Days:
    """The same day number `months` later (or earlier), the month's last day where that number does not exist."""
    year, month, number = civil(day)
    total = year * 12 + (month - 1) + months
    first = ordinal(total // 12, total % 12 + 1, 1)
    following = ordinal((total + 1) // 12, (total + 1) % 12 + 1, 1)
    over = number - (following - first)
    return first + number - 1 - over * (over > 0)


def year_of(day: Days) -> Days:
    """Calendar year."""
    return civil(day)[0]


def month_index(day: Days) -> Days:
    """Number of the calendar month: year * 12 + month - 1."""
    year, month, _ = civil(day)
    return year * 12 + month - 1


def weekday(day: Days) -> Days:
    """1 = Monday … 7 = Sunday."""
    return (day + 6) % 7 + 1


def span(months: int, first: int, day: Days) -> Days:
    """Number of the span of so many months a day lies in, spans beginning in the month `first` (1 to 12)."""
    return (month_index(day) - (first - 1)) // months


def week(day: Days) -> Days:
    """Number of the week, Monday to Sunday."""
    return (day + 6) // 7


def plan_year(start: Days, day: Days) -> Days:
    """The plan year a day lies in, named by the calendar year in which that plan year began on its anniversary."""
    return years_between(start, day) + year_of(start)


def minutes(text: str | time) -> int:
    """Minutes since midnight of a time of day ("08:30" -> 510; "24:00" -> 1440). Raises ValueError."""
    if isinstance(text, time):
        return text.hour * 60 + text.minute
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})", text.strip())
    if not found or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 1440:
        raise ValueError(f"{text!r} is not a time of day; write it like 08:30")
    return int(found[1]) * 60 + int(found[2])


_ORDER = {
    "fr": "{d:02d}.{m:02d}.{y}",
    "de": "{d:02d}.{m:02d}.{y}",
    "it": "{d:02d}/{m:02d}/{y}",
    "nl": "{d:02d}-{m:02d}-{y}",
}
_MONTHS_EN = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip


def show(day: int | date, language: str = "en") -> str:
    """Write a date for a person: en "12 March 2026", fr and de "12.03.2026", it "12/03/2026", nl "12-03-2026"."""
    value = date.fromordinal(day) if isinstance(day, int) else day
    if language in _ORDER:
        return _ORDER[language].format(d=value.day, m=value.month, y=value.year)
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


def show_time(minute: int) -> str:
    """Write minutes since midnight as 08:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
