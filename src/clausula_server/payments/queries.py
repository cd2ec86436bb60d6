"""Reads of payments: what stands open, what nobody has placed yet, who is late, what a payment was for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce

from clausula_server.ledger.models import Account, Entry
from clausula_server.payments.models import Demand, DemandStatus, HouseAccount, Item, Line, Payment, Statement


@dataclass(frozen=True, slots=True)
class Open:
    """What stands open on an account of the ledger. amount: minor units, debit positive. entries: what makes it up."""

    account: Account
    amount: int
    entries: tuple[UUID, ...]
    references: tuple[str, ...]


def open_on(codes: Iterable[str], currency: str, owner: UUID | None = None, until: date = date.max) -> list[Open]:
    """What others owe and no payment and no demand has taken, by account. One statement.

    until: only what was booked up to a day; what reverses something counts where that does.
    """
    return [_open(rows) for rows in _open_entries(codes, currency, owner, until).values()]


def payable_on(codes: Iterable[str], currency: str, until: date = date.max) -> list[Open]:
    """What the house owes and no payment has taken, by account: only matters of which something is owed, for what is
    given back of one is not set off against another. until: owed up to a day; what is given back counts at once.
    """
    by_account: dict[UUID, list[Entry]] = {}
    for (account, _), entries in open_matters(codes, currency).items():
        rows = [entry for entry in entries if entry.amount > 0 or entry.transfer.booked_on <= until]
        if rows and sum(row.amount for row in rows) <= 0:
            by_account.setdefault(account.id, []).extend(rows)
    return [_open(rows) for rows in by_account.values()]


def open_matters(
    codes: Iterable[str], currency: str, accounts: Iterable[UUID] | None = None
) -> dict[tuple[Account, str], list[Entry]]:
    """What no payment and no demand has taken, by account and matter. One statement."""
    found: dict[tuple[Account, str], list[Entry]] = {}
    for rows in _open_entries(codes, currency, None, date.max, accounts).values():
        for row in rows:
            found.setdefault((row.account, matter(row)), []).append(row)
    return found


def _open_entries(
    codes: Iterable[str], currency: str, owner: UUID | None, until: date, accounts: Iterable[UUID] | None = None
) -> dict[UUID, list[Entry]]:
    taken = Item.objects.filter(entry=OuterRef("pk"), live=True)
    entries = Entry.objects.filter(~Exists(taken), account__code__in=list(codes), currency=currency)
    if accounts is not None:
        entries = entries.filter(account__in=list(accounts))
    if owner is not None:
        entries = entries.filter(account__owner=owner)
    if until != date.max:
        reversing = Coalesce("transfer__reverses__booked_on", "transfer__booked_on")
        entries = entries.annotate(of=reversing).filter(of__lte=until)
    by_account: dict[UUID, list[Entry]] = {}
    for entry in entries.select_related("account", "transfer", "transfer__reverses").order_by("account", "id"):
        by_account.setdefault(entry.account_id, []).append(entry)
    return by_account


def _open(rows: Sequence[Entry]) -> Open:
    ids, keys = tuple(row.id for row in rows), tuple(row.transfer.key for row in rows)
    return Open(rows[0].account, sum(row.amount for row in rows), ids, keys)


def matter(entry: Entry) -> str:
    """What an entry is about: its claim, its payment, or the transfer itself; that which is reversed, of a reversal."""
    key: str = (entry.transfer.reverses or entry.transfer).key
    first, _, rest = key.partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first in {"claim", "payment"} else key


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a payment: the reference under which it was owed, and how much, in minor units."""

    reference: str
    booked_on: date
    amount: int


def advice(payment: Payment) -> list[Part]:
    """What a payment is for, part by part: for the payee's advice, and for rooms that ask what was paid.

    The transfers by which it was owed; not those of payments, this one and one that came back, which add up to nothing.
    """
    entries = Entry.objects.filter(pk__in=payment.items.values("entry")).select_related("transfer").order_by("id")
    sign = 1 if payment.mandate_id else -1
    return [
        Part(entry.transfer.key, entry.transfer.booked_on, sign * entry.amount)
        for entry in entries
        if not entry.transfer.key.startswith("payment/")
    ]


