"""Transfers: post them, reverse one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection
from pydantic_core import to_json

from clausula_server.ledger.models import Account, Entry, Transfer
from clausula_server.lib.acting import action
from clausula_server.lib.ids import new_id


class CannotPost(ValueError):  # noqa: N818 - what is the matter
    """The transfer is none: a mistake of the program that posts it, not of a person."""


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """What is to be posted. entries: account and amount in minor units, positive debit, negative credit; they add up
    to 0 in each currency. key: names the transfer for good, so that posting it again posts nothing.
    """

    key: str
    kind: str
    booked_on: date
    entries: Sequence[tuple[Account, int]]
    reverses: UUID | None = None
    id: UUID = field(default_factory=new_id)


@action
def post_transfers(new: Sequence[NewTransfer]) -> list[UUID]:
    """Post transfers, all or none; the ids under which they stand. One statement, however many.

    A key that is posted already is left as it is, and its id answered: the caller may try again after a crash.
    Raises CannotPost where one does not balance, or where a key stands for another transfer.
    """
    for each in new:
        _check(each)
    held = _post(new)
    if len(held) < len(new):  # some are posted already, or in this very moment
        held |= dict(Transfer.objects.filter(key__in=[each.key for each in new]).values_list("key", "id"))
    if missing := [each.key for each in new if each.key not in held]:
        raise CannotPost(f"{', '.join(missing)}: what it reverses is reversed already")
    for each in new:
        if held[each.key] != each.id:
            _require_same(each, held[each.key])
    return [held[each.key] for each in new]


@action
def reverse_transfer(transfer: Transfer, key: str, booked_on: date) -> UUID:
    """Post the opposite of a transfer; the first stays as it is. Raises CannotPost where it is reversed already."""
    entries = [(entry.account, -entry.amount) for entry in transfer.entries.select_related("account")]
    return post_transfers([NewTransfer(key, f"{transfer.kind}.reversed", booked_on, entries, transfer.id)])[0]


def _post(new: Sequence[NewTransfer]) -> dict[str, UUID]:
    """Post those whose key is free, with their entries, by `ledger_post` (migration 0003); their ids by key."""
    transfers = [
        {"id": each.id, "key": each.key, "kind": each.kind, "booked_on": each.booked_on, "reverses": each.reverses}
        for each in new
    ]
    entries = [
        {"id": new_id(), "transfer": each.id, "account": account.id, "amount": amount, "currency": account.currency}
        for each in new
        for account, amount in each.entries
    ]
    with connection.cursor() as cursor:
        told = [to_json(transfers).decode(), to_json(entries).decode()]
        cursor.execute("SELECT ledger_post(%s::jsonb, %s::jsonb)", told)
        (answer,) = cursor.fetchone()
    held: dict[str, str] = json.loads(answer) if isinstance(answer, str) else answer
    return {key: UUID(id_) for key, id_ in held.items()}


def _check(new: NewTransfer) -> None:
    sums: Counter[str] = Counter()
    for account, amount in new.entries:
        if type(amount) is not int:
            raise CannotPost(f"{new.key}: {amount!r} is no amount in minor units")
        sums[account.currency] += amount
    if off := {currency: amount for currency, amount in sums.items() if amount}:
        raise CannotPost(f"{new.key} does not balance: {off} too much")
    if len(new.entries) < 2 or any(amount == 0 for _, amount in new.entries):
        raise CannotPost(f"{new.key}: a transfer moves something from one account to another")


def _require_same(new: NewTransfer, held: UUID) -> None:
    stands = sorted(Entry.objects.filter(transfer=held).values_list("account", "amount"))
    if stands != sorted((account.id, amount) for account, amount in new.entries):
        raise CannotPost(f"{new.key} is posted already, with other entries")
