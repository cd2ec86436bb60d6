"""A household on a day, as plans look at it: who is in it, what is known of them, which plans they are in.

Plain values without table or engine: `queries.py` fills them, `catalogue` puts plans' questions to them, and the rooms
above hand them on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from clausula_server.lib.ids import new_id

Facts = Mapping[str, Any]
"""By fact id, as JSON: amounts in currency units as text ("300.00"), dates as "2026-01-31", codes, flags, lists."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the household on that day. facts: of the person, where they live included."""

    id: UUID
    name: str
    born: date
    sex: str
    role: str
    facts: Facts = field(default_factory=dict)
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """An enrolment as it stands on that day. start, until: of the whole enrolment, both inclusive. edition,
    digest, facts: of its term. wanted: applied for, not concluded.
    """

    person: UUID
    plan: str
    digest: str
    edition: UUID
    start: date
    until: date | None = None
    facts: Facts = field(default_factory=dict, hash=False)
    wanted: bool = False
    id: UUID = field(default_factory=new_id)

    def holds(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A household on a day. later: enrolments that begin after it."""

    household: UUID
    day: date
    members: tuple[Member, ...]
    held: tuple[Held, ...] = ()
    later: tuple[Held, ...] = ()

    def member(self, person: UUID) -> Member:
        """The person of that id. Raises KeyError."""
        for member in self.members:
            if member.id == person:
                return member
        raise KeyError(person)

    def holder(self) -> Member | None:
        """Who answers for the household on that day."""
        return next((member for member in self.members if member.role == "holder"), None)

    def of_plan(self, plan: str, *, later: bool = False) -> tuple[Held, ...]:
        """Who is in a plan on that day; with those to come, if they are asked for."""
        return tuple(held for held in (self.all() if later else self.held) if held.plan == plan)

    def with_held(self, *more: Held) -> Dossier:
        """The same household with further enrolments."""
        return replace(self, held=(*self.held, *more))

    def without(self, *ids: UUID) -> Dossier:
        """The same household without some enrolments."""
        return replace(self, held=tuple(held for held in self.held if held.id not in ids))

    def digests(self) -> frozenset[str]:
        """The editions anybody is in, now or later."""
        return frozenset(held.digest for held in self.all())

    def all(self) -> Iterator[Held]:
        """Enrolments in force, then those to come."""
        yield from self.held
        yield from self.later
