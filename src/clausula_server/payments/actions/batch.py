"""Batches: collect what stands open, release with four eyes, take back what has not left yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers, reverse_transfer
from clausula_server.ledger.models import Entry, Transfer
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.lib.roles import Role
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.actions.overpaid import carry_overpaid, refund_credits
from clausula_server.payments.debts import COLLECTED, PAYABLE, outgoing
from clausula_server.payments.models import (
    BATCH_MOVES,
    PAYMENT_MOVES,
    Batch,
    BatchStatus,
    HouseAccount,
    Item,
    Move,
    Payment,
    PaymentStatus,
    Way,
)
from clausula_server.payments.parties import Left, Party, creditors, debtors, faults_of_route
from clausula_server.payments.queries import Open, matter, open_matters, open_on, payable_on
from clausula_server.people.models import Person


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch, and who could not be put into it, each with the reason: nobody is dropped in silence."""

    batch: Batch
    left: tuple[Left, ...]


@action
def prepare_transfers(house: HouseAccount, execute_on: date, today: date, until: date = date.max) -> Prepared:
    """Collect into a draft what the house owes in the account's currency: one payment for each payee. until: only what
    was booked up to a day. Raises Refused.

    What another batch holds is not open, so that preparing again prepares only what is new. What was paid too much for
    one bill is asked back, not taken off another.
    """
    _require_day(execute_on, today)
    hold_houses()
    carry_overpaid(house.currency, today)
    refund_credits(house.currency, today)
    owed = [replace(each, amount=-each.amount) for each in payable_on(PAYABLE, house.currency, until)]
    return _prepare(house, Way.TRANSFER, execute_on, owed, creditors(owed, execute_on))


@action
def prepare_debits(house: HouseAccount, execute_on: date, today: date) -> Prepared:
    """Collect into a draft what is due by then and may be collected by mandate: one debit a payer. Raises Refused.

    SEPA core direct debit, so in euro alone. Who has no mandate gets a bill instead, and is not among those left out.
    """
    hold_houses()
    _require_day(execute_on, today)
    if house.currency != "EUR" or not house.creditor_id:
        mend = "Send bills instead, or take an account in euro with a creditor identifier."
        refuse("house", f"from {house} nothing can be collected by SEPA direct debit.", mend)
    owed = open_on(COLLECTED, house.currency, until=execute_on)
    return _prepare(house, Way.DEBIT, execute_on, owed, debtors(owed, execute_on))


@action
def drop_payment(payment: Payment, reason: str) -> None:
    """Take a payment out of a draft; what was owed is open again. Raises Refused."""
    batch = held_batch(payment.batch)
    if batch.status != BatchStatus.DRAFT:
        refuse("payment", f"its batch is {batch.status}.", "Only from a draft a payment can be taken out.")
    _require_reason(reason)
    if batch.count == 1:
        refuse("payment", "it is the last one.", "Cancel the batch.")
    held = Payment.objects.select_for_update().get(pk=payment.pk)
    move_payment(held, PaymentStatus.CANCELLED, reason)
    release_items([held])
    batch.total -= held.amount
    batch.count -= 1
    batch.save(update_fields=["total", "count"])


@action
def release_batch(batch: Batch, at: datetime | None = None) -> Batch:
    """Release what somebody else prepared: from now on it counts as paid, and the file may be written. Raises Refused.

    Above the setting CLAUSULA_RELEASE_LIMIT only somebody of finance may. What is owed less than when the batch was
    prepared is named, and nothing is released. Released again by the same person, it stays as it is. at: now if unset.
    """
    who = _person()
    batch = held_batch(batch)
    if batch.status in (BatchStatus.RELEASED, BatchStatus.SENT) and batch.released_by_id == who:
        return batch
    if batch.prepared_by_id == who:
        refuse("batch", "whoever prepares a batch does not release it.", "Ask somebody else.")
    if batch.status != BatchStatus.DRAFT:
        refuse("batch", f"it is {batch.status}.", "Only a draft is released.")
    most = settings.CLAUSULA_RELEASE_LIMIT
    if batch.total > most and not current_actor().is_a(Role.FINANCE):
        shown = show_amount(most, batch.currency)
        refuse("batch", f"it comes to more than {shown}.", "Somebody of finance must release it.")
    payments = _held(batch, PaymentStatus.PREPARED)
    refuse_if(_no_longer_owed(batch, payments))
    batch.released_by_id, batch.released_at = who, at or timezone.now()
    move_batch(batch, BatchStatus.RELEASED)
    for payment in payments:
        move_payment(payment, PaymentStatus.RELEASED)
    if batch.way == Way.TRANSFER:
        _post_release(batch, payments)
    else:
        for payment in payments:
            payload = {"on": batch.execute_on.isoformat()}
            append("payment.announced", payment.id, person=payment.person_id, payload=payload)
    return batch


