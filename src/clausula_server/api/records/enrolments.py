"""Enrolments, what is left, what must come first."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from clausula_server.api.records.plain import Amount, AmountIn, Asked, Day, Facts, Page, Word


class TermRecord(BaseModel):
    """A stretch of an enrolment under one edition, with the choices that hold in it."""

    edition: UUID
    since: date
    until: date | None
    facts: dict[str, Any]


class EnrolmentRecord(BaseModel):
    """A person is in a plan over a period."""

    id: UUID
    plan: str
    name: str
    since: date
    until: date | None
    ended_for: str
    terms: list[TermRecord]


class Enrolments(Page):
    """Enrolments."""

    items: list[EnrolmentRecord]


class LeftRecord(BaseModel):
    """A limit, a deductible or a count: how much there is of it, used and left."""

    account: str
    name: str
    kind: str = Field(description="limit, deductible, coinsurance, copay, units …")
    of: list[str] = Field(description="Whose it is: person, household, stay …, with its id.")
    unit: str = Field(description="The currency, or “count”.")
    top: str
    used: str
    left: str
    plan: str
    clause: str


class LeftOvers(BaseModel):
    """Everything that is limited or to be borne for a person on a day."""

    person: UUID
    on: date
    items: list[LeftRecord]


class CareIntended(Asked):
    """Care that is intended."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "outpatient/consultation",
                    "on": "2026-03-12",
                    "time": "18:30",
                    "charged": "480.00",
                    "facts": {"cause": "illness", "specialty": "dermatology"},
                }
            ]
        }
    )
    service: str = Field(max_length=120, description="Of the plans' catalogue.")
    on: Day
    time: str | None = Field(
        None, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Of the day, for who answers."
    )
    charged: AmountIn = "0"
    currency: str = Field("", pattern="^(|CHF|EUR|USD)$", description="Where none is named, that of the plans.")
    provider: Word = Field("", description="The code of who is to give it.")
    indication: Word = ""
    episode: Word = ""
    facts: Facts = {}


class ContactTo(BaseModel):
    """Whom to turn to."""

    id: str
    name: str
    phone: str
    url: str
    open_now: bool | None = Field(description="Whether they answer at the hour that was asked about; null: not said.")


class EvidenceKind(BaseModel):
    """A kind of document or event."""

    kind: str
    name: str


class StepFirst(BaseModel):
    """Something that must come first."""

    id: str
    name: str
    state: str = Field(description="done, missing, exempt (not needed here) or unknown (a fact is not known).")
    failure: str
    fact: str
    evidence: list[EvidenceKind]
    earliest: date | None
    latest: date | None
    dated: str
    contact: ContactTo | None
    plan: str
    clause: str


class GuidanceRecord(BaseModel):
    """What somebody is entitled to for the care they intend, and what must come first."""

    outcome: str
    summary: str
    sentences: list[str]
    paid: Amount
    borne: Amount
    currency: str
    covered_from: date | None = Field(description="The first day after a waiting time that stands against it.")
    steps: list[StepFirst]
    draws_on: list[LeftRecord]
    contacts: list[ContactTo]
