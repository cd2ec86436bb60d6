"""Claims hear what became of their payments. This file and `direct.py` alone know that there are claims.

A claim is paid when the bank has booked all it came to, to whomever. What comes back puts it back. Where the claim was
taken back meanwhile, what is owed for it again and what is asked back for it are set off against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, QuerySet, Sum, TextField, Value

from clausula_server.claims.actions.payment import lock_households, mark_paid, put_back
from clausula_server.claims.models import Claim, Move, Status
from clausula_server.claims.posting import claim_in
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Entry, Kind
from clausula_server.lib.acting import action, elevated
from clausula_server.payments.actions.overpaid import reduce_demands
from clausula_server.payments.debts import PAYABLE, RECOVERABLE
from clausula_server.payments.models import Demand, DemandStatus, Item, Payment, PaymentStatus


def claims_of(payments: Iterable[Payment]) -> set[UUID]:
    """The claims that payments are for."""
    entries = Entry.objects.filter(items__payment__in=list(payments), transfer__key__startswith="claim/")
    return {found for key in entries.values_list("transfer__key", flat=True) if (found := claim_in(key))}


def hold_claims(payments: Iterable[Payment]) -> None:
    """Let whoever decides on what these payments are for wait: before anything of persons or the ledger is locked."""
    with elevated("what was paid is told to claims"):
        lock_households(claims_of(payments))


@action
def tell_paid(payments: Iterable[Payment]) -> int:
    """The bank has booked these payments: claims of which nothing is left to pay are paid; how many."""
    with elevated("what was paid is told to claims"):
        return _mark(claims_of(payments))


def tell_returned(payment: Payment, on: date, reason: str) -> None:
    """What was paid came back: its claims are owed again, less what is asked back for them."""
    with elevated("what came back is told to claims"):
        claims = claims_of([payment])
        put_back(claims, f"the payment came back: {reason}")
        for claim in sorted(claims):
            _set_off(claim, payment, on)


@action
def tell_late(since: date) -> int:
    """Claims that could not be told when the bank booked their payments since a day, or that waited or were appealed
    then and were decided since; how many are paid now."""
    booked = Payment.objects.filter(matches__matched_at__date__gte=since, status=PaymentStatus.SETTLED, mandate=None)
    moved = Move.objects.filter(after=Status.DECIDED, moved_at__date__gte=since).values_list("claim", flat=True)
    claims = claims_of(booked) | set(moved)
    decided = set(Claim.objects.filter(pk__in=claims, status=Status.DECIDED).values_list("id", flat=True))
    keys = _of(decided, PAYABLE).filter(Exists(_settled())).values_list("transfer__key", flat=True)
    return _mark({found for key in keys if (found := claim_in(key))})


def _mark(claims: set[UUID]) -> int:
    lock_households(claims)
    return mark_paid(claims - _unpaid(claims), "booked by the bank")


def _settled() -> QuerySet[Item]:
    return Item.objects.filter(entry=OuterRef("pk"), live=True, payment__status=PaymentStatus.SETTLED)


def _of(claims: Iterable[UUID], codes: Iterable[str]) -> QuerySet[Entry]:
    """The entries of claims on accounts of those codes."""
    wanted = list(claims)
    rows: Iterable[tuple[UUID | None, ...]] = Claim.objects.filter(pk__in=wanted).values_list(
        "payee", "provider", "paid_to"
    )
    part = Func(F("transfer__key"), Value("/"), Value(2), function="split_part", output_field=TextField())
    entries = Entry.objects.filter(
        account__code__in=list(codes),
        account__owner__in={id_ for row in rows for id_ in row if id_},
        transfer__key__startswith="claim/",
    )
    return entries.annotate(claim=part).filter(claim__in=[str(id_) for id_ in wanted])


def _unpaid(claims: set[UUID]) -> set[UUID]:
    """Those of the claims for which something is still owed on some account: the bank has not booked it."""
    left = _of(claims, PAYABLE).filter(~Exists(_settled())).values_list("transfer__key", "account", "amount")
    sums = Counter[tuple[UUID | None, UUID]]()
    for key, account, amount in left:
        sums[claim_in(key), account] += amount
    return {claim for (claim, _), amount in sums.items() if claim and amount < 0}


def _set_off(claim: UUID, payment: Payment, on: date) -> None:
    """What is owed for the claim on the payment's account, against what its payee is asked back for the same claim."""
    payable = payment.account
    place = Place(RECOVERABLE[payable.code], payable.currency, Kind.ASSET, payable.owner)
    taken = Item.objects.filter(entry=OuterRef("pk"), live=True)
    entries = _of([claim], [payable.code, place.code]).filter(account__owner=payable.owner)
    owed = -_sum(entries.filter(~Exists(taken), account__code=payable.code))
    back = entries.filter(account__code=place.code)
    asked = Demand.objects.filter(status=DemandStatus.OPEN, items__live=True, items__entry__in=back.values("id"))
    still_asked = sum(demand.amount - demand.paid for demand in asked.distinct())
    in_demands = _sum(back.filter(Exists(taken.filter(demand__status=DemandStatus.OPEN))))
    amount = min(owed, _sum(back.filter(~Exists(taken))) + min(in_demands, still_asked))
    if amount <= 0:
        return
    recoverable = open_accounts([place])[place]
    entries_new = [(payable, amount), (recoverable, -amount)]
    post_transfers([NewTransfer(f"claim/{claim}/set_off/{payment.id}", "claim.set_off", on, entries_new)])
    reduce_demands(payable.currency, recoverable)


def _sum(entries: QuerySet[Entry]) -> int:
    return int(entries.aggregate(sum=Sum("amount"))["sum"] or 0)
