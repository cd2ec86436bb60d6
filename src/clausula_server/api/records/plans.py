"""Plans and their editions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from clausula_server.api.records.plain import Names, Page


class EditionRecord(BaseModel):
    """One text of a plan, named by its digest for good."""

    id: UUID
    plan: str = Field(examples=["ch/assura/plusmed"])
    digest: str
    label: str
    name: str
    insurer: str
    country: str
    currency: str
    starts: date
    until: date | None
    offered_from: date | None
    offered_until: date | None


class Editions(Page):
    """Editions."""

    items: list[EditionRecord]


class ClauseRecord(BaseModel):
    """A clause, to be read."""

    id: str
    title: str
    titles: Names
    kind: str = Field(description="ruled, narrative or question.")
    prose: str = Field(description="In the language of the plan's text.")
    source: str
    rules: list[str] = Field(description="The rules that rest on it: reasons of decisions name them.")


class EditionWhole(EditionRecord):
    """An edition with its clauses in their order."""

    clauses: list[ClauseRecord]
