"""Persons and households."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api.concerns import of_household, of_person, of_themselves
from clausula_server.api.endpoint import Room
from clausula_server.api.records.people import (
    ContactRecord,
    HouseholdRecord,
    MemberRecord,
    People,
    PersonRecord,
    PersonWhole,
    ResidenceRecord,
)
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.lib.periods import period
from clausula_server.people.models import Contact, Membership, Person, Residence

room = Room("people")
Name = Annotated[str, Field(max_length=100, description="How the family name begins.")]
System = Annotated[str, Field(pattern="^(|ahv|codice-fiscale|bsn|nir|member)$", description="Who issued the number.")]
Number = Annotated[str, Field(max_length=30, description="The number, as it is kept: without dots and blanks.")]


@room.get("/persons", "people.person.read", of_themselves)
def list_persons(
    request: HttpRequest, name: Name = "", system: System = "", number: Number = "", after: Cursor = None,
    size: Size = 50,
) -> People:  # fmt: skip
    """The persons whom the asker may see, by name or by number."""
    rows = Person.objects.all()
    if name:
        rows = rows.filter(family_name__istartswith=name)
    if system or number:
        rows = rows.filter(identifiers__system=system, identifiers__value=number)
    return People.of(rows, after, size, _person)


@room.get("/persons/{uuid:person}", "people.person.read", of_person)
def show_person(request: HttpRequest, person: UUID) -> PersonWhole:
    """A person with household, contacts and residence of today."""
    row, today = get_object_or_404(Person, pk=person), timezone.localdate()
    home = Membership.objects.filter(person=row, during__contains=today).first()
    lives = Residence.objects.filter(person=row, during__contains=today).first()
    contacts = Contact.objects.filter(person=row, ended_at=None).order_by("id")
    return PersonWhole(
        **_person(row).model_dump(),
        household=home.household_id if home else None,
        role=home.role if home else "",
        contacts=[
            ContactRecord(kind=each.kind, value=each.value, verified=bool(each.verified_at)) for each in contacts
        ],
        residence=_residence(lives) if lives else None,
    )


@room.get("/households/{uuid:household}", "people.person.read", of_household)
def show_household(request: HttpRequest, household: UUID) -> HouseholdRecord:
    """A household, with those of it whom the asker may see, also of earlier days."""
    rows = Membership.objects.filter(household=household).select_related("person").order_by("during", "id")
    return HouseholdRecord(id=household, members=[_member(each) for each in rows])


def _person(row: Person) -> PersonRecord:
    return PersonRecord(
        id=row.id,
        given_name=row.given_name,
        family_name=row.family_name,
        born=row.born,
        sex=row.sex,
        language=row.language,
        country=row.country,
    )


def _residence(row: Residence) -> ResidenceRecord:
    return ResidenceRecord(
        street=row.street,
        postcode=row.postcode,
        town=row.town,
        canton=row.canton,
        commune=row.commune,
        country=row.country,
        since=period(row.during).start,
    )


def _member(row: Membership) -> MemberRecord:
    held = period(row.during)
    return MemberRecord(person=row.person_id, name=str(row.person), role=row.role, since=held.start, until=held.until)
