"""How a person is reached and paid: phone numbers, e-mail addresses, bank accounts."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import DAY, days
from clausula_server.lib.refusals import refuse
from clausula_server.people.checks import checked_email, checked_iban, checked_phone
from clausula_server.people.models import BankAccount, Contact, ContactKind, Person


@action
def add_contact(person: Person, kind: str, value: str, *, verified: bool = False) -> Contact:
    """Note a phone number or an e-mail address. The same one again is the one that is there. Raises Refused."""
    if kind not in ContactKind.values:
        refuse("kind", f"“{kind}” is no way to reach somebody here.", "Take phone or email.")
    value = checked_phone(value, person.country) if kind == ContactKind.PHONE else checked_email(value)
    row, added = Contact.objects.get_or_create(
        person=person,
        kind=kind,
        value=value,
        ended_at=None,
        defaults={"verified_at": timezone.now() if verified else None},
    )
    if added:
        append("contact.added", row.id, person=person.id, payload={"kind": kind})
    return row


@action
def end_contact(contact: Contact) -> None:
    """Use it no longer. It stays on record."""
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    append("contact.ended", contact.id, person=contact.person_id, payload={"kind": contact.kind})


@action
def change_bank_account(person: Person, iban: str, owner_name: str, start: date) -> BankAccount:
    """Pay the person to this account from a day on; the one before ends the day before. Raises Refused."""
    number = checked_iban(iban)
    if not owner_name.strip():
        refuse("owner_name", "it is empty.", "Write whose account it is.")
    Person.objects.select_for_update().get(pk=person.pk)  # two changes at once come one after the other
    for held in BankAccount.objects.filter(person=person, during__endswith__isnull=True):
        began = held.during.lower
        assert began is not None
        if began >= start:
            refuse("start", f"the present account is in use from {began}.", "Give a later day.")
        held.during = days(began, start - DAY)
        held.save(update_fields=["during"])
    row = BankAccount.objects.create(person=person, iban=number, owner_name=owner_name.strip(), during=days(start))
    append("bank_account.changed", row.id, person=person.id, payload={"start": start.isoformat()})
    return row
