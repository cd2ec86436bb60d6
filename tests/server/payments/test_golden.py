"""Rules of the sources on who is paid and who owes, through claims, batches and the bank: PM-11, PM-15, UV-05."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from clausula_server.claims.actions.evidence import void_evidence
from clausula_server.claims.actions.override import OverCover, override_line
from clausula_server.claims.models import Claim, Evidence, Line
from clausula_server.claims.stated import NewLine
from clausula_server.directory.actions.provider import NewProvider, list_provider, register_provider
from clausula_server.directory.models import Provider
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.payments.actions.account import change_provider_account
from clausula_server.payments.actions.batch import prepare_transfers
from clausula_server.payments.actions.demand import issue_demands
from clausula_server.payments.actions.direct import AGREEMENT, settle_directly
from clausula_server.payments.actions.overpaid import refund_credits
from clausula_server.payments.models import Assignment
from tests.banking import CH, SEAT, Booked, a_house, brings, camt, prepared, settle_in
from tests.claims_world import PLUSMED, VARIA, bill, claim_of, editions, enrol, paper
from tests.server.payments.test_claims import booked, on_its_way, owes, status, take_back
from tests.world import LONG_AGO, TODAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("balanced", "as_web")]
STARTS = date(2026, 1, 1)


def a_provider(
    code: str, role: str, specialty: str = "", *, settles: str = "reimbursement", **facts: object
) -> Provider:
    with acting(system("test")):
        new = NewProvider(code, code.title(), "CH", role, specialty, settles=settles, facts=facts)
        row = register_provider(new)
        change_provider_account(row, CH, row.name, SEAT, LONG_AGO)
    return row


def plusmed(cast: Cast) -> None:
    """Anna is in PlusMed with a franchise of 300, and has rung her family doctor."""
    settle_in(cast, "anna")
    doctor = a_provider("dr-exemple", "family-doctor", "general-practice")
    with acting(system("test")):
        list_provider(doctor, "plusmed", LONG_AGO)
        enrol(cast.people["anna"], cast.home, editions()[PLUSMED], STARTS, franchise="300")
        paper(cast.people["anna"].id, "first-contact", date(2026, 3, 1), issuer="dr-exemple")


def sends(cast: Cast, line: NewLine, provider: str, settlement: str = "") -> UUID:
    with acting(system("test")):
        return bill(cast.people["anna"].id, line, currency="CHF", provider=provider, settlement=settlement)


DERMATOLOGY = NewLine("outpatient/consultation", date(2026, 3, 20), 400_00, facts={"cause": "illness"})
LABORATORY = NewLine("laboratory", date(2026, 3, 20), 120_00, facts={"cause": "illness"})


def test_pm_11_g1_without_voucher_in_tiers_garant_nobody_is_paid(cast: Cast) -> None:
    plusmed(cast)
    a_provider("dermatologist", "specialist", "dermatology")
    claim = sends(cast, DERMATOLOGY, "dermatologist")
    with acting(cast.acts("omar")):
        assert (claim_of(claim).paid, claim_of(claim).borne, owes()) == (0, 400_00, {})
        with pytest.raises(Refused, match="nothing is open"):
            prepare_transfers(a_house(), TODAY, TODAY)


def test_pm_11_in_tiers_payant_the_provider_is_paid_and_the_member_asked(cast: Cast) -> None:
    plusmed(cast)
    a_provider("dermatologist", "specialist", "dermatology", settles="direct")
    claim, house = sends(cast, DERMATOLOGY, "dermatologist"), a_house()
    assert owes() == {"provider.payable": -400_00, "member.recoverable": 400_00}
    payment = on_its_way(cast, house)
    assert payment.provider is not None
    booked(cast, payment)
    assert (status(claim), owes()) == ("paid", {"member.recoverable": 400_00})
    with acting(cast.acts("omar")):  # a person asks; no job does
        (demand,) = issue_demands(house, ["member.recoverable"], TODAY)
    assert (demand.amount, demand.person_id) == (400_00, cast.people["anna"].id)
    assert brings(cast, camt(house, [Booked(400_00, reference=demand.reference)], "S-2")).placed == 1
    assert (owes(), status(claim)) == ({}, "paid")


@pytest.mark.parametrize("paid", [0, 150_00, 400_00])
def test_pm_11_a_bill_taken_back_is_asked_of_nobody_any_more(cast: Cast, paid: int) -> None:
    plusmed(cast)
    a_provider("dermatologist", "specialist", "dermatology", settles="direct")
    claim, house = sends(cast, DERMATOLOGY, "dermatologist"), a_house()
    booked(cast, on_its_way(cast, house))
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["member.recoverable"], TODAY)
    if paid:
        brings(cast, camt(house, [Booked(paid, reference=demand.reference)], "S-2"))
    take_back(claim)
    with acting(cast.acts("finn")):
        refund_credits("CHF", TODAY)
        demand.refresh_from_db()
    owed = {"provider.recoverable": 400_00} | ({"member.payable": -paid} if paid else {})
    assert owes() == owed
    assert demand.status == {0: "paid", 150_00: "cancelled", 400_00: "paid"}[paid]
    with acting(cast.acts("omar")):
        (theirs,) = issue_demands(house, ["member.recoverable", "provider.recoverable"], TODAY)
    assert theirs.provider is not None


def test_pm_15_g1_the_laboratory_is_paid_and_the_insured_billed(cast: Cast) -> None:
    plusmed(cast)
    a_provider("lab", "laboratory", settles="direct")
    claim, house = sends(cast, LABORATORY, "lab"), a_house()
    with acting(system("test")):
        row = claim_of(claim)
    assert (row.paid, row.borne, row.advanced) == (0, 120_00, 120_00)
    payment = on_its_way(cast, house)
    assert (payment.amount, payment.name) == (120_00, "Lab")
    booked(cast, payment)
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["member.recoverable"], TODAY)
    assert (demand.amount, status(claim)) == (120_00, "paid")


def test_pm_15_beyond_the_franchise_the_insured_is_billed_their_share_alone(cast: Cast) -> None:
    plusmed(cast)
    a_provider("lab", "laboratory", settles="direct")
    sends(cast, NewLine("laboratory", date(2026, 3, 20), 700_00, facts={"cause": "illness"}), "lab")
    assert owes() == {"provider.payable": -700_00, "member.recoverable": 340_00}


def test_pm_15_who_does_not_accept_it_is_paid_by_the_member(cast: Cast) -> None:
    plusmed(cast)
    a_provider("lab", "laboratory")
    sends(cast, NewLine("laboratory", date(2026, 3, 20), 700_00, facts={"cause": "illness"}), "lab")
    assert owes() == {"member.payable": -360_00}


def test_pm_15_a_person_who_decides_otherwise_changes_what_the_insured_is_billed(cast: Cast) -> None:
    plusmed(cast)
    a_provider("lab", "laboratory", settles="direct")
    claim = sends(cast, LABORATORY, "lab")
    with acting(cast.acts("mara")):
        line = Line.objects.get(claim=claim)
        override_line(line, [OverCover(PLUSMED, 50_00)], "told otherwise on the phone", TODAY)
        assert (claim_of(claim).paid, claim_of(claim).borne) == (50_00, 70_00)
    assert owes() == {"provider.payable": -120_00, "member.recoverable": 70_00}


# --- UV-05 ---

CARE = NewLine(
    "hospital/rehabilitation", date(2026, 3, 1), 9000_00,
    facts={
        "purpose": "rehabilitation", "law": "VVG", "ward": "private", "admitted_on": "2026-03-01",
        "discharged_on": "2026-03-21",
    },
)  # fmt: skip


def varia(cast: Cast, *, agreed: bool = True, authorised: bool = True) -> tuple[UUID, Provider]:
    """Anna is owed 9 000 of a hospital's bill by Ultra Varia."""
    settle_in(cast, "anna")
    hospital = a_provider("hospital", "hospital", ownership="public", canton="VD", hospital_plans=["VD"])
    anna = cast.people["anna"]
    with acting(system("test")):
        enrol(anna, cast.home, editions()[VARIA], STARTS, signed_on="2025-01-01")
        if authorised:
            paper(anna.id, "direct-payment-consent", TODAY)
        if agreed:
            list_provider(hospital, AGREEMENT, LONG_AGO)
    claim = sends(cast, CARE, "hospital")
    assert owes() == {"member.payable": -9000_00}
    return claim, hospital