@action
def cancel_batch(batch: Batch, reason: str) -> None:
    """Take a batch back before its file was written; what was owed is owed again. Raises Refused."""
    _require_reason(reason)
    _end(held_batch(batch), BatchStatus.CANCELLED, PaymentStatus.CANCELLED, reason)


@action
def fail_batch(batch: Batch, reason: str) -> None:
    """Say that the bank refused the whole file; what was owed is owed again. Raises Refused."""
    _require_reason(reason)
    _end(held_batch(batch), BatchStatus.FAILED, PaymentStatus.RETURNED, reason)


@action
def fail_payment(payment: Payment, reason: str, on: date) -> None:
    """Say that the bank refused a payment before booking it; what was owed is owed again. Raises Refused."""
    _require_reason(reason)
    batch = held_batch(payment.batch)
    held = Payment.objects.select_for_update().get(pk=payment.pk)
    if batch.status != BatchStatus.SENT or held.status != PaymentStatus.RELEASED:
        mend = "What the bank has booked comes back by a statement; what was not sent is cancelled."
        refuse("payment", f"it is {held.status} in a batch that is {batch.status}.", mend)
    take_back(held, PaymentStatus.RETURNED, reason, on)
    settle_batch(batch)


def take_back(payment: Payment, after: PaymentStatus, reason: str, on: date) -> None:
    """A payment that was not booked by the bank ends: its release is reversed, what it took is open again."""
    released = Transfer.objects.filter(key=key_of(payment, "released")).first()
    if released is not None:
        reverse_transfer(released, key_of(payment, "taken_back"), on)
    move_payment(payment, after, reason)
    release_items([payment])


def settle_batch(batch: Batch) -> None:
    """Close a batch that was sent once the bank has answered for each payment in it."""
    if batch.status == BatchStatus.SENT and not batch.payments.filter(status=PaymentStatus.RELEASED).exists():
        booked = batch.payments.filter(matches__isnull=False).exists()
        move_batch(batch, BatchStatus.SETTLED if booked else BatchStatus.FAILED)


def move_batch(batch: Batch, after: str, reason: str = "") -> None:
    """One allowed move of a batch, kept with who and why, and told. Raises Refused."""
    before = batch.status
    if after not in BATCH_MOVES.get(before, ()):
        refuse("batch", f"it is {before} and cannot become {after}.", "Look at where it stands now.")
    batch.status = after
    batch.save(update_fields=["status", "released_by", "released_at"])
    Move.objects.create(batch=batch, before=before, after=after, reason=reason, by_id=current_actor().person)
    append(f"batch.{after}", batch.id, payload={"way": batch.way, "count": batch.count})


def move_payment(payment: Payment, after: str, reason: str = "") -> None:
    """One allowed move of a payment, told to whom it concerns. Raises Refused."""
    if after not in PAYMENT_MOVES.get(payment.status, ()):
        refuse("payment", f"it is {payment.status} and cannot become {after}.", "Look at where it stands now.")
    payment.status, payment.reason = after, reason[:200]
    payment.save(update_fields=["status", "reason"])
    if after in {PaymentStatus.SETTLED, PaymentStatus.RETURNED}:
        payload = {"way": payment.batch.way, "reason": payment.reason}
        append(f"payment.{after}", payment.id, person=payment.person_id, provider=payment.provider_id, payload=payload)


def release_items(payments: Sequence[Payment]) -> None:
    """What these payments took is open again."""
    for item in Item.objects.filter(payment__in=payments, live=True):
        item.live = False
        item.save(update_fields=["live"])


def take_entries(transfers: Iterable[UUID], payments: Iterable[Payment]) -> None:
    """Let each payment take the entry by which it was settled, so that with what was owed it adds up to nothing."""
    by_account = {payment.account_id: payment for payment in payments}
    entries = Entry.objects.filter(transfer__in=list(transfers), account__in=by_account)
    Item.objects.bulk_create(Item(entry=entry, payment=by_account[entry.account_id]) for entry in entries)


def key_of(payment: Payment, what: str) -> str:
    """The key under which a payment posts something to the ledger: once."""
    return f"payment/{payment.id}/{what}"


