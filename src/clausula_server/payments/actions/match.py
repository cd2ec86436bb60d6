"""What a movement was: a payment of ours that was booked or came back, a demand that was paid, or what a person says.

Every line stands on `bank.unassigned` since it was imported. Placing it moves it from there to what it was for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Sum

from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers, reverse_transfer
from clausula_server.ledger.models import Account, Entry, Kind, Transfer
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import refuse
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.actions.batch import (
    key_of,
    move_payment,
    release_items,
    settle_batch,
    take_entries,
)
from clausula_server.payments.actions.claimed import hold_claims, tell_paid, tell_returned
from clausula_server.payments.actions.overpaid import pay_off
from clausula_server.payments.debts import DEBTS, OTHERWISE, outgoing, place_of, unassigned
from clausula_server.payments.models import (
    Batch,
    BatchStatus,
    Demand,
    DemandStatus,
    HouseAccount,
    Item,
    Line,
    Match,
    Payment,
    PaymentStatus,
)

How = Match.How
GONE = (BatchStatus.SENT, BatchStatus.SETTLED)


def place_line(line: Line) -> bool:
    """Place a line by what leads back: our end-to-end id, our batch, a reference on a bill. Whether it is placed whole.

    Nothing is placed by likeness: amount and name are proposals for a person (`queries.proposals`).
    """
    payment = _payment_of(line.end_to_end, line.house)
    if payment is not None:
        return _place_payment(line, payment, How.END_TO_END)
    batch = _batch_of(line.batch_reference, line.house)
    if batch is not None and line.end_to_end == "":
        return _place_batch(line, batch)
    if line.amount > 0 and line.reference:
        demand = Demand.objects.filter(reference=line.reference, house=line.house_id).first()
        return demand is not None and _place_demand(line, demand, How.REFERENCE)
    return False


def hold_what_comes_back(lines: Iterable[Line], house: HouseAccount) -> None:
    """Let whoever decides on the claims whose payments these lines return wait."""
    payments = {found for line in lines if line.amount > 0 and (found := _id_of(line.end_to_end))}
    hold_claims(Payment.objects.filter(pk__in=payments, batch__house=house))


def settled_by(lines: Iterable[Line]) -> list[Payment]:
    """The payments to others that these lines have settled."""
    found = Payment.objects.filter(matches__line__in=list(lines), status=PaymentStatus.SETTLED, mandate__isnull=True)
    return list(found.order_by("id").distinct())


def leads_to_batch(batch_reference: str, house: HouseAccount, amount: int) -> bool:
    """Whether a sum is that of a batch of ours, so that it needs no details of the bank."""
    batch = _batch_of(batch_reference, house)
    return batch is not None and _sum_of(batch) == amount


@action
def assign_to_payment(line: Line, payment: Payment) -> None:
    """A person says that a line is this payment, booked or come back. Raises Refused."""
    hold_houses()
    hold_claims([payment])
    line = _held(line)
    if _left(line) != line.amount or not _place_payment(line, payment, How.PERSON):
        payment.refresh_from_db()
        mend = "The amounts must be the same, and the payment must be on its way, or settled for what comes back."
        refuse("payment", f"it is {payment.status} and over {show_amount(payment.amount, payment.currency)}.", mend)
    tell_paid(settled_by([line]))


@action
def assign_to_demand(line: Line, demand: Demand) -> None:
    """A person says that a line pays this demand; what is over is kept for the payer. Raises Refused."""
    line = _held(line)
    if demand.currency != line.currency:
        refuse("demand", f"it is in {demand.currency}, the line in {line.currency}.", "Choose another demand.")
    if _left(line) <= 0 or not _place_demand(line, demand, How.PERSON):
        refuse("demand", f"it is {demand.status}, or nothing is left of the line.", "Choose another demand.")


@action
def assign_to_debt(line: Line, code: str, owner: UUID) -> None:
    """A person says that a line pays what somebody owes, without a bill. code: an account of `debts.DEBTS`. Raises
    Refused."""
    line = _held(line)
    left = _left(line)
    if code not in DEBTS or left <= 0:
        refuse("code", f"“{code}” is no debt, or nothing is left of the line.", f"Take one of {', '.join(DEBTS)}.")
    place = Place(code, line.currency, Kind.ASSET, owner)
    account = open_accounts([place])[place]
    transfer = DEBTS[code].receive(
        DEBTS[code], account, left, f"line/{line.id}/debt", line.booked_on, unassigned(line.house)
    )
    _note(line, left, How.PERSON, transfer, account=account)


@action
def book_otherwise(line: Line, code: str, reason: str) -> None:
    """A person says that what is left of a line is nothing of anybody's: charges or interest of the bank. Raises
    Refused."""
    line = _held(line)
    left = _left(line)
    if code not in OTHERWISE or not left:
        refuse("code", f"“{code}” is not booked by hand, or nothing is left.", f"Take one of {', '.join(OTHERWISE)}.")
    if not reason.strip():
        refuse("reason", "it is empty.", "Say what it was.")
    place = Place(code, line.currency, OTHERWISE[code])
    transfer = _move(line, f"line/{line.id}/{code}", "bank.explained", place, left, line.booked_on)
    _note(line, left, How.PERSON, transfer, account=open_accounts([place])[place], reason=reason.strip())


@action
def undo_match(match: Match, reason: str, on: date) -> None:
    """Take back what was matched to a demand or an account, so that a person can place it anew. Raises Refused."""
    line = _held(match.line)
    if match.payment_id is not None:
        refuse("match", "a payment is not taken back this way.", "The bank books its return.")
    if not reason.strip():
        refuse("reason", "it is empty.", "Say what was wrong.")
    key = f"match/{match.id}/undone"
    if match.amount * line.amount < 0 or Transfer.objects.filter(key=key).exists():
        refuse("match", "it is taken back already.", "Place the line anew.")
    transfer = Transfer.objects.get(pk=match.transfer_id)
    account = match.demand.account if match.demand is not None else match.account
    assert account is not None
    debt = DEBTS.get(account.code)
    back = debt.give_back(debt, transfer.id, key, on) if debt else reverse_transfer(transfer, key, on)
    if match.demand is not None:
        demand = Demand.objects.select_for_update().get(pk=match.demand.id)
        demand.paid -= match.amount
        demand.status = DemandStatus.OPEN
        demand.save(update_fields=["paid", "status"])
        _take(back, demand)
        append("demand.reopened", demand.id, person=demand.person_id, provider=demand.provider_id)
    _note(line, -match.amount, How.PERSON, back, demand=match.demand, account=match.account, reason=reason.strip())


def _place_payment(line: Line, payment: Payment, how: How) -> bool:
    """Book a payment as settled or returned, where line and payment fit; whether they do."""
    payment = Payment.objects.select_for_update(of=("self",)).select_related("batch", "account").get(pk=payment.pk)
    forth = 1 if payment.mandate_id else -1
    fits = payment.batch.house_id == line.house_id and payment.batch.status in GONE
    if not fits or abs(line.amount) != payment.amount or payment.status == PaymentStatus.CANCELLED:
        return False
    if line.amount == forth * payment.amount:
        settled = payment.matches.filter(amount__gt=0).exists() if forth > 0 else payment.matches.filter(amount__lt=0)
        if settled or (forth > 0 and payment.status != PaymentStatus.RELEASED):
            return False
        _settle(line, [payment], how)
    elif payment.status == PaymentStatus.SETTLED or (forth < 0 and payment.status == PaymentStatus.RELEASED):
        _return(line, payment, how)
    else:
        return False
    settle_batch(payment.batch)
    return True


def _place_batch(line: Line, batch: Batch) -> bool:
    """Book all payments of a batch as settled, where the line is their sum."""
    if _sum_of(batch) != line.amount:
        return False
    _settle(line, list(batch.payments.select_related("account").filter(status=PaymentStatus.RELEASED)), How.BATCH)
    settle_batch(batch)
    return True


def _settle(line: Line, payments: list[Payment], how: How) -> None:
    """The bank has booked what was released: paid out, or collected."""
    out = [payment for payment in payments if not payment.mandate_id]
    places = open_accounts([outgoing(line.house), unassigned(line.house)])
    way_out, suspense = places[outgoing(line.house)], places[unassigned(line.house)]
    new = [
        NewTransfer(
            key_of(each, "settled"),
            "payment.settled",
            line.booked_on,
            [(way_out, each.amount), (suspense, -each.amount)],
        )
        for each in out
    ]
    booked = dict(zip((each.id for each in out), post_transfers(new) if new else [], strict=True))
    for each in payments:
        if each.mandate_id:
            debt = DEBTS[each.account.code]
            key = key_of(each, "received")
            booked[each.id] = debt.receive(debt, each.account, each.amount, key, line.booked_on, unassigned(line.house))
            take_entries([booked[each.id]], [each])
        if each.status == PaymentStatus.RELEASED:
            move_payment(each, PaymentStatus.SETTLED)
        amount = each.amount if each.mandate_id else -each.amount
        _note(line, amount, how, booked[each.id], payment=each)


def _return(line: Line, payment: Payment, how: How) -> None:
    """What was paid or collected came back: it is owed again."""
    key = key_of(payment, "returned")
    if payment.mandate_id:
        received = Transfer.objects.get(key=key_of(payment, "received"))
        debt = DEBTS[payment.account.code]
        transfer = debt.give_back(debt, received.id, key, line.booked_on)
    else:
        transfer = _move(line, key, "payment.returned", place_of(payment.account), line.amount, line.booked_on)
    move_payment(payment, PaymentStatus.RETURNED, line.returned or "-")
    release_items([payment])
    _note(line, line.amount, how, transfer, payment=payment)
    if not payment.mandate_id:
        tell_returned(payment, line.booked_on, line.returned or "-")


def _place_demand(line: Line, demand: Demand, how: How) -> bool:
    """Book what came in under a demand: up to what is left of it, and the rest for the payer."""
    demand = Demand.objects.select_for_update(of=("self",)).select_related("account").get(pk=demand.pk)
    if demand.status == DemandStatus.CANCELLED:
        return False
    came = _left(line)
    part = min(came, demand.amount - demand.paid)
    if part:
        _pay_demand(line, demand, part, how)
    if came > part:
        _keep_over(line, demand, came - part, how)
    return True


def _pay_demand(line: Line, demand: Demand, part: int, how: How) -> None:
    debt = DEBTS[demand.account.code]
    key = f"line/{line.id}/{demand.id}/{line.matches.count()}"
    transfer = debt.receive(debt, demand.account, part, key, line.booked_on, unassigned(line.house))
    _take(transfer, demand)
    pay_off(demand, part)
    _note(line, part, how, transfer, demand=demand)


def _keep_over(line: Line, demand: Demand, over: int, how: How) -> None:
    """What was paid too much is the payer's: paid back with the next batch, or kept for what comes due next."""
    debt, account = DEBTS[demand.account.code], demand.account
    key = f"line/{line.id}/over/{line.matches.count()}"
    if debt.over:
        place = Place(debt.over, line.currency, Kind.LIABILITY, account.owner)
        transfer = _move(line, key, "payment.over", place, over, line.booked_on)
        account = open_accounts([place])[place]
    else:
        transfer = debt.receive(debt, account, over, key, line.booked_on, unassigned(line.house))
    _note(line, over, how, transfer, account=account)
    append("demand.overpaid", demand.id, person=demand.person_id, provider=demand.provider_id)


