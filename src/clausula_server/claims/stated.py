"""What senders state, before anything is decided: plain values that the actions take."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

Facts = Mapping[str, Any]
"""By fact id, as JSON: amounts in currency units as text ("300.00"), dates as "2026-01-31", codes, flags, lists."""

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class NewLine:
    """One thing done and charged. service: of the plans' catalogue; amounts in minor units; time: minutes since
    midnight; provider: the code of who did it, where it is not who sends the claim."""

    service: str
    served_on: date
    charged: int
    quantity: int = 1
    paid_by_others: int = 0
    time: int | None = None
    provider: str = ""
    stay: str = ""
    episode: str = ""
    indication: str = ""
    facts: Facts = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A document of the room of documents, of a kind of the plans' catalogue."""

    document: UUID
    kind: str
    original: bool = False


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A bill, or receipts sent together, for care of one person.

    key: given by the sender; the same key again is the same claim. provider: the code of who billed it. settlement:
    direct or reimbursement; empty: as the provider settles. number: of the bill, as the sender knows it.
    """

    person: UUID
    lines: Sequence[NewLine]
    key: str
    received_on: date
    currency: str
    channel: str = "member"
    provider: str = ""
    settlement: str = ""
    number: str = ""
    attachments: Sequence[NewAttachment] = ()

    def digest(self) -> str:
        """What was sent, as a SHA-256: tells a repetition from another claim under the same key."""
        told = [
            [
                each.service,
                each.served_on.isoformat(),
                each.charged,
                each.quantity,
                each.paid_by_others,
                each.time,
                each.provider,
                each.stay,
                each.episode,
                each.indication,
                each.facts,
            ]
            for each in self.lines
        ]
        head = [str(self.person), self.provider, self.settlement, self.number, self.currency, told]
        return hashlib.sha256(json.dumps(head, sort_keys=True, default=str).encode()).hexdigest()
