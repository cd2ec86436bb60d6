"""Statements (camt.053) and notifications (camt.054) of a bank, read from XML that anybody may have sent.

No document type, no entities, no network, limits on size and number. Versions differ in where a name stands and whether
a status is a code; both are read. What does not add up is refused with its line: a statement is believed whole or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NoReturn

from lxml import etree

from clausula_server.lib.money import read_amount, show_amount
from clausula_server.lib.refusals import Refused, refuse
from clausula_server.payments.references import read_reference

LARGEST_FILE = 20 * 1024 * 1024
MOST_ELEMENTS = 1_500_000
FORMATS = {"BkToCstmrStmt": ("camt.053", "Stmt"), "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn")}
RETURNS = frozenset({"RRTN", "UPDD", "RPCR", "PRDD", "ARET"})
"""Bank transaction codes of money that comes back (ISO 20022 external code set, sub-families)."""
NONE = frozenset({"", "NOTPROVIDED"})


@dataclass(frozen=True, slots=True)
class StatedLine:
    """One movement as stated; see models.Line for the words."""

    position: int
    fingerprint: str
    entry: str
    collective: bool
    amount: int
    booked_on: date
    end_to_end: str = ""
    batch_reference: str = ""
    reference: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement or notification as stated. opening and closing: minor units, None in a notification."""

    format: str
    bank_id: str
    iban: str
    currency: str
    opening: int | None
    closing: int | None
    digest: str
    lines: tuple[StatedLine, ...]


def read(data: bytes) -> list[Stated]:
    """The statements in a file, in its order. Raises Refused: not XML, hostile, another message, or not adding up."""
    root = _parse(data)
    message = next(iter(root), None)
    known = FORMATS.get(_name(message)) if message is not None else None
    if message is None or known is None:
        refuse("file", "it is no statement of a bank.", "Take the file the bank names camt.053 or camt.054.")
    format_, part = known
    found = [_statement(element, format_) for element in _all(message, part)]
    if not found:
        refuse("file", "it holds no statement.", "Ask the bank for it again.")
    return found


