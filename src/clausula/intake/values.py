"""Single values as they stand in files: amounts, dates, times, quantities, flags. Exact, or refused with a reason.

Every function here raises BadValueError with a sentence that says what was found and how it should be written.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from clausula.dates import minutes
from clausula.household import FactValue

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Dates outside these are taken for slips of the pen: nobody alive was treated before, and no plan runs that long."""

LARGEST_QUANTITY = 1_000_000
MOST_DIGITS = 30
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d(?:\.\d{1,9})?)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)
_KINDS = ("code", "flag", "number", "money", "date", "time", "set")


class BadValueError(ValueError):
    """A value that cannot be taken; the text is for a person."""


class Moment(NamedTuple):
    """A day and, where stated, the time of day in minutes since midnight."""

    day: date
    time: int | None


def number(text: str | int | Decimal) -> Decimal:
    """A finite decimal number of at most 30 digits, exactly as written. Raises BadValueError."""
    if isinstance(text, str):
        text = text.strip()
        if not _NUMBER.fullmatch(text):
            raise BadValueError(f"{shown(text)} is not a number; write it like 36.15{_hint(text)}")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadValueError(f"{shown(str(text))} is not a number; write it like 36.15") from None
    if not value.is_finite():
        raise BadValueError(f"{value} is not a number; write it like 36.15")
    if value and (len(value.as_tuple().digits) > MOST_DIGITS or not -MOST_DIGITS < value.adjusted() < MOST_DIGITS):
        raise BadValueError(f"{shown(str(text))} is out of range for an amount")
    return value


def moment(text: str | date) -> Moment:
    """A date, or date and time, in ISO 8601, as written: an offset from UTC is read over, never converted.

    "2026-03-29T00:30:00+02:00" is 29 March 2026, 00:30: where the provider stands, it is that day.
    Midnight to the minute is how systems without a time fill a field that demands one: it counts as no time.
    Raises BadValueError.
    """
    if isinstance(text, date):
        return Moment(text, None)
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise BadValueError(f"{shown(text)} is not a full date; write it like 2026-03-12")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadValueError(f"{shown(text)}: there is no such day in the calendar") from None
    if found[4] is None:
        return Moment(day, None)
    time = int(found[4]) * 60 + int(found[5])
    if int(found[5]) > 59 or time > 24 * 60:
        raise BadValueError(f"{shown(text)}: there is no such time of day")
    return Moment(day, time or None)


def day(text: str | date) -> date:
    """The day of `moment`. Raises BadValueError."""
    return moment(text).day


def quantity(stated: str | int | Decimal) -> tuple[int, Decimal]:
    """Units to count, and the quantity as stated.

    A quantity that is not whole (half a pack of a medicine) counts as one unit; it is not rounded. Raises
    BadValueError.
    """
    exact = number(stated)
    if not 0 < exact <= LARGEST_QUANTITY:
        raise BadValueError(f"quantity {exact} is not between 0 and {LARGEST_QUANTITY}")
    return (int(exact) if exact == exact.to_integral_value() else 1), exact


def fact(kind: str, text: str) -> FactValue:
    """A fact from text by its kind (code, flag, number, money, date, time, set). Raises BadValueError.

    Flags are written true or false, times 08:30 (kept as minutes since midnight), sets a|b|c.
    """
    assert kind in _KINDS, kind
    text = text.strip()
    if kind == "flag":
        if text not in ("true", "false"):
            raise BadValueError(f"{shown(text)} is not a flag; write true or false")
        return text == "true"
    if kind == "money":
        return number(text)
    if kind == "number":
        value = number(text)
        if value != value.to_integral_value():
            raise BadValueError(f"{shown(text)} is not a whole number")
        return int(value)
    if kind == "date":
        return day(text)
    if kind == "time":
        try:
            return minutes(text)
        except ValueError as error:
            raise BadValueError(str(error)) from None
    return tuple(part.strip() for part in text.split("|") if part.strip()) if kind == "set" else text


def shown(text: str) -> str:
    """A value as it is quoted in a message: at most 40 characters, line breaks escaped."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _hint(text: str) -> str:
    if text.startswith("="):
        return " (this is a formula of a spreadsheet: export values, not formulas)"
    return " (with a point, not a comma)" if "," in text else ""
