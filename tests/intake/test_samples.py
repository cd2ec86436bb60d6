"""Real documents: the Swiss invoices of a practice system, Synthea's bundles, HL7's examples. Skipped where absent."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from clausula.household import Evidence
from clausula.intake import InputError, Read, read
from tests.intake.samples import DATA, desk_for_samples, needs_samples
from tests.intake.world import lines, listed, reasons, total

pytestmark = [needs_samples, pytest.mark.samples]

SWISS = DATA / "swiss_invoices"


def reads_of(path: Path, folder: Path) -> list[Read]:
    return list(read(path, desk_for_samples(folder)))


@pytest.mark.parametrize(
    ("name", "services", "why", "charged"),
    [
        ("existing45_1", ["outpatient/consultation"], ["unknown-service"] * 4 + ["not-itemised"], "5238.06"),
        ("existing50_1", ["outpatient/consultation"], ["unknown-service"] * 4, "5232.99"),
        ("readReq450", ["medicine"], ["not-itemised"], "30.35"),
        ("readReq500", ["medicine"], ["not-itemised"], "30.35"),
    ],
)
def test_swiss_invoices_add_up_to_their_balance(
    tmp_path: Path, name: str, services: list[str], why: list[str], charged: str
) -> None:
    reads = reads_of(SWISS / f"{name}.xml", tmp_path)
    assert [line.service for line in lines(reads)] == services
    assert reasons(reads) == why
    assert total(reads) == Decimal(charged)


@pytest.mark.parametrize("name", ["readResp450", "readResp500"])
def test_answers_of_insurers_are_listed(tmp_path: Path, name: str) -> None:
    assert reasons(reads_of(SWISS / f"{name}.xml", tmp_path)) == ["not-a-claim"]


@pytest.mark.parametrize(
    ("name", "errors"), [("existing45_1", 0), ("existing50_1", 0), ("readReq450", 9), ("readReq500", 9)]
)
def test_the_official_schemas_judge(tmp_path: Path, name: str, errors: int) -> None:
    reads = read(SWISS / f"{name}.xml", desk_for_samples(tmp_path), schema_dir=SWISS)
    if not errors:
        assert lines(reads)
        return
    with pytest.raises(InputError) as caught:
        list(reads)
    assert len(caught.value.findings) == errors
    assert all(one.place.line for one in caught.value.findings)


def test_synthea_claims_add_up_to_their_totals(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for path in sorted((DATA / "synthea_r4_sample").glob("*.json")):
        reads = reads_of(path, tmp_path)
        found.update(reasons(reads))
        found["line"] += len(lines(reads))
        found["evidence"] += sum(isinstance(one, Evidence) for one in reads)
        found["cents"] += int(total(reads) * 100)
        assert all(one.origin.rsplit(":", 1)[1].isdigit() for one in listed(reads))
    assert found == {"line": 59, "no-amount": 87, "not-itemised": 61, "evidence": 11, "cents": 5274867}


def test_hl7_examples_are_taken_or_listed(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    desk = desk_for_samples(tmp_path)
    for path in sorted((DATA / "hl7_r4_payer_examples").glob("*.json")):
        reads = list(read(path, desk))
        found.update(reasons(reads))
        found["line"] += len(lines(reads))
    claims = {"line": 1, "unknown-service": 15, "unknown-member": 4, "preauthorisation": 1, "missing-document": 3}
    assert {name: found[name] for name in claims} == claims
    assert set(found) == {*claims, "not-a-claim"}