def unplaced(house: HouseAccount | None = None) -> QuerySet[Line]:
    """Lines of which a part is not placed yet, the oldest first; each with `placed`, in minor units."""
    lines = Line.objects.filter(collective=False) if house is None else house.lines.filter(collective=False)
    return (
        lines.annotate(placed=Coalesce(Sum("matches__amount"), 0))
        .exclude(placed=F("amount"))
        .select_related("house")
        .order_by("booked_on", "id")
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A demand that a line may have paid. sure: from 1, the amount alone, to 3, amount, name and number."""

    demand: Demand
    sure: int
    why: str


def proposals(line: Line) -> list[Proposal]:
    """Open demands that a line may have paid, the surest first; for a person to choose."""
    if line.amount <= 0:
        return []
    rows = Demand.objects.filter(status=DemandStatus.OPEN, currency=line.currency, house=line.house_id)
    found = []
    for demand in rows.annotate(left=F("amount") - F("paid")).select_related("person", "provider"):
        same_amount = demand.left == line.amount
        same_name = bool(_words(line.name) & _words(str(demand.person or demand.provider)))
        numbered = str(demand.number) in re.findall(r"\d+", line.text)
        if same_amount or (same_name and numbered):
            why = [
                word for word, holds in (("amount", same_amount), ("name", same_name), ("number", numbered)) if holds
            ]
            found.append(Proposal(demand, len(why), ", ".join(why)))
    return sorted(found, key=lambda each: (-each.sure, each.demand.number))


def _words(name: str) -> set[str]:
    """The words of a name as banks may write it: without accents, in small letters, of two letters and more."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return {word for word in re.findall(r"[a-z]+", plain) if len(word) > 1}


@dataclass(frozen=True, slots=True)
class Late:
    """A demand that is late. left: still to pay, in minor units; reminded: how often, and when for the last time."""

    demand: Demand
    left: int
    days: int
    reminded: int
    last_reminded: date | None


def arrears(day: date) -> list[Late]:
    """Demands that are late on a day, the oldest first. Who is late loses nothing by it: a person decides that."""
    rows = Demand.objects.filter(status=DemandStatus.OPEN, due_on__lt=day).select_related("person", "provider")
    counted = rows.annotate(reminded=Count("reminders"), last_reminded=Max("reminders__reminded_on"))
    return [
        Late(row, row.amount - row.paid, (day - row.due_on).days, row.reminded, row.last_reminded)
        for row in counted.order_by("due_on", "number")
    ]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Whether the ledger agrees with the bank. stated: the closing balance; booked: the ledger's; both minor units.

    waiting: sums the bank has booked and whose details are still to come.
    """

    stated: int
    booked: int
    waiting: int

    @property
    def holds(self) -> bool:
        """Whether nothing is unexplained."""
        return self.stated == self.booked + self.waiting


def reconciled(statement: Statement) -> Reconciled:
    """The closing balance of a house's latest statement beside what the ledger says was moved since its first one."""
    assert statement.closing is not None
    first = Statement.objects.filter(house=statement.house_id, opening__isnull=False).order_by("id").first()
    assert first is not None
    assert first.opening is not None
    entries = Entry.objects.filter(account__code="bank.account", account__owner=statement.house_id)
    moved = entries.aggregate(sum=Sum("amount"))["sum"] or 0
    lines = Line.objects.filter(house=statement.house_id)
    sums = lines.filter(collective=True)
    stated = sums.aggregate(sum=Sum("amount"))["sum"] or 0
    detailed = lines.filter(collective=False, entry__in=sums.values("entry")).aggregate(sum=Sum("amount"))["sum"] or 0
    return Reconciled(statement.closing - first.opening, int(moved), int(stated - detailed))
