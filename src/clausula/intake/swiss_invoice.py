"""Swiss electronic invoices: generalInvoiceRequest 4.5 and 5.0 of Forum Datenaustausch
(http://www.forum-datenaustausch.ch).

The two editions say the same with different shapes. `swiss_parts` takes an invoice apart; here its lines are handed in,
and what the document charges beyond them is listed, so that its balance is accounted for to the last Rappen (rounding
to 5 Rappen aside).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from lxml import etree

from clausula.household import Evidence, FactValue, Provider
from clausula.intake import values, xml_text
from clausula.intake.codes import Coding
from clausula.intake.desk import Desk, Refused, Stated
from clausula.intake.errors import refusal
from clausula.intake.records import Listed, Read
from clausula.intake.roster import Identifier, Match
from clausula.intake.swiss_parts import Invoice, Party, take_apart
from clausula.intake.xml_text import SPACE, child, name_of

ROUNDING = Decimal("0.05")
"""Swiss invoices round their balance to 5 Rappen; a difference up to that is no difference."""

TARIFFS = "ch/tariff"
"""The system of the code map to which tariff types belong."""

_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}EncryptedData"
_VERSIONS = ("450", "500")


def read_swiss_invoice(path: Path, desk: Desk, *, schema_dir: Path | None = None) -> Iterator[Read]:
    """The lines, providers and referral of an invoice, and what is listed of it.

    schema_dir: a folder with the official schemas, by which the document is validated first. Raises InputError where
    the file is no invoice of a known edition, or breaks the schema.
    """
    root = xml_text.parse(path)
    if root.tag == f"{SPACE}response":
        message = "this is an insurer's answer to an invoice (generalInvoiceResponse), not an invoice"
        yield Listed("not-a-claim", message, f"{path}:{root.sourceline}")
        return
    edition = _edition(root, path)
    if schema_dir is not None:
        xml_text.validate(root, schema_dir / f"generalInvoiceRequest_{edition}.xsd", path)
    payload = child(root, "payload")
    if payload is not None and next(payload.iterchildren(_ENCRYPTED), None) is not None:
        yield Listed("encrypted", "the content of this invoice is encrypted", f"{path}:{payload.sourceline}")
        return
    invoice = take_apart(root, str(path))
    yield from _Reading(invoice, desk, invoice.unclear or desk.roster.find(invoice.sought)).records()


def _edition(root: etree._Element, path: Path) -> str:
    """Edition 450 or 500, as the document says or, where it says nothing, as its shape shows. Raises InputError."""
    if root.tag != f"{SPACE}request":
        message = f"this XML is no Swiss invoice: it begins with {values.shown(str(root.tag))}"
        mend = "generalInvoiceRequest 4.5 and 5.0 are read"
        raise refusal("unknown-xml", message, str(path), mend, line=root.sourceline or 1)
    stated = re.search(r"generalInvoiceRequest_(\d+)\.xsd", root.get(_LOCATION, ""))
    payload = child(root, "payload")
    newer = payload is not None and (payload.get("request_type") or payload.get("request_subtype") or _has_law(payload))
    edition = stated[1] if stated else ("500" if newer else "450")
    if edition not in _VERSIONS:
        message = f"this invoice is of edition {edition[0]}.{edition[1:].rstrip('0') or '0'}"
        raise refusal("wrong-version", message, str(path), "editions 4.5 and 5.0 are read", line=root.sourceline or 1)
    return edition


def _has_law(payload: etree._Element) -> bool:
    body = child(payload, "body")
    return body is not None and child(body, "law") is not None


class _Reading:
    """Hands in one invoice for the person found."""

    def __init__(self, invoice: Invoice, desk: Desk, match: Match) -> None:
        self.invoice, self.desk, self.match = invoice, desk, match
        self.presented: set[str] = set()

    def records(self) -> Iterator[Read]:
        invoice = self.invoice
        if invoice.credits:
            message = f"this invoice replaces invoice {invoice.credits}"
            mend = f"void the lines of {invoice.credits}, if they were decided"
            yield self.listed("reversal", message, None, mend)
        yield from self.referral()
        total = Decimal(0)
        for service in invoice.services:
            own = service.get("provider_id")
            provider, stranger = self.provider(invoice.provider, (("gln", own),) if own else ())
            if stranger:
                yield stranger
            yield self.desk.take(self.stated(service, provider))
            total += _readable(service.get("amount")) or 0
        yield from self.difference(total)

    def stated(self, service: etree._Element, provider: str) -> Stated:
        invoice, tariff, code = self.invoice, service.get("tariff_type", ""), service.get("code", "")
        facts: dict[str, FactValue] = {**invoice.facts, "code_list": tariff, "code": code, **self.pregnancy(service)}
        if service.get("obligation") in ("true", "false"):
            facts["obligation"] = service.get("obligation") == "true"
        refused: Refused | None = invoice.refused
        if name_of(service) not in ("service", "service_ex"):
            mend = "services of editions 4.5 and 5.0 are service and service_ex"
            refused = ("broken-record", f"{values.shown(name_of(service))} is no service", mend)
        return Stated(
            origin=f"{invoice.file}:{service.sourceline}",
            id=f"{invoice.claim}/{service.get('record_id')}" if service.get("record_id") else "",
            person=self.match,
            day=service.get("date_begin"),
            amount=service.get("amount"),
            currency=invoice.currency,
            codings=(Coding(tariff, code, TARIFFS),),
            quantity=service.get("quantity"),
            claim=invoice.claim,
            stay=invoice.stay,
            provider=provider,
            facts=facts,
            refused=refused,
        )

    def pregnancy(self, service: etree._Element) -> dict[str, FactValue]:
        """The week of pregnancy on the day of the service, where the invoice says when the 13th week began."""
        begins, stated = self.invoice.week_13, service.get("date_begin", "")
        try:
            return {"gestation_week": 13 + (values.day(stated) - begins).days // 7} if begins else {}
        except values.BadValueError:
            return {}

    def provider(self, party: Party, first: tuple[Identifier, ...] = ()) -> tuple[str, Provider | None]:
        """The id of a provider: from the directory, by the line's own number, then by the invoice's. One who stands in
        no directory is presented once, as the invoice describes it."""
        numbers = first + party.numbers
        known = self.desk.roster.provider(numbers)
        if known is not None or not numbers:
            return (known.id if known else ""), None
        system, number = numbers[0]
        stranger = f"{system}:{number}"
        if stranger in self.presented:
            return stranger, None
        self.presented.add(stranger)
        same = not first or first[0] in party.numbers
        described = (party.name, party.facts, dict(party.numbers)) if same else ("", {}, {system: number})
        return stranger, Provider(stranger, described[0], identifiers=described[2], facts=described[1])

    def referral(self) -> Iterator[Read]:
        """The doctor whom the invoice names as the one who referred. The invoice gives no date of the referral: it is
        taken to be of the first day of the treatment, the last day on which it can have been made."""
        party, person = self.invoice.referrer, self.match.person
        if party is None or person is None or self.invoice.refused:
            return
        issuer, stranger = self.provider(party)
        if stranger:
            yield stranger
        if self.invoice.begins is None:
            message = "a referral, but not the day on which the treatment began"
            yield self.listed("no-date", message, None, "enter the referral in the members file")
            return
        name = f"{self.invoice.claim}/referral"
        yield Evidence("referral", person.id, self.invoice.begins, name, issuer=issuer, claim=self.invoice.claim)

    def difference(self, total: Decimal) -> Iterator[Listed]:
        """What the balance charges more, or less, than the lines together."""
        balance = _readable(self.invoice.balance)
        if self.invoice.balance is None or balance is None:
            message = "this invoice states no balance that can be read; its lines could not be checked against it"
            yield self.listed("not-itemised", message, None, "have the balance stated")
        elif abs(balance - total) > ROUNDING:
            message = f"the balance is {balance}, the lines together are {total}"
            yield self.listed("not-itemised", message, balance - total, "have the invoice corrected")

    def listed(self, code: str, message: str, amount: Decimal | None, mend: str) -> Listed:
        invoice, person = self.invoice, self.match.person.id if self.match.person else ""
        origin = f"{invoice.file}:{invoice.line}"
        return Listed(code, message, origin, amount, invoice.currency, mend, person, claim=invoice.claim)


def _readable(amount: str | None) -> Decimal | None:
    try:
        return None if amount is None else values.number(amount)
    except values.BadValueError:
        return None
