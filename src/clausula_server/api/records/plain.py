"""What all records share: amounts, days, pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from clausula_server.lib.money import MINOR_UNITS, show_amount
from clausula_server.lib.paging import LARGEST_PAGE, page

Row = TypeVar("Row", bound=Model)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def _as_text(day: object) -> object:
    if not isinstance(day, str) or not _DAY.fullmatch(day):  # pydantic would take "0" for the first second of 1970
        raise ValueError("a day is a text like 2026-03-12")
    return day


def _a_day(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day from {FIRST_DAY} to {LAST_DAY} is asked for")
    return day


Day = Annotated[date, BeforeValidator(_as_text), AfterValidator(_a_day), Field(examples=["2026-03-12"])]
AmountIn = Annotated[
    str, Field(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$", description="In currency units.", examples=["120.50"])
]
Amount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", description="In currency units.", examples=["120.50"])]
Currency = Annotated[str, Field(pattern="^(CHF|EUR|USD)$", examples=["CHF"])]
Size = Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="How many at a time.")]
Cursor = Annotated[UUID | None, Field(description="`next` of the page before.")]
Fact = StrictStr | StrictBool | StrictInt | list[StrictStr]
Facts = Annotated[
    dict[Annotated[str, Field(max_length=60)], Fact],
    Field(
        max_length=60,
        description='By fact id of the plans: amounts as text ("300.00"), days as "2026-01-31", codes, flags, lists.',
    ),
]
Reason = Annotated[str, Field(min_length=3, max_length=1000, description="Why, in words others can understand.")]
Word = Annotated[str, Field(max_length=60)]
Names = Annotated[dict[str, str], Field(description="By language.", examples=[{"en": "Deductible", "fr": "Franchise"}])]


class Asked(BaseModel):
    """What is sent. A field nobody knows is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel):
    """A page of a list, the newest first; `items` are of each list's own record."""

    next: str | None = Field(description="`after` of the next page; null on the last.")

    @classmethod
    def of(cls, rows: QuerySet[Row], after: UUID | None, size: int, record: Callable[[Row], Any]) -> Self:
        """A page of rows, each as its record. What comes in meanwhile is on no later page, and shifts none."""
        found = page(rows, str(after) if after else "", size)
        items = [record(row) for row in found.rows]
        return cls.model_validate({"items": items, "next": found.next or None})


def minor(amount: str) -> int:
    """Minor units of an amount of the form of AmountIn."""
    whole, _, part = amount.partition(".")
    return int(whole) * MINOR_UNITS + int(part.ljust(2, "0") or 0)


def shown(amount: int) -> str:
    """Minor units in currency units."""
    return show_amount(amount)


def in_language(names: dict[str, str] | Any, language: str, otherwise: str) -> str:
    """A name in a language, else in English, else the id."""
    return str(names.get(language) or names.get("en") or otherwise)
