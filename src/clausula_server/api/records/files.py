"""Files of bills, and what became of them."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

Sum = str
"""An amount as it was stated or added up, in currency units: what is stated may have more than two decimals."""


class TakenBill(BaseModel):
    """A bill that was taken in. repeated: it had come before, and is the same claim."""

    number: str
    claim: UUID
    status: str
    lines: int
    charged: Sum
    currency: str
    repeated: bool


class RefusedBill(BaseModel):
    """A bill that could not be taken in, and why."""

    number: str
    lines: int
    charged: Sum
    currency: str
    why: str


class UnreadLine(BaseModel):
    """What could not become a line of a bill: where it stands, why, and what can be done."""

    place: str = Field(description="File and line.")
    code: str
    message: str
    mend: str
    charged: Sum = Field(description="As stated; empty where none can be read.")
    currency: str


class RefusedPaper(BaseModel):
    """A document named in the file that cannot count, and why."""

    kind: str
    why: str


class FileTotal(BaseModel):
    """What came in in one currency: lines_in = lines_taken + lines_listed, and so the amounts."""

    currency: str
    lines_in: int
    lines_taken: int
    lines_listed: int
    charged_in: Sum
    charged_taken: Sum
    charged_listed: Sum


class FileRecord(BaseModel):
    """What became of a file. Every line of it is in `taken`, in `refused` or in `unread`."""

    name: str
    taken: list[TakenBill]
    refused: list[RefusedBill]
    unread: list[UnreadLine]
    papers: int = Field(description="Documents named in the file that count.")
    papers_refused: list[RefusedPaper]
    totals: list[FileTotal]
