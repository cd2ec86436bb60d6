"""Decisions on memberships of a mutual, and what is stated of persons."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from clausula_server.api.records.plain import Asked, Day, Fact, Page

INSURER = "Faremutua, administered by UniSalute"
LOST: dict[str, JsonValue] = {
    "insurer": INSURER,
    "verdict": "lost",
    "ground": "contributions",
    "reason": "Three contributions are open after two reminders.",
    "effective_on": "2027-01-01",
}


class MembershipDecisionIn(Asked):
    """What a person decides on a membership of an insurer, on which of the statute's grounds, and from when."""

    model_config = ConfigDict(json_schema_extra={"examples": [LOST]})
    insurer: str = Field(max_length=200, description="As the plans write it.")
    verdict: str = Field(
        pattern="^(under-review|lost|active)$",
        description="under-review: benefits wait; lost: every plan ends; active: nothing stands against it.",
    )
    ground: str = Field(pattern="^(rules|fraud|contributions)$")
    reason: str = Field(
        min_length=15, max_length=1000, description="What happened, so that the member can understand it and appeal."
    )
    effective_on: Day = Field(description="Not a day gone by.")
    answers: UUID | None = Field(
        None, description="The decision that this one answers after an appeal; active undoes what it ended."
    )


class MembershipDecisionRecord(BaseModel):
    """A decision on a membership."""

    id: UUID
    person: UUID
    insurer: str
    verdict: str
    ground: str
    reason: str
    effective_on: date
    appeal_until: date | None = Field(description="Until when another decision may be asked for.")
    answers: UUID | None
    decided_by_name: str
    decided_at: datetime


class MembershipDecisions(Page):
    """Decisions on the memberships of a person."""

    items: list[MembershipDecisionRecord]


class PersonFactIn(Asked):
    """What is stated of a person because plans ask for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fact": "in_education", "value": True, "basis": "letter of the school", "start": "2026-09-01"}
            ]
        }
    )
    fact: str = Field(max_length=80, description="Of the plans' catalogue.")
    value: Fact
    basis: str = Field(min_length=1, max_length=200, description="How we know: a certificate, a call.")
    start: Day
