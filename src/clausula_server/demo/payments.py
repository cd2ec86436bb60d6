"""Accounts of the house, a batch that was paid and one that waits for a second pair of eyes, a bill paid in part.

The IBANs are the documented examples of their countries; none is anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from clausula_server.demo.world import World
from clausula_server.directory.models import Provider
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.models import Kind
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.money import show_amount
from clausula_server.lib.roles import Role
from clausula_server.payments.actions.account import NewHouseAccount, change_provider_account, open_house_account
from clausula_server.payments.actions.batch import prepare_transfers, release_batch
from clausula_server.payments.actions.demand import issue_demand
from clausula_server.payments.actions.file import write_file
from clausula_server.payments.actions.owing import Owed, owe
from clausula_server.payments.actions.statement import import_statement
from clausula_server.payments.models import Batch, BatchStatus, Demand, HouseAccount
from clausula_server.payments.parties import Seat

LAUSANNE, ZURICH, BERLIN = Seat("1000", "Lausanne", "CH"), Seat("8001", "Zürich", "CH"), Seat("10115", "Berlin", "DE")
NAME = "Clausula Demo"
FRANCS = ("CH5604835012345678009", "POFICHBEXXX", "CH4431999123000889012")
EURO = ("DE89370400440532013000", "COBADEFFXXX", "DE98ZZZ09999999999")
PROVIDERS = "CH9300762011623852957"


def load(world: World) -> None:
    """The hospital and Anna are paid; Paul is asked for what was advanced on his account, and has paid a part."""
    iban, bic, qr_iban = FRANCS
    house = open_house_account(NewHouseAccount(NAME, LAUSANNE, iban, bic, "CHF", qr_iban=qr_iban))
    iban, bic, creditor = EURO
    open_house_account(NewHouseAccount(NAME, BERLIN, iban, bic, "EUR", creditor_id=creditor))
    for provider in Provider.objects.order_by("code"):
        change_provider_account(provider, PROVIDERS, provider.name, ZURICH, world.today - timedelta(365))
    anna, paul, hospital = world.id("person", "anna"), world.id("person", "paul"), world.id("provider", "spital-see")
    costs = Place("claims.benefits", "CHF", Kind.EXPENSE)
    before = world.today - timedelta(10)
    first = [
        Owed("demo/stay", "provider.payable", hospital, 624000, costs),
        Owed("demo/visit", "member.payable", anna, 16200, costs),
        Owed("demo/advanced", "member.recoverable", paul, 40000, costs),
    ]
    owe(first, before)
    with acting(_somebody(world, "omar", Role.OPERATIONS), "prepare"):
        batch = prepare_transfers(house, before, before).batch
        recoverable = Place("member.recoverable", "CHF", Kind.ASSET, paul)
        demand = issue_demand(house, open_accounts([recoverable])[recoverable], before)
    with acting(_somebody(world, "finn", Role.FINANCE), "release"):
        release_batch(batch)
        write_file(batch, datetime(before.year, before.month, before.day, 11, tzinfo=UTC))
        paid = [(-payment.amount, payment.end_to_end, "") for payment in batch.payments.order_by("id")]
        import_statement(_statement(house, [*paid, (15000, "", demand.reference)], before), "demo.xml")
    owe([Owed("demo/glasses", "member.payable", anna, 9000, costs)], world.today)
    with acting(_somebody(world, "omar", Role.OPERATIONS), "prepare"):
        prepare_transfers(house, world.today, world.today)


def tell(_world: World) -> list[str]:
    """What waits, and where the bill is."""
    lines = [
        f"waits for release by somebody else than {batch.prepared_by}: {show_amount(batch.total, batch.currency)}"
        for batch in Batch.objects.filter(status=BatchStatus.DRAFT).select_related("prepared_by")
    ]
    for demand in Demand.objects.select_related("person").order_by("number"):
        left = show_amount(demand.amount - demand.paid, demand.currency)
        lines.append(f"{demand.person} owes {left}: /payments/demands/{demand.id}/bill.svg")
    return lines


def _somebody(world: World, name: str, role: Role) -> Actor:
    return Actor(person=world.id("person", name), roles=frozenset({role, Role.SYSTEM}), name=name.title())


def _statement(house: HouseAccount, lines: Iterable[tuple[int, str, str]], day: object) -> bytes:
    """What the bank would send: a notification of these movements (amount, end-to-end id, reference)."""
    entries = "".join(
        f'<Ntry><Amt Ccy="{house.currency}">{show_amount(abs(amount))}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount > 0 else 'DBIT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>DEMO-{number}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs><RmtInf><Strd><CdtrRefInf>"
        f"<Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for number, (amount, end_to_end, reference) in enumerate(lines)
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>'
        f"<Id>DEMO-1</Id><Acct><Id><IBAN>{house.iban}</IBAN></Id><Ccy>{house.currency}</Ccy></Acct>{entries}"
        "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()
