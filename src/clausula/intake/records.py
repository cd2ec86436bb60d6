"""What a reader hands on, one at a time: a claim line, a document, a provider, or something it had to list.

Nothing is dropped and nothing is guessed: whatever a file charges is either the `charged` of a `Line` or the `amount`
of a `Listed`. So the totals of a run can be kept: total in = decided + listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from clausula.household import Evidence, Line, Provider

REASONS = MappingProxyType(
    {
        "unknown-member": "nobody in the members file has this number",
        "ambiguous-member": "several people match, or its numbers belong to different people",
        "member-differs": "the number belongs to somebody with another date of birth or national number",
        "unknown-service": "the code stands for no service of the catalogue",
        "ambiguous-service": "its codes, or code and service, mean different things",
        "foreign-currency": "no plan of this person pays in this currency",
        "no-currency": "no currency is stated",
        "no-amount": "no amount is stated for this line",
        "bad-amount": "the amount cannot be held exactly in its currency",
        "negative-amount": "a credit; corrections are made by voiding the line they correct",
        "not-itemised": "the document charges more, or less, than its lines together",
        "bad-quantity": "the quantity is not a positive number",
        "no-date": "no date of service is stated",
        "bad-date": "the date of service does not exist or is not a full date",
        "date-out-of-range": "the date of service lies outside 1900 to 2199",
        "before-birth": "the service is dated before the person was born",
        "bad-value": "a fact has a value that its kind does not allow",
        "no-id": "the line has no number of its own",
        "duplicate-line": "this very line was taken in before",
        "conflicting-line": "a line of this number was taken in before with other content",
        "reversal": "it takes back an earlier document: void the lines it names",
        "reminder": "a reminder of an invoice, not an invoice",
        "copy": "a copy of an invoice; the original is decided",
        "preauthorisation": "it asks what would be paid; nothing was done yet",
        "inactive": "the claim is a draft, cancelled or entered in error",
        "encrypted": "the content is encrypted",
        "not-a-claim": "the document is none that charges anything",
        "missing-document": "it refers to a document that did not come along",
        "ragged-row": "the row has more or fewer cells than the header",
        "broken-record": "this record of the file cannot be read",
    }
)
"""Why something is listed, by short stable name, with its meaning (documented in docs/how-to/bring-in-claims.md)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that cannot become a claim line, with the reason, so that a person can look into it.

    code: a key of REASONS. message: what was looked at and what was found; mend: what can be done.
    origin: "file:line" or "file:row N". amount: in currency units, as stated (None: none can be read); currency: ISO
    4217 or empty. person: the member's id where known. id, claim: as a Line would have them.
    """

    code: str
    message: str
    origin: str
    amount: Decimal | None = None
    currency: str = ""
    mend: str = ""
    person: str = ""
    id: str = ""
    claim: str = ""

    def __post_init__(self) -> None:
        assert self.code in REASONS, self.code

    def __str__(self) -> str:
        money = f" ({self.amount} {self.currency})".replace(" )", ")") if self.amount is not None else ""
        return f"{self.origin}: {self.message}{money} [{self.code}]"


Read = Line | Evidence | Provider | Listed
"""What readers yield. A Provider is yielded once a document where it is not in the directory of the members file."""
