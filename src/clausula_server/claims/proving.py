"""The proof of the books: balances against a full replay, claims against the ledger, the ledger against itself,
documents against their keys. Nothing is changed. Run it after a restore, and from time to time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from clausula_server.claims.models import Claim
from clausula_server.claims.posting import claim_in
from clausula_server.claims.queries import faults_of
from clausula_server.documents.models import Document, State
from clausula_server.documents.queries import open_document
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.models import Entry
from clausula_server.lib.sealing import NotOpened
from clausula_server.people.models import Household


@dataclass(frozen=True, slots=True)
class Proof:
    """What was held against what: how many of it, and what was found wrong."""

    of: str
    count: int
    faults: list[str]


Found = tuple[int, list[str]]


def prove() -> Iterator[Proof]:
    """Hold everything against what it should be, one kind after the other. Needs the right to see every row."""
    for of, look in (
        ("households, balances as a full replay has them", _balances),
        ("claims, paid as the ledger has it", _claims),
        ("entries of the ledger, balanced", _ledger),
        ("documents, each opens", _documents),
    ):
        count, faults = look()
        yield Proof(of, count, faults)


def _balances() -> Found:
    homes = list(Household.objects.filter(claims__isnull=False).distinct().values_list("id", flat=True))
    return len(homes), [f"household {home}: {fault}" for home in homes for fault in faults_of(home)]


def _claims() -> Found:
    paid: Counter[UUID | None] = Counter(dict(Claim.objects.values_list("id", "paid")))
    posted: Counter[UUID | None] = Counter()
    entries = Entry.objects.filter(account__code="claims.benefits").values_list("transfer__key", "amount")
    for key, amount in entries.iterator():
        posted[claim_in(key)] += amount
    return len(paid), [
        f"claim {claim}: {paid[claim]} is paid, the ledger has {posted[claim]}"
        for claim in {**paid, **posted}
        if paid[claim] != posted[claim]
    ]


def _ledger() -> Found:
    return Entry.objects.count(), ledger.faults()


def _documents() -> Found:
    rows = list(Document.objects.filter(state__in=[State.READY, State.WAITING]))
    return len(rows), [f"document {row.id}: {fault}" for row in rows if (fault := _fault_of(row))]


def _fault_of(document: Document) -> str:
    try:
        if (size := sum(len(piece) for piece in open_document(document))) != document.bytes:
            return f"{size} bytes, {document.bytes} came"
    except FileNotFoundError:
        return "its file is not in CLAUSULA_DOCUMENTS"
    except NotOpened:
        return "it does not open: another key than it was sealed with, or another file"
    return ""
