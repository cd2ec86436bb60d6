"""Contributions: post what is due, settle it with what is paid, take back what came back, cancel with a reason.

The money is the ledger's. A due is a transfer from the house's income to what its payer owes; a payment is one from
where the money arrived to what is owed. A payment settles the oldest dues first; what is over stays the payer's, for
the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Sum

from clausula_server.enrolment.catalogue.asking import Contribution, contributions, months_asked
from clausula_server.enrolment.models import Due, Enrolment, Settlement
from clausula_server.enrolment.queries import dossier_on, open_dues
from clausula_server.enrolment.years import periods
from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers, reverse_transfer
from clausula_server.ledger.models import Entry, Kind, Transfer
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.ids import new_id
from clausula_server.lib.periods import Period, days, period
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Person

PAID = "contribution.paid"


def owed_by(payer: UUID, currency: str) -> Place:
    """The account of what somebody owes in contributions: debit while it is open, credit where they paid ahead."""
    return Place("contribution.owed", currency, Kind.ASSET, payer)


def income(currency: str) -> Place:
    """The house's income from contributions."""
    return Place("contribution.income", currency, Kind.INCOME)


def received(currency: str) -> Place:
    """Where a payment arrives that no other room has placed yet."""
    return Place("contribution.received", currency, Kind.ASSET)


@action
def post_dues(enrolment: Enrolment, until: date, since: date | None = None) -> list[Due]:
    """Post the contributions of an enrolment whose periods begin up to a day, and not before `since`. What is posted
    already stays: posting again posts nothing. An amount no table gives is not posted; `contributions` names it."""
    held = period(enrolment.during)
    posted = {
        (rule, stretch.lower)
        for rule, stretch in Due.objects.filter(enrolment=enrolment, cancelled_on__isnull=True).values_list(
            "rule", "period"
        )
    }
    rows = []
    last = until if held.until is None else min(until, held.until)
    for asked, payer, edition, stretch in _asked(enrolment, held.start, since or held.start, last):
        if asked.amount and (asked.rule, stretch.start) not in posted:
            rows.append(_post(enrolment, asked, payer, edition, stretch))
    for payer, currency in dict.fromkeys((row.payer_id, row.currency) for row in rows):
        settle(payer, currency, until)
    return rows


def _asked(
    enrolment: Enrolment, start: date, first: date, last: date
) -> Iterator[tuple[Contribution, UUID, UUID, Period]]:
    """What each rule asks for each period that begins between two days. A period of a year or a month; the household is
    looked at on its first day, and so is who pays: the holder."""
    terms = list(enrolment.terms.select_related("edition").order_by("during"))
    for months in sorted({months for term in terms for months in months_asked(term.edition.digest)}):
        for stretch in periods(start, terms[0].edition.year, months, first, last):
            dossier = dossier_on(enrolment.household_id, stretch.start)
            held = next((each for each in dossier.held if each.id == enrolment.id), None)
            payer = dossier.holder()
            if held is None or payer is None:
                continue
            for asked in contributions(dossier, held, stretch.start):
                if asked.months == months:
                    yield asked, payer.id, held.edition, stretch


def _post(enrolment: Enrolment, asked: Contribution, payer: UUID, edition: UUID, stretch: Period) -> Due:
    assert asked.amount is not None
    owed, gained = owed_by(payer, asked.currency), income(asked.currency)
    accounts = open_accounts([owed, gained])
    due = new_id()
    entries = [(accounts[owed], asked.amount), (accounts[gained], -asked.amount)]
    (transfer,) = post_transfers([NewTransfer(f"contribution.due:{due}", "contribution.due", stretch.start, entries)])
    row = Due.objects.create(
        id=due,
        household_id=enrolment.household_id,
        payer_id=payer,
        enrolment=enrolment,
        edition_id=edition,
        rule=asked.rule,
        clause=asked.clause,
        period=days(*stretch),
        amount=asked.amount,
        currency=asked.currency,
        computed_from=dict(asked.computed_from),
        due_on=stretch.start,
        transfer_id=transfer,
    )
    append("contribution.due", row.id, person=payer, payload={"due_on": stretch.start.isoformat()})
    return row


@action
def receive_contribution(
    payer: Person, amount: int, currency: str, key: str, booked_on: date, source: Place | None = None
) -> UUID:
    """Book a payment of contributions and settle the oldest dues with it; the transfer's id.

    key: names the payment for good, so that receiving it again changes nothing. source: where the money arrived, an
    account the caller knows. What is over stays the payer's and settles what comes due next. Raises Refused.
    """
    if amount <= 0:
        refuse("amount", "a payment is more than nothing.", "Give the amount that was paid.")
    with elevated("a payment is laid against all that is owed"):
        _lock(payer.id)
        owed, came = owed_by(payer.id, currency), source or received(currency)
        accounts = open_accounts([owed, came])
        entries = [(accounts[came], amount), (accounts[owed], -amount)]
        known = Transfer.objects.filter(key=key).exists()
        (transfer,) = post_transfers([NewTransfer(key, PAID, booked_on, entries)])
        if not known:
            append("contribution.paid", transfer, person=payer.id, payload={"booked_on": booked_on.isoformat()})
        settle(payer.id, currency, booked_on)
        return transfer


