"""Claims: what is sent, and what is told of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from clausula_server.api.records.enrolments import EvidenceKind
from clausula_server.api.records.plain import Amount, AmountIn, Asked, Currency, Day, Facts, Page, Reason, Word

LINE: dict[str, JsonValue] = {
    "service": "outpatient/consultation",
    "served_on": "2026-03-12",
    "charged": "180.00",
    "facts": {"cause": "illness"},
}
BILL: dict[str, JsonValue] = {
    "person": "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10",
    "currency": "CHF",
    "provider": "dr-keller",
    "number": "R-2026-0312",
    "lines": [LINE],
}


class LineIn(Asked):
    """One thing done and charged."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE]})
    service: str = Field(max_length=120, description="Of the plans' catalogue.")
    served_on: Day
    charged: AmountIn
    quantity: int = Field(1, ge=0, le=10**6)
    paid_by_others: AmountIn = "0"
    time: str | None = Field(None, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")
    provider: Word = Field("", description="The code of who did it, where it is not who sends the bill.")
    stay: Word = ""
    episode: Word = ""
    indication: Word = ""
    facts: Facts = {}
    origin: str = Field("", max_length=200, description="Where it stands at the sender's.")


class AttachmentIn(Asked):
    """A document that was uploaded, of a kind of the plans' catalogue."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"document": "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10", "kind": "prescription"}]}
    )
    document: UUID
    kind: str = Field(min_length=1, max_length=60)
    original: bool = False


class Bill(Asked):
    """A bill, or receipts sent together, for care of one person."""

    model_config = ConfigDict(json_schema_extra={"examples": [BILL]})
    person: UUID
    lines: list[LineIn] = Field(min_length=1, max_length=500)
    currency: Currency
    provider: Word = Field("", description="The code of who billed it.")
    settlement: str = Field(
        "", pattern="^(|direct|reimbursement)$", description="Where none is named, as the provider settles."
    )
    number: str = Field("", max_length=80, description="Of the bill, as the sender knows it.")
    by_post: bool = Field(False, description="It came on paper, and somebody of the house keys it in.")
    attachments: list[AttachmentIn] = Field([], max_length=20)


class LineOutcome(BaseModel):
    """What became of a line at once."""

    number: int
    outcome: str
    paid: Amount
    borne: Amount
    reason: str


class ClaimReceipt(BaseModel):
    """A bill was taken in and decided. lines: left out for a sender who may not read the person's care."""

    id: UUID
    status: str
    currency: str
    lines: list[LineOutcome] | None


class CoverRecord(BaseModel):
    """What one plan pays of a line."""

    plan: str
    name: str
    outcome: str
    paid: Amount


class StepRecord(BaseModel):
    """One step of the ladder, with its clause."""

    text: str
    plan: str
    clause: str
    title: str


class WaitRecord(BaseModel):
    """A line waits: for what, whose turn it is, until when."""

    id: UUID
    claim: UUID
    line: UUID
    kind: str = Field(description="document, authorisation or person.")
    wants: list[EvidenceKind]
    owner: str
    assigned_to: UUID | None
    opened_at: datetime
    due_on: date


class LineRecord(BaseModel):
    """A line with its decision: charged, each cover, mine."""

    id: UUID
    number: int
    service: str
    name: str
    served_on: date
    charged: Amount
    outcome: str
    paid: Amount
    indemnity: Amount = Field(description="The part of `paid` that is a sum beside the bill.")
    paid_by_others: Amount
    borne: Amount
    reason: str
    covers: list[CoverRecord]
    summary: str
    steps: list[StepRecord]
    advice: str
    hidden: bool = Field(description="Of the sensitive kind, and not for this reader: service, day and amounts only.")
    decided_by_person: bool
    earlier_decisions: int
    wait: WaitRecord | None


class MoveRecord(BaseModel):
    """The claim went from one status to another."""

    before: str
    after: str
    reason: str
    at: datetime


class ClaimRecord(BaseModel):
    """A claim."""

    id: UUID
    person: UUID
    provider: str
    number: str
    status: str = Field(description="received, waiting, decided, paid, reversed or appealed.")
    channel: str
    settlement: str
    currency: str
    received_on: date
    charged: Amount
    paid: Amount
    indemnity: Amount
    borne: Amount
    advanced: Amount = Field(description="Paid to the provider on the member's account, who owes it back.")


class Claims(Page):
    """Claims."""

    items: list[ClaimRecord]


class ClaimWhole(ClaimRecord):
    """A claim with its lines and how it came to where it stands."""

    lines: list[LineRecord]
    moves: list[MoveRecord]
    decide_by: datetime | None = Field(description="Until when a decision is promised; null where nothing is.")


class LineForeseen(BaseModel):
    """What would be decided on a line."""

    number: int
    service: str
    served_on: date
    outcome: str
    charged: Amount
    paid: Amount
    indemnity: Amount
    borne: Amount
    reason: str
    covers: list[CoverRecord]
    summary: str
    steps: list[StepRecord]
    advice: str
    waits_for: list[EvidenceKind]


class ClaimForeseen(BaseModel):
    """What would be decided; nothing was written."""

    currency: str
    charged: Amount
    paid: Amount
    borne: Amount
    lines: list[LineForeseen]


class AppealIn(Asked):
    """An objection."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "My doctor told me that this would be paid in full."}]}
    )
    text: str = Field(min_length=10, max_length=10_000)


class AppealRecord(BaseModel):
    """An objection and its answer."""

    id: UUID
    claim: UUID
    text: str
    filed_at: datetime
    answer: str
    changed: bool | None
    answered_at: datetime | None


class Appeals(Page):
    """Objections."""

    items: list[AppealRecord]


class EvidenceIn(Asked):
    """A document or an event that rules may require of a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "prescription", "issued_on": "2026-03-05", "names": ["pathology"]}],
        }
    )
    kind: str = Field(min_length=1, max_length=60, description="Of the plans' catalogue.")
    issued_on: Day
    valid_from: Day | None = None
    valid_until: Day | None = None
    issuer: Word = Field("", description="The code of the provider who issued it.")
    issuer_role: Word = ""
    issuer_lists: list[Word] = Field([], max_length=20)
    issuer_specialty: Word = ""
    specialty: Word = ""
    episode: Word = ""
    indication: Word = ""
    provider: Word = ""
    claim: Word = ""
    services: list[str] = Field([], max_length=50)
    uses: int | None = Field(None, ge=0, le=10_000)
    proposals: list[Word] = Field([], max_length=20)
    names: list[Word] = Field([], max_length=20, description="What it names: pathology, trauma, title …")
    status: str = Field("", pattern="^(|granted|refused|pending)$")
    document: UUID | None = None