def asks(cast: Cast, claim: UUID, provider: Provider, on: date = TODAY) -> None:
    with acting(system("test")):
        settle_directly(claim_of(claim), provider, on)


def refused(cast: Cast, claim: UUID, provider: Provider, on: date = TODAY) -> list[str]:
    before = owes()
    with pytest.raises(Refused) as why:
        asks(cast, claim, provider, on)
    assert owes() == before
    assert all(fault.mend for fault in why.value.faults)
    return [fault.place for fault in why.value.faults]


def test_uv_05_g1_with_all_three_the_provider_is_paid(cast: Cast) -> None:
    claim, hospital = varia(cast)
    asks(cast, claim, hospital)
    asks(cast, claim, hospital)
    assert owes() == {"provider.payable": -9000_00}
    payment = on_its_way(cast, a_house())
    booked(cast, payment)
    assert (payment.provider_id, status(claim), owes()) == (hospital.id, "paid", {})


def test_uv_05_g2_where_one_is_missing_the_member_is_paid(cast: Cast) -> None:
    claim, hospital = varia(cast, agreed=False, authorised=False)
    assert refused(cast, claim, hospital) == ["consent", "provider"]
    with acting(system("test")):
        list_provider(hospital, AGREEMENT, LONG_AGO)
        paper(cast.people["anna"].id, "direct-payment-consent", TODAY + timedelta(1))
        paper(cast.people["anna"].id, "direct-payment-consent", TODAY, provider="clinic")
        void = paper(cast.people["anna"].id, "direct-payment-consent", TODAY)
        void_evidence(Evidence.objects.get(pk=void), TODAY)
    assert refused(cast, claim, hospital) == ["consent"]
    assert refused(cast, claim, cast.providers["keller"]) == ["provider"]
    assert on_its_way(cast, a_house()).person_id == cast.people["anna"].id


