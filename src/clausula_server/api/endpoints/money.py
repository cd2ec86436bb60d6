"""Contributions, and accounts of the ledger."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api.concerns import of_account, of_person, of_provider
from clausula_server.api.endpoint import Room
from clausula_server.api.records.other import (
    AccountRecord,
    Accounts,
    ArrearsList,
    ArrearsRecord,
    DueRecord,
    Dues,
    Entries,
    EntryRecord,
)
from clausula_server.api.records.plain import Cursor, Day, Size, shown
from clausula_server.directory.models import Provider
from clausula_server.enrolment.models import Due
from clausula_server.enrolment.queries import arrears
from clausula_server.ledger.models import Account, Entry
from clausula_server.ledger.queries import balances
from clausula_server.lib.periods import period

room = Room("money")
On = Annotated[Day | None, Field(description="The day; today where none is named.")]


@room.get("/persons/{uuid:person}/dues", "enrolment.due.read", of_person)
def list_dues(request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50) -> Dues:
    """The contributions somebody owes or has paid for their household."""
    return Dues.of(Due.objects.filter(payer=person).select_related("enrolment"), after, size, _due)


@room.get("/arrears", "enrolment.arrears.read")
def list_arrears(request: HttpRequest, on: On = None) -> ArrearsList:
    """Who is late with contributions on a day, the oldest first."""
    return _arrears(on or timezone.localdate())


@room.get("/persons/{uuid:person}/arrears", "enrolment.due.read", of_person)
def show_arrears(request: HttpRequest, person: UUID) -> ArrearsList:
    """With which contributions somebody is late today; one entry for each currency, none where they are not."""
    return _arrears(timezone.localdate(), person)


def _arrears(on: date, payer: UUID | None = None) -> ArrearsList:
    items = [
        ArrearsRecord(
            payer=each.payer,
            household=each.household,
            amount=shown(each.amount),
            currency=each.currency,
            since=each.since,
            dues=each.dues,
        )
        for each in arrears(on, payer=payer)
    ]
    return ArrearsList(on=on, items=items)


@room.get("/persons/{uuid:person}/accounts", "ledger.account.read", of_person)
def list_accounts(request: HttpRequest, person: UUID) -> Accounts:
    """What is owed to somebody, and what they owe, by account."""
    return _accounts(person)


@room.get("/providers/{slug:code}/accounts", "ledger.account.read", of_provider)
def list_provider_accounts(request: HttpRequest, code: str) -> Accounts:
    """What is owed to a provider, and what it owes, by account."""
    return _accounts(get_object_or_404(Provider.objects.only("id"), code=code).id)


@room.get("/accounts/{uuid:account}/entries", "ledger.account.read", of_account)
def list_entries(request: HttpRequest, account: UUID, after: Cursor = None, size: Size = 50) -> Entries:
    """The entries of an account."""
    return Entries.of(Entry.objects.filter(account=account).select_related("transfer"), after, size, _entry)


def _accounts(owner: UUID) -> Accounts:
    rows = list(Account.objects.filter(owner=owner).order_by("code", "currency"))
    stands = balances(row.id for row in rows)
    items = [
        AccountRecord(id=row.id, code=row.code, kind=row.kind, currency=row.currency, balance=shown(stands[row.id]))
        for row in rows
    ]
    return Accounts(owner=owner, items=items)


def _due(row: Due) -> DueRecord:
    held = period(row.period)
    return DueRecord(
        id=row.id,
        payer=row.payer_id,
        enrolment=row.enrolment_id,
        plan=row.enrolment.plan,
        clause=row.clause,
        since=held.start,
        until=held.until,
        amount=shown(row.amount),
        paid=shown(row.paid),
        currency=row.currency,
        due_on=row.due_on,
        cancelled_on=row.cancelled_on,
    )


def _entry(row: Entry) -> EntryRecord:
    return EntryRecord(
        id=row.id,
        transfer=row.transfer_id,
        kind=row.transfer.kind,
        booked_on=row.transfer.booked_on,
        amount=shown(row.amount),
        currency=row.currency,
    )
