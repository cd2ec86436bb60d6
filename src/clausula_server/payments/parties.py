"""To whom a payment goes, or from whom it comes: name, bank account, address, as they are on the day; or why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from stdnum import iban as ibans

from clausula_server.directory.models import Provider
from clausula_server.ledger.models import Account
from clausula_server.lib.refusals import Fault
from clausula_server.payments.debts import DEBTS, PAYABLE, PERSON
from clausula_server.payments.models import Batch, DebitMandate, HouseAccount, Payment, ProviderAccount, Way
from clausula_server.payments.queries import Open
from clausula_server.payments.references import is_qr_iban
from clausula_server.people.models import BankAccount, Person, Residence

SEPA = frozenset(
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS "  # noqa: SIM905 - forty names on two lines
    "SE SI SK SM VA".split()
)
"""Countries of the single euro payments area, by the first letters of an IBAN (EPC409-09)."""
MONTHS_UNUSED = 36
"""After so many months without a collection a mandate may not be used any more (EPC016-06, SEPA core rulebook)."""
WORDS = {
    Way.TRANSFER: {"fr": "Remboursement", "de": "Vergütung", "it": "Rimborso", "nl": "Vergoeding", "en": "Payment"},
    Way.DEBIT: {"fr": "Cotisation", "de": "Beitrag", "it": "Contributo", "nl": "Bijdrage", "en": "Contribution"},
}


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who could not be put into a batch, and why."""

    account: UUID
    name: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Seat:
    """An address as banks want it: in parts. country: two letters."""

    postcode: str
    town: str
    country: str
    street: str = ""


NOWHERE = Seat("", "", "")


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid, with the bank account and the address of the day."""

    name: str
    iban: str
    language: str = "en"
    seat: Seat = NOWHERE
    person: UUID | None = None
    provider: UUID | None = None
    mandate: UUID | None = None

    def payment(self, batch: Batch, owed: Open) -> Payment:
        """The payment of what is open, not written yet."""
        payment = Payment(
            batch=batch,
            account=owed.account,
            amount=owed.amount,
            currency=batch.currency,
            name=self.name,
            iban=self.iban,
            street=self.seat.street,
            postcode=self.seat.postcode,
            town=self.seat.town,
            country=self.seat.country,
            person_id=self.person,
            provider_id=self.provider,
            mandate_id=self.mandate,
        )
        payment.text = f"{WORDS[Way(batch.way)][self.language]} {payment.id.hex[-12:]}"
        return payment


def creditors(owed: Iterable[Open], on: date) -> dict[UUID, Party | Left]:
    """Whom to pay for each account, on a day. Four statements, however many."""
    wanted = [each.account for each in owed if each.amount > 0]
    persons = {a.id: a.owner for a in wanted if PAYABLE[a.code] == PERSON and a.owner}
    providers = {a.id: a.owner for a in wanted if PAYABLE[a.code] != PERSON and a.owner}
    people = _people(persons.values())
    homes = {row.person_id: row for row in Residence.objects.filter(person__in=people, during__contains=on)}
    banks = {row.person_id: row for row in BankAccount.objects.filter(person__in=people, during__contains=on)}
    practices = Provider.objects.in_bulk(list(providers.values()))
    accounts = {
        row.provider_id: row for row in ProviderAccount.objects.filter(provider__in=practices, during__contains=on)
    }
    found: dict[UUID, Party | Left] = {}
    for account, owner in persons.items():
        found[account] = _person_paid(account, people.get(owner), banks.get(owner), homes.get(owner))
    for account, owner in providers.items():
        found[account] = _provider_paid(account, practices.get(owner), accounts.get(owner))
    return found


def debtors(owed: Iterable[Open], on: date) -> dict[UUID, Party | Left]:
    """From whom to collect for each account: those with a mandate, on a day. Three statements, however many."""
    persons = {e.account.id: e.account.owner for e in owed if e.amount > 0 and DEBTS[e.account.code].owner == PERSON}
    mandates = DebitMandate.objects.filter(person__in=[each for each in persons.values() if each], revoked_on=None)
    by_person = {row.person_id: row for row in mandates}
    people = _people(by_person)
    homes = {row.person_id: row for row in Residence.objects.filter(person__in=people, during__contains=on)}
    return {
        account: _collected(account, by_person[owner], people[owner], homes.get(owner), on)
        for account, owner in persons.items()
        if owner in by_person
    }


def faults_of_route(party: Party, account: Account, house: HouseAccount, way: Way) -> Left | None:
    """Why money cannot go this way, if it cannot: checked again when it is to leave, whatever was checked before.

    Francs go to accounts in Switzerland and Liechtenstein (payment type D of the Swiss Payment Standards), euro within
    the single euro payments area.
    """
    country = party.iban[:2]
    if not ibans.is_valid(party.iban):
        fault = Fault("iban", f"“{party.iban}” has a wrong check digit.", "Ask for the account again.")
    elif way == Way.TRANSFER and is_qr_iban(party.iban):
        fault = Fault("iban", "it is a QR-IBAN, which takes bills with a reference only.", "Ask for the ordinary IBAN.")
    elif house.currency == "CHF" and country not in {"CH", "LI"}:
        fault = Fault("iban", f"francs are not sent to {country} from here.", "Ask for an account in Switzerland.")
    elif house.currency == "EUR" and country not in SEPA:
        fault = Fault("iban", f"{country} is outside the single euro payments area.", "Ask for an account within it.")
    else:
        return None
    return Left(account.id, party.name, fault)


def _people(ids: Iterable[UUID]) -> dict[UUID, Person]:
    return Person.objects.in_bulk(list(ids))


def _person_paid(
    account: UUID, person: Person | None, bank: BankAccount | None, home: Residence | None
) -> Party | Left:
    if person is None or bank is None:
        mend = "Ask the member where the money should go."
        return Left(account, str(person or account), Fault("bank_account", "no bank account is known.", mend))
    return Party(bank.owner_name, bank.iban, person.language, _seat(home), person=person.id)


def _provider_paid(account: UUID, provider: Provider | None, bank: ProviderAccount | None) -> Party | Left:
    if provider is None or bank is None:
        mend = "Ask the provider where the money should go."
        return Left(account, str(provider or account), Fault("bank_account", "no bank account is known.", mend))
    return Party(bank.owner_name, bank.iban, seat=_seat(bank), provider=provider.id)


def _collected(account: UUID, mandate: DebitMandate, person: Person, home: Residence | None, on: date) -> Party | Left:
    used = mandate.last_used_on or mandate.signed_on
    if mandate.signed_on > on or (on.year - used.year) * 12 + on.month - used.month >= MONTHS_UNUSED:
        fault = Fault("mandate", f"{mandate} was last used on {used}, and may not be any more.", "Ask for a new one.")
        return Left(account, str(person), fault)
    return Party(mandate.owner_name, mandate.iban, person.language, _seat(home), person=person.id, mandate=mandate.id)


def _seat(home: Residence | ProviderAccount | None) -> Seat:
    return Seat(home.postcode, home.town, home.country, home.street) if home else NOWHERE
