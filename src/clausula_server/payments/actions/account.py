"""Where money comes from and goes: accounts of the house, of providers, and mandates to collect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from stdnum import bic as bics
from stdnum.eu import at_02

from clausula_server.directory.models import Provider
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.ids import new_id
from clausula_server.lib.periods import DAY, days
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.payments.models import DebitMandate, HouseAccount, ProviderAccount
from clausula_server.payments.parties import Seat
from clausula_server.payments.references import is_qr_iban
from clausula_server.people.checks import checked_iban
from clausula_server.people.models import Person


@dataclass(frozen=True, slots=True)
class NewHouseAccount:
    """What is stated of an account of the house; see the model for the words."""

    name: str
    seat: Seat
    iban: str
    bic: str
    currency: str
    qr_iban: str = ""
    creditor_id: str = ""
    transfers_as: str = HouseAccount.Transfers.NINE
    debits_as: str = HouseAccount.Debits.EIGHT
    id: UUID | None = None


@action
def open_house_account(new: NewHouseAccount) -> HouseAccount:
    """Note an account of the house. Raises Refused."""
    iban = checked_iban(new.iban)
    qr_iban = checked_iban(new.qr_iban, "qr_iban") if new.qr_iban else ""
    faults = _faults_of_seat(new.seat)
    if not new.name.strip():
        faults.append(Fault("name", "it is empty.", "Write it as the bank knows it."))
    if new.currency not in ("CHF", "EUR"):
        faults.append(Fault("currency", f"{new.currency} is not paid from here.", "Take CHF or EUR."))
    if not bics.is_valid(new.bic):
        faults.append(Fault("bic", f"“{new.bic}” is no BIC.", "It looks like POFICHBEXXX."))
    if is_qr_iban(iban):
        faults.append(Fault("iban", "it is a QR-IBAN, from which nothing is paid.", "Give the ordinary IBAN."))
    if qr_iban and not is_qr_iban(qr_iban):
        faults.append(Fault("qr_iban", "it is no QR-IBAN.", "Leave it out; bills then carry a creditor reference."))
    if new.creditor_id and not at_02.is_valid(new.creditor_id):
        faults.append(Fault("creditor_id", "its check digits do not fit.", "It looks like DE98ZZZ09999999999."))
    refuse_if(faults)
    row = HouseAccount(
        id=new.id or new_id(),
        name=new.name.strip(),
        street=new.seat.street,
        postcode=new.seat.postcode,
        town=new.seat.town,
        country=new.seat.country,
        iban=iban,
        bic=new.bic,
        qr_iban=qr_iban,
        creditor_id=new.creditor_id,
        currency=new.currency,
        transfers_as=new.transfers_as,
        debits_as=new.debits_as,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        refuse("iban", "it is here already, or a format is none we know.", "Look at the accounts of the house.")
    append("house_account.opened", row.id)
    return row


@action
def change_provider_account(provider: Provider, iban: str, owner_name: str, seat: Seat, start: date) -> ProviderAccount:
    """Pay the provider to this account from a day on; the one before ends the day before. Raises Refused."""
    number = payable_iban(iban)
    faults = _faults_of_seat(seat)
    if not owner_name.strip():
        faults.append(Fault("owner_name", "it is empty.", "Write whose account it is."))
    refuse_if(faults)
    Provider.objects.select_for_update().get(pk=provider.pk)  # two changes at once come one after the other
    for held in ProviderAccount.objects.filter(provider=provider, during__endswith__isnull=True):
        began = held.during.lower
        assert began is not None
        if began >= start:
            refuse("start", f"the present account is in use from {began}.", "Give a later day.")
        held.during = days(began, start - DAY)
        held.save(update_fields=["during"])
    row = ProviderAccount.objects.create(
        provider=provider,
        iban=number,
        owner_name=owner_name.strip(),
        street=seat.street,
        postcode=seat.postcode,
        town=seat.town,
        country=seat.country,
        during=days(start),
    )
    append("provider_account.changed", row.id, provider=provider.id, payload={"start": start.isoformat()})
    return row


@action
def sign_mandate(person: Person, iban: str, owner_name: str, signed_on: date, reference: str = "") -> DebitMandate:
    """Note that somebody lets the house collect from an account; the mandate before it ends. Raises Refused.

    reference: the unique mandate reference; made here where none is given. SEPA core scheme, so the account must be
    in a country of the scheme.
    """
    number = payable_iban(iban)
    if not owner_name.strip():
        refuse("owner_name", "it is empty.", "Write whose account it is.")
    Person.objects.select_for_update().get(pk=person.pk)
    for held in DebitMandate.objects.filter(person=person, revoked_on__isnull=True):
        revoke_mandate(held, signed_on)
    row = DebitMandate(person=person, iban=number, owner_name=owner_name.strip(), signed_on=signed_on)
    row.reference = reference or row.id.hex
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        refuse("reference", f"“{reference}” is taken, or no mandate reference.", "Leave it out; one is made.")
    append("mandate.signed", row.id, person=person.id, payload={"signed_on": signed_on.isoformat()})
    return row


@action
def revoke_mandate(mandate: DebitMandate, on: date) -> None:
    """Collect by this mandate no longer. Revoking it again changes nothing."""
    held = DebitMandate.objects.select_for_update().get(pk=mandate.pk)
    if held.revoked_on is None:
        held.revoked_on = on
        held.save(update_fields=["revoked_on"])
        append("mandate.revoked", held.id, person=held.person_id, payload={"on": on.isoformat()})


def payable_iban(iban: str) -> str:
    """The IBAN as it is kept, if money can be sent to it as such. Raises Refused."""
    number = checked_iban(iban)
    if is_qr_iban(number):
        refuse("iban", "it is a QR-IBAN, which takes bills with a QR reference only.", "Give the ordinary IBAN.")
    return number


def _faults_of_seat(seat: Seat) -> list[Fault]:
    faults = [
        Fault(place, "it is empty.", "Banks ask for it.")
        for place, value in (("postcode", seat.postcode), ("town", seat.town))
        if not value.strip()
    ]
    if len(seat.country) != 2 or not seat.country.isupper():
        faults.append(Fault("country", f"“{seat.country}” is no country code.", "Two letters, like CH."))
    return faults


def hold_houses() -> None:
    """Let whoever takes or places anything at the same time wait. All accounts of the house, always in one order."""
    list(HouseAccount.objects.select_for_update().order_by("id"))
