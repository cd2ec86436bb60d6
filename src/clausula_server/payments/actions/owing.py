"""What is owed: post it, turn it to the provider, give back what was paid too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from clausula_server.directory.models import Provider
from clausula_server.directory.queries import on_list
from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Account, Entry, Kind
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.payments.debts import DEBTS, PAYABLE, PERSON
from clausula_server.payments.models import Assignment, HouseAccount, Item
from clausula_server.people.models import Person

AGREEMENT = "direct-settlement"
"""The directory's list of providers with whom there is an administrative agreement on direct payment."""


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


@action
def settle_directly(
    reference: str, person: Person, provider: Provider, authorised_on: date, requested_on: date
) -> UUID:
    """Pay the provider what is owed to the member under a reference; the transfer's id. Raises Refused.

    Three conditions (Ultra Varia, direct payment to providers): the member authorised it, there is an administrative
    agreement with the provider on that day, and the provider asked in time: before the member is paid, and within the
    days of the setting CLAUSULA_DIRECT_REQUEST_DAYS, where one is set.
    """
    with elevated("what is owed to the member goes to the provider"):
        known = Assignment.objects.filter(reference=reference).first()
        if known is not None:
            if (known.person_id, known.provider_id) == (person.pk, provider.pk):
                return known.transfer_id
            refuse("reference", "it is paid to another provider already.", "Look at the payments of this bill.")
        entry = _open_entry(reference, person)
        faults = _faults_of_request(entry, provider, authorised_on, requested_on)
        refuse_if(faults)
        to = Place("provider.payable", entry.currency, Kind.LIABILITY, provider.id)
        opened = open_accounts([to])
        entries = [(entry.account, -entry.amount), (opened[to], entry.amount)]
        (transfer,) = post_transfers([NewTransfer(f"direct/{entry.id}", "payable.assigned", requested_on, entries)])
        row = Assignment(reference=reference, person=person, provider=provider, transfer_id=transfer)
        row.authorised_on, row.requested_on = authorised_on, requested_on
        row.save(force_insert=True)
        append("direct_settlement.granted", row.id, person=person.id, provider=provider.id)
    return transfer


def _open_entry(reference: str, person: Person) -> Entry:
    """What is owed to the person under the reference, held so that no batch takes it meanwhile."""
    list(HouseAccount.objects.select_for_update().order_by("id"))
    entries = Entry.objects.select_related("account", "transfer").filter(
        transfer__key=reference, account__code="member.payable", account__owner=person.id, amount__lt=0
    )
    entry = entries.first()
    if entry is None:
        refuse("reference", "nothing is owed to this member under it.", "Look at the decision: who is paid there?")
    if Item.objects.filter(entry=entry, live=True).exists():
        refuse("requested_on", "the member is paid already, or about to be.", "The member settles with the provider.")
    return entry


def _faults_of_request(entry: Entry, provider: Provider, authorised_on: date, requested_on: date) -> list[Fault]:
    faults = []
    if authorised_on > requested_on:
        message = f"the member authorised it on {authorised_on}, after the request of {requested_on}."
        faults.append(Fault("authorised_on", message, "Ask again now that it is authorised."))
    if not on_list(AGREEMENT, requested_on).filter(pk=provider.pk).exists():
        message = f"there is no agreement with {provider} on {requested_on}."
        faults.append(Fault("provider", message, "The member is paid and settles with the provider."))
    most = settings.CLAUSULA_DIRECT_REQUEST_DAYS
    if most and (requested_on - entry.transfer.booked_on).days > most:
        message = f"the request of {requested_on} comes later than {most} days after {entry.transfer.booked_on}."
        faults.append(Fault("requested_on", message, "The member is paid and settles with the provider."))
    if _owed_to(entry.account) < -entry.amount:
        faults.append(Fault("reference", "less is owed by now than under it.", "Wait until the correction is settled."))
    return faults


def _owed_to(account: Account) -> int:
    return -(Entry.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or 0)


@action
def refund_credits(house: HouseAccount, on: date) -> int:
    """Owe back what stands as a credit on accounts of what others owe, because they paid too much or owed too much; how
    many. The next batch pays it. Contributions paid ahead stay for the next.
    """
    HouseAccount.objects.select_for_update().get(pk=house.pk)
    over = {code: debt.over for code, debt in DEBTS.items() if debt.over}
    found = Account.objects.filter(code__in=over, currency=house.currency).annotate(stands=Sum("entries__amount"))
    accounts = list(found.filter(stands__lt=0))
    places = {row.id: Place(over[row.code], row.currency, Kind.LIABILITY, row.owner) for row in accounts}
    opened = open_accounts(list(places.values()))
    new = [
        NewTransfer(f"refund/{new_id()}", "credit.refunded", on, [(row, -stands), (opened[places[row.id]], stands)])
        for row, stands in ((row, int(row.stands)) for row in accounts)
    ]
    post_transfers(new)
    for row in accounts:
        person = row.owner if DEBTS[row.code].owner == PERSON else None
        append("credit.refunded", row.id, person=person, provider=None if person else row.owner)
    return len(new)
