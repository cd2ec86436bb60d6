"""Codes that the mutual gives its members, so that a phone becomes theirs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.accounts.models import Activation, User
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.refusals import refuse
from clausula_server.lib.sealing import fingerprint
from clausula_server.people.actions.contact import add_contact
from clausula_server.people.models import ContactKind, Person

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread
LOOKS_LIKE = str.maketrans("ILO", "110")
GROUPS, LENGTH = 3, 4  # twelve signs, 60 bits: not to be guessed at any rate a server answers
VALID_FOR = timedelta(days=30)


def normal(code: str) -> str:
    """The code as it is compared: however somebody copied it from a letter."""
    return "".join(sign for sign in code.upper() if sign.isalnum()).translate(LOOKS_LIKE)


@action
def issue_activation(person: Person) -> str:
    """Make a code for the person, shown here once and never again. An earlier one that is not used yet ends."""
    now = timezone.now()
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))
    Person.objects.select_for_update().get(pk=person.pk)  # one after the other
    Activation.objects.filter(person=person, used_at=None, voided_at=None).update(voided_at=now)
    row = Activation.objects.create(
        person=person, fingerprint=fingerprint("activation", normal(code)), ends_at=now + VALID_FOR
    )
    append("user.activation_issued", row.id, person=person.id)
    return code


@action
def find_activation(code: str) -> UUID:
    """The open activation of that code. Raises Refused, with one and the same word for unknown, used and expired."""
    with elevated("look for an activation code"):
        row = _open().filter(fingerprint=fingerprint("activation", normal(code))).first()
    if row is None:
        _refuse_code()
    return row.id


@action
def activate(activation: UUID, phone: str) -> User:
    """Tie a phone, which its holder has just proved to hold, to the person of the activation. Raises Refused.

    Of two who come with the same code at the same moment, one is refused: the row is used by one conditional update.
    Who had a phone before has the new one from now on; `views.activation` ends their other sessions.
    """
    with elevated("use an activation code"):
        if not _open().filter(pk=activation).update(used_at=timezone.now()):
            _refuse_code()
        person = Activation.objects.select_related("person").get(pk=activation).person
        try:
            with transaction.atomic():
                user, _made = User.objects.update_or_create(
                    person=person, defaults={"phone": phone, "phone_verified": True, "language": person.language}
                )
        except IntegrityError:
            refuse(
                "phone",
                _("This number already signs in somebody else."),
                _("Take a number of your own, or ask us to free this one."),
            )
        add_contact(person, ContactKind.PHONE, phone, verified=True)
        append("user.activated", user.id, person=person.id)
    return user


def _open() -> QuerySet[Activation]:
    return Activation.objects.filter(used_at=None, voided_at=None, ends_at__gt=timezone.now())


def _refuse_code() -> NoReturn:
    refuse(
        "code",
        _("This code is not valid: it is mistyped, used, or too old."),
        _("Compare it with your letter, or ask us for a new one."),
    )