def _parse(data: bytes) -> etree._Element:
    if len(data) > LARGEST_FILE:
        refuse("file", f"it is larger than {LARGEST_FILE // 1024 // 1024} MB.", "Ask the bank for one file a day.")
    if data.count(b"<") > MOST_ELEMENTS or data.count(b"=") > MOST_ELEMENTS:
        refuse("file", f"it has more than {MOST_ELEMENTS} elements.", "Ask the bank for one file a day.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        _refuse_document_type()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, _ = error.position
        refuse(
            f"file, line {line}", f"it is not XML: {error.msg}.", "Ask the bank for it again; do not mend it by hand."
        )
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:  # written in another encoding, it is not seen above
        _refuse_document_type()
    return root


def _refuse_document_type() -> NoReturn:
    refuse("file", "it declares a document type (DOCTYPE).", "No bank sends that. Ask where the file comes from.")


def _statement(element: etree._Element, format_: str) -> Stated:
    iban = _text(element, "Acct", "Id", "IBAN").replace(" ", "")
    bank_id = _text(element, "Id")
    if not iban or not bank_id or len(bank_id) > 35:
        _broken(element, "it names no account, or has no id of at most 35 characters")
    entries = [entry for entry in _all(element, "Ntry") if _status(entry) == "BOOK"]
    currency = _text(element, "Acct", "Ccy") or next((_currency(entry) for entry in entries), "")
    lines: list[StatedLine] = []
    for number, entry in enumerate(entries):
        lines += _entry(entry, f"{bank_id}/{number}", len(lines))
        if currency and _currency(entry) != currency:
            _broken(entry, f"it is in {_currency(entry)}, the account in {currency}")
    opening, closing = _balances(element, currency) if format_ == "camt.053" else (None, None)
    if opening is not None and closing is not None:
        moved = sum(line.amount for line in lines)
        if opening + moved != closing:
            shown = f"{show_amount(opening)} and {show_amount(moved)} are not {show_amount(closing)}"
            _broken(element, f"its entries do not add up: {shown}")
    digest = sha256(etree.tostring(element, method="c14n", exclusive=True)).hexdigest()
    return Stated(format_, bank_id, iban, currency, opening, closing, digest, tuple(lines))


def _balances(element: etree._Element, currency: str) -> tuple[int, int]:
    found: dict[str, int] = {}
    for balance in _all(element, "Bal"):
        code = _text(balance, "Tp", "CdOrPrtry", "Cd")
        if _currency(balance) == currency or not currency:
            found.setdefault(code, _signed(balance))
    opening, closing = found.get("OPBD", found.get("PRCD")), found.get("CLBD")
    if opening is None or closing is None:
        _broken(element, "it states no opening and closing balance (OPBD or PRCD, and CLBD)")
    return opening, closing


def _entry(entry: etree._Element, place: str, before: int) -> Iterator[StatedLine]:
    """The lines of an entry: one for each of its transactions, or one where it has no details."""
    amount, booked_on = _signed(entry), _day(entry)
    own = _text(entry, "AcctSvcrRef") or place
    details = [tx for group in _all(entry, "NtryDtls") for tx in _all(group, "TxDtls")]
    parts = [_part(tx, amount) for tx in details]
    if details and sum(parts) == amount:
        for number, (tx, part) in enumerate(zip(details, parts, strict=True)):
            several = f"{own}/{number}" if len(details) > 1 else own
            mark = (_text(tx, "Refs", "AcctSvcrRef") or several) if len(details) > 1 else own
            yield _line(entry, tx, before + number, mark, own, part, booked_on, collective=False)
        return
    stated = next((_text(group, "Btch", "NbOfTxs") for group in _all(entry, "NtryDtls")), "")
    collective = not details and stated.isdigit() and int(stated) > 1
    # Details that do not add up to their entry (charges, another currency) tell nothing sure: a person looks at it.
    only = details[0] if len(details) == 1 and abs(parts[0]) == abs(amount) else None
    mark = f"{own}/all" if collective else own
    yield _line(entry, only, before, mark, own, amount, booked_on, collective=collective)


def _line(
    entry: etree._Element,
    tx: etree._Element | None,
    position: int,
    fingerprint: str,
    own: str,
    amount: int,
    booked_on: date,
    *,
    collective: bool,
) -> StatedLine:
    at = entry if tx is None else tx
    side = "Dbtr" if amount > 0 else "Cdtr"
    batch = next((_first(g, ("Btch", "PmtInfId"), ("Btch", "MsgId")) for g in _all(entry, "NtryDtls")), "")
    references = [_text(s, "CdtrRefInf", "Ref") for r in _all(at, "RmtInf") for s in _all(r, "Strd")]
    words = [(u.text or "").strip() for r in _all(at, "RmtInf") for u in _all(r, "Ustrd")]
    code = _text(at, "RtrInf", "Rsn", "Cd") or _text(at, "RtrInf", "Rsn", "Prtry")
    back = bool(code) or _has(at, "RtrInf") or not RETURNS.isdisjoint((_family(at), _family(entry)))
    return StatedLine(
        position=position,
        fingerprint=fingerprint[:120],
        entry=own[:120],
        collective=collective,
        amount=amount,
        booked_on=booked_on,
        end_to_end=_known(_text(at, "Refs", "EndToEndId"))[:35],
        batch_reference=_known(_first(at, ("Refs", "PmtInfId"), ("Refs", "MsgId")) or batch)[:35],
        reference=next((found for text in references if (found := read_reference(text))), ""),
        name=_first(at, ("RltdPties", side, "Nm"), ("RltdPties", side, "Pty", "Nm"))[:140],
        iban=_text(at, "RltdPties", f"{side}Acct", "Id", "IBAN").replace(" ", "")[:34],
        text=" ".join([*words, _text(entry, "AddtlNtryInf")]).strip()[:500],
        returned=(code[:35] or "-") if back else "",
    )


def _part(tx: etree._Element, of: int) -> int:
    """The signed amount of one transaction of an entry; the entry's own where it states none."""
    element = next(
        (found for found in (_find(tx, "Amt"), _find(tx, "AmtDtls", "TxAmt", "Amt")) if found is not None), None
    )
    if element is None:
        return of
    amount = _minor(element)
    direction = _text(tx, "CdtDbtInd") or ("CRDT" if of > 0 else "DBIT")
    return amount if direction == "CRDT" else -amount


def _signed(element: etree._Element) -> int:
    amount = _find(element, "Amt")
    if amount is None:
        _broken(element, "it states no amount")
    return _minor(amount) if _text(element, "CdtDbtInd") == "CRDT" else -_minor(amount)


def _minor(element: etree._Element) -> int:
    try:
        return abs(read_amount(element.text or "", f"file, line {element.sourceline}"))
    except Refused as refused:
        raise Refused(*refused.faults) from None


def _currency(element: etree._Element) -> str:
    amount = _find(element, "Amt")
    return "" if amount is None else amount.get("Ccy", "")


def _status(entry: etree._Element) -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _family(element: etree._Element) -> str:
    return _text(element, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")


def _day(entry: etree._Element) -> date:
    text = _first(entry, ("BookgDt", "Dt"), ("BookgDt", "DtTm"), ("ValDt", "Dt"))
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        _broken(entry, f"“{text}” is no day on which it was booked")


def _broken(element: etree._Element, what: str) -> NoReturn:
    refuse(f"file, line {element.sourceline}", f"{what}.", "Ask the bank for it again; do not mend it by hand.")


def _known(text: str) -> str:
    return "" if text.upper() in NONE else text


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren(f"{{*}}{name}")


def _find(element: etree._Element, *names: str) -> etree._Element | None:
    at: etree._Element | None = element
    for name in names:
        at = next(_all(at, name), None) if at is not None else None
    return at


def _has(element: etree._Element, *names: str) -> bool:
    return _find(element, *names) is not None


def _text(element: etree._Element, *names: str) -> str:
    found = _find(element, *names)
    return "" if found is None else (found.text or "").strip()


def _first(element: etree._Element, *paths: tuple[str, ...]) -> str:
    return next((text for path in paths if (text := _text(element, *path))), "")
