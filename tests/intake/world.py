"""The cast of the intake tests: Nora and her son Luc in Switzerland, Avery in the United States; files about them."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clausula.household import Line
from clausula.intake import CodeMap, Desk, Listed, Read, Roster, read, read_codes, read_roster

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples/inputs"
FACTS = {"cause": "code", "emergency": "flag", "indicator": "code", "admitted_on": "date", "leave_days": "number"}
CODES = """
[codes]
system = "ch/tariff"
[[map]]
list = "001"
service = "outpatient"
[[map]]
list = "001"
code = "00.0010"
service = "outpatient/consultation"
[[map]]
list = "402"
service = "medicine"
"""
SNOMED = """
[codes]
system = "http://snomed.info/sct"
[[map]]
code = "185349003"
service = "outpatient/consultation"
"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    target = folder / name
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return target


@cache
def roster() -> Roster:
    return read_roster(EXAMPLES / "members.toml")


@cache
def codes() -> CodeMap:
    with TemporaryDirectory() as folder:
        tables = [write(Path(folder), "ch.toml", CODES), write(Path(folder), "snomed.toml", SNOMED)]
        return read_codes(tables)


def desk(currencies: Mapping[str, str] | None = None) -> Desk:
    return Desk(roster(), codes(), currencies or {})


def take(folder: Path, name: str, content: str | bytes, **options: Any) -> list[Read]:
    """What a file of that content gives."""
    return list(read(write(folder, name, content), desk(), known_facts=FACTS, **options))


def lines(reads: Iterable[Read]) -> list[Line]:
    return [one for one in reads if isinstance(one, Line)]


def listed(reads: Iterable[Read]) -> list[Listed]:
    return [one for one in reads if isinstance(one, Listed)]


def reasons(reads: Iterable[Read]) -> list[str]:
    return [one.code for one in listed(reads)]


def total(reads: Iterable[Read]) -> Decimal:
    """Total in: what the lines charge and what is listed."""
    reads = list(reads)
    charged = sum((Decimal(one.charged) for one in lines(reads)), Decimal(0))
    return charged + sum((one.amount or Decimal(0) for one in listed(reads)), Decimal(0))


def invoice(*changes: tuple[str, str], name: str = "swiss-4.5-garant-family-doctor.xml") -> str:
    """An example invoice with some of its text replaced; every replacement must happen."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def claim(*items: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A FHIR claim for Avery, of these items, with other parts replaced."""
    return {
        "resourceType": "Claim",
        "id": "c1",
        "status": "active",
        "use": "claim",
        "patient": {"identifier": {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-0001"}},
        "item": [item(**one) if "productOrService" not in one else one for one in items],
        **parts,
    }


def item(sequence: int = 1, net: Any = 125, code: str = "185349003", **parts: Any) -> dict[str, Any]:
    coding = {"system": "http://snomed.info/sct", "code": code}
    money = {"net": {"value": net, "currency": "USD"}} if net is not None else {}
    served = {} if "servicedPeriod" in parts else {"servicedDate": "2026-02-09"}
    return {"sequence": sequence, "productOrService": {"coding": [coding]}, **served, **money, **parts}


def fhir(folder: Path, resource: Any) -> list[Read]:
    return take(folder, "claim.json", resource if isinstance(resource, str) else json.dumps(resource))
