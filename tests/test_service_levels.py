"""Times within which something is owed, and hours at which somebody answers."""

from datetime import date, datetime, timedelta

import pytest

from clausula.plan import Contact, Opening, ServiceLevel
from clausula.service_levels import due, is_open, kept

END = datetime.max.time()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def level(count: int, unit: str) -> ServiceLevel:
    return ServiceLevel(id="answer", since="received", to="answered", within=(count, unit))


@pytest.mark.parametrize(
    ("within", "limit"),
    [
        ((20, "days"), datetime.combine(date(2026, 3, 21), END)),
        ((1, "months"), datetime.combine(date(2026, 4, 1), END)),
        ((48, "hours"), at("2026-03-03 10:00")),
        ((3, "minutes"), at("2026-03-01 10:03")),
        ((180, "seconds"), at("2026-03-01 10:03")),
    ],
)
def test_days_and_months_end_with_the_day_and_the_rest_to_the_second(within: tuple[int, str], limit: datetime) -> None:
    assert due(level(*within), at("2026-03-01 10:00")) == limit


def test_the_time_a_clock_stood_still_is_added() -> None:
    limit = due(level(20, "days"), at("2026-03-01 10:00"), timedelta(days=5))
    assert limit == datetime.combine(date(2026, 3, 26), END)


@pytest.mark.parametrize(
    ("within", "done", "late"),
    [
        ((20, "days"), "2026-03-21 23:59", False),
        ((20, "days"), "2026-03-22 00:00", True),
        ((180, "seconds"), "2026-03-01 10:02:59", False),
        ((180, "seconds"), "2026-03-01 10:03:00", True),
    ],
)
def test_a_level_is_kept_or_broken(within: tuple[int, str], done: str, late: bool) -> None:
    since = at("2026-03-01 10:00")
    assert kept(level(*within), since, at(done), at("2026-12-31 00:00")).late is late


def test_what_is_still_open_is_late_only_when_its_time_has_passed() -> None:
    since = at("2026-03-01 10:00")
    assert kept(level(20, "days"), since, None, at("2026-03-10 00:00")).late is None
    assert kept(level(20, "days"), since, None, at("2026-03-22 00:00")).late is True


def test_a_contact_is_open_in_its_hours_and_on_holidays_only_where_it_says_so() -> None:
    weekdays = Contact(id="line", hours=(Opening((1, 2, 3, 4, 5), 510, 1170),))
    monday, sunday = date(2026, 3, 2), date(2026, 3, 1)
    assert is_open(weekdays, monday, 510) is True
    assert is_open(weekdays, monday, 1170) is False
    assert is_open(weekdays, sunday, 600) is False
    assert is_open(weekdays, monday, 600, holiday=True) is False
    assert is_open(Contact(id="always", hours=(Opening((1, 8), 0, 1440),)), monday, 0, holiday=True) is True
    assert is_open(Contact(id="silent"), monday, 600) is None
