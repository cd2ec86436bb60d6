"""Pages by cursor: rows after the id the last page ended with. Ids rise with time, so that no row is shown twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from clausula_server.lib.refusals import refuse

Row = TypeVar("Row", bound=Model)
LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next page ("" where this is the last)."""

    rows: list[Row]
    next: str


def page(rows: QuerySet[Row], after: str = "", size: int = 50) -> Page[Row]:
    """The newest rows first, `size` of them, after the cursor. Raises Refused."""
    size = max(1, min(size, LARGEST_PAGE))
    if after:
        try:
            rows = rows.filter(pk__lt=UUID(after))
        except ValueError:
            refuse("after", "this is no cursor of ours.", "Take the one of the page before, or leave it out.")
    found = list(rows.order_by("-pk")[: size + 1])
    return Page(found[:size], str(found[size - 1].pk) if len(found) > size else "")
