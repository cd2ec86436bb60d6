"""The words of the report in five languages (`words.toml`), dates and amounts as each language writes them."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from clausula import dates
from clausula.money import decimals, show

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def _texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads((files("clausula.batch") / "words.toml").read_text("utf-8"))
    return found


class Words:
    """The words of one language. Asking for one that is not there is a fault of the program."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __getitem__(self, key: str) -> str:
        return _texts()[key][self.language]

    def say(self, key: str, **parts: object) -> str:
        """A sentence with its parts put in."""
        return self[key].format(**parts)

    def count(self, key: str, number: int) -> str:
        """A number of things: `key_1` for one, `key` for more."""
        return self.say(f"{key}_1" if number == 1 else key, n=number)

    def day(self, day: date) -> str:
        """A date as people write it."""
        if self.language == "en":
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return dates.show(day, self.language)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in currency units."""
        return show(int(amount.scaleb(decimals(currency))), currency, self.language)
