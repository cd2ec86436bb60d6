"""Documents that are asked for and handed in."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from clausula_server.api.records.claims import AttachmentIn
from clausula_server.api.records.plain import Asked, Day, Page


class AskIn(Asked):
    """Ask for a document."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "prescription", "note": "With the date, please.", "due_on": "2026-12-20"}]
        }
    )
    kind: str = Field(min_length=1, max_length=60, description="Of the plans' catalogue.")
    note: str = Field("", max_length=500, description="What exactly, to the one who is asked.")
    due_on: Day


class HandIn(Asked):
    """Documents for a claim, uploaded before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"attachments": [{"document": "0199f1c2-7e4b-7c3a-9d59-2f6f6a1f8a10", "kind": "prescription"}]}
            ]
        }
    )
    attachments: list[AttachmentIn] = Field(min_length=1, max_length=20)


class RequestRecord(BaseModel):
    """A document was asked for."""

    id: UUID
    claim: UUID
    line: UUID
    kind: str
    note: str
    due_on: date
    asked_at: datetime
    answered_at: datetime | None


class Requests(Page):
    """Documents that were asked for."""

    items: list[RequestRecord]
