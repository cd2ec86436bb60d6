"""Money through banks: batches, payments, files, statements, demands."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from clausula_server.api.records.plain import Amount, Asked, Day, Page

HOUSE: JsonValue = "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10"


class HouseAccountRecord(BaseModel):
    """An account of the house."""

    id: UUID
    iban: str
    currency: str
    collects: bool = Field(description="It may collect by SEPA direct debit.")


class HouseAccounts(Page):
    """Accounts of the house."""

    items: list[HouseAccountRecord]


class BatchIn(Asked):
    """Collect what stands open into a draft."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"house": HOUSE, "way": "transfer", "execute_on": "2026-12-04"}]}
    )
    house: UUID
    way: str = Field(pattern="^(transfer|debit)$", description="transfer: the house pays; debit: it collects.")
    execute_on: Day
    until: Day | None = Field(None, description="transfer: only what was booked up to this day.")


class BatchRecord(BaseModel):
    """Payments that leave together."""

    id: UUID
    way: str
    house: UUID
    currency: str
    execute_on: date
    status: str = Field(description="draft, released, sent, settled, failed or cancelled.")
    total: Amount
    count: int
    prepared_by: UUID
    prepared_at: datetime
    released_by: UUID | None
    released_at: datetime | None


class Batches(Page):
    """Batches."""

    items: list[BatchRecord]


class LeftOut(BaseModel):
    """Somebody who could not be put into a batch, and why."""

    name: str
    message: str
    mend: str


class PreparedBatch(BatchRecord):
    """A draft, and who could not be put into it."""

    left_out: list[LeftOut]


class PaymentRecord(BaseModel):
    """An amount to one payee, or from one payer."""

    id: UUID
    batch: UUID
    person: UUID | None
    provider: UUID | None
    name: str
    iban: str
    amount: Amount
    currency: str
    text: str
    status: str = Field(description="prepared, released, settled, returned or cancelled.")
    reason: str


class Payments(Page):
    """Payments."""

    items: list[PaymentRecord]


class WhyIn(Asked):
    """Why, in a few words: banks and lists are short."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the account was closed"}]})
    reason: str = Field(min_length=3, max_length=200)


class BankFileRecord(BaseModel):
    """A file for the bank, or from it."""

    id: UUID
    direction: str = Field(description="out or in.")
    format: str = Field(examples=["pain.001.001.09"])
    name: str
    bytes: int
    sha256: str
    written_at: datetime


class BankFileWhole(BankFileRecord):
    """A file with its content. Who took it out is kept."""

    content: str = Field(description="The bytes, in base64.", json_schema_extra={"contentEncoding": "base64"})


class ImportedRecord(BaseModel):
    """What a file of the bank brought: lines = placed + left + waiting."""

    statements: list[UUID]
    known: int = Field(description="Statements that were here before.")
    lines: int = Field(description="New movements.")
    repeated: int = Field(description="Movements known from a notification.")
    placed: int = Field(description="Matched whole.")
    left: int = Field(description="Kept for a person.")
    waiting: int = Field(description="Sums whose details the bank still sends.")


class MovementRecord(BaseModel):
    """A movement on an account of the house of which a part is not placed yet."""

    id: UUID
    house: UUID
    booked_on: date
    amount: Amount = Field(description="Money in is positive.")
    placed: Amount
    currency: str
    name: str
    iban: str
    reference: str
    text: str


class Movements(Page):
    """Movements that wait for a person."""

    items: list[MovementRecord]


class DemandIn(Asked):
    """Ask the owner of an account of the ledger to pay what stands open on it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"house": HOUSE, "account": HOUSE}]})
    house: UUID
    account: UUID
    due_on: Day | None = Field(None, description="In thirty days where none is named.")


class DemandsIn(Asked):
    """Ask everybody who owes something on accounts of those codes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"house": HOUSE, "codes": ["member.recoverable", "contribution.owed"]}]}
    )
    house: UUID
    codes: list[str] = Field(min_length=1, max_length=20)
    due_on: Day | None = None


class DemandRecord(BaseModel):
    """Somebody is asked to pay. reference: of the bill."""

    id: UUID
    number: int
    reference: str
    person: UUID | None
    provider: UUID | None
    amount: Amount
    paid: Amount
    currency: str
    issued_on: date
    due_on: date
    status: str = Field(description="open, paid or cancelled.")
    reason: str


class Demands(Page):
    """Demands."""

    items: list[DemandRecord]


class DemandsIssued(BaseModel):
    """The demands of one go."""

    items: list[DemandRecord]
