"""The ledger's accounts that payments know: what the house owes, what others owe it, and where money lies meanwhile.

Who posts there decides what is owed: claims, contributions, or `actions/owing.py` for what a person finds. This room
turns what stands open into payments and demands; a transfer's key is its reference. What is paid of contributions is
booked by enrolment, which lays it against its dues.

| account | whose | what |
|---|---|---|
| member.payable, provider.payable | a person, a provider | the house owes it (credit) |
| member.recoverable, provider.recoverable | likewise | owed to the house: advanced on their account, or paid too much |
| contribution.owed | a person | owed to the house (debit), or paid ahead (credit) |
| bank.account | an account of the house | what lies at the bank |
| bank.outgoing | likewise | released, not yet booked by the bank |
| bank.unassigned | likewise | came or went, and nobody knows yet what for |
| bank.charges, bank.interest | the house | what a person finds a movement to be |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clausula_server.enrolment.actions.due import receive_contribution, return_contribution
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers, reverse_transfer
from clausula_server.ledger.models import Account, Kind, Transfer
from clausula_server.payments.models import HouseAccount
from clausula_server.people.models import Person

PERSON, PROVIDER = "person", "provider"
RECOVERABLE = {"member.payable": "member.recoverable", "provider.payable": "provider.recoverable"}
"""Where goes what was paid too much, by the account from which it was paid."""
PAYABLE = {"member.payable": PERSON, "provider.payable": PROVIDER}
"""What the house owes, by account, and what kind of owner it has."""

Receive = Callable[["Debt", Account, int, str, date, Place], UUID]
Return = Callable[["Debt", UUID, str, date], UUID]


def receive_plainly(_debt: Debt, account: Account, amount: int, key: str, booked_on: date, source: Place) -> UUID:
    """Book a payment of what somebody owes: from where it arrived to what they owed. The transfer's id."""
    assert account.owner is not None
    owed = Place(account.code, account.currency, Kind(account.kind), account.owner)
    opened = open_accounts([owed, source])
    entries = [(opened[source], amount), (opened[owed], -amount)]
    return post_transfers([NewTransfer(key, "recovery.paid", booked_on, entries)])[0]


def return_plainly(_debt: Debt, transfer: UUID, key: str, booked_on: date) -> UUID:
    """Book that a payment came back: what was owed is owed again. The transfer's id."""
    return reverse_transfer(Transfer.objects.get(pk=transfer), key, booked_on)


def receive_contributions(_debt: Debt, account: Account, amount: int, key: str, booked_on: date, source: Place) -> UUID:
    """Book a payment of contributions: enrolment settles the oldest dues with it. The transfer's id."""
    assert account.owner is not None
    return receive_contribution(Person(pk=account.owner), amount, account.currency, key, booked_on, source)


def return_contributions(_debt: Debt, transfer: UUID, key: str, booked_on: date) -> UUID:
    """Book that a payment of contributions came back: the dues it settled are open again. The transfer's id."""
    return return_contribution(transfer, key, booked_on)


@dataclass(frozen=True, slots=True)
class Debt:
    """How what others owe is settled.

    owner: what kind of owner the account has. over: the account to which goes what is paid too much, or "" where it
    stays for what comes due next. receive, give_back: how a payment is booked and taken back.
    """

    owner: str
    over: str = ""
    receive: Receive = receive_plainly
    give_back: Return = return_plainly


DEBTS = {
    "member.recoverable": Debt(PERSON, over="member.payable"),
    "provider.recoverable": Debt(PROVIDER, over="provider.payable"),
    "contribution.owed": Debt(PERSON, receive=receive_contributions, give_back=return_contributions),
}
"""What others owe the house, by account."""

COLLECTED = ("contribution.owed",)
"""What is collected by direct debit where there is a mandate; the rest is asked for by bill."""


def at_bank(house: HouseAccount) -> Place:
    """What lies on an account of the house."""
    return Place("bank.account", house.currency, Kind.ASSET, house.id)


def outgoing(house: HouseAccount) -> Place:
    """What was released from an account of the house and is not booked there yet."""
    return Place("bank.outgoing", house.currency, Kind.LIABILITY, house.id)


def unassigned(house: HouseAccount) -> Place:
    """Movements on an account of the house of which nobody knows yet what they are."""
    return Place("bank.unassigned", house.currency, Kind.LIABILITY, house.id)


OTHERWISE = {"bank.charges": Kind.EXPENSE, "bank.interest": Kind.INCOME}
"""What else a movement may be said to be by a person."""


def place_of(account: Account) -> Place:
    """An account that is there, as a place."""
    return Place(account.code, account.currency, Kind(account.kind), account.owner)
