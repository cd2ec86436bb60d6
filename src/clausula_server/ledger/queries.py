"""Reads of the ledger: balances, and the proof that they hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, Sum

from clausula_server.ledger.models import Account, Entry


def balances(accounts: Iterable[UUID], until: date | None = None) -> dict[UUID, int]:
    """What stands on each account in minor units, debit positive, with all that was booked up to a day (inclusive)."""
    wanted = list(accounts)
    entries = Entry.objects.filter(account__in=wanted)
    if until is not None:
        entries = entries.filter(transfer__booked_on__lte=until)
    found = dict(entries.values_list("account").annotate(total=Sum("amount")))
    return {account: int(found.get(account, 0)) for account in wanted}


def balance(account: Account, until: date | None = None) -> int:
    """What stands on one account."""
    return balances([account.id], until)[account.id]


def faults() -> list[str]:
    """What is wrong with the whole ledger: nothing, as long as the database keeps its rules. For the nightly proof."""
    unbalanced = (
        Entry.objects.values("transfer__key", "currency").annotate(total=Sum("amount")).exclude(total=0).order_by()
    )
    found = [f"{row['transfer__key']}: {row['total']} {row['currency']} too much" for row in unbalanced]
    strangers = Entry.objects.exclude(currency=F("account__currency")).values_list("transfer__key", flat=True)
    return found + [f"{key}: an entry has another currency than its account" for key in strangers]
