"""Reads about people: who may see what of whom, and what others ask of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from clausula_server.lib.roles import Role
from clausula_server.people.models import FamilyRole, Mandate, Membership, Person, Scope, StaffRole

PRIVATE_FROM_ELSEWHERE = 12
ADULTS = frozenset({FamilyRole.HOLDER, FamilyRole.SPOUSE, FamilyRole.PARTNER})


@dataclass(frozen=True, slots=True)
class Sight:
    """Whom a person may see on a day: whose contracts and payments, and whose care."""

    administrates: frozenset[UUID]
    reads_care: frozenset[UUID]


class Human(Protocol):
    """Somebody with a birthday, and a country whose law protects their data."""

    @property
    def born(self) -> date: ...  # noqa: D102 - as in Person
    @property
    def country(self) -> str: ...  # noqa: D102 - likewise


class Mate(NamedTuple):
    """Somebody of a household, in their role."""

    person: UUID
    role: str
    born: date
    country: str


def age_on(person: Human, day: date) -> int:
    """Completed years."""
    return day.year - person.born.year - ((day.month, day.day) < (person.born.month, person.born.day))


def keeps_care_private(person: Human, day: date) -> bool:
    """Whether the person is old enough that parents do not read their care without consent: by the country where they
    live, as the setting CLAUSULA_CARE_PRIVATE_FROM says."""
    return age_on(person, day) >= settings.CLAUSULA_CARE_PRIVATE_FROM.get(person.country, PRIVATE_FROM_ELSEWHERE)


def sight_of(person: UUID, day: date) -> Sight:
    """Whom the person may see on a day. Two statements; `sight` has the rules."""
    mandates = Mandate.objects.filter(receiver_id=person, during__contains=day).values_list("giver", "scope")
    return sight(person, day, _mates(person, day), mandates)


def known_of(person: UUID, day: date) -> tuple[Person, frozenset[Role], Sight]:
    """A person, the roles they hold in the house and whom they may see on a day. Two statements: every page asks."""
    held = StaffRole.objects.filter(person_id=OuterRef("pk"), during__contains=day).values("role")
    given = Mandate.objects.filter(receiver_id=OuterRef("pk"), during__contains=day).values(
        json=JSONObject(giver="giver", scope="scope")
    )
    row = Person.objects.annotate(held=ArraySubquery(held), given=ArraySubquery(given)).get(pk=person)
    mandates = [(UUID(each["giver"]), each["scope"]) for each in row.given]
    return row, frozenset(Role(role) for role in row.held), sight(person, day, _mates(person, day), mandates)


def _mates(person: UUID, day: date) -> list[Mate]:
    homes = Membership.objects.filter(person_id=person, during__contains=day).values("household")
    together = Membership.objects.filter(household__in=homes, during__contains=day).select_related("person")
    return [Mate(each.person_id, each.role, each.person.born, each.person.country) for each in together]


def sight(person: UUID, day: date, mates: Iterable[Mate], mandates: Iterable[tuple[UUID, str]]) -> Sight:
    """Whom a person may see on a day, from who is in their household and who gave them which mandate.

    1. Everybody sees their own.
    2. In a household, the holder administrates everyone; spouse and partner administrate the children. Both read the
       care of a child until it is old enough to keep it private. Nobody reads another adult's care.
    3. A mandate in force opens what it says: administration, or care as well.
    """
    administrates, reads_care = {person}, {person}
    together = list(mates)
    own = next((each for each in together if each.person == person), None)
    if own is not None and own.role in ADULTS:
        for other in (each for each in together if each.person != person):
            child = other.role == FamilyRole.CHILD
            if child or own.role == FamilyRole.HOLDER:
                administrates.add(other.person)
            if child and not keeps_care_private(other, day):
                reads_care.add(other.person)
    for giver, scope in mandates:
        administrates.add(giver)
        if scope == Scope.CARE:
            reads_care.add(giver)
    return Sight(frozenset(administrates), frozenset(reads_care))


def staff_roles_of(person: UUID, day: date) -> frozenset[Role]:
    """The roles the person holds in the house on that day."""
    held = StaffRole.objects.filter(person_id=person, during__contains=day).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)
