"""The Weber family, a stranger, and the people of the house. Nobody in it exists."""

from __future__ import annotations

from datetime import date

from clausula_server.demo.crowd import families
from clausula_server.demo.world import World
from clausula_server.lib.roles import Role
from clausula_server.people.actions.contact import add_contact, change_bank_account
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import (
    Address,
    NewPerson,
    identify_person,
    move_person,
    register_person,
)
from clausula_server.people.actions.staff import appoint_staff
from clausula_server.people.models import FamilyRole, Person

START = date(2024, 1, 1)
ZURICH = Address("8001", "Zürich", "CH", street="Limmatquai 1", canton="ZH", commune="261")
FAMILY = (
    ("anna", "Weber", FamilyRole.HOLDER, date(1980, 6, 15), "female", "+41 79 555 01 01"),
    ("paul", "Weber", FamilyRole.SPOUSE, date(1979, 2, 3), "male", "+41 79 555 01 02"),
    ("ben", "Weber", FamilyRole.CHILD, date(2017, 9, 1), "male", ""),
    ("clara", "Weber", FamilyRole.CHILD, date(2012, 11, 30), "female", "+41 79 555 01 04"),
)
HOUSE = (
    ("mara", Role.CLAIMS_HANDLER),
    ("omar", Role.OPERATIONS),
    ("vera", Role.MEDICAL_ADVISER),
    ("finn", Role.FINANCE),
    ("ada", Role.ADMINISTRATOR),
    ("nora", Role.AUDITOR),
    ("milo", Role.CLAIMS_HANDLER),
)


def load(world: World) -> None:
    """The Webers, a stranger, seven people of the house, and the crowd."""
    for number, (name, family_name, role, born, sex, phone) in enumerate(FAMILY):
        person = _person(world, name, family_name, born, sex)
        identify_person(person, "member", f"CL{10_001 + number}")
        if role == FamilyRole.HOLDER:
            home = open_household(person, START, world.id("household", "weber"))
            change_bank_account(person, "CH93 0076 2011 6238 5295 7", "Anna Weber", START)
        else:
            join_household(home, person, role, max(START, born))
        move_person(person, ZURICH, START)
        if phone:
            add_contact(person, "phone", phone, verified=True)
    sven = _person(world, "sven", "Lund", date(1990, 4, 4), "male")
    open_household(sven, START, world.id("household", "lund"))
    move_person(sven, ZURICH, START)
    add_contact(sven, "phone", "+41 79 555 02 01", verified=True)
    for name, staff_role in HOUSE:
        person = _person(world, name, "Haus", date(1985, 1, 1), "")
        add_contact(person, "email", f"{name}@clausula.example", verified=True)
        appoint_staff(person, staff_role, START)
    for number, family in enumerate(families()):
        holder = None
        for member, someone in enumerate(family.people):
            new = NewPerson(
                someone.given_name, family.family_name, someone.born, family.language, family.country,
                sex=someone.sex, identifiers={"member": f"CL{100_000 + number * 10 + member}"},
                id=world.id("person", someone.name),
            )  # fmt: skip
            person = register_person(new, world.today)
            move_person(person, family.home, START)
            if holder is None:
                holder = open_household(person, START, world.id("household", family.name))
            else:
                join_household(holder, person, someone.role, max(START, someone.born))


def _person(world: World, name: str, family_name: str, born: date, sex: str) -> Person:
    new = NewPerson(name.title(), family_name, born, "de", "CH", sex=sex, id=world.id("person", name))
    return register_person(new, world.today)