@action
def return_contribution(payment: UUID, key: str, booked_on: date) -> UUID:
    """A payment came back, as a debit that bounced: what it settled is open again. The transfer's id. Once for a
    payment; the same key again changes nothing."""
    with elevated("a payment is laid against all that is owed"):
        row = Transfer.objects.get(pk=payment, kind=PAID)
        owed = Entry.objects.select_related("account").get(transfer=row, amount__lt=0).account
        assert owed.owner is not None
        _lock(owed.owner)
        known = Transfer.objects.filter(key=key).exists()
        back = reverse_transfer(row, key, booked_on)
        if not known:
            for due in _settled_by(payment):
                _release(due, payment, booked_on)
            settle(owed.owner, owed.currency, booked_on)
            payload = {"payment": str(payment), "booked_on": booked_on.isoformat()}
            append("contribution.returned", back, person=owed.owner, payload=payload)
        return back


@action
def cancel_due(due: Due, reason: str, on: date) -> None:
    """Take back a due, with a reason. What was paid for it settles others, or stays the payer's. Raises Refused."""
    if not reason.strip():
        refuse("reason", "it is empty.", "Say why it is not owed.")
    with elevated("a payment is laid against all that is owed"):
        _lock(due.payer_id)
        row = Due.objects.select_for_update().get(pk=due.pk)
        if row.cancelled_on is not None:
            refuse("due", f"it was cancelled on {row.cancelled_on}.", "Nothing is left to do.")
        for payment in dict.fromkeys(row.settlements.values_list("transfer", flat=True)):
            _release(row, payment, on)
        row.refresh_from_db()
        row.cancelled_on, row.cancelled_for = on, reason.strip()
        row.save(update_fields=["cancelled_on", "cancelled_for"])
        reverse_transfer(Transfer.objects.get(pk=row.transfer_id), f"contribution.cancelled:{row.id}", on)
        append("contribution.cancelled", row.id, person=row.payer_id, payload={"reason": row.cancelled_for})
        settle(row.payer_id, row.currency, on)


@action
def settle(payer: UUID, currency: str, on: date) -> None:
    """Lay what is left of a payer's payments against their open dues, oldest against oldest."""
    _lock(payer)
    dues = list(open_dues(payer).filter(currency=currency).select_for_update())
    for payment, left in _left_of_payments(payer, currency):
        remaining = left
        while remaining and dues:
            due = dues[0]
            part = min(remaining, due.amount - due.paid)
            _lay(due, payment, part, on)
            remaining -= part
            if due.paid == due.amount:
                dues.pop(0)


def _left_of_payments(payer: UUID, currency: str) -> list[tuple[UUID, int]]:
    """Payments of somebody of which something is left, the oldest first."""
    paid = Entry.objects.filter(
        account__code="contribution.owed",
        account__owner=payer,
        currency=currency,
        transfer__kind=PAID,
        transfer__reversed_by__isnull=True,
    ).order_by("transfer__booked_on", "transfer")
    amounts = {row["transfer"]: -row["amount"] for row in paid.values("transfer", "amount")}
    laid = Settlement.objects.filter(transfer__in=amounts).values_list("transfer").annotate(sum=Sum("amount"))
    for transfer, total in laid:
        amounts[transfer] -= total
    return [(transfer, left) for transfer, left in amounts.items() if left]


def _settled_by(payment: UUID) -> list[Due]:
    found = Settlement.objects.filter(transfer=payment).values("due").annotate(sum=Sum("amount")).exclude(sum=0)
    return list(Due.objects.select_for_update().filter(pk__in=[row["due"] for row in found]).order_by("id"))


def _release(due: Due, payment: UUID, on: date) -> None:
    laid = Settlement.objects.filter(due=due, transfer=payment).aggregate(sum=Sum("amount"))["sum"]
    if laid:
        _lay(due, payment, -laid, on)


def _lay(due: Due, payment: UUID, amount: int, on: date) -> None:
    Settlement.objects.create(due=due, transfer_id=payment, amount=amount, settled_on=on)
    due.paid += amount
    due.save(update_fields=["paid"])


def _lock(payer: UUID) -> None:
    """Let whoever moves the payer's money at the same time wait."""
    Person.objects.select_for_update().get(pk=payer)
