"""Persons and households."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from clausula_server.api.records.plain import Page


class Me(BaseModel):
    """As whom the token acts, and what it may."""

    user: UUID
    name: str
    person: UUID | None
    provider: UUID | None
    roles: list[str]
    scopes: list[str] = Field(description="Permissions, or rooms of them, that the token is confined to.")
    permissions: list[str] = Field(description="What may be done with it, for whomever the rules allow.")
    administrates: list[UUID] = Field(description="Persons whose contracts and payments they look after.")
    reads_care: list[UUID] = Field(description="Persons whose care they may read.")


class ContactRecord(BaseModel):
    """How somebody is reached."""

    kind: str
    value: str
    verified: bool


class ResidenceRecord(BaseModel):
    """Where somebody lives."""

    street: str
    postcode: str
    town: str
    canton: str
    commune: str
    country: str
    since: date


class PersonRecord(BaseModel):
    """A person."""

    id: UUID
    given_name: str
    family_name: str
    born: date
    sex: str
    language: str
    country: str


class PersonWhole(PersonRecord):
    """A person with household, contacts and residence of today."""

    household: UUID | None
    role: str = Field(description="holder, spouse, partner or child.")
    contacts: list[ContactRecord]
    residence: ResidenceRecord | None


class People(Page):
    """Persons."""

    items: list[PersonRecord]


class MemberRecord(BaseModel):
    """Somebody in a household over a period."""

    person: UUID
    name: str
    role: str
    since: date
    until: date | None


class HouseholdRecord(BaseModel):
    """A household, with those of it who may be seen."""

    id: UUID
    members: list[MemberRecord]