def _prepare(
    house: HouseAccount, way: Way, execute_on: date, owed: list[Open], parties: dict[UUID, Party | Left]
) -> Prepared:
    who, payments, left = _person(), list[tuple[Payment, Open]](), list[Left]()
    batch = Batch(way=way, house=house, currency=house.currency, execute_on=execute_on, prepared_by_id=who)
    for each in owed:
        party = parties.get(each.account.id)
        if each.amount <= 0 or party is None:
            continue
        if isinstance(party, Party):
            party = faults_of_route(party, each.account, house, way) or party
        if isinstance(party, Left):
            left.append(party)
        else:
            payments.append((party.payment(batch, each), each))
    if not payments:
        words = "; ".join(f"{each.name}: {each.fault}" for each in left) or "nothing is open"
        refuse("house", f"there is nothing to prepare in {house.currency}: {words}", "Mend what is named, or wait.")
    batch.total, batch.count = sum(payment.amount for payment, _ in payments), len(payments)
    batch.save(force_insert=True)
    Move.objects.create(batch=batch, before="", after=BatchStatus.DRAFT, by_id=who)
    try:
        with transaction.atomic():
            Payment.objects.bulk_create(payment for payment, _ in payments)
            Item.objects.bulk_create(
                Item(entry_id=e, payment=payment) for payment, each in payments for e in each.entries
            )
    except IntegrityError:
        refuse("house", "another batch took some of it at the same moment.", "Prepare again.")
    append("batch.prepared", batch.id, payload={"way": way, "count": batch.count, "left": len(left)})
    return Prepared(batch, tuple(left))


def _post_release(batch: Batch, payments: list[Payment]) -> None:
    """What is released counts as paid: from what was owed to what is on its way."""
    place = outgoing(batch.house)
    way_out = open_accounts([place])[place]
    on = timezone.localdate(batch.released_at)
    new = [
        NewTransfer(
            key_of(payment, "released"),
            "payment.released",
            on,
            [(payment.account, payment.amount), (way_out, -payment.amount)],
        )
        for payment in payments
    ]
    take_entries(post_transfers(new), payments)


def _no_longer_owed(batch: Batch, payments: list[Payment]) -> list[Fault]:
    """Payments of more than what is owed by now: a bill was reversed, or somebody paid meanwhile."""
    back = _given_back(payments) if batch.way == Way.TRANSFER else _paid_since(batch, payments)
    faults = []
    for payment in payments:
        less = back.get(payment.account_id, 0)
        if less > 0:
            owed = show_amount(max(0, payment.amount - less), payment.currency)
            message = f"{payment.name} is owed {owed} by now, less than was prepared."
            if batch.way == Way.DEBIT:
                message = f"{payment.name} owes {owed} by now, less than was prepared."
            faults.append(Fault(f"payments.{payment.id}", message, "Take the payment out, then prepare it anew."))
    return faults


def _given_back(payments: list[Payment]) -> dict[UUID, int]:
    """What the matters of these payments give back since they were prepared, by account."""
    taken = Item.objects.filter(payment__in=payments, live=True)
    rows = Entry.objects.filter(items__in=taken).select_related("transfer", "transfer__reverses")
    matters = {(row.account_id, matter(row)) for row in rows}
    back: dict[UUID, int] = {}
    codes = {payment.account.code for payment in payments}
    currency = payments[0].currency
    for (account, about), entries in open_matters(codes, currency, {account for account, _ in matters}).items():
        if (account.id, about) in matters:
            back[account.id] = back.get(account.id, 0) + max(0, sum(entry.amount for entry in entries))
    return back


def _paid_since(batch: Batch, payments: list[Payment]) -> dict[UUID, int]:
    """What payers have paid beside these debits, by account."""
    codes = {payment.account.code for payment in payments}
    return {each.account.id: -each.amount for each in open_on(codes, batch.currency, until=batch.execute_on)}


def _end(batch: Batch, after: BatchStatus, each: PaymentStatus, reason: str) -> None:
    payments = _held(batch, PaymentStatus.PREPARED, PaymentStatus.RELEASED)
    if after == BatchStatus.FAILED and len(payments) < batch.count:
        refuse("batch", "the bank has answered for some of its payments already.", "Say it of each payment.")
    move_batch(batch, after, reason)
    for payment in payments:
        take_back(payment, each, reason, timezone.localdate())


def _held(batch: Batch, *statuses: PaymentStatus) -> list[Payment]:
    rows = batch.payments.select_for_update(of=("self",)).select_related("account").filter(status__in=statuses)
    return list(rows.order_by("id"))


def held_batch(batch: Batch) -> Batch:
    """The batch, locked until the transaction ends, after the accounts of the house: always in this order."""
    hold_houses()
    return Batch.objects.select_for_update(of=("self",)).select_related("house").get(pk=batch.pk)


def _person() -> UUID:
    """Who prepares or releases: somebody, never the system. Raises Refused."""
    person = current_actor().person
    if person is None or not Person.objects.filter(pk=person).exists():
        refuse("actor", "money leaves by two people, and nobody is here in person.", "Sign in.")
    return person


def _require_day(execute_on: date, today: date) -> None:
    if not 0 <= (execute_on - today).days <= 90:
        refuse("execute_on", f"{execute_on} is past, or too far ahead.", "Give a day from today on, within 90 days.")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        refuse("reason", "it is empty.", "Say why, in a few words.")
