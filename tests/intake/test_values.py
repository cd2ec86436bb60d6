"""Single values: exact, or refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from clausula.intake import values


@pytest.mark.parametrize("text", ["36.15", "0.1", "1e2", "-5", ".5", "00.50", " 7 "])
def test_a_number_is_taken_exactly(text: str) -> None:
    assert values.number(text) == Decimal(text.strip())


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "1e400", "1e-400", "36,15", "1'000", "=1+1", "12 CHF", "٣", "1_000", "9" * 40]
)
def test_what_is_no_exact_number_is_refused(text: str) -> None:
    with pytest.raises(values.BadValueError):
        values.number(text)


def test_a_formula_is_named_as_one() -> None:
    with pytest.raises(values.BadValueError, match="formula of a spreadsheet"):
        values.number("=SUM(A1:A9)")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e999999")])
def test_decimals_that_are_no_amounts_are_refused(value: Decimal) -> None:
    with pytest.raises(values.BadValueError):
        values.number(value)


def test_the_local_date_is_taken_as_written() -> None:
    assert values.moment("2026-03-29T00:30:00+02:00") == (date(2026, 3, 29), 30)
    assert values.moment("2015-02-21+01:00") == (date(2015, 2, 21), None)
    assert values.moment("2022-01-24T00:00:00.000+01:00") == (date(2022, 1, 24), None)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026", "2026-02", "12.03.2026", "", "2026-01-01T25:00"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(values.BadValueError):
        values.moment(text)


def test_a_leap_day_exists_in_a_leap_year() -> None:
    assert values.day("2024-02-29") == date(2024, 2, 29)


def test_half_a_pack_counts_as_one_unit_and_keeps_what_was_stated() -> None:
    assert values.quantity("0.5") == (1, Decimal("0.5"))
    assert values.quantity("3.0") == (3, Decimal("3.0"))


@pytest.mark.parametrize("text", ["0", "-1", "1e9"])
def test_a_quantity_is_positive_and_bounded(text: str) -> None:
    with pytest.raises(values.BadValueError):
        values.quantity(text)


def test_facts_are_read_by_their_kind() -> None:
    assert values.fact("flag", "true") is True
    assert values.fact("number", "3") == 3
    assert values.fact("money", "3.20") == Decimal("3.20")
    assert values.fact("date", "2026-03-12") == date(2026, 3, 12)
    assert values.fact("time", "08:30") == 510
    assert values.fact("set", "a|b") == ("a", "b")
    assert values.fact("code", "008") == "008"


@pytest.mark.parametrize(
    ("kind", "text"), [("flag", "yes"), ("time", "8h30"), ("date", "soon"), ("money", "x"), ("number", "1.5")]
)
def test_a_fact_of_another_kind_is_refused(kind: str, text: str) -> None:
    with pytest.raises(values.BadValueError):
        values.fact(kind, text)