def _take(transfer: UUID, demand: Demand) -> None:
    """Let the demand take the entry by which it was paid, or by which that was taken back."""
    for entry in Entry.objects.filter(transfer=transfer, account=demand.account_id):
        Item.objects.create(entry=entry, demand=demand)


def _move(line: Line, key: str, kind: str, place: Place, amount: int, on: date) -> UUID:
    """From what nobody had placed to where it belongs; amount: with the sign of the line."""
    suspense = unassigned(line.house)
    opened = open_accounts([suspense, place])
    entries = [(opened[suspense], amount), (opened[place], -amount)]
    return post_transfers([NewTransfer(key, kind, on, entries)])[0]


def _note(
    line: Line,
    amount: int,
    how: How,
    transfer: UUID,
    *,
    payment: Payment | None = None,
    demand: Demand | None = None,
    account: Account | None = None,
    reason: str = "",
) -> None:
    Match.objects.create(
        line=line,
        payment=payment,
        demand=demand,
        account=account,
        amount=amount,
        how=how,
        reason=reason[:200],
        transfer_id=transfer,
        by_id=current_actor().person if how == How.PERSON else None,
    )


def _left(line: Line) -> int:
    """What of a line is not placed yet, with its sign."""
    whole: int = line.amount
    return whole - int(line.matches.aggregate(sum=Sum("amount"))["sum"] or 0)


def _held(line: Line) -> Line:
    """The line, once whoever places something of the same account at the same time is done. Raises Refused."""
    hold_houses()
    if line.collective:
        refuse("line", "the bank sends its details separately.", "Place the details.")
    return line


def _payment_of(end_to_end: str, house: HouseAccount) -> Payment | None:
    found = _id_of(end_to_end)
    return Payment.objects.filter(pk=found, batch__house=house).first() if found else None


def _batch_of(reference: str, house: HouseAccount) -> Batch | None:
    found = _id_of(reference)
    return Batch.objects.filter(pk=found, house=house, status__in=GONE).first() if found else None


def _id_of(text: str) -> UUID | None:
    """The id that travelled as 32 hexadecimal digits, if it is one."""
    if len(text) != 32:
        return None
    try:
        return UUID(hex=text)
    except ValueError:
        return None


def _sum_of(batch: Batch) -> int:
    """What the bank books for the batch as a whole, with its sign: what is released in it and not settled yet."""
    payments = batch.payments.filter(status=PaymentStatus.RELEASED)
    total: int = payments.aggregate(sum=Sum("amount"))["sum"] or 0
    return total if batch.way == "debit" else -total
