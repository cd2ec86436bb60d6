"""Payment files for the bank: ISO 20022 transfers (pain.001) and direct debits (pain.008), valid by their schemas.

sepaxml writes the message and brings the schemas. What is set here besides: ids that lead back (the message is named by
the batch, each payment by itself), the moment as told, the characters banks take, and francs after the Swiss Payment
Standards: no SEPA service level and no charge bearer (payment type D).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from lxml import etree
from sepaxml import SepaDD, SepaTransfer

from clausula_server.payments.models import Batch, HouseAccount, Payment, Way

TAKEN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""What is outside the character set of SEPA and of the Swiss Payment Standards (EPC217-08)."""
LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "Æ": "Ae", "Ø": "O", "Ł": "L"})
FREE_TEXT = ("Nm", "StrtNm", "PstCd", "TwnNm", "Ustrd")
LONGEST = {"Nm": 70, "StrtNm": 70, "PstCd": 16, "TwnNm": 35, "Ustrd": 140}


class NotValid(ValueError):  # noqa: N818 - what is the matter
    """The file does not hold by its schema: a mistake of this program, or a value it should have refused before."""


def write_transfers(batch: Batch, payments: Sequence[Payment], made_at: datetime) -> bytes:
    """The transfer file of a batch (pain.001). Raises NotValid."""
    house = batch.house
    domestic = batch.currency == "CHF"
    message = SepaTransfer(_house(house) | {"domestic": domestic}, schema=house.transfers_as)
    for payment in payments:
        message.add_payment(_payment(payment) | {"execution_date": batch.execute_on})
    root = _read(message)
    if domestic:
        _drop(root, "ChrgBr")
    return _finish(root, batch, made_at, house.transfers_as)


def write_debits(batch: Batch, payments: Sequence[Payment], made_at: datetime) -> bytes:
    """The direct debit file of a batch (pain.008, SEPA core, recurrent). Raises NotValid.

    Since November 2016 the first collection of a mandate may be marked as recurrent too (SEPA core rulebook).
    """
    house = batch.house
    message = SepaDD(_house(house) | {"creditor_id": house.creditor_id}, schema=house.debits_as)
    for payment in payments:
        assert payment.mandate is not None
        message.add_payment(
            _payment(payment)
            | {
                "type": "RCUR",
                "collection_date": batch.execute_on,
                "mandate_id": payment.mandate.reference,
                "mandate_date": payment.mandate.signed_on,
            }
        )
    return _finish(_read(message), batch, made_at, house.debits_as)


def write(batch: Batch, payments: Sequence[Payment], made_at: datetime) -> tuple[str, bytes]:
    """The format and the file of a batch. Raises NotValid."""
    if batch.way == Way.DEBIT:
        return batch.house.debits_as, write_debits(batch, payments, made_at)
    return batch.house.transfers_as, write_transfers(batch, payments, made_at)


def validate(root: etree._Element, schema: str) -> None:
    """Hold a message against the schema of that name. Raises NotValid with the first faults."""
    rules = _schema(schema)
    if not rules.validate(root):
        raise NotValid("; ".join(f"line {each.line}: {each.message}" for each in list(rules.error_log)[:5]))


def _house(house: HouseAccount) -> dict[str, Any]:
    return {"name": house.name, "IBAN": house.iban, "BIC": house.bic, "currency": house.currency, "batch": True} | (
        {"address": _address(house)}
    )


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "name": payment.name,
        "IBAN": payment.iban,
        "amount": payment.amount,
        "currency": payment.currency,
        "description": payment.text,
        "endtoend_id": payment.end_to_end,
        "address": _address(payment) if payment.town and payment.country else {},
    }


def _address(of: HouseAccount | Payment) -> dict[str, str]:
    return {"street_name": of.street, "postcode": of.postcode, "town": of.town, "country": of.country}


def _read(message: SepaTransfer | SepaDD) -> etree._Element:
    """What sepaxml wrote, as a tree."""
    return etree.fromstring(message.export(validate=False))


def _finish(root: etree._Element, batch: Batch, made_at: datetime, schema: str) -> bytes:
    for element in root.iter("{*}MsgId", "{*}PmtInfId"):
        element.text = batch.id.hex
    for element in root.iter("{*}CreDtTm"):
        element.text = made_at.strftime("%Y-%m-%dT%H:%M:%S")
    for element in root.iter(*(f"{{*}}{name}" for name in FREE_TEXT)):
        element.text = plain(element.text or "", LONGEST[etree.QName(element).localname])
    validate(root, schema)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def plain(text: str, longest: int) -> str:
    """A text in the characters banks take; never empty, so that a name of other letters does not stop a file.

    Names and texts come through sepaxml, which writes other scripts in Latin letters; addresses do not.
    """
    marks_apart = unicodedata.normalize("NFKD", text.translate(LETTERS))
    bare = " ".join(TAKEN.sub(" ", marks_apart.encode("ascii", "ignore").decode()).split())
    return bare[:longest].strip() or "-"


def _drop(root: etree._Element, name: str) -> None:
    for element in list(root.iter(f"{{*}}{name}")):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)


@cache
def _schema(name: str) -> etree.XMLSchema:
    with as_file(files("sepaxml") / "schemas" / f"{name}.xsd") as path:
        return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
