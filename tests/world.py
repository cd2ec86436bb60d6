"""The cast of the server's tests, as plain functions. Nobody in it exists.

Anna holds the household; Paul is her husband, Ben (8) and Clara (13) are their children. Dr Keller is their general
practitioner, Dr Rossi a dermatologist. Mara handles claims, Omar runs operations, Vera is the medical adviser, Finn
does the money, Ada administrates, Nora audits. Sven is a stranger, a member like Anna, who must see nothing of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clausula_server.accounts.actors import actor_for
from clausula_server.accounts.models import User
from clausula_server.directory.actions.provider import NewProvider, list_provider, register_provider
from clausula_server.directory.models import Provider
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.roles import Role
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import NewPerson, register_person
from clausula_server.people.actions.staff import appoint_staff
from clausula_server.people.models import FamilyRole, Household, Person
from tests.following import followed_once

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Zurich"))
LONG_AGO = date(2020, 1, 1)

FAMILY = {
    "anna": (FamilyRole.HOLDER, date(1980, 6, 15), "female"),
    "paul": (FamilyRole.SPOUSE, date(1979, 2, 3), "male"),
    "ben": (FamilyRole.CHILD, date(2017, 9, 1), "male"),
    "clara": (FamilyRole.CHILD, date(2012, 11, 30), "female"),
}
STAFF = {
    "mara": Role.CLAIMS_HANDLER,
    "omar": Role.OPERATIONS,
    "vera": Role.MEDICAL_ADVISER,
    "finn": Role.FINANCE,
    "ada": Role.ADMINISTRATOR,
    "nora": Role.AUDITOR,
}


@dataclass
class Cast:
    """Everybody, by first name: `cast.people["anna"]`, `cast.users["keller"]`, `cast.acts("mara")`."""

    people: dict[str, Person] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    home: Household = field(default_factory=Household)

    def acts(self, name: str) -> Actor:
        """That one as an actor, on the day of the tests."""
        return actor_for(self.users[name], NOW)


def a_person(name: str, born: date = date(1980, 1, 1), *, country: str = "CH", sex: str = "") -> Person:
    """A person called by that name."""
    new = NewPerson(name.title(), "Weber", born, language="de", country=country, sex=sex)
    return register_person(new, TODAY)


def a_household(holder: Person, *, since: date = LONG_AGO) -> Household:
    """A household with its holder."""
    return open_household(holder, max(since, holder.born))


def a_provider(code: str, role: str = "family-doctor", specialty: str = "general-medicine") -> Provider:
    """A Swiss provider."""
    new = NewProvider(code=code, name=f"Dr. {code.title()}", country="CH", role=role, specialty=specialty)
    return register_provider(new)


def a_user(person: Person | None = None, provider: Provider | None = None) -> User:
    """A sign-in."""
    return User.objects.create(person=person, provider=provider)


@followed_once
def cast_all() -> Cast:
    """Bring everybody on."""
    cast = Cast()
    with acting(system("test")):
        for name, (role, born, sex) in FAMILY.items():
            cast.people[name] = a_person(name, born, sex=sex)
            if role == FamilyRole.HOLDER:
                cast.home = a_household(cast.people[name])
            else:
                join_household(cast.home, cast.people[name], role, max(LONG_AGO, born))
        cast.people["sven"] = a_person("sven")
        a_household(cast.people["sven"])
        for name, staff_role in STAFF.items():
            cast.people[name] = a_person(name)
            appoint_staff(cast.people[name], staff_role, LONG_AGO)
        for code, specialty in (("keller", "general-medicine"), ("rossi", "dermatology")):
            cast.providers[code] = a_provider(code, specialty=specialty)
            cast.users[code] = a_user(provider=cast.providers[code])
        list_provider(cast.providers["keller"], "plusmed", date(2025, 1, 1), date(2026, 1, 31))
        for name, person in cast.people.items():
            cast.users[name] = a_user(person)
    return cast
