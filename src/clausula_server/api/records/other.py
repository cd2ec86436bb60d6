"""Documents, providers, money, events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from clausula_server.api.records.plain import Amount, Asked, Page


class DocumentRecord(BaseModel):
    """A file of somebody's."""

    id: UUID
    person: UUID
    content: str = Field(description="administrative, bill or medical.")
    name: str
    media_type: str
    bytes: int
    state: str = Field(description="waiting for the scanner, ready, infected or removed.")
    received_at: datetime


class DocumentLink(DocumentRecord):
    """A file, and where it is read: a signed address for the same token, for five minutes."""

    link: str | None = Field(description="null as long as it is not ready.")


class Documents(Page):
    """Files."""

    items: list[DocumentRecord]


class ListingRecord(BaseModel):
    """On which list, over which period."""

    list: str
    since: date
    until: date | None


class ProviderRecord(BaseModel):
    """Who treats."""

    id: UUID
    code: str
    name: str
    role: str
    specialty: str
    country: str
    canton: str
    settles: str


class ProviderWhole(ProviderRecord):
    """Who treats, with numbers and lists."""

    identifiers: dict[str, str]
    listings: list[ListingRecord]


class Providers(Page):
    """Who treats."""

    items: list[ProviderRecord]


class DueRecord(BaseModel):
    """A contribution owed."""

    id: UUID
    payer: UUID
    enrolment: UUID
    plan: str
    clause: str
    since: date
    until: date | None
    amount: Amount
    paid: Amount
    currency: str
    due_on: date
    cancelled_on: date | None


class Dues(Page):
    """Contributions."""

    items: list[DueRecord]


class ArrearsRecord(BaseModel):
    """Who is late with how much since when."""

    payer: UUID
    household: UUID
    amount: Amount
    currency: str
    since: date
    dues: int


class ArrearsList(BaseModel):
    """Who is late."""

    on: date
    items: list[ArrearsRecord]


class AccountRecord(BaseModel):
    """An account of the ledger. balance: debit positive; what is owed to its owner is negative."""

    id: UUID
    code: str
    kind: str
    currency: str
    balance: Amount


class Accounts(BaseModel):
    """The accounts of somebody."""

    owner: UUID
    items: list[AccountRecord]


class EntryRecord(BaseModel):
    """An amount on an account."""

    id: UUID
    transfer: UUID
    kind: str
    booked_on: date
    amount: Amount
    currency: str


class Entries(Page):
    """Entries."""

    items: list[EntryRecord]


class EventRecord(BaseModel):
    """Something that happened."""

    id: UUID
    kind: str = Field(examples=["claim.decided"])
    subject: UUID
    person: UUID | None
    provider: UUID | None
    payload: dict[str, Any]
    happened_at: datetime


class Events(Page):
    """What happened."""

    items: list[EventRecord]


class WebhookIn(Asked):
    """A system that wants to be told."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://example.org/hooks", "kinds": ["claim.decided"]}]}
    )
    url: str = Field(max_length=200)
    kinds: list[str] = Field(min_length=1, max_length=50, description="Kinds of events; “*”: all.")


class WebhookRecord(BaseModel):
    """A system that is told."""

    id: UUID
    url: str
    kinds: list[str]
    active: bool


class WebhookMade(WebhookRecord):
    """A system that is told from now on. secret: signs what is sent (Clausula-Signature); shown this once."""

    secret: str


class Webhooks(Page):
    """Systems that are told."""

    items: list[WebhookRecord]


class DeliveryRecord(BaseModel):
    """An event on its way to one receiver."""

    id: UUID
    event: UUID | None
    channel: str
    state: str
    attempts: int
    last_answer: str
    queued_at: datetime


class Deliveries(Page):
    """What is on its way, or went."""

    items: list[DeliveryRecord]