def test_uv_05_g3_a_request_after_payment_to_the_member_is_rejected(cast: Cast, settings: Settings) -> None:
    claim, hospital = varia(cast)
    settings.CLAUSULA_DIRECT_REQUEST_DAYS = 30
    assert refused(cast, claim, hospital, date(2026, 6, 30)) == ["requested_on"]
    house = a_house()
    payment = on_its_way(cast, house)
    assert refused(cast, claim, hospital) == ["requested_on"]
    booked(cast, payment)
    assert refused(cast, claim, hospital) == ["requested_on"]
    booked(cast, payment, back=True)  # it did not reach the member: it is not too late after all
    asks(cast, claim, hospital)
    assert on_its_way(cast, house).provider_id == hospital.id


def test_uv_05_a_draft_to_the_member_comes_first(cast: Cast) -> None:
    claim, hospital = varia(cast)
    prepared(cast, a_house())
    assert refused(cast, claim, hospital) == ["requested_on"]


@pytest.mark.parametrize("paid", [False, True])
def test_uv_05_a_bill_taken_back_is_asked_of_whoever_was_paid(cast: Cast, *, paid: bool) -> None:
    claim, hospital = varia(cast)
    asks(cast, claim, hospital)
    if paid:
        booked(cast, on_its_way(cast, a_house()))
    take_back(claim)
    assert owes() == ({"provider.recoverable": 9000_00} if paid else {})


def test_uv_05_the_provider_asks_and_sees_its_own_request(cast: Cast) -> None:
    settle_in(cast, "anna")
    keller = cast.providers["keller"]
    anna = cast.people["anna"]
    with acting(system("test")):
        list_provider(keller, AGREEMENT, LONG_AGO)
        enrol(anna, cast.home, editions()[VARIA], STARTS, signed_on="2025-01-01")
        paper(anna.id, "direct-payment-consent", TODAY)
        evidence = {"prior-approval-insurer", "prior-approval-medical-adviser"}
        for kind in sorted(evidence):
            paper(anna.id, kind, date(2026, 2, 1))
        facts = {"abroad": True, "country": "FR", "usual_private_tariff": 12000_00}
        claim = bill(
            anna.id, NewLine("hospital/stay", date(2026, 3, 1), 9000_00, facts=facts), currency="CHF", provider="keller"
        )
    with acting(cast.acts("keller")):
        settle_directly(Claim.objects.get(pk=claim), keller, TODAY)
        assert Assignment.objects.get().claim_id == claim
    with acting(cast.acts("rossi")):
        assert not Assignment.objects.exists()
    assert owes() == {"provider.payable": -9000_00}
