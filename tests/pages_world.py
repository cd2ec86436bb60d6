"""What tests of pages share: families in plans with sign-ins, and browsers that have shown a second factor."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.test import Client
from django.utils import timezone

from clausula_server.accounts.models import User
from clausula_server.claims.stated import NewLine
from clausula_server.lib.roles import Role
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import NewPerson, register_person
from clausula_server.people.actions.staff import appoint_staff
from clausula_server.people.models import FamilyRole, Person
from tests.claims_world import BASE, MRI, PIU, TICKET, Home, bill, editions, enrol, paper, papers
from tests.following import followed_once

START = date(2020, 1, 1)
PEOPLE: Mapping[str, tuple[FamilyRole, int]] = {
    "carla": (FamilyRole.HOLDER, 44),
    "dino": (FamilyRole.SPOUSE, 45),
    "elio": (FamilyRole.CHILD, 16),
    "fede": (FamilyRole.CHILD, 7),
}
"""Carla holds the household; Italian law keeps Elio's care (16) to himself, Fede's (7) not."""
HOUSE = {
    "mara": Role.CLAIMS_HANDLER, "max": Role.CLAIMS_HANDLER, "omar": Role.OPERATIONS, "vera": Role.MEDICAL_ADVISER,
    "finn": Role.FINANCE, "nora": Role.AUDITOR,
}  # fmt: skip


def ago(days: int) -> date:
    """So many days before today."""
    return timezone.localdate() - timedelta(days=days)


def scan(before: int = 5, charged: int = 36_15, **facts: object) -> NewLine:
    """A magnetic resonance of some days ago."""
    return NewLine(MRI, ago(before), charged, facts={**TICKET, **facts})


@dataclass
class House:
    """A family, a stranger, people of the house; their users by first name."""

    home: Home
    users: dict[str, User]
    other: Home

    def of(self, name: str) -> UUID:
        """The person's id."""
        person = self.users[name].person
        assert person is not None
        return person.id

    def browser(self, name: str, language: str = "en") -> Client:
        """A browser in which that one is signed in, people of the house with a second factor."""
        client = Client(headers={"accept-language": language})
        client.force_login(self.users[name])
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session["account_authentication_methods_user"] = str(self.users[name].pk)
        session["noted_at"] = int(time.time())
        session.save()
        client.cookies["django_language"] = language
        return client


@followed_once
def house() -> House:
    """Everybody. Acting as the system."""
    registered = editions()
    people = {name: _person(name, "Bruni", age) for name, (_, age) in PEOPLE.items()}
    household = open_household(people["carla"], START)
    for name, (family_role, _) in list(PEOPLE.items())[1:]:
        join_household(household, people[name], family_role, max(START, people[name].born))
    for plan in (BASE, PIU):
        for person in people.values():
            enrol(person, household, registered[plan], date(2023, 1, 1))
    stranger = _person("sara", "Neri", 30)
    alone = open_household(stranger, START)
    enrol(stranger, alone, registered[BASE], date(2023, 1, 1))
    everybody = {**people, "sara": stranger}
    for name, role in HOUSE.items():
        everybody[name] = _person(name, "Haus", 40)
        appoint_staff(everybody[name], role, START)
    users = {name: User.objects.create(person=person) for name, person in everybody.items()}
    return House(Home(household, people, registered), users, Home(alone, {"sara": stranger}, registered))


def _person(name: str, family: str, age: int) -> Person:
    born = date(timezone.localdate().year - age, 1, 1)
    return register_person(NewPerson(name.title(), family, born, language="it", country="IT"), START)


def paid_scan(house: House, name: str, before: int = 5) -> UUID:
    """A claim that is paid in full."""
    papers(house.of(name), ago(before + 20))
    return bill(house.of(name), scan(before))


def waiting_scan(house: House, name: str, before: int = 5) -> UUID:
    """A claim that waits for a prescription."""
    return bill(house.of(name), scan(before))


def waiting_physio(house: House, name: str) -> UUID:
    """A claim that waits for an authorisation."""
    facts = {
        "cause": "accident", "accident_on": ago(30).isoformat(), "purpose": "rehabilitation", "channel": "network",
        "doctor_in_network": True, "prescribed_by_specialty": "general-practice",
        "performed_by": "physiotherapist", "title_on_invoice": True,
    }  # fmt: skip
    paper(house.of(name), "emergency-department-report", ago(30))
    paper(house.of(name), "prescription", ago(29), names=("pathology",))
    return bill(house.of(name), NewLine("physiotherapy/session", ago(9), 40_00, facts=facts))
