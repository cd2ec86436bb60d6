"""What the claims and contributions of the demo came to, through the bank: a batch of each kind, bills, a bounce.

The IBANs are the documented examples of their countries; none is anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from clausula_server.claims.actions.claim import submit_claim
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.enrolment.models import Enrolment
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import Refused
from clausula_server.lib.roles import Role
from clausula_server.payments.actions.account import (
    NewHouseAccount,
    change_provider_account,
    open_house_account,
    sign_mandate,
)
from clausula_server.payments.actions.batch import fail_batch, prepare_debits, prepare_transfers, release_batch
from clausula_server.payments.actions.demand import issue_demands
from clausula_server.payments.actions.file import write_file
from clausula_server.payments.actions.statement import import_statement
from clausula_server.payments.models import Batch, Demand, DemandStatus, HouseAccount, Payment, PaymentStatus
from clausula_server.payments.parties import Seat
from clausula_server.people.actions.contact import change_bank_account
from clausula_server.people.models import Person

LAUSANNE, ZURICH, BERLIN = Seat("1000", "Lausanne", "CH"), Seat("8001", "Zürich", "CH"), Seat("10115", "Berlin", "DE")
NAME = "Clausula Demo"
FRANCS = ("CH5604835012345678009", "POFICHBEXXX", "CH4431999123000889012")
EURO = ("DE89370400440532013000", "COBADEFFXXX", "DE98ZZZ09999999999")
PROVIDERS = "CH9300762011623852957"
ACCOUNTS = {
    "paul": "LI21088100002324013AA",
    "giulia": "IT60X0542811101000000123456",
    "sanne": "NL91ABNA0417164300",
}
"""Anna has hers from the start; Sven has none, and is named when a batch is prepared."""
Booked = tuple[int, str, str, str]
"""Minor units, end-to-end id, reference, why it came back."""


def load(world: World) -> None:
    """In francs: a batch booked, but for what came back from Paul's bank; one released; one proposed; what was advanced
    to the hospital is asked of Paul, who has paid a part. In euro: a file the bank refused; contributions collected.
    """
    iban, bic, qr_iban = FRANCS
    francs = open_house_account(NewHouseAccount(NAME, LAUSANNE, iban, bic, "CHF", qr_iban=qr_iban))
    iban, bic, creditor = EURO
    euro = open_house_account(NewHouseAccount(NAME, BERLIN, iban, bic, "EUR", creditor_id=creditor))
    for provider in Provider.objects.order_by("code"):
        change_provider_account(provider, PROVIDERS, provider.name, ZURICH, date(2024, 1, 1))
    for name, number in ACCOUNTS.items():
        person = Person.objects.filter(pk=world.id("person", name)).first()
        if person is not None:
            change_bank_account(person, number, str(person), date(2024, 1, 1))
    _swiss(world, francs)
    _european(world, euro)


def _swiss(world: World, house: HouseAccount) -> None:
    days = [world.today - timedelta(days=ago) for ago in (45, 10, 0)]
    _treated(world, days[0])
    first = _prepared(world, house, days[0])
    if first is not None:
        _released(world, first, days[0], sent=True)
        payments = list(first.payments.order_by("id"))
        _booked(world, house, days[0], [(-payment.amount, payment.end_to_end, "", "") for payment in payments])
        back = [each for each in payments if each.person_id == world.id("person", "paul")]
        _booked(world, house, days[1], [(each.amount, each.end_to_end, "", "AC04") for each in back])
    second = _prepared(world, house, days[1])
    if second is not None:
        _released(world, second, days[1])
    _prepared(world, house, days[2])
    with acting(_somebody(world, "omar", Role.OPERATIONS), "demand"):
        demands = issue_demands(house, ["member.recoverable"], days[1])
    part = [(demand.amount // 3, "", demand.reference, "") for demand in demands[:1]]
    _booked(world, house, days[2], part)


def _treated(world: World, day: date) -> None:
    """The hospital is paid directly; Paul's share is advanced to it, and asked of him."""
    paul, hospital = world.id("person", "paul"), Provider.objects.filter(pk=world.id("provider", "spital-see")).first()
    if hospital is None or not Enrolment.objects.filter(person=paul).exists():
        return
    line = NewLine("outpatient/treatment", day - timedelta(days=6), 640_00, facts={"cause": "illness"})
    submit_claim(
        NewClaim(paul, [line], "demo/paul/direct", day - timedelta(days=2), "CHF", provider=hospital.code), day
    )


