"""What is owed: posted by a person who finds it, where no room does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Account, Kind
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import Fault, refuse_if
from clausula_server.payments.debts import DEBTS, PAYABLE


@dataclass(frozen=True, slots=True)
class Owed:
    """Something owed. reference: names it for good, so that posting it again posts nothing. account: a code of
    `debts`; owner: whose. against: what it is booked against, such as an expense or an income. amount: minor units.
    """

    reference: str
    account: str
    owner: UUID
    amount: int
    against: Place


@action
def owe(owed: Sequence[Owed], booked_on: date, kind: str = "owed") -> list[UUID]:
    """Post what the house owes or others owe it; the transfers' ids. Raises Refused.

    Rooms that know why something is owed (claims, contributions) post it themselves, to the same accounts: this is for
    what a person finds, such as an amount advanced to a provider on the member's account.
    """
    faults = [
        Fault(f"owed.{number}", f"“{each.account}”, {each.amount!r} is nothing that can be owed.", _MEND)
        for number, each in enumerate(owed)
        if each.account not in PAYABLE | DEBTS or type(each.amount) is not int or each.amount <= 0
    ]
    refuse_if(faults)
    places = [_owing(each) for each in owed]
    opened = open_accounts([*places, *(each.against for each in owed)])
    return post_transfers(
        [
            NewTransfer(each.reference, kind, booked_on, _entries(each, opened[place], opened[each.against]))
            for each, place in zip(owed, places, strict=True)
        ]
    )


_MEND = f"Take one of {', '.join([*PAYABLE, *DEBTS])}, and a whole number of minor units above 0."


def _owing(owed: Owed) -> Place:
    kind = Kind.LIABILITY if owed.account in PAYABLE else Kind.ASSET
    return Place(owed.account, owed.against.currency, kind, owed.owner)


def _entries(owed: Owed, account: Account, against: Account) -> list[tuple[Account, int]]:
    sign = -1 if owed.account in PAYABLE else 1
    return [(account, sign * owed.amount), (against, -sign * owed.amount)]
