"""Applications, changes and endings of enrolments, and renewal runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from clausula_server.api.records.plain import Amount, Asked, Day, Facts, Page, Reason

PERSON = "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10"
APPLICATION: dict[str, JsonValue] = {
    "plan": "ch/assura/plusmed",
    "start": "2027-01-01",
    "wanted": [{"person": PERSON, "facts": {"franchise": "300"}}],
}


class WantedIn(Asked):
    """Somebody who is to be in the plan, with what the plan asks of an enrolment."""

    person: UUID
    facts: Facts = {}


class ApplicationIn(Asked):
    """People of a household want to be in a plan from a day on."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPLICATION]})
    plan: str = Field(max_length=100, description="Of the plans: ch/assura/plusmed.")
    start: Day
    wanted: list[WantedIn] = Field(min_length=1, max_length=30)
    facts: Facts = Field({}, description="Of the application itself, such as sale_channel.")


class AgainstRecord(BaseModel):
    """A rule that speaks against somebody, or leaves them to a document or a person."""

    rule: str
    reason: str
    clause: str
    name: str
    advice: str
    contact: str


class AnswerRecord(BaseModel):
    """What the plan's rules say of one person."""

    person: UUID
    outcome: str = Field(description="covered, needs_document, needs_authorisation, needs_person or not_covered.")
    reasons: list[AgainstRecord]


class WantedRecord(BaseModel):
    """Somebody who is to be in the plan."""

    person: UUID
    start: date
    facts: dict[str, Any]


class ApplicationRecord(BaseModel):
    """An application, with what the plan's rules answered and what a person decided."""

    id: UUID
    household: UUID
    holder: UUID
    plan: str
    edition: UUID
    applied_on: date
    wanted: list[WantedRecord]
    facts: dict[str, Any]
    state: str = Field(description="waiting, accepted, refused or withdrawn.")
    outcome: str
    answers: list[AnswerRecord]
    reason: str = Field(description="Why a person decided so.")
    decided_at: datetime | None


class Applications(Page):
    """Applications."""

    items: list[ApplicationRecord]


class CostRecord(BaseModel):
    """A contribution that would be due."""

    person: UUID
    clause: str
    due_on: date
    amount: Amount
    currency: str


class ApplicationForeseen(BaseModel):
    """What an application would answer; nothing was written."""

    state: str
    outcome: str
    answers: list[AnswerRecord]
    costs: list[CostRecord] = Field(description="The first contributions, where it would be accepted.")


class DecisionIn(Asked):
    """What a person decides on an application."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"accept": True, "reason": "The health declaration is complete."}]}
    )
    accept: bool
    reason: Reason


class EndIn(Asked):
    """End an enrolment."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"last_day": "2026-12-31", "why": "notice", "reason": "Letter of 3 November"}]}
    )
    last_day: Day
    why: str = Field(pattern="^(notice|death)$")
    reason: Reason
    with_others: bool = Field(False, description="It is understood that what stands on it ends as well.")


class EndedRecord(BaseModel):
    """An enrolment that ended."""

    id: UUID
    person: UUID
    plan: str
    since: date
    until: date | None
    ended_for: str


class EndedList(BaseModel):
    """What ended, what was to end first."""

    items: list[EndedRecord]


class ChoiceIn(Asked):
    """Other choices from a day on; what is not named stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2027-01-01", "facts": {"franchise": "2500"}}]})
    start: Day
    facts: Facts = Field(min_length=1)


class PlanChangeIn(Asked):
    """Everybody who is in one plan is to be in another from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "leaving": "it/faremutua/noisalute-base",
                    "joining": "it/faremutua/noisalute-piu",
                    "start": "2027-01-01",
                    "wanted": [{"person": PERSON, "facts": {}}],
                }
            ]
        }
    )
    leaving: str = Field(max_length=100)
    joining: str = Field(max_length=100)
    start: Day
    wanted: list[WantedIn] = Field([], max_length=30, description="What the new plan asks of each.")
    facts: Facts = Field({}, description="Of the application itself.")


class RenewalIn(Asked):
    """Try what a renewal of all days between two would do."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first": "2027-01-01", "last": "2027-01-31"}]})
    first: Day
    last: Day
    plans: list[str] = Field([], max_length=50, description="Only these; none: all.")


class RenewalRecord(BaseModel):
    """A renewal run. dry: nothing of it is kept but its reports."""

    id: UUID
    first: date
    last: date
    plans: list[str]
    dry: bool
    started_at: datetime
    finished_at: datetime | None = Field(description="null as long as it goes on.")


class RenewalRuns(Page):
    """Renewal runs."""

    items: list[RenewalRecord]


class RenewalLine(BaseModel):
    """What a run does with one person in one plan."""

    what: str = Field(description="renewed, ended, edition, due or attention.")
    person: UUID
    plan: str
    on: date
    amount: Amount | None = Field(description="Of a contribution that comes due.")
    currency: str
    why: str = Field(description="Of an end.")
    reasons: list[str] = Field(description="Codes of the rules that speak against it now.")


class RenewalReportRecord(BaseModel):
    """What a run does with one household, or why it cannot."""

    id: UUID
    household: UUID
    fault: str
    lines: list[RenewalLine]


class RenewalReports(Page):
    """What a run does, household by household."""

    items: list[RenewalReportRecord]
