"""What tests of payments need, as plain functions: accounts of the house, what is owed, what a bank would send.

The IBANs are the documented examples of their countries; none is anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.models import Account, Entry, Kind
from clausula_server.ledger.queries import balance
from clausula_server.lib.acting import acting, system
from clausula_server.payments.actions.account import NewHouseAccount, open_house_account
from clausula_server.payments.actions.batch import Prepared, prepare_transfers, release_batch
from clausula_server.payments.actions.file import write_file
from clausula_server.payments.actions.owing import Owed, owe
from clausula_server.payments.actions.statement import Imported, import_statement
from clausula_server.payments.models import Batch, HouseAccount
from clausula_server.payments.parties import Seat
from clausula_server.people.actions.contact import change_bank_account
from clausula_server.people.actions.person import Address, move_person
from tests.world import LONG_AGO, TODAY, Cast

CH, CH_OTHER, QR = "CH9300762011623852957", "CH5604835012345678009", "CH4431999123000889012"
DE, NL, IT = "DE89370400440532013000", "NL91ABNA0417164300", "IT60X0542811101000000123456"
SEAT = Seat("1000", "Lausanne", "CH", "Rue du Lac 1")
MOMENT = datetime(2026, 3, 2, 11, tzinfo=UTC)
COSTS = {currency: Place("claims.benefits", currency, Kind.EXPENSE) for currency in ("CHF", "EUR")}


def a_house(currency: str = "CHF", *, iban: str = "", qr_iban: str = "") -> HouseAccount:
    """An account of the house: francs at a Swiss bank, euro at a German one that lets it collect."""
    with acting(system("test")):
        if currency == "CHF":
            new = NewHouseAccount("Caisse Santé", SEAT, iban or CH_OTHER, "POFICHBEXXX", "CHF", qr_iban=qr_iban)
        else:
            seat = Seat("10115", "Berlin", "DE", "Am See 1")
            creditor = "DE98ZZZ09999999999"
            new = NewHouseAccount("Kasse", seat, iban or DE, "COBADEFFXXX", "EUR", creditor_id=creditor)
        return open_house_account(new)


def settle_in(cast: Cast, name: str, iban: str = CH) -> None:
    """Give somebody a bank account and a home."""
    with acting(system("test")):
        change_bank_account(cast.people[name], iban, f"{name.title()} Weber", LONG_AGO)
        move_person(cast.people[name], Address("8001", "Zürich", "CH", street="Limmatquai 1"), LONG_AGO)


def owed(owner: UUID, amount: int, reference: str, code: str = "member.payable", currency: str = "CHF") -> Account:
    """Post that something is owed; the account."""
    with acting(system("test")):
        owe([Owed(reference, code, owner, amount, COSTS[currency])], TODAY)
        kind = Kind.LIABILITY if code.endswith("payable") else Kind.ASSET
        place = Place(code, currency, kind, owner)
        return open_accounts([place])[place]


def stands(account: Account) -> int:
    """What stands on an account."""
    with acting(system("test")):
        return balance(account)


def code_stands(code: str) -> int:
    """What stands on all accounts of a code."""
    with acting(system("test")):
        return sum(Entry.objects.filter(account__code=code).values_list("amount", flat=True))


def prepared(cast: Cast, house: HouseAccount, *, by: str = "omar") -> Prepared:
    """A draft of all that is open."""
    with acting(cast.acts(by)):
        return prepare_transfers(house, TODAY, TODAY)


def sent(cast: Cast, batch: Batch) -> bytes:
    """Let Finn release the batch and write its file."""
    with acting(cast.acts("finn")):
        release_batch(batch)
        return bytes(write_file(batch, MOMENT).content)


@dataclass(frozen=True)
class Booked:
    """A movement as a bank books it: minor units, money in positive."""

    amount: int
    end_to_end: str = ""
    batch: str = ""
    count: int = 1
    reference: str = ""
    name: str = ""
    text: str = ""
    returned: str = ""
    bank: str = ""
    details: bool = True


def brings(cast: Cast, data: bytes) -> Imported:
    """Let Finn bring in a file of the bank."""
    with acting(cast.acts("finn")):
        return import_statement(data, "statement.xml")


def camt(
    house: HouseAccount,
    lines: Sequence[Booked],
    bank_id: str = "S-1",
    *,
    opening: int = 1_000_000,
    closing: int | None = None,
    kind: str = "camt.053",
    day: date = TODAY,
) -> bytes:
    """A statement, or a notification, as a bank writes it (version 08)."""
    root, part = ("BkToCstmrStmt", "Stmt") if kind == "camt.053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    end = opening + sum(line.amount for line in lines) if closing is None else closing
    bars = _balance("OPBD", opening, house) + _balance("CLBD", end, house) if kind == "camt.053" else ""
    entries = "".join(_entry(line, f"{bank_id}-{number}", house, day) for number, line in enumerate(lines))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08">'
        f"<{root}><GrpHdr><MsgId>M</MsgId></GrpHdr><{part}><Id>{bank_id}</Id>"
        f"<Acct><Id><IBAN>{house.iban}</IBAN></Id><Ccy>{house.currency}</Ccy></Acct>{bars}{entries}</{part}></{root}>"
        "</Document>"
    ).encode()


def _amount(amount: int, house: HouseAccount) -> str:
    units = f"{abs(amount) // 100}.{abs(amount) % 100:02d}"
    side = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="{house.currency}">{units}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _balance(code: str, amount: int, house: HouseAccount) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, house)}</Bal>"


def _entry(line: Booked, bank: str, house: HouseAccount, day: date) -> str:
    side = "Dbtr" if line.amount > 0 else "Cdtr"
    refs = f"<EndToEndId>{line.end_to_end or 'NOTPROVIDED'}</EndToEndId>"
    party = f"<RltdPties><{side}><Pty><Nm>{line.name}</Nm></Pty></{side}></RltdPties>" if line.name else ""
    strd = f"<Strd><CdtrRefInf><Ref>{line.reference}</Ref></CdtrRefInf></Strd>" if line.reference else ""
    ustrd = f"<Ustrd>{line.text}</Ustrd>" if line.text else ""
    back = f"<RtrInf><Rsn><Cd>{line.returned}</Cd></Rsn></RtrInf>" if line.returned else ""
    tx = (
        f"<TxDtls><Refs>{refs}</Refs>{_amount(line.amount, house)}{party}<RmtInf>{ustrd}{strd}</RmtInf>{back}</TxDtls>"
        if line.details
        else ""
    )
    btch = f"<Btch><PmtInfId>{line.batch}</PmtInfId><NbOfTxs>{line.count}</NbOfTxs></Btch>" if line.batch else ""
    return (
        f"<Ntry>{_amount(line.amount, house)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{line.bank or bank}</AcctSvcrRef><NtryDtls>{btch}{tx}</NtryDtls></Ntry>"
    )
