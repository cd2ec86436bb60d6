"""FHIR claims: items, details, references, and what the total says beyond the items."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clausula.household import Evidence, Provider
from clausula.intake import InputError
from tests.intake.world import claim, fhir, item, lines, listed, reasons, take, total

AMOUNT = {"value": Decimal(40), "currency": "USD"}


def usd(value: Any) -> dict[str, Any]:
    return {"value": value, "currency": "USD"}


def test_an_item_becomes_a_line(tmp_path: Path) -> None:
    line = lines(fhir(tmp_path, claim({}, type={"coding": [{"code": "professional"}]})))[0]
    assert (line.id, line.person, line.service) == ("c1/1", "avery", "outpatient/consultation")
    assert (line.served_on, line.charged, line.currency) == (date(2026, 2, 9), Decimal(125), "USD")
    assert line.facts["claim_type"] == "professional"
    assert line.facts["code"] == "185349003"


def test_a_price_is_unit_price_times_quantity_times_factor(tmp_path: Path) -> None:
    priced = item(net=None, unitPrice=usd(10.25), quantity={"value": 4}, factor=0.5)
    line = lines(fhir(tmp_path, claim(priced)))[0]
    assert (line.charged, line.quantity) == (Decimal("20.50"), 4)


def test_details_are_not_charged_again(tmp_path: Path) -> None:
    details = [{"sequence": 1, "net": usd(100)}, {"sequence": 2, "net": usd(25), "subDetail": [{"net": usd(25)}]}]
    assert [one.charged for one in lines(fhir(tmp_path, claim(item(detail=details))))] == [Decimal(125)]


def test_an_item_that_leaves_its_price_to_its_details_is_their_sum(tmp_path: Path) -> None:
    details = [{"net": usd(100)}, {"subDetail": [{"unitPrice": usd(5)}, {"unitPrice": usd(5)}]}]
    assert lines(fhir(tmp_path, claim(item(net=None, detail=details))))[0].charged == Decimal(110)
    unpriced = [{"net": usd(100)}, {"sequence": 2}]
    assert reasons(fhir(tmp_path, claim(item(net=None, detail=unpriced)))) == ["no-amount"]


def test_what_only_the_total_charges_is_listed_and_not_guessed(tmp_path: Path) -> None:
    reads = fhir(tmp_path, claim(item(net=None), item(2, net=140.52), total=usd(265.52)))
    assert reasons(reads) == ["no-amount", "not-itemised"]
    assert total(reads) == Decimal("265.52")


def test_a_total_below_the_items_is_listed_too(tmp_path: Path) -> None:
    assert total(fhir(tmp_path, claim({}, total=usd(100)))) == 100


@pytest.mark.parametrize("value", [{"value": 100, "currency": "EUR"}, usd("a lot")])
def test_a_total_that_cannot_be_compared_is_listed(tmp_path: Path, value: dict[str, Any]) -> None:
    assert reasons(fhir(tmp_path, claim({}, total=value))) == ["not-itemised"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"use": "preauthorization"}, "preauthorisation"),
        ({"use": "predetermination"}, "preauthorisation"),
        ({"use": "other"}, "broken-record"),
        ({"status": "cancelled"}, "inactive"),
        ({"status": "entered-in-error"}, "inactive"),
        ({"patient": {"reference": "Patient/9"}}, "unknown-member"),
        ({"id": None}, "no-id"),
    ],
)
def test_a_claim_that_is_not_to_be_decided_is_listed(tmp_path: Path, parts: dict[str, Any], reason: str) -> None:
    reads = fhir(tmp_path, claim({}, **parts))
    assert reasons(reads) == [reason]
    assert total(reads) == 125


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"net": usd("NaN")}, "bad-amount"),
        ({"net": usd(True)}, "bad-amount"),
        ({"net": usd(-5)}, "negative-amount"),
        ({"net": {"value": 5}}, "no-currency"),
        ({"quantity": {"value": 0}}, "bad-quantity"),
        ({"quantity": {"value": "many"}}, "bad-quantity"),
        ({"servicedDate": "2026-02"}, "bad-date"),
        ({"servicedDate": "1990-07-03"}, "before-birth"),
        ({"servicedDate": None}, "no-date"),
        ({"sequence": None}, "no-id"),
        ({"productOrService": {"coding": [{"code": "1200"}]}}, "unknown-service"),
        ({"productOrService": {"text": "something"}}, "unknown-service"),
    ],
)
def test_an_item_that_cannot_be_decided_is_listed(tmp_path: Path, parts: dict[str, Any], reason: str) -> None:
    assert reasons(fhir(tmp_path, claim({**item(), **parts}))) == [reason]


def test_numbers_beyond_all_bounds_are_listed(tmp_path: Path) -> None:
    text = json.dumps(claim(item(net="N"))).replace('"N"', "1e400")
    assert reasons(fhir(tmp_path, text)) == ["bad-amount"]


def test_the_day_is_the_items_else_the_claims(tmp_path: Path) -> None:
    period = {"start": "2026-01-05T23:30:00-05:00", "end": "2026-01-06"}
    own = lines(fhir(tmp_path, claim(item(servicedPeriod=period))))[0]
    assert (own.served_on, own.time) == (date(2026, 1, 5), 23 * 60 + 30)
    common = claim({**item(), "servicedDate": None}, billablePeriod=period)
    assert (lines(fhir(tmp_path, common))[0].served_on, lines(fhir(tmp_path, common))[0].time) == (
        date(2026, 1, 5),
        None,
    )


def test_accident_payee_and_diagnoses_become_facts(tmp_path: Path) -> None:
    diagnoses = [
        {"sequence": 1, "diagnosisCodeableConcept": {"coding": [{"code": "S82.1"}]}},
        {"sequence": 2, "diagnosisCodeableConcept": {"coding": [{"code": "I10"}]}},
    ]
    parts = {
        "accident": {"date": "2026-02-08"},
        "payee": {"type": {"coding": [{"code": "provider"}]}},
        "diagnosis": diagnoses,
    }
    first, second = lines(fhir(tmp_path, claim(item(diagnosisSequence=[1]), item(2), **parts)))
    assert (first.facts["cause"], first.facts["accident_on"]) == ("accident", date(2026, 2, 8))
    assert first.facts["settlement"] == "tiers_payant"
    assert first.facts["diagnosis"] == "S82.1"
    assert "diagnosis" not in second.facts
    assert second.facts["diagnoses"] == ("S82.1", "I10")


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999000001"}],
    "birthDate": "1990-07-04",
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "77"}],
    "name": [{"given": ["Del"], "family": "Williamson"}],
}


def test_references_within_a_bundle_are_followed(tmp_path: Path) -> None:
    stay = {
        "resourceType": "Encounter",
        "id": "e",
        "class": {"code": "IMP"},
        "period": {"start": "2026-02-08", "end": "2026-02-11"},
    }
    request = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "authoredOn": "2026-02-01",
        "requester": {"reference": "Practitioner/d"},
    }
    reads = fhir(
        tmp_path,
        bundle(
            PATIENT, DOCTOR, stay, request,
            claim(
                item(encounter=[{"reference": "urn:uuid:e"}]),
                patient={"reference": "urn:uuid:p"},
                provider={"reference": "urn:uuid:d"},
                prescription={"reference": "urn:uuid:m"},
            ),
        ),
    )  # fmt: skip
    line = lines(reads)[0]
    assert (line.person, line.provider, line.stay) == ("avery", "npi:77", "e")
    assert (line.facts["setting"], line.facts["admitted_on"]) == ("inpatient", date(2026, 2, 8))
    evidence = next(one for one in reads if isinstance(one, Evidence))
    assert (evidence.kind, evidence.issued_on, evidence.issuer) == ("prescription", date(2026, 2, 1), "npi:77")
    assert [one.name for one in reads if isinstance(one, Provider)] == ["Del Williamson"]


def test_a_contained_referral_without_a_date_is_of_the_first_day(tmp_path: Path) -> None:
    referral = {"resourceType": "ServiceRequest", "id": "r", "status": "active"}
    reads = fhir(tmp_path, claim({}, contained=[referral], referral={"reference": "#r"}))
    assert next(one for one in reads if isinstance(one, Evidence)).issued_on == date(2026, 2, 9)


@pytest.mark.parametrize(
    "referral", [{"reference": "http://elsewhere/1"}, {"reference": "#gone"}, {"identifier": {"value": "1"}}]
)
def test_a_document_that_did_not_come_along_is_listed(tmp_path: Path, referral: dict[str, Any]) -> None:
    assert reasons(fhir(tmp_path, claim({}, referral=referral))) == ["missing-document"]


def test_a_hospital_stay_may_stand_in_the_supporting_info(tmp_path: Path) -> None:
    info = [
        {
            "category": {"coding": [{"code": "hospitalized"}]},
            "timingPeriod": {"start": "2026-02-08", "end": "2026-02-11"},
        }
    ]
    line = lines(fhir(tmp_path, claim({}, supportingInfo=info)))[0]
    assert (line.facts["discharged_on"], line.stay) == (date(2026, 2, 11), "c1@stay")


def test_another_date_of_birth_is_listed(tmp_path: Path) -> None:
    for born in ("1991-07-04", "1990-02-30"):
        resources = bundle({**PATIENT, "birthDate": born}, claim({}, patient={"reference": "Patient/p"}))
        assert reasons(fhir(tmp_path, resources)) == ["member-differs"]


@pytest.mark.parametrize(
    "resource", [{"resourceType": "Patient", "id": "x"}, bundle(PATIENT), {}, [], [1, 2], {"resourceType": 5}]
)
def test_what_is_no_claim_is_listed(tmp_path: Path, resource: Any) -> None:
    assert reasons(fhir(tmp_path, resource)) == ["not-a-claim"]


def test_lines_of_json_are_read_one_by_one(tmp_path: Path) -> None:
    text = json.dumps(claim({})) + "\n\n{broken\n" + json.dumps(claim({}, id="c2")) + "\n"
    reads = take(tmp_path, "claims.ndjson", text)
    assert [one.id for one in lines(reads)] == ["c1/1", "c2/1"]
    assert [(one.code, one.origin.rsplit(":", 1)[1]) for one in listed(reads)] == [("broken-record", "3")]
    assert lines(reads)[1].origin.endswith(":4")


def test_lines_of_json_are_seen_by_their_content(tmp_path: Path) -> None:
    text = json.dumps(claim({})) + "\n" + json.dumps(claim({}, id="c2"))
    assert len(lines(take(tmp_path, "claims.json", text))) == 2


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clausula.intake.whole.LARGEST", 100)
    with pytest.raises(InputError, match="longer than"):
        take(tmp_path, "claims.ndjson", json.dumps(claim({})))