class EvidenceRecord(BaseModel):
    """Evidence as it is kept."""

    id: UUID
    person: UUID
    kind: str
    issued_on: date
    status: str
    void: bool


class EvidenceList(Page):
    """Evidence."""

    items: list[EvidenceRecord]


class Done(BaseModel):
    """Something was done with it."""

    id: UUID


class CorrectionIn(Asked):
    """A line that takes the place of one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"line": LINE, "reason": "the practice had added it up wrongly"}]}
    )
    line: LineIn
    reason: Reason


class FactsIn(Asked):
    """What was not known of a line."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"facts": {"fee_kind": "ticket"}}]})
    facts: Facts = Field(min_length=1)


class ReversalIn(Asked):
    """Take back a claim, or some of its lines."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the practice has taken its bill back"}]})
    reason: Reason
    lines: list[UUID] = Field([], max_length=500, description="Which; none: all.")


class ReversalAsked(Asked):
    """What would be taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": []}]})
    lines: list[UUID] = Field([], max_length=500, description="Which; none: all.")


class DifferenceRecord(BaseModel):
    """What would change for a line. after: empty for a line that goes."""

    line: UUID
    claim: UUID
    service: str
    served_on: date
    before: str
    after: str
    paid: Amount
    borne: Amount


class Differences(BaseModel):
    """What would change."""

    currency: str
    items: list[DifferenceRecord]


class OverCoverIn(Asked):
    """What a plan is to pay on a line. benefit: whose limits it counts against."""

    plan: str = Field(max_length=100)
    paid: AmountIn
    benefit: str = Field("", max_length=100)
    indemnity: AmountIn = "0"


class OverrideIn(Asked):
    """A person decides otherwise than the rules."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"covers": [{"plan": "ch/lamal", "paid": "90.00"}], "reason": "Goodwill: wrong advice on the phone."}
            ]
        }
    )
    covers: list[OverCoverIn] = Field(max_length=20)
    reason: str = Field(min_length=10, max_length=1000)
    appeal: UUID | None = Field(None, description="The objection it answers.")


class OverrideRecord(BaseModel):
    """A decision by a person. Above an amount it holds only when a second person has confirmed it."""

    id: UUID
    line: UUID
    amount: Amount
    reason: str
    needs_second: bool
    holds: bool
    refused_for: str


class ReasonIn(Asked):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the invoice shows another amount"}]})
    reason: Reason


class AnswerIn(Asked):
    """The answer to an objection, with reasons."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "Clause 64(2)(b): ten per cent stay with you."}]}
    )
    answer: str = Field(min_length=10, max_length=10_000)


class AssignIn(Asked):
    """Who takes a wait on; null: nobody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user": None}]})
    user: UUID | None


class PassIn(Asked):
    """Whose turn it is, and until when: so a document is asked for of the member or the provider."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner": "member", "due_on": "2026-04-12"}]})
    owner: str = Field(pattern="^(member|provider|claims_handler|medical_adviser|operations)$")
    due_on: Day


class AuthorisationIn(Asked):
    """The answer to what was asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "granted"}]})
    status: str = Field(pattern="^(granted|refused)$")


class StatementRecord(BaseModel):
    """A statement as data: of a month or of a year."""

    person: UUID
    period: str = Field(examples=["2026-03", "2026"])
    content: dict[str, Any] | None = Field(description="null where there is nothing to tell.")


class Worklist(BaseModel):
    """What waits, the oldest first."""

    items: list[WaitRecord]
