"""Roles of the house: give one, take one."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import refuse
from clausula_server.lib.roles import STAFF, Role
from clausula_server.people.models import Person, StaffRole


@action
def appoint_staff(person: Person, role: Role, start: date, until: date | None = None) -> StaffRole:
    """Give the person a role of the house from a day to a day, inclusive. Nobody appoints himself. Raises Refused."""
    if role not in STAFF:
        refuse("role", f"“{role}” is not a role of the house.", f"Take one of {', '.join(sorted(STAFF))}.")
    if person.id == current_actor().person:
        refuse("person", "nobody gives a role to himself.", "Ask another administrator.")
    try:
        with transaction.atomic():
            row = StaffRole.objects.create(person=person, role=role, during=days(start, until))
    except IntegrityError:
        refuse("role", f"{person} holds this role at that time.", "Choose other days.")
    append("staff.appointed", row.id, person=person.id, payload={"role": role, "start": start.isoformat()})
    return row


@action
def dismiss_staff(held: StaffRole, last_day: date) -> None:
    """Take the role back; `last_day` is the last one on which it is held. Raises Refused."""
    start = held.during.lower
    assert start is not None
    if last_day < start:
        refuse("last_day", f"the role begins on {start} only.", "Give that day or a later one.")
    held.during = days(start, last_day)
    held.save(update_fields=["during"])
    append("staff.dismissed", held.id, person=held.person_id, payload={"role": held.role})
