"""What was paid too much, or asked for too much: it is owed the other way, or taken off what is asked."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Account, Entry, Kind
from clausula_server.lib.acting import action
from clausula_server.lib.ids import new_id
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.debts import DEBTS, PAYABLE, PERSON, RECOVERABLE
from clausula_server.payments.models import Demand, DemandStatus, Item, PaymentStatus
from clausula_server.payments.queries import matter, open_matters, open_on

ON_THE_WAY = (PaymentStatus.PREPARED, PaymentStatus.RELEASED)


@action
def carry_overpaid(currency: str, on: date) -> int:
    """Ask back what was paid for something that is owed no more, such as a bill taken back while its payment was on the
    way; how many. While a payment is still on the way nothing is asked: it may come back.
    """
    hold_houses()
    over = {
        (account, about): entries
        for (account, about), entries in open_matters(PAYABLE, currency).items()
        if sum(entry.amount for entry in entries) > 0
    }
    waits = _on_the_way({account.id for account, _ in over})
    found = [
        (account, about, sum(entry.amount for entry in entries), entries[-1])
        for (account, about), entries in over.items()
        if (account.id, about) not in waits
    ]
    places = {account: _recoverable(account) for account, _, _, _ in found}
    opened = open_accounts(list(places.values()))
    post_transfers(
        [
            NewTransfer(
                f"{about}/carried/{last.id}", "overpaid.carried", on,
                [(account, -amount), (opened[places[account]], amount)],
            )
            for account, about, amount, last in found
        ]
    )  # fmt: skip
    for account, _, _, _ in found:
        person = account.owner if PAYABLE[account.code] == PERSON else None
        append("overpaid.carried", account.id, person=person, provider=None if person else account.owner)
    return len(found)


@action
def refund_credits(currency: str, on: date) -> int:
    """Owe back what stands as a credit on accounts of what others owe, because they paid too much or owed too much; how
    many. The next batch pays it. Contributions paid ahead stay for the next.
    """
    hold_houses()
    reduce_demands(currency)
    over = {code: debt.over for code, debt in DEBTS.items() if debt.over}
    found = [each for each in open_on(over, currency) if each.amount < 0]
    places = {
        e.account: Place(over[e.account.code], e.account.currency, Kind.LIABILITY, e.account.owner) for e in found
    }
    opened = open_accounts(list(places.values()))
    post_transfers(
        [
            NewTransfer(
                f"refund/{new_id()}", "credit.refunded", on,
                [(each.account, -each.amount), (opened[places[each.account]], each.amount)],
            )
            for each in found
        ]
    )  # fmt: skip
    for each in found:
        person = each.account.owner if DEBTS[each.account.code].owner == PERSON else None
        append("credit.refunded", each.account.id, person=person, provider=None if person else each.account.owner)
    return len(found)


@action
def reduce_demands(currency: str, account: Account | None = None) -> int:
    """Ask for less where less is owed by now: what stands to somebody's credit is taken off what they are asked for,
    the oldest first; how many demands. A demand of which nothing is owed any more is cancelled.
    """
    hold_houses()
    found = open_on([account.code] if account else DEBTS, currency, account.owner if account else None)
    credits_ = [each.account.id for each in found if each.amount < 0]
    asked = Demand.objects.select_for_update(of=("self",)).select_related("account")
    asked = asked.filter(status=DemandStatus.OPEN, account__in=credits_).order_by("number")
    return sum(_reduce(demand) for demand in asked)


def _reduce(demand: Demand) -> bool:
    account = demand.account
    found = [e for e in open_on([account.code], account.currency, account.owner) if e.account.id == account.id]
    if not found or found[0].amount >= 0:
        return False
    credit, left = -found[0].amount, demand.amount - demand.paid
    if credit > left:  # what is taken cannot be divided: all of it is open again, and the credit with it
        end_demand(demand, "nothing of it is owed any more")
        return True
    Item.objects.bulk_create(Item(entry_id=entry, demand=demand) for entry in found[0].entries)
    pay_off(demand, credit)
    return True


def pay_off(demand: Demand, amount: int) -> None:
    """Note that so much of a demand came in or is owed no more."""
    demand.paid += amount
    demand.status = DemandStatus.PAID if demand.paid == demand.amount else DemandStatus.OPEN
    demand.save(update_fields=["paid", "status"])
    happened = "paid" if demand.status == DemandStatus.PAID else "partly_paid"
    append(f"demand.{happened}", demand.id, person=demand.person_id, provider=demand.provider_id)


def end_demand(demand: Demand, reason: str) -> None:
    """Ask for it no longer; what it took is open again."""
    demand.status, demand.reason = DemandStatus.CANCELLED, reason
    demand.save(update_fields=["status", "reason"])
    for item in demand.items.filter(live=True):
        item.live = False
        item.save(update_fields=["live"])
    append("demand.cancelled", demand.id, person=demand.person_id, provider=demand.provider_id)


def _on_the_way(accounts: set[UUID]) -> set[tuple[UUID, str]]:
    """Account and matter of what is prepared or on its way to be paid."""
    taken = Item.objects.filter(live=True, payment__status__in=ON_THE_WAY)
    rows = Entry.objects.filter(items__in=taken, account__in=accounts).select_related("transfer", "transfer__reverses")
    return {(row.account_id, matter(row)) for row in rows}


def _recoverable(account: Account) -> Place:
    return Place(RECOVERABLE[account.code], account.currency, Kind.ASSET, account.owner)
