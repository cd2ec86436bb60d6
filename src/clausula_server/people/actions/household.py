"""Households: open one, let people in and out."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import FamilyRole, Household, Membership, Person


@action
def open_household(holder: Person, start: date, household_id: UUID | None = None) -> Household:
    """Open a household with its holder. Raises Refused where the holder is in another one at the time."""
    household = Household.objects.create(**({"id": household_id} if household_id else {}))
    join_household(household, holder, FamilyRole.HOLDER, start)
    return household


@action
def join_household(
    household: Household, person: Person, role: str, start: date, until: date | None = None
) -> Membership:
    """Let a person be in the household in a role from a day to a day, both inclusive. Raises Refused."""
    if role not in FamilyRole.values:
        refuse("role", f"“{role}” is nobody in a household.", f"Take one of {', '.join(FamilyRole.values)}.")
    if until is not None and until < start:
        refuse("until", f"{until} is before {start}.", "Give a later day, or leave it open.")
    if start < person.born:
        refuse("start", f"{person} was born on {person.born}.", "Give that day or a later one.")
    try:
        with transaction.atomic():
            row = Membership.objects.create(household=household, person=person, role=role, during=days(start, until))
    except IntegrityError as error:
        if "one_holder" in str(error):
            refuse(
                "role", "the household has a holder at that time.", "End the other's membership, or take another role."
            )
        refuse("person", f"{person} is in a household at that time.", "End that membership first.")
    append("household.joined", household.id, person=person.id, payload={"role": role, "start": start.isoformat()})
    return row


@action
def leave_household(membership: Membership, last_day: date) -> None:
    """End a membership; `last_day` is the last one that counts. Raises Refused."""
    start = membership.during.lower
    assert start is not None
    if last_day < start:
        refuse("last_day", f"the membership begins on {start} only.", "Give that day or a later one.")
    membership.during = days(start, last_day)
    membership.save(update_fields=["during"])
    payload = {"last_day": last_day.isoformat()}
    append("household.left", membership.household_id, person=membership.person_id, payload=payload)
