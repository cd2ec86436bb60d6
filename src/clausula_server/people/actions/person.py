"""Persons: register one, identify it, move it, note a death."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import DAY, days
from clausula_server.lib.refusals import Fault, Refused, refuse, refuse_if
from clausula_server.people.checks import checked_identifier
from clausula_server.people.models import Identifier, Language, Person, Residence, Sex


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives. canton and commune (its official number) where premiums depend on them."""

    postcode: str
    town: str
    country: str
    street: str = ""
    canton: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is stated of a person. identifiers: number by system (ahv, codice-fiscale, bsn, nir, member)."""

    given_name: str
    family_name: str
    born: date
    language: str
    country: str
    sex: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    id: UUID | None = None


@action
def register_person(new: NewPerson, on: date) -> Person:
    """Register a person as stated on a day. Raises Refused, with all faults."""
    numbers = _checked(new, on)
    person = Person(
        given_name=new.given_name.strip(),
        family_name=new.family_name.strip(),
        born=new.born,
        language=new.language,
        country=new.country,
        sex=new.sex,
    )
    if new.id is not None:
        person.id = new.id
    person.save(force_insert=True)
    for system, number in numbers.items():
        _identify(person, system, number)
    append("person.registered", person.id, person=person.id)
    return person


@action
def identify_person(person: Person, system: str, number: str) -> Identifier:
    """Note a number by which the person is known. Raises Refused."""
    row = _identify(person, system, checked_identifier(system, number, f"identifiers.{system}"))
    append("person.identified", person.id, person=person.id, payload={"system": system})
    return row


@action
def move_person(person: Person, address: Address, start: date) -> Residence:
    """Let the person live at an address from a day on; the earlier residence ends the day before. Raises Refused."""
    held = Residence.objects.select_for_update().filter(person=person, during__endswith__isnull=True).first()
    if held is not None:
        if held.during.lower is not None and held.during.lower >= start:
            refuse("start", f"the present residence began on {held.during.lower}.", "Give a later day.")
        held.during = days(held.during.lower or start, start - DAY)
        held.save(update_fields=["during"])
    row = Residence.objects.create(
        person=person,
        street=address.street,
        postcode=address.postcode,
        town=address.town,
        canton=address.canton,
        commune=address.commune,
        country=address.country,
        during=days(start),
    )
    append("person.moved", person.id, person=person.id, payload={"start": start.isoformat()})
    return row


@action
def note_death(person: Person, died_on: date) -> None:
    """Note that the person died. Raises Refused."""
    if died_on < person.born:
        refuse("died_on", f"{died_on} is before the birth on {person.born}.", "Check both dates.")
    person.died_on = died_on
    person.save(update_fields=["died_on"])
    append("person.died", person.id, person=person.id)


def _checked(new: NewPerson, on: date) -> dict[str, str]:
    faults = []
    if not new.given_name.strip():
        faults.append(Fault("given_name", "it is empty.", "Write the name as in the passport."))
    if not new.family_name.strip():
        faults.append(Fault("family_name", "it is empty.", "Write the name as in the passport."))
    if new.born > on:
        faults.append(Fault("born", f"{new.born} is still to come.", "Write the day of birth."))
    if new.language not in Language.values:
        faults.append(Fault("language", f"“{new.language}” is not spoken here.", "Take fr, de, it, nl or en."))
    if new.sex not in ("", *Sex.values):
        faults.append(Fault("sex", f"“{new.sex}” is not known.", "Take female, male, or leave it out."))
    if len(new.country) != 2 or not new.country.isalpha() or not new.country.isupper():
        faults.append(Fault("country", f"“{new.country}” is no country code.", "Take two capitals, like CH."))
    numbers = {}
    for system, number in new.identifiers.items():
        try:
            numbers[system] = checked_identifier(system, number, f"identifiers.{system}")
        except Refused as refused:
            faults += refused.faults
    refuse_if(faults)
    return numbers


def _identify(person: Person, system: str, number: str) -> Identifier:
    try:
        with transaction.atomic():
            return Identifier.objects.create(person=person, system=system, value=number)
    except IntegrityError:
        mend = "Look for the person by this number; they are registered already, or the number is mistyped."
        refuse(f"identifiers.{system}", f"{number} is in use, or the person has one already.", mend)
