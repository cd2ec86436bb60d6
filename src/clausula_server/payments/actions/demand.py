"""Demands: ask somebody to pay what they owe, take it back, remind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction

from clausula_server.events.actions.event import append
from clausula_server.ledger.models import Account
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import refuse
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.actions.overpaid import carry_overpaid, end_demand, reduce_demands
from clausula_server.payments.debts import COLLECTED, DEBTS, PERSON
from clausula_server.payments.models import Demand, DemandStatus, HouseAccount, Item, Reminder
from clausula_server.payments.parties import Party, debtors
from clausula_server.payments.queries import arrears, open_on
from clausula_server.payments.references import creditor_reference, qr_reference

DAYS_TO_PAY = 30
DAYS_BETWEEN_REMINDERS = 20
LAST_REMINDER = 3


@action
def issue_demand(house: HouseAccount, account: Account, issued_on: date, due_on: date | None = None) -> Demand:
    """Ask the owner of an account to pay what stands open on it, and is due by then. Raises Refused.

    What a demand or a payment has taken is not open, so that nobody is asked twice for the same.
    """
    hold_houses()
    debt = DEBTS.get(account.code)
    if debt is None or account.owner is None:
        refuse("account", f"“{account.code}” is nothing that others owe.", f"Take one of {', '.join(DEBTS)}.")
    if account.currency != house.currency:
        refuse("house", f"it is in {house.currency}, what is owed in {account.currency}.", "Take another account.")
    due_on = due_on or issued_on + timedelta(days=DAYS_TO_PAY)
    if due_on < issued_on:
        refuse("due_on", f"{due_on} is before {issued_on}.", "Give a later day.")
    found = open_on([account.code], account.currency, account.owner, until=due_on)
    if not found or found[0].amount <= 0:
        refuse("account", "nothing is open that is not asked for already.", "Look at the demands of this person.")
    number = _next_number()
    demand = Demand(
        number=number,
        reference=qr_reference(number) if house.qr_iban else creditor_reference(number),
        account=account,
        house=house,
        amount=found[0].amount,
        currency=account.currency,
        issued_on=issued_on,
        due_on=due_on,
    )
    demand.person_id, demand.provider_id = (account.owner, None) if debt.owner == PERSON else (None, account.owner)
    try:
        with transaction.atomic():
            demand.save(force_insert=True)
            Item.objects.bulk_create(Item(entry_id=entry, demand=demand) for entry in found[0].entries)
    except IntegrityError:
        refuse("account", "something else took some of it at the same moment.", "Try again.")
    payload = {"due_on": due_on.isoformat()}
    append("demand.issued", demand.id, person=demand.person_id, provider=demand.provider_id, payload=payload)
    return demand


@action
def issue_demands(
    house: HouseAccount, codes: Sequence[str], issued_on: date, due_on: date | None = None
) -> list[Demand]:
    """Ask everybody who owes something on accounts of those codes, in the currency of the house's account, to pay it by
    bill. Who lets it be collected from that account is not asked. Raises Refused.
    """
    hold_houses()
    carry_overpaid(house.currency, issued_on)
    reduce_demands(house.currency)
    due_on = due_on or issued_on + timedelta(days=DAYS_TO_PAY)
    found = [each for each in open_on(codes, house.currency, until=due_on) if each.amount > 0]
    if house.creditor_id:
        collected = debtors([each for each in found if each.account.code in COLLECTED], due_on)
        found = [each for each in found if not isinstance(collected.get(each.account.id), Party)]
    return [issue_demand(house, each.account, issued_on, due_on) for each in found]


@action
def cancel_demand(demand: Demand, reason: str) -> None:
    """Ask for it no longer; what is left of it is open again, and may be asked for anew. Raises Refused."""
    if not reason.strip():
        refuse("reason", "it is empty.", "Say why it is not asked for.")
    hold_houses()
    held = Demand.objects.select_for_update().get(pk=demand.pk)
    if held.status != DemandStatus.OPEN:
        refuse("demand", f"it is {held.status}.", "Only an open one can be taken back.")
    end_demand(held, reason.strip())


@action
def remind_late(today: date) -> int:
    """Remind of every demand that is late and was not reminded of for a while; how many. Twice a day changes nothing.

    The first reminder comes when the days since it was due are as many as lie between two reminders. After the last one
    it is for a person to decide.
    """
    count = 0
    for late in arrears(today):
        since = (today - (late.last_reminded or late.demand.due_on)).days
        if late.reminded >= LAST_REMINDER or since < DAYS_BETWEEN_REMINDERS:
            continue
        demand, level = late.demand, late.reminded + 1
        _, first = Reminder.objects.get_or_create(demand=demand, level=level, defaults={"reminded_on": today})
        if first:
            payload = {"level": level, "due_on": demand.due_on.isoformat()}
            append("demand.reminded", demand.id, person=demand.person_id, provider=demand.provider_id, payload=payload)
            count += 1
    return count


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_demand_number')")
        return int(cursor.fetchone()[0])
