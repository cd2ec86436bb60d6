"""Consents and mandates: one person lets another see or act."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Mandate, Person, Scope


@action
def give_mandate(
    giver: Person, receiver: Person, scope: str, basis: str, start: date, until: date | None = None
) -> Mandate:
    """Let the receiver administrate for the giver, or read their care as well. basis: how we know. Raises Refused."""
    if scope not in Scope.values:
        refuse("scope", f"“{scope}” is nothing one can let another do.", "Take administration or care.")
    if giver == receiver:
        refuse("receiver", "everybody may see their own.", "Name another person.")
    if not basis.strip():
        refuse("basis", "it is empty.", "Say how we know: consent in the app, power of attorney, court order.")
    if until is not None and until < start:
        refuse("until", f"{until} is before {start}.", "Give a later day, or leave it open.")
    try:
        with transaction.atomic():
            row = Mandate.objects.create(
                giver=giver, receiver=receiver, scope=scope, basis=basis.strip(), during=days(start, until)
            )
    except IntegrityError:
        refuse("receiver", f"{receiver} has this mandate at that time already.", "Withdraw it, or choose other days.")
    append("mandate.given", row.id, person=giver.id, payload={"scope": scope, "receiver": str(receiver.id)})
    return row


@action
def withdraw_mandate(mandate: Mandate, last_day: date) -> None:
    """End a mandate; `last_day` is the last one on which it holds. One that has not begun is removed; history stays."""
    start = mandate.during.lower
    assert start is not None
    if last_day < start:
        mandate.delete()
    else:
        mandate.during = days(start, last_day)
        mandate.save(update_fields=["during"])
    append("mandate.withdrawn", mandate.giver_id, person=mandate.giver_id, payload={"last_day": last_day.isoformat()})
