"""Statements of a bank: bring in a file, place what it says, and keep the rest for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.actions.claimed import tell_paid
from clausula_server.payments.actions.match import hold_what_comes_back, leads_to_batch, place_line, settled_by
from clausula_server.payments.camt import Stated, StatedLine, read
from clausula_server.payments.debts import at_bank, unassigned
from clausula_server.payments.models import BankFile, HouseAccount, Line, Statement

LONGEST_NAME = 120
AT_ONCE = 50
"""So many payments are told to claims in one transaction."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought. known: statements that were here before. lines: new movements; repeated: those known from a
    notification; placed: matched whole; left: kept for a person; waiting: sums whose details the bank still sends.
    """

    statements: tuple[UUID, ...]
    known: int
    lines: int
    repeated: int
    placed: int
    left: int
    waiting: int


def import_statement(data: bytes, name: str) -> Imported:
    """Bring in a file of the bank: book every movement, match what leads back to us, keep the rest. Raises Refused.

    The same file, or the same statement in another file, changes nothing; another content under the same id is refused.
    Claims are told afterwards, some at a time, so that nobody who sends a bill waits for a long statement; what is not
    told because the process ends is told in the night.
    """
    found = _bring_in(data, name)
    paid = settled_by(Line.objects.filter(statement__in=found.statements))
    for start in range(0, len(paid), AT_ONCE):
        tell_paid(paid[start : start + AT_ONCE])
    return found


@action
def _bring_in(data: bytes, name: str) -> Imported:
    stated = read(data)
    hold_houses()
    houses = _houses(stated)
    digest = sha256(data).hexdigest()
    file = BankFile.objects.filter(sha256=digest, direction=BankFile.Direction.IN).first()
    if file is None:
        file = BankFile.objects.create(
            direction=BankFile.Direction.IN,
            format=stated[0].format,
            name=name[:LONGEST_NAME],
            content=data,
            sha256=digest,
            written_by_id=current_actor().person,
        )
    parts = [_import(each, houses[each.iban], file) for each in stated]
    new = [part for part in parts if part is not None]
    return Imported(
        statements=tuple(id_ for part in new for id_ in part.statements),
        known=len(parts) - len(new),
        lines=sum(part.lines for part in new),
        repeated=sum(part.repeated for part in new),
        placed=sum(part.placed for part in new),
        left=sum(part.left for part in new),
        waiting=sum(part.waiting for part in new),
    )


def _houses(stated: list[Stated]) -> dict[str, HouseAccount]:
    """The accounts of the statements. Raises Refused."""
    wanted = {each.iban for each in stated}
    rows = {row.iban: row for row in HouseAccount.objects.filter(iban__in=wanted)}
    refuse_if(
        [
            Fault("account", f"{iban} is no account of the house.", "Open it here, or ask the bank for another file.")
            for iban in sorted(wanted - set(rows))
        ]
        + [
            Fault("account", f"{each.iban} is stated in {each.currency}.", f"Here it is in {rows[each.iban].currency}.")
            for each in stated
            if each.iban in rows and each.currency not in {"", rows[each.iban].currency}
        ]
    )
    return rows


def _import(stated: Stated, house: HouseAccount, file: BankFile) -> Imported | None:
    held = Statement.objects.filter(house=house, format=stated.format, bank_id=stated.bank_id).first()
    if held is not None:
        if held.digest != stated.digest:
            message = f"{stated.bank_id} was brought in on {held.imported_at:%Y-%m-%d}, with another content."
            refuse("statement", message, "Ask the bank which of the two holds.")
        return None
    statement = Statement.objects.create(
        house=house,
        file=file,
        format=stated.format,
        bank_id=stated.bank_id,
        digest=stated.digest,
        opening=stated.opening,
        closing=stated.closing,
    )
    new = _new_lines(stated, house)
    lines = Line.objects.bulk_create(
        Line(
            statement=statement,
            house=house,
            currency=house.currency,
            **{name: getattr(each, name) for name in _STATED},
        )
        for each in new
    )
    booked = [line for line in lines if not line.collective]
    hold_what_comes_back(booked, house)
    _book(house, booked)
    left = sum(1 for line in booked if not place_line(line))
    payload = {"lines": len(lines), "left": left, "format": stated.format}
    append("statement.imported", statement.id, payload=payload)
    return Imported(
        statements=(statement.id,),
        known=0,
        lines=len(lines),
        repeated=len(stated.lines) - len(lines),
        placed=len(booked) - left,
        left=left,
        waiting=len(lines) - len(booked),
    )


def _new_lines(stated: Stated, house: HouseAccount) -> list[StatedLine]:
    """The movements that are not here yet. A sum over a batch of ours needs no details: it is booked as it is, and the
    details are known when they come after it; where they came first, the sum is the one that books nothing."""
    entries = {each.entry for each in stated.lines}
    held = Line.objects.filter(house=house, entry__in=entries).values_list("fingerprint", "entry", "collective")
    known = {fingerprint for fingerprint, _, _ in held}
    whole = {entry for fingerprint, entry, collective in held if fingerprint.endswith("/all") and not collective}
    detailed = {entry for fingerprint, entry, _ in held if not fingerprint.endswith("/all")}
    new: dict[str, StatedLine] = {}
    for each in stated.lines:
        if each.fingerprint in known or each.entry in whole:
            continue
        if each.collective and each.entry not in detailed and leads_to_batch(each.batch_reference, house, each.amount):
            new[each.fingerprint] = replace(each, collective=False)
        else:
            new.setdefault(each.fingerprint, each)
    return list(new.values())


_STATED = (
    "position",
    "fingerprint",
    "entry",
    "collective",
    "amount",
    "booked_on",
    "end_to_end",
    "batch_reference",
    "reference",
    "name",
    "iban",
    "text",
    "returned",
)


def _book(house: HouseAccount, lines: list[Line]) -> None:
    """Every movement is booked at once, as not assigned: the ledger agrees with the bank whatever is matched later."""
    bank, suspense = at_bank(house), unassigned(house)
    opened = open_accounts([bank, suspense])
    post_transfers(
        [
            NewTransfer(
                f"line/{line.id}",
                "bank.booked",
                line.booked_on,
                [(opened[bank], line.amount), (opened[suspense], -line.amount)],
            )
            for line in lines
        ]
    )
