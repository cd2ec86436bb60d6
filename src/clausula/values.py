"""How the plain values of the plan language are read: from TOML to typed, with a message and a mend where one is not
right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from clausula.dates import minutes
from clausula.findings import Place
from clausula.money import MoneyError, to_ppm
from clausula.plan import LANGUAGES, FactRef, Names, Value

LARGEST_NUMBER = 10**12
"""Numbers a rule may name."""

IDENT = re.compile(r"[a-z0-9][a-z0-9_.:/!-]*")
OUTCOMES = ("covered", "partly", "not_covered", "needs_document", "needs_authorisation", "needs_person")
REFUSALS = OUTCOMES[2:]
FAILURE_NAMES = (
    "met",
    "missing",
    "status",
    "names",
    "issuer",
    "scope",
    "specialty",
    "proposal",
    "dated",
    "expired",
    "uses",
)
SCOPES = ("person", "household", "stay", "episode", "indication", "provider", "claim")
PERIODS = ("calendar year", "plan year", "half-year", "quarter", "month", "week", "day", "life")
SAID_FOR = {
    "limit": "at_most", "max": "at_most", "maximum": "at_most", "cap": "at_most", "ceiling": "at_most",
    "min": "at_least",
    "minimum": "at_least", "percent": 'share = "80 %"', "percentage": 'share = "80 %"', "rate": 'share = "80 %"',
    "copay": "less",
    "copayment": "less", "coinsurance": "member_pays", "excess": "deductible", "franchise": "deductible",
    "retention": "deductible",
    "fixed": "amount", "sum": "amount", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below",
}  # fmt: skip
"""Words that people write and the word the language has for them."""


def shown(value: Any) -> str:
    """A value as it is written in a plan, shortened, for messages."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {shown(entry)}" for key, entry in list(value.items())[:3])
        return "{ " + inner + (", … }" if len(value) > 3 else " }")
    if isinstance(value, list):
        return "[" + ", ".join(shown(entry) for entry in value[:3]) + (", …]" if len(value) > 3 else "]")
    return str(value)[:60]


class PlanValueError(ValueError):
    """A value that is not what the language wants: message and mend; `key` names the part that is wrong, if known."""

    def __init__(self, message: str, mend: str = "", key: str = "") -> None:
        message = message if len(message) <= 300 else message[:297] + "..."
        super().__init__(message)
        self.message, self.mend, self.key = message, mend, key


def text(value: Any, _: Place) -> str:
    """A string."""
    if not isinstance(value, str):
        raise PlanValueError(f"expected a text in quotes, found {shown(value)}", 'write it like "…"')
    return value


def ident(value: Any, place: Place) -> str:
    """A name for the machine."""
    if not IDENT.fullmatch(text(value, place)):
        plain = re.sub(r"[^a-z0-9_.:/!-]+", "-", str(value).lower()).strip("-")
        near = f', such as "{plain}"' if IDENT.fullmatch(plain) and len(plain) <= 60 else ""
        raise PlanValueError(
            f"{shown(value)} is not a valid id", f"use small letters, digits, hyphens and slashes{near}"
        )
    return str(value)


def whole(value: Any, _: Place) -> int:
    """A whole number from 0 up."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise PlanValueError(
            f"expected a whole number from 0 up, found {shown(value)}", "write it without quotes and decimals: 30"
        )
    return value


def flag(value: Any, _: Place) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise PlanValueError(f"expected true or false, found {shown(value)}", "write true or false, without quotes")
    return value


def number(value: Any, _: Place) -> Decimal:
    """An exact number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite() or value < 0:
        raise PlanValueError(
            f"expected a number from 0 up, found {shown(value)}",
            "write it without quotes, currency or thousands marks: 1500.50",
        )
    if value > LARGEST_NUMBER or Decimal(value).adjusted() < -9:
        raise PlanValueError("this number is too large or too fine", f"numbers go up to {LARGEST_NUMBER}")
    return Decimal(value)


def value_of(value: Any, place: Place) -> Value:
    """A number, or a fact: { fact = "franchise" }, { fact = "tariff", share = "200 %" }, { fact = "months", amount =
    100 }."""
    if isinstance(value, dict):
        if "fact" not in value or len(value) > 2 or set(value) - {"fact", "share", "amount"}:
            mend = 'write { fact = "…" }, with share = "50 %" or amount = 100 (for each) beside it'
            raise PlanValueError(f"expected a number or a fact, found {shown(value)}", mend)
        part = share(value["share"], place) if "share" in value else None
        return FactRef(ident(value["fact"], place), part, number(value["amount"], place) if "amount" in value else None)
    return number(value, place)


def share(value: Any, _: Place) -> int:
    """A share like "80 %", in parts per million."""
    if not isinstance(value, str):
        raise PlanValueError(f"{shown(value)} is not a share", 'write it in quotes and with its sign: "80 %"')
    try:
        return to_ppm(value)
    except MoneyError as error:
        raise PlanValueError(str(error), 'write it like "80 %"') from None


def names(value: Any, _: Place) -> Names:
    """A table of names by language."""
    if isinstance(value, str):
        return {"en": value}
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
        raise PlanValueError(
            f"expected names by language, found {shown(value)}",
            'write { en = "…", fr = "…", de = "…", it = "…", nl = "…" }',
        )
    for language in value:
        if language not in LANGUAGES:
            raise PlanValueError(
                f"unknown language {shown(language)}", "the languages are " + ", ".join(LANGUAGES), language
            )
    return value


def many(read: Callable[[Any, Place], Any]) -> Callable[[Any, Place], tuple[Any, ...]]:
    """A reader of one or several of the same."""

    def read_many(value: Any, place: Place) -> tuple[Any, ...]:
        return tuple(read(entry, place) for entry in (value if isinstance(value, list) else [value]))

    return read_many


def choice(*allowed: str) -> Callable[[Any, Place], str]:
    """A reader of one word out of a closed list."""

    def read_choice(value: Any, place: Place) -> str:
        if text(value, place) not in allowed:
            near = get_close_matches(str(value)[:60], allowed, 1)
            mend = f"did you mean {near[0]}? " if near else ""
            raise PlanValueError(
                f"{shown(value)} is not one of the words known here", f"{mend}use " + ", ".join(allowed)
            )
        return str(value)

    return read_choice


def services(value: Any, place: Place) -> tuple[str, ...]:
    """Nodes of the service tree, "*" for all."""
    found: tuple[str, ...] = many(text)(value, place)
    for node in found:
        if node != "*" and not IDENT.fullmatch(node):
            raise PlanValueError(
                f"{shown(node)} is not a node of the service tree", 'write services = ["hospital/stay"], or "*" for all'
            )
    return found


def scalar(value: Any, _: Place) -> Any:
    """A plain value."""
    if isinstance(value, dict | list):
        raise PlanValueError(
            f"expected a plain value, found {shown(value)}", "write a text in quotes, a number, a date, true or false"
        )
    return value


def texts_table(value: Any, place: Place) -> Mapping[str, str]:
    """A table of texts."""
    if not isinstance(value, dict):
        raise PlanValueError(f"expected a table, found {shown(value)}", 'write { word = "text" }')
    return {key: text(entry, place) for key, entry in value.items()}


def clock_time(value: Any) -> int:
    """Minutes after midnight of a time like "08:30"."""
    try:
        return minutes(value) if isinstance(value, str | time) else minutes(repr(value))
    except ValueError as error:
        raise PlanValueError(str(error)) from None
