"""Swiss invoices 4.5 and 5.0: what becomes a line, what is listed, what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clausula.household import Evidence, Provider
from clausula.intake import InputError
from tests.intake.world import invoice, lines, listed, reasons, take, total

PATIENT_45 = 'ssn="7561234500016"'
SPECIALIST, HOSPITAL = "swiss-5.0-payant-specialist.xml", "swiss-5.0-payant-hospital.xml"


def test_an_invoice_of_edition_45_gives_its_lines(tmp_path: Path) -> None:
    consultation, laboratory, medicine = take(tmp_path, "bill.xml", invoice())
    line = lines([consultation])[0]
    assert (line.person, line.service, line.served_on, line.charged) == (
        "nora", "outpatient/consultation", date(2025, 3, 12), Decimal("17.76"),
    )  # fmt: skip
    assert (line.provider, line.time, line.claim) == ("dr-exemple", 570, "2000000001012/2025-0312")
    assert line.facts["settlement"] == "tiers_garant"
    assert line.facts["law"] == "KVG"
    assert line.facts["cause"] == "illness"
    assert line.facts["diagnosis"] == "J06.9"
    assert line.origin.endswith("bill.xml:34")
    assert reasons([laboratory]) == ["unknown-service"]
    assert lines([medicine])[0].quantity == 1
    assert lines([medicine])[0].facts["quantity_stated"] == Decimal("0.5")


def test_the_referrer_becomes_a_referral_and_never_a_voucher(tmp_path: Path) -> None:
    referral = next(one for one in take(tmp_path, "bill.xml", invoice(name=SPECIALIST)) if isinstance(one, Evidence))
    assert (referral.kind, referral.person, referral.issuer) == ("referral", "luc", "dr-exemple")
    assert referral.issued_on == date(2026, 4, 14)
    assert referral.claim == "2000000001029/2026-0417"


def test_a_referral_without_a_day_is_listed(tmp_path: Path) -> None:
    text = invoice(('date_begin="2026-04-14" ', ""), name=SPECIALIST)
    assert "no-date" in reasons(take(tmp_path, "bill.xml", text))


def test_the_referrer_of_edition_45_is_read(tmp_path: Path) -> None:
    who = "<company><companyname>X</companyname></company>"
    text = invoice(
        ("</guarantor>", f'</guarantor><referrer ean_party="2000000009995" specialty="ORL">{who}</referrer>')
    )
    reads = take(tmp_path, "bill.xml", text)
    stranger = next(one for one in reads if isinstance(one, Provider))
    assert (stranger.id, stranger.name, stranger.facts["specialty_stated"]) == ("gln:2000000009995", "X", "ORL")
    assert next(one for one in reads if isinstance(one, Evidence)).issuer == "gln:2000000009995"


def test_a_stay_states_ward_days_and_case(tmp_path: Path) -> None:
    text = invoice(('tariff_type="010"', 'tariff_type="402"'), name=HOSPITAL)
    line = lines(take(tmp_path, "bill.xml", text))[0]
    assert line.stay == "F-26-0601"
    assert (line.facts["setting"], line.facts["ward"], line.facts["emergency"]) == ("inpatient", "private", False)
    assert (line.facts["admitted_on"], line.facts["discharged_on"]) == (date(2026, 6, 1), date(2026, 6, 6))


def test_a_stay_without_a_case_number_is_named_by_hospital_and_day(tmp_path: Path) -> None:
    text = invoice(
        ('tariff_type="010"', 'tariff_type="402"'), (' acid="F-26-0601"', ""), (' case_id="2026-31"', ""), name=HOSPITAL
    )
    assert lines(take(tmp_path, "bill.xml", text))[0].stay == "2000000001036@2026-06-01"


def test_comfort_is_no_ward(tmp_path: Path) -> None:
    text = invoice(
        ('tariff_type="010"', 'tariff_type="402"'), ('class="private"', 'class="hospital_comfort"'), name=HOSPITAL
    )
    assert "ward" not in lines(take(tmp_path, "bill.xml", text))[0].facts


def test_weeks_of_pregnancy_are_counted_from_the_13th(tmp_path: Path) -> None:
    text = invoice(('reason="disease"', 'reason="maternity" gestation_week13="2025-03-05T00:00:00"'))
    facts = lines(take(tmp_path, "bill.xml", text))[0].facts
    assert (facts["cause"], facts["gestation_week"]) == ("maternity", 14)


def test_treatment_abroad_is_said(tmp_path: Path) -> None:
    facts = lines(take(tmp_path, "bill.xml", invoice(('canton="BE"', 'canton="D"'))))[0].facts
    assert (facts["country"], facts["abroad"]) == ("DE", True)


def test_a_provider_in_no_directory_is_presented_once(tmp_path: Path) -> None:
    reads = take(tmp_path, "bill.xml", invoice(("2000000001012", "2000000009995"), ("C000101", "C999999")))
    strangers = [one for one in reads if isinstance(one, Provider)]
    assert [one.id for one in strangers] == ["gln:2000000009995"]
    assert strangers[0].identifiers == {"gln": "2000000009995", "zsr": "C999999"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('amount="17.76"/>', 'amount="NaN"/>', "bad-amount"),
        ('amount="17.76"/>', 'amount="1e400"/>', "bad-amount"),
        ('amount="17.76"/>', 'amount="17.765"/>', "bad-amount"),
        ('amount="17.76"/>', 'amount="-17.76"/>', "negative-amount"),
        ('amount="17.76"/>', "/>", "no-amount"),
        ('date_begin="2025-03-12T09:30', 'date_begin="2025-02-30T09:30', "bad-date"),
        ('date_begin="2025-03-12T09:30', 'date_begin="0001-01-01T09:30', "date-out-of-range"),
        ('date_begin="2025-03-12T09:30', 'date_begin="9999-12-31T09:30', "date-out-of-range"),
        ('date_begin="2025-03-12T09:30', 'date_begin="1983-03-12T09:30', "before-birth"),
        ('date_begin="2025-03-12T09:30:00+01:00"', "", "no-date"),
        ('code="00.0010"', 'code="39.0010" ', None),
        ('tariff_type="001"', 'tariff_type="999"', "unknown-service"),
        ('quantity="1" date_begin="2025-03-12T09:30', 'quantity="-1" date_begin="2025-03-12T09:30', "bad-quantity"),
        ('record_id="1"', "", "no-id"),
        ('currency="CHF"', 'currency="francs"', "no-currency"),
        (PATIENT_45, 'ssn="7569999999991"', "member-differs"),
        ('birthdate="1984-03-15T', 'birthdate="1994-03-15T', "member-differs"),
        ('birthdate="1984-03-15T', 'birthdate="1984-02-30T', "member-differs"),
        ("<service_ex ", "<record_tarmed ", "broken-record"),
    ],
)
def test_a_line_that_cannot_be_decided_is_listed(tmp_path: Path, old: str, new: str, reason: str | None) -> None:
    first = next(
        one for one in take(tmp_path, "bill.xml", invoice((old, new))) if not isinstance(one, (Evidence, Provider))
    )
    assert reasons([first]) == ([reason] if reason else [])


def test_the_insured_number_of_a_mother_is_not_her_childs(tmp_path: Path) -> None:
    insured = f'<insured gender="female" birthdate="1984-03-15T00:00:00" {PATIENT_45}/>'
    text = invoice(
        (PATIENT_45, ""), ("<guarantor>", insured + "<guarantor>"), ("1984-03-15T00:00:00+01:00", "2025-03-01T00:00:00")
    )
    assert set(reasons(take(tmp_path, "bill.xml", text))) == {"unknown-member"}


def test_totals_in_are_the_balance_whatever_is_listed(tmp_path: Path) -> None:
    text = invoice(('amount="32.05"', 'amount="40.00"'), ('amount="8.10"', 'amount="eight"'))
    reads = take(tmp_path, "bill.xml", text)
    assert reasons(reads) == ["bad-amount", "not-itemised"]
    assert total(reads) == Decimal("40.00")


def test_rounding_to_five_rappen_is_no_difference(tmp_path: Path) -> None:
    assert "not-itemised" not in reasons(take(tmp_path, "bill.xml", invoice()))


def test_an_invoice_without_a_balance_is_told_of(tmp_path: Path) -> None:
    assert "not-itemised" in reasons(take(tmp_path, "bill.xml", invoice(('amount="32.05" amount_due', "amount_due"))))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('<payload type="invoice">', '<payload type="invoice" storno="true">', "reversal"),
        ('<payload type="invoice">', '<payload type="invoice" copy="true">', "copy"),
        ('<payload type="invoice">', '<payload type="reminder">', "reminder"),
        ('<payload type="invoice">', '<payload request_type="reminder">', "reminder"),
        ('<payload type="invoice">', '<payload request_subtype="storno">', "reversal"),
        ('<payload type="invoice">', '<payload request_subtype="refund">', "reversal"),
        ('<payload type="invoice">', '<payload request_subtype="copy">', "copy"),
    ],
)
def test_what_is_no_plain_invoice_is_listed_for_its_person(tmp_path: Path, old: str, new: str, reason: str) -> None:
    reads = take(tmp_path, "bill.xml", invoice((old, new)))
    assert reasons(reads) == [reason] * 3
    assert {one.person for one in listed(reads)} == {"nora"}
    assert total(reads) == Decimal("32.06")


def test_an_invoice_that_replaces_another_says_which_to_void(tmp_path: Path) -> None:
    text = invoice(("<invoice request", '<credit request_id="2025-0001"/><invoice request'))
    first = listed(take(tmp_path, "bill.xml", text))[0]
    assert first.code == "reversal"
    assert "2025-0001" in first.message


def test_an_encrypted_invoice_is_listed(tmp_path: Path) -> None:
    sealed = '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/><body '
    assert reasons(take(tmp_path, "bill.xml", invoice(("<body ", sealed)))) == ["encrypted"]


def test_an_answer_of_an_insurer_is_no_claim(tmp_path: Path) -> None:
    text = '<response xmlns="http://www.forum-datenaustausch.ch/invoice"/>'
    assert reasons(take(tmp_path, "bill.xml", text)) == ["not-a-claim"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("generalInvoiceRequest_450", "generalInvoiceRequest_440", "wrong-version"),
        ("forum-datenaustausch.ch/invoice", "example.org/other", "unknown-xml"),
        ("services>", "things>", "broken-invoice"),
        ("tiers_garant>", "tiers_other>", "broken-invoice"),
    ],
)
def test_a_file_that_is_no_invoice_of_a_known_edition_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        take(tmp_path, "bill.xml", invoice((old, new)))
    assert caught.value.findings[0].code == code
    assert caught.value.findings[0].place.line


def test_the_edition_shows_in_the_shape_where_it_is_not_stated(tmp_path: Path) -> None:
    for name in ("swiss-4.5-garant-family-doctor.xml", SPECIALIST):
        edition = "450" if "4.5" in name else "500"
        where = f'xsi:schemaLocation="http://www.forum-datenaustausch.ch/invoice generalInvoiceRequest_{edition}.xsd"'
        reads = take(tmp_path, name, invoice((where, ""), name=name))
        assert {one.person for one in lines(reads)} | {one.person for one in listed(reads)} <= {"nora", "luc"}
