"""Contributions due are collected by mandate or asked for by bill; what comes in settles the dues, until it bounces."""

from datetime import date, timedelta

import pytest

from clausula_server.enrolment.actions.due import cancel_due, post_dues
from clausula_server.enrolment.models import Due
from clausula_server.enrolment.queries import arrears as late_dues
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.payments.actions.account import sign_mandate
from clausula_server.payments.actions.batch import drop_payment, prepare_debits, release_batch
from clausula_server.payments.actions.demand import issue_demands
from clausula_server.payments.actions.file import write_file
from clausula_server.payments.actions.match import assign_to_debt, assign_to_demand, undo_match
from clausula_server.payments.actions.overpaid import reduce_demands
from clausula_server.payments.models import Demand, HouseAccount, Line, Match, Payment
from tests.banking import MOMENT, NL, QR, Booked, a_house, brings, camt, code_stands, stands
from tests.banking import owed as posted
from tests.insured import MEDIO, D, Home, enrolled, italians, registered
from tests.server.payments.test_files import of
from tests.world import LONG_AGO, TODAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("balanced", "as_web")]


def bologna(*, mandate: bool = True, until: date = TODAY) -> Home:
    """The family in Bologna, a year's contributions posted."""
    with acting(system("test")):
        registered()
        home = italians(D, MEDIO)
        for name, plan in [("giulia", "it/faremutua/noisalute-base"), *((name, MEDIO) for name in home.people)]:
            post_dues(enrolled(home, name, plan), until)
        if mandate:
            sign_mandate(home.people["giulia"], NL, "Giulia Rossi", LONG_AGO.replace(year=2025), "M-GIULIA")
    return home


def owed() -> int:
    return code_stands("contribution.owed")


def unpaid() -> int:
    with acting(system("test")):
        return sum(due.amount - due.paid for due in Due.objects.filter(cancelled_on__isnull=True))


def collecting(cast: Cast, house: HouseAccount, on: date = TODAY) -> Payment:
    with acting(cast.acts("omar")):
        batch = prepare_debits(house, on, TODAY).batch
    with acting(cast.acts("finn")):
        release_batch(batch)
        content = bytes(write_file(batch, MOMENT).content)
        payment = batch.payments.get()
    assert of(content, "MndtRltdInf", "MndtId") == ["M-GIULIA"]
    return payment


def test_dues_are_collected_and_settled_and_open_again_when_the_debit_bounces(cast: Cast) -> None:
    bologna()
    whole, house = owed(), a_house("EUR")
    assert (whole, unpaid()) == (whole, whole)
    assert whole > 0
    payment = collecting(cast, house)
    assert (payment.amount, owed()) == (whole, whole)
    brings(cast, camt(house, [Booked(whole, payment.end_to_end)]))
    assert (owed(), unpaid()) == (0, 0)
    brings(cast, camt(house, [Booked(-whole, payment.end_to_end, returned="AM04")], "S-2"))
    assert (owed(), unpaid(), code_stands("bank.account")) == (whole, whole, 0)
    with acting(system("test")):
        assert late_dues(TODAY + timedelta(60))
    assert collecting(cast, house).amount == whole


def test_what_falls_due_later_is_not_collected_yet(cast: Cast) -> None:
    bologna(until=date(2027, 1, 31))
    house = a_house("EUR")
    with acting(system("test")):
        now = sum(Due.objects.filter(due_on__lte=TODAY).values_list("amount", flat=True))
    payment = collecting(cast, house)
    assert payment.amount == now < owed()


def test_a_due_cancelled_meanwhile_is_not_collected(cast: Cast) -> None:
    bologna()
    whole, house = owed(), a_house("EUR")
    with acting(cast.acts("omar")):
        batch = prepare_debits(house, TODAY, TODAY).batch
    with acting(system("test")):
        due = Due.objects.order_by("amount").first()
        assert due is not None
        cancel_due(due, "posted twice", TODAY)
    with acting(cast.acts("finn")), pytest.raises(Refused, match=r"Giulia Rossi owes EUR [0-9.]+ by now, less"):
        release_batch(batch)
    with acting(cast.acts("omar")), pytest.raises(Refused, match="it is the last one"):
        drop_payment(batch.payments.get(), "less is owed")
    assert owed() == whole - due.amount


def test_who_gave_a_mandate_is_not_billed_and_who_did_not_is(cast: Cast) -> None:
    bologna()
    house = a_house("EUR")
    with acting(cast.acts("omar")):
        assert issue_demands(house, ["contribution.owed"], TODAY) == []


def test_a_bill_is_paid_in_part_and_the_oldest_dues_with_it(cast: Cast) -> None:
    bologna(mandate=False)
    whole, house = owed(), a_house("EUR")
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["contribution.owed"], TODAY)
        assert issue_demands(house, ["contribution.owed"], TODAY) == []
    assert demand.amount == whole
    brings(cast, camt(house, [Booked(100_00, reference=demand.reference)]))
    assert (owed(), unpaid()) == (whole - 100_00, whole - 100_00)
    with acting(cast.acts("finn")):
        undo_match(Match.objects.get(), "another Rossi", TODAY)
    assert (owed(), unpaid()) == (whole, whole)
    with acting(cast.acts("finn")):
        assign_to_demand(Line.objects.get(), demand)
    assert (owed(), unpaid()) == (whole - 100_00, whole - 100_00)


def test_a_contribution_paid_beside_the_bill_is_not_asked_for_again(cast: Cast) -> None:
    home = bologna(mandate=False)
    whole, house = owed(), a_house("EUR")
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["contribution.owed"], TODAY)
    brings(cast, camt(house, [Booked(100_00, name="Rossi")]))
    with acting(cast.acts("finn")):
        assign_to_debt(Line.objects.get(), "contribution.owed", home.people["giulia"].id)
        assert reduce_demands("EUR") == 1
        assert reduce_demands("EUR") == 0
        demand.refresh_from_db()
    assert (demand.paid, demand.status, owed()) == (100_00, "open", whole - 100_00)


def test_premiums_in_francs_are_asked_for_by_qr_bill(cast: Cast) -> None:
    account = posted(cast.people["anna"].id, 412_35, "premium/2026-04", "contribution.owed")
    house = a_house(qr_iban=QR)
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["contribution.owed"], TODAY)
    assert (demand.amount, len(demand.reference)) == (412_35, 27)
    brings(cast, camt(house, [Booked(412_35, reference=demand.reference)]))
    assert stands(account) == 0
    with acting(system("test")):
        assert Demand.objects.get().status == "paid"
