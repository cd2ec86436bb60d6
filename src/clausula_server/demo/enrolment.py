"""All plans registered, and people in them: the Webers, a family in Bologna, a couple in Utrecht, somebody in Lyon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clausula_server.demo.crowd import PLUSMED, Family, families
from clausula_server.demo.world import World
from clausula_server.enrolment.actions.application import Wanted, apply, enrol
from clausula_server.enrolment.actions.due import post_dues, receive_contribution
from clausula_server.enrolment.actions.edition import register_plans
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.actions.locality import load_localities, read_localities
from clausula_server.enrolment.dossier import Facts
from clausula_server.enrolment.models import Enrolment
from clausula_server.enrolment.queries import arrears
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import Address, NewPerson, move_person, register_person
from clausula_server.people.models import FamilyRole, Household, Person

START = date(2024, 1, 1)
LAST_YEAR = date(2025, 1, 1)

# Open data of the Federal Office of Public Health and the post, 2026; 2814 reaches three communes in three cantons.
PLACES = """country,postcode,town,commune,commune_name,canton,region
CH,1003,Lausanne,5586,Lausanne,VD,1
CH,1066,Épalinges,5589,Épalinges,VD,1
CH,1066,Lausanne,5586,Lausanne,VD,1
CH,2814,Ederswiler,6713,Ederswiler,JU,0
CH,2814,Kleinlützel,2619,Kleinlützel,SO,0
CH,2814,Roggenburg,2790,Roggenburg,BL,2
CH,3270,Aarberg,301,Aarberg,BE,2
CH,3426,Aefligen,401,Aefligen,BE,2
CH,6003,Luzern,1061,Luzern,LU,1
CH,8001,Zürich,261,Zürich,ZH,1
"""
ITALIANS = (
    ("giulia", FamilyRole.HOLDER, date(1980, 6, 15)),
    ("marco", FamilyRole.SPOUSE, date(1945, 4, 20)),
    ("luca", FamilyRole.CHILD, date(2012, 9, 1)),
    ("sofia", FamilyRole.CHILD, date(2016, 11, 30)),
)
DUTCH = (("sanne", FamilyRole.HOLDER, date(1988, 3, 9)), ("daan", FamilyRole.PARTNER, date(1985, 12, 24)))
FRENCH = (("claire", FamilyRole.HOLDER, date(1992, 10, 2)),)
BASE, MEDIO = "it/faremutua/noisalute-base", "it/faremutua/noisalute-medio"
BASIC, MODULE = "nl/zilveren-kruis/basisverzekering", "nl/zilveren-kruis/basis-plus-module"


def load(world: World) -> None:
    """Everybody in the plans of their country, contributions of the family in Bologna posted and partly paid."""
    register_plans()
    load_localities(read_localities(PLACES), START)
    _swiss(world)
    _italian(world)
    dutch = _household(world, "devries", "De Vries", DUTCH, Address("3511", "Utrecht", "NL"), "nl")
    _enrol(world, dutch, BASIC, {"sanne": {"voluntary_own_risk": "500"}, "daan": {}}, LAST_YEAR)
    _enrol(world, dutch, MODULE, {"sanne": {}}, LAST_YEAR)
    french = _household(world, "moreau", "Moreau", FRENCH, Address("69003", "Lyon", "FR"), "fr")
    apply(french, "fr/medaviz", [Wanted(world.id("person", "claire"))], LAST_YEAR, LAST_YEAR)
    for family in families():
        _crowd(world, family)
    _paid(world)


def _paid(world: World) -> None:
    """Nearly everybody has paid their contributions; every sixth is late with them."""
    for number, late in enumerate(sorted(arrears(world.today), key=lambda each: each.household)):
        if number % 6 and late.payer != world.id("person", "giulia"):
            day, key = date(world.today.year, 1, 20), f"demo:contribution:{late.payer}"
            receive_contribution(Person.objects.get(pk=late.payer), late.amount, late.currency, key, day)


def _swiss(world: World) -> None:
    webers = Household.objects.get(pk=world.id("household", "weber"))
    franchises = {"anna": "300", "paul": "2500", "ben": "0", "clara": "0"}
    _enrol(world, webers, "ch/lamal", {name: {"franchise": each} for name, each in franchises.items()}, START)
    _enrol(world, webers, "ch/assura/ultra-varia", {"anna": {"signed_on": "2023-11-20"}}, START)
    lund = Household.objects.get(pk=world.id("household", "lund"))
    sven = Wanted(world.id("person", "sven"), {"franchise": "1000"})
    apply(lund, "ch/assura/plusmed", [sven], date(2026, 4, 1), world.today)  # Zürich: waits for a person
    _enrol(world, lund, "ch/lamal", {"sven": {"franchise": "1000"}}, START)


def _italian(world: World) -> None:
    home = _household(world, "rossi", "Rossi", ITALIANS, Address("40121", "Bologna", "IT"), "it")
    for name in ("marco", "luca", "sofia"):
        person = Person.objects.get(pk=world.id("person", name))
        state_fact(person, "on_family_certificate", True, "certificate of 10 December 2023", max(START, person.born))
    _enrol(world, home, BASE, {"giulia": {}}, START)
    _enrol(world, home, MEDIO, {name: {} for name, _, _ in ITALIANS}, START)
    for enrolment in Enrolment.objects.filter(household=home).order_by("id"):
        post_dues(enrolment, world.today)
    giulia = Person.objects.get(pk=world.id("person", "giulia"))
    for year in (2024, 2025):
        receive_contribution(giulia, 42000, "EUR", f"demo:contribution:{year}", date(year, 1, 20))


def _crowd(world: World, family: Family) -> None:
    home = Household.objects.get(pk=world.id("household", family.name))
    if family.country == "IT":
        for someone in family.people[1:]:
            person = Person.objects.get(pk=world.id("person", someone.name))
            state_fact(person, "on_family_certificate", True, "family certificate", max(START, person.born))
    begins = LAST_YEAR if family.country in ("NL", "FR") else START
    for plan, people in family.plans:
        told: Facts = {"sale_channel": "phone"} if plan == PLUSMED else {}
        wanted = [Wanted(world.id("person", name), facts) for name, facts in people.items()]
        enrol(home, plan, wanted, begins, begins, told)


def _household(
    world: World,
    name: str,
    family_name: str,
    people: tuple[tuple[str, FamilyRole, date], ...],
    address: Address,
    language: str,
) -> Household:
    for given, role, born in people:
        new = NewPerson(given.title(), family_name, born, language, address.country, id=world.id("person", given))
        person = register_person(new, world.today)
        if role == FamilyRole.HOLDER:
            home = open_household(person, START, world.id("household", name))
        else:
            join_household(home, person, role, max(START, born))
        move_person(person, address, START)
    return home


def _enrol(world: World, home: Household, plan: str, people: Mapping[str, Facts], start: date) -> None:
    enrol(home, plan, [Wanted(world.id("person", name), facts) for name, facts in people.items()], start, start)


def tell(_world: World) -> list[str]:
    """What there is to see."""
    return [
        "plans: ./run server register_plans · renewals: ./run server renew 2027-01-01 2027-01-31",
        "postcode 2814 reaches three communes in three cantons; Sven's application for PlusMed waits for a decision",
    ]