def _european(world: World, house: HouseAccount) -> None:
    ago = world.today - timedelta(days=20)
    refused = _prepared(world, house, ago)
    if refused is not None:
        _released(world, refused, ago, sent=True)
        with acting(_somebody(world, "finn", Role.FINANCE), "refused"):
            fail_batch(refused, "the bank refused the file: it came after the cut-off")
    _prepared(world, house, world.today)
    giulia = Person.objects.filter(pk=world.id("person", "giulia")).first()
    if giulia is None:
        return
    sign_mandate(giulia, ACCOUNTS["giulia"], str(giulia), date(2025, 6, 1), "DEMO-GIULIA")
    try:
        with acting(_somebody(world, "omar", Role.OPERATIONS), "prepare"):
            debits = prepare_debits(house, ago, ago).batch
    except Refused:
        return
    _released(world, debits, ago, sent=True)
    collected = [(each.amount, each.end_to_end, "", "") for each in debits.payments.all()]
    _booked(world, house, ago + timedelta(days=2), collected)


def _prepared(world: World, house: HouseAccount, day: date) -> Batch | None:
    """A draft of what was owed up to a day; None where nothing was."""
    with acting(_somebody(world, "omar", Role.OPERATIONS), "prepare"):
        try:
            return prepare_transfers(house, day, day, day).batch
        except Refused:
            return None


def _released(world: World, batch: Batch, day: date, *, sent: bool = False) -> None:
    at = timezone.make_aware(datetime.combine(day, time(11)))
    with acting(_somebody(world, "finn", Role.FINANCE), "release"):
        release_batch(batch, at)
        if sent:
            write_file(batch, at)


def _booked(world: World, house: HouseAccount, day: date, lines: Iterable[Booked]) -> None:
    found = list(lines)
    if found:
        with acting(_somebody(world, "finn", Role.FINANCE), "statement"):
            import_statement(_statement(house, found, day), f"{day}.xml")


def tell(_world: World) -> list[str]:
    """Where the batches stand, what came back, and where the bills are."""
    lines = [
        f"batch of {batch.execute_on}: {batch.way} of {show_amount(batch.total, batch.currency)}, {batch.status}"
        for batch in Batch.objects.order_by("execute_on", "id")
    ]
    lines += [
        f"came back: {show_amount(payment.amount, payment.currency)} to {payment.name}, {payment.reason}"
        for payment in Payment.objects.filter(status=PaymentStatus.RETURNED).order_by("id")
    ]
    for demand in Demand.objects.filter(status=DemandStatus.OPEN).select_related("person").order_by("number"):
        left = show_amount(demand.amount - demand.paid, demand.currency)
        lines.append(f"{demand.person} owes {left}: /payments/demands/{demand.id}/bill.svg")
    return lines


def _somebody(world: World, name: str, role: Role) -> Actor:
    return Actor(person=world.id("person", name), roles=frozenset({role, Role.SYSTEM}), name=name.title())


def _statement(house: HouseAccount, lines: Iterable[Booked], day: date) -> bytes:
    """What the bank would send: a notification of these movements."""
    entries = "".join(
        f'<Ntry><Amt Ccy="{house.currency}">{show_amount(abs(amount))}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount > 0 else 'DBIT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>DEMO-{house.currency}-{day}-{number}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>"
        + (f"<RtrInf><Rsn><Cd>{returned}</Cd></Rsn></RtrInf>" if returned else "")
        + "</TxDtls></NtryDtls></Ntry>"
        for number, (amount, end_to_end, reference, returned) in enumerate(lines)
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>'
        f"<Id>DEMO-{house.currency}-{day}</Id><Acct><Id><IBAN>{house.iban}</IBAN></Id><Ccy>{house.currency}</Ccy></Acct>"
        f"{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()
