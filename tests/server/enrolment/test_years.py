"""When years of a plan begin and what a contribution covers: properties over any start."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clausula_server.enrolment.models import Year
from clausula_server.enrolment.years import beginnings, is_renewal_day, periods, renewal_days

STARTS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
YEARS = st.sampled_from(Year.values)
MONTHS = st.sampled_from([1, 12])
SOME = timedelta(days=1300)


@given(STARTS, YEARS, MONTHS)
def test_periods_cover_every_day_once(start: date, year: str, months: int) -> None:
    found = list(periods(start, year, months, start, start + SOME))
    assert found[0].start == start
    for one, following in pairwise(found):
        assert one.until is not None
        assert following.start == one.until + timedelta(days=1)
        assert one.start <= one.until


@given(STARTS, YEARS, MONTHS)
def test_no_period_is_longer_than_it_is_called(start: date, year: str, months: int) -> None:
    for each in periods(start, year, months, start, start + SOME):
        assert each.until is not None
        assert (each.until - each.start).days < (366 if months == 12 else 31)


@given(STARTS, YEARS, MONTHS, st.integers(0, 900), st.integers(0, 400))
def test_any_window_of_the_same_periods_tells_the_same(
    start: date, year: str, months: int, ahead: int, length: int
) -> None:
    first = start + timedelta(days=ahead)
    whole = list(periods(start, year, months, start, start + SOME))
    window = list(periods(start, year, months, first, first + timedelta(days=length)))
    assert window == [each for each in whole if first <= each.start <= first + timedelta(days=length)]


@given(STARTS, YEARS)
def test_a_year_is_renewed_once_a_year_and_never_on_the_first_day(start: date, year: str) -> None:
    found = renewal_days(start, year, start, start + SOME)
    assert len(found) in (3, 4)
    assert start not in found
    assert all(is_renewal_day(start, year, day) for day in found)
    if year == Year.CALENDAR:
        assert all((day.month, day.day) == (1, 1) for day in found)


@pytest.mark.parametrize(
    ("start", "year", "months", "days"),
    [
        (date(2024, 2, 29), "plan", 12, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        (date(2026, 1, 31), "plan", 1, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (date(2026, 5, 15), "calendar", 1, ["2026-05-15", "2026-06-01", "2026-07-01"]),
        (date(2026, 5, 15), "calendar", 12, ["2026-05-15", "2027-01-01", "2028-01-01"]),
        (date(2026, 1, 1), "calendar", 12, ["2026-01-01", "2027-01-01"]),
    ],
)
def test_years_begin_where_people_expect_it(start: date, year: str, months: int, days: list[str]) -> None:
    found = beginnings(start, year, months)
    assert [next(found).isoformat() for _ in days] == days
