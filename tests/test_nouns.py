"""The plain nouns: money and dates as people write them, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clausula import dates, money
from clausula.findings import Place
from clausula.household import Household, Person


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [(150, "CHF", 15000), ("36.15", "CHF", 3615), (Decimal("0.05"), "EUR", 5), (7, "JPY", 7), ("-3.10", "EUR", -310)],
)
def test_an_amount_is_whole_minor_units(amount: Any, currency: str, minor: int) -> None:
    assert money.to_minor(amount, currency) == minor
    assert money.to_decimal(minor, currency) == Decimal(amount)
    assert Decimal(money.to_text(minor, currency)) == Decimal(amount)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(0, "CHF", "0.00"), (5, "EUR", "0.05"), (-5, "EUR", "-0.05"), (-12_345, "CHF", "-123.45"), (7, "JPY", "7"),
     (1_002, "KWD", "1.002")],
)  # fmt: skip
def test_an_amount_as_text_for_data_has_all_its_decimals(minor: int, currency: str, text: str) -> None:
    assert money.to_text(minor, currency) == text == str(money.to_decimal(minor, currency))


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("36.155", "has more decimals than CHF"),
        ("much", "is not an amount of money; write it like 36.15"),
        ("Infinity", "is not an amount of money"),
        ("1e30", "is not an amount of money"),
        (Decimal("1." + "0" * 29 + "1"), "more decimals"),
        (10**12, "is out of range"),
    ],
)
def test_what_is_no_amount_is_told(amount: Any, message: str) -> None:
    with pytest.raises(money.MoneyError, match=message):
        money.to_minor(amount, "CHF")


@pytest.mark.parametrize(("share", "ppm"), [("80 %", 800_000), ("12.5%", 125_000), ("0.0001 %", 1), ("1000 %", 10**7)])
def test_a_share_is_parts_per_million(share: str, ppm: int) -> None:
    assert money.to_ppm(share) == ppm


@pytest.mark.parametrize(
    ("share", "message"),
    [
        ("80", "is not a share"),
        ("x %", "is not a share"),
        ("NaN %", "is not a share"),
        ("1001 %", "must lie between 0 % and 1000 %"),
        ("-1 %", "must lie between"),
        ("0.00001 %", "at most four decimals"),
    ],
)
def test_what_is_no_share_is_told(share: str, message: str) -> None:
    with pytest.raises(money.MoneyError, match=message):
        money.to_ppm(share)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "12 March 2026"), ("fr", "12.03.2026"), ("de", "12.03.2026"), ("it", "12/03/2026"), ("nl", "12-03-2026")],
)
def test_a_day_is_written_as_people_write_it(language: str, shown: str) -> None:
    day = date(2026, 3, 12)
    assert dates.show(day, language) == dates.show(day.toordinal(), language) == shown


def test_a_time_of_day_is_minutes_after_midnight() -> None:
    assert [dates.minutes(text) for text in ("08:30", "8.30", "00:00", "24:00")] == [510, 510, 0, 1440]
    assert dates.show_time(510) == "08:30"
    for text in ("24:01", "12:60", "noon"):
        with pytest.raises(ValueError, match="write it like 08:30"):
            dates.minutes(text)


def test_a_birthday_on_29_february_is_kept_on_1_march_of_other_years() -> None:
    born = date(2012, 2, 29).toordinal()
    assert dates.years_between(born, date(2025, 2, 28).toordinal()) == 12
    assert dates.years_between(born, date(2025, 3, 1).toordinal()) == 13


def test_somebody_who_is_not_in_a_household_is_not_found() -> None:
    home = Household("h", (Person("ann", date(1990, 1, 1)),))
    assert home.person("ann").born == date(1990, 1, 1)
    with pytest.raises(KeyError, match="ben"):
        home.person("ben")


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(Place("plan.md", 3, 5)).startswith("plan.md:3")
