"""What the rooms' parts of the demo hand on to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.utils import timezone

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 12, 31)
"""Days the demo can be told of: two years after it begins, and before figures of a year nobody knows are needed."""


def told_on() -> date:
    """The day the demo is told of: today, so that what waits has just begun to wait, as far as the tables reach."""
    return min(max(timezone.localdate(), FIRST_DAY), LAST_DAY)


@dataclass(slots=True)
class World:
    """Ids by name, the same in every load: `world.id("person", "anna")`. today: the day the demo is told of."""

    today: date = field(default_factory=told_on)
    known: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def id(kind: str, name: str) -> UUID:
        """The id of a thing of the demo, made from its name, so that each part finds what the others wrote."""
        return uuid5(NAMESPACE_URL, f"https://clausula.example/demo/{kind}/{name}")

    def ago(self, days: int) -> date:
        """A day so many days ago."""
        return self.today - timedelta(days=days)


def parts(function: str) -> list[tuple[str, Callable[[World], Any]]]:
    """That function of every room's part which has it, in the order of the rooms."""
    found = []
    for room in settings.ROOMS:
        if find_spec(f"clausula_server.demo.{room}"):
            work = getattr(import_module(f"clausula_server.demo.{room}"), function, None)
            if work is not None:
                found.append((room, work))
    return found
