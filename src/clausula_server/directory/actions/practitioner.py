"""Practitioners: register one, give one a post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from clausula_server.directory.models import Post, Practitioner, Provider
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Person


@action
def register_practitioner(
    code: str, name: str, specialties: Sequence[str] = (), person: Person | None = None
) -> Practitioner:
    """Register somebody who treats. specialties: ids of the plans' catalogue. Raises Refused."""
    try:
        with transaction.atomic():
            row = Practitioner.objects.create(code=code, name=name, specialties=list(specialties), person=person)
    except IntegrityError:
        refuse("code", f"“{code}” is in use.", "Look for the practitioner; they may be here already.")
    append("practitioner.registered", row.id)
    return row


@action
def employ_practitioner(practitioner: Practitioner, provider: Provider, start: date, until: date | None = None) -> Post:
    """Let a practitioner work at a provider from a day to a day, both inclusive. Raises Refused."""
    try:
        with transaction.atomic():
            row = Post.objects.create(practitioner=practitioner, provider=provider, during=days(start, until))
    except IntegrityError:
        refuse("start", f"{practitioner} works there at that time already.", "Choose other days.")
    append("practitioner.employed", practitioner.id, provider=provider.id)
    return row
