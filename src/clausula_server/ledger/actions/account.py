"""Accounts: find them, or open those that are not there yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from clausula_server.ledger.models import Account, Kind
from clausula_server.lib.acting import action


class Place(NamedTuple):
    """Which account: its code, currency, kind, and whose it is (None: the house's own)."""

    code: str
    currency: str
    kind: Kind
    owner: UUID | None = None


@action
def open_accounts(places: Sequence[Place]) -> dict[Place, Account]:
    """The accounts of those places, opened where they are missing. Two statements, however many; safe in a race."""
    wanted = dict.fromkeys(places)
    Account.objects.bulk_create(
        [Account(code=p.code, currency=p.currency, kind=p.kind, owner=p.owner) for p in wanted], ignore_conflicts=True
    )
    which = Q()
    for place in wanted:
        owner = Q(owner__isnull=True) if place.owner is None else Q(owner=place.owner)
        which |= Q(code=place.code, currency=place.currency) & owner
    found = {(row.code, row.currency, row.owner): row for row in Account.objects.filter(which)} if wanted else {}
    return {place: found[place.code, place.currency, place.owner] for place in wanted}
