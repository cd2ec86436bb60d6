"""What claims owe is paid through the bank, and claims hear of it; what comes back is owed again, once."""

from datetime import date
from uuid import UUID

import pytest

from clausula_server.claims.actions.appeal import answer_appeal, file_appeal
from clausula_server.claims.actions.claim import correct_line, reverse_claim
from clausula_server.claims.models import Appeal, Line
from clausula_server.claims.stated import NewLine
from clausula_server.ledger.models import Account
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.payments.actions import statement
from clausula_server.payments.actions.batch import (
    cancel_batch,
    drop_payment,
    fail_payment,
    prepare_transfers,
    release_batch,
)
from clausula_server.payments.actions.demand import issue_demands
from clausula_server.payments.actions.match import assign_to_payment
from clausula_server.payments.actions.statement import import_statement
from clausula_server.payments.jobs import put_right
from clausula_server.payments.models import Batch, Demand, HouseAccount, Payment
from clausula_server.payments.models import Line as Movement
from tests.banking import Booked, a_house, brings, camt, code_stands, prepared, sent, settle_in
from tests.claims_world import LAMAL, bill, claim_of, editions, enrol
from tests.server.payments.test_batches import at_once
from tests.world import TODAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("balanced")]
DAY = date(2026, 2, 10)
PAID = 360_00
"""Of a visit of 700 with a franchise of 300: 90 % of the rest."""


def visit(charged: int = 700_00, day: date = DAY) -> NewLine:
    return NewLine("outpatient/consultation", day, charged, facts={"cause": "illness"})


def insure(cast: Cast, name: str = "anna") -> None:
    """Let somebody be in basic insurance, with a bank account."""
    settle_in(cast, name)
    with acting(system("test")):
        enrol(cast.people[name], cast.home, editions()[LAMAL], date(2026, 1, 1), franchise="300")


def claimed(cast: Cast, *lines: NewLine, name: str = "anna") -> UUID:
    with acting(system("test")):
        return bill(cast.people[name].id, *(lines or [visit()]), currency="CHF", provider="keller")


def take_back(claim: UUID) -> None:
    with acting(system("test")):
        reverse_claim(claim_of(claim), "the practice took it back", TODAY)


def status(claim: UUID) -> str:
    with acting(system("test")):
        return str(claim_of(claim).status)


def on_its_way(cast: Cast, house: HouseAccount) -> Payment:
    batch = prepared(cast, house).batch
    sent(cast, batch)
    with acting(system("test")):
        return batch.payments.get()


def booked(cast: Cast, payment: Payment, *, back: bool = False, bank_id: str = "") -> None:
    """The bank books a payment, or sends it back."""
    amount = payment.amount if back else -payment.amount
    line = Booked(amount, payment.end_to_end, returned="AC04" if back else "")
    bank_id = bank_id or f"S-{payment.id.hex[-8:]}-{back}"
    with acting(system("test")):
        house = HouseAccount.objects.get(batches=payment.batch_id)
    assert brings(cast, camt(house, [line], bank_id)).placed == 1


def owes(currency: str = "CHF") -> dict[str, int]:
    """What stands on the accounts between the house and others, where something does."""
    codes = ("member.payable", "member.recoverable", "provider.payable", "provider.recoverable", "bank.outgoing")
    return {code: amount for code in codes if (amount := code_stands(code))}


def test_what_was_decided_is_paid_and_the_claim_hears_of_it(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    assert owes() == {"member.payable": -PAID}
    payment = on_its_way(cast, house)
    assert (payment.amount, status(claim)) == (PAID, "decided")
    booked(cast, payment)
    assert (status(claim), owes(), code_stands("bank.account")) == ("paid", {}, -PAID)
    with acting(system("test")):
        assert claim_of(claim).moves.latest("id").reason == "booked by the bank"


def test_a_returned_payment_puts_the_claim_back_and_is_paid_anew(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    first = on_its_way(cast, house)
    booked(cast, first)
    booked(cast, first, back=True)
    assert (status(claim), owes()) == ("decided", {"member.payable": -PAID})
    again = on_its_way(cast, house)
    booked(cast, again)
    assert (again.amount, status(claim), owes(), code_stands("bank.account")) == (PAID, "paid", {}, -PAID)


def test_a_payment_that_the_bank_refuses_leaves_the_claim_decided(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    with acting(cast.acts("finn")):
        fail_payment(payment, "AC01", TODAY)
    assert (status(claim), owes()) == ("decided", {"member.payable": -PAID})


def test_a_claim_taken_back_on_the_way_is_asked_back_once_the_bank_has_paid(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    take_back(claim)
    with acting(cast.acts("omar")):
        assert issue_demands(house, ["member.recoverable"], TODAY) == []  # it may still come back
    booked(cast, payment)
    assert (status(claim), owes()) == ("reversed", {"member.payable": PAID})
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["member.recoverable"], TODAY)
    assert (demand.amount, demand.person_id, owes()) == (PAID, cast.people["anna"].id, {"member.recoverable": PAID})
    brings(cast, camt(house, [Booked(PAID, reference=demand.reference)], "S-9"))
    assert owes() == {}


def test_a_claim_taken_back_on_the_way_and_sent_back_by_the_bank_is_nothing(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    take_back(claim)
    booked(cast, payment, back=True)
    booked(cast, payment)
    assert (status(claim), owes(), code_stands("bank.account")) == ("reversed", {}, 0)
    with acting(cast.acts("omar")), pytest.raises(Refused, match="nothing to prepare"):
        prepared(cast, house)


@pytest.mark.parametrize("asked", [False, True])
def test_a_paid_claim_taken_back_and_then_sent_back_is_set_off(cast: Cast, as_web: None, *, asked: bool) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    booked(cast, payment)
    take_back(claim)
    assert (status(claim), owes()) == ("reversed", {"member.recoverable": PAID})
    if asked:
        with acting(cast.acts("omar")):
            issue_demands(house, ["member.recoverable"], TODAY)
    booked(cast, payment, back=True)
    assert (status(claim), owes()) == ("reversed", {})
    with acting(cast.acts("omar")):
        assert [demand.status for demand in Demand.objects.all()] == ["paid"] * asked
        assert issue_demands(house, ["member.recoverable"], TODAY) == []
        with pytest.raises(Refused, match="nothing to prepare"):
            prepared(cast, house)


def test_what_the_member_has_paid_back_is_owed_when_the_payment_comes_back_too(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    booked(cast, payment)
    take_back(claim)
    with acting(cast.acts("omar")):
        (demand,) = issue_demands(house, ["member.recoverable"], TODAY)
    brings(cast, camt(house, [Booked(PAID, reference=demand.reference)], "S-9"))
    booked(cast, payment, back=True)
    assert owes() == {"member.payable": -PAID}


def test_a_claim_is_paid_when_all_of_it_is(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    first = on_its_way(cast, house)
    with acting(system("test")):
        correct_line(Line.objects.get(claim=claim), visit(800_00), "added up wrongly", TODAY)
    second = on_its_way(cast, house)
    booked(cast, first)
    assert (second.amount, status(claim)) == (90_00, "decided")
    booked(cast, second)
    assert (status(claim), owes()) == ("paid", {})


def test_what_was_paid_too_much_for_one_bill_is_not_taken_off_another(cast: Cast, as_web: None) -> None:
    insure(cast)
    house = a_house()
    claim = claimed(cast)
    booked(cast, on_its_way(cast, house))
    with acting(system("test")):
        correct_line(Line.objects.get(claim=claim), visit(500_00), "added up wrongly", TODAY)
    other = claimed(cast, visit(100_00, date(2026, 2, 20)))
    assert owes() == {"member.payable": -90_00, "member.recoverable": 180_00}
    assert on_its_way(cast, house).amount == 90_00
    assert (status(claim), status(other)) == ("decided", "decided")


def test_nothing_leaves_that_was_taken_back_since_it_was_prepared(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, other = claimed(cast), claimed(cast, visit(100_00, date(2026, 2, 20)))
    house = a_house()
    batch = prepared(cast, house).batch
    take_back(other)
    with acting(cast.acts("finn")):
        with pytest.raises(Refused, match=r"is owed CHF 360\.00 by now, less than was prepared"):
            release_batch(batch)
        cancel_batch(batch, "one bill was taken back")
    again = prepared(cast, house).batch
    assert again.total == PAID
    sent(cast, again)
    with acting(system("test")):
        booked(cast, again.payments.get())
    assert (status(claim), status(other), owes()) == ("paid", "reversed", {})


def test_a_bill_taken_back_on_the_way_does_not_hold_up_another(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    take_back(claim)
    other = claimed(cast, visit(1000_00, date(2026, 2, 20)))
    assert on_its_way(cast, house).amount == 630_00
    booked(cast, payment)
    put_right()
    assert owes() == {"member.recoverable": PAID, "bank.outgoing": -630_00}
    assert status(other) == "decided"


def test_what_was_owed_up_to_a_day_is_paid_less_what_was_taken_back_since(cast: Cast, as_web: None) -> None:
    insure(cast)
    claims = [claimed(cast), claimed(cast, visit(100_00, date(2026, 2, 20))), claimed(cast, visit(200_00, TODAY))]
    take_back(claims[1])
    with acting(cast.acts("omar")):
        found = prepare_transfers(a_house(), TODAY, TODAY, date(2026, 2, 28))
    assert found.batch.total == PAID


def test_a_claim_under_appeal_is_paid_once_that_is_answered(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    with acting(cast.acts("mara")):
        appeal = file_appeal(claim_of(claim), "I think all of it should be paid.")
    booked(cast, payment)
    assert status(claim) == "appealed"
    with acting(cast.acts("mara")):
        answer_appeal(Appeal.objects.get(pk=appeal.pk), "The franchise is yours to bear.", TODAY)
    assert status(claim) == "decided"
    put_right()
    assert status(claim) == "paid"


def test_a_person_who_places_the_movement_tells_the_claim_too(cast: Cast, as_web: None) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    brings(cast, camt(house, [Booked(-PAID, name="Anna Weber")]))
    with acting(cast.acts("finn")):
        assign_to_payment(Movement.objects.get(), payment)
    assert status(claim) == "paid"


def test_who_is_taken_out_of_a_draft_is_owed_still(cast: Cast, as_web: None) -> None:
    insure(cast)
    insure(cast, "paul")
    claim, his = claimed(cast), claimed(cast, name="paul")
    batch = prepared(cast, a_house()).batch
    with acting(cast.acts("finn")):
        drop_payment(batch.payments.get(person=cast.people["paul"]), "wrong account")
    sent(cast, batch)
    with acting(system("test")):
        payment = batch.payments.get(status="released")
    booked(cast, payment)
    assert (status(claim), status(his), owes()) == ("paid", "decided", {"member.payable": -PAID})


def test_claims_that_were_not_told_are_told_in_the_night(
    cast: Cast, as_web: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    insure(cast)
    claim, house = claimed(cast), a_house()
    payment = on_its_way(cast, house)
    monkeypatch.setattr(statement, "tell_paid", killed)
    with pytest.raises(RuntimeError, match="killed"):
        booked(cast, payment)
    assert (status(claim), owes()) == ("decided", {})
    monkeypatch.undo()
    put_right()
    assert status(claim) == "paid"


def killed(_: object) -> None:
    """What happens to a process that is killed before it has told claims."""
    raise RuntimeError("killed")


@pytest.mark.django_db(transaction=True)
def test_a_claim_taken_back_while_the_bank_books_its_payment(committed_cast: Cast) -> None:
    cast = committed_cast
    insure(cast)
    house = a_house()
    claims = [claimed(cast, visit(1000_00, date(2026, 2, day))) for day in range(1, 7)]
    with acting(system("test")):
        whole = -sum(Account.objects.get(code="member.payable").entries.values_list("amount", flat=True))
    payment = on_its_way(cast, house)
    data, finn = camt(house, [Booked(-payment.amount, payment.end_to_end)]), cast.acts("finn")

    def work(number: int) -> object:
        if number == 0:
            with acting(finn):
                return import_statement(data, "statement.xml").placed
        with acting(system("test")):
            reverse_claim(claim_of(claims[number]), "the practice took it back", TODAY)
            return None

    answers = at_once(6, work)
    assert sorted(map(str, answers)) == ["1", *["None"] * 5]
    put_right()
    with acting(system("test")):
        kept = claim_of(claims[0])
    assert [status(claim) for claim in claims] == ["paid", *["reversed"] * 5]
    assert (payment.amount, owes()) == (whole, {"member.recoverable": whole - kept.paid})


@pytest.mark.django_db(transaction=True)
def test_a_claim_taken_back_while_its_payment_is_released(committed_cast: Cast) -> None:
    cast = committed_cast
    insure(cast)
    claim, batch = claimed(cast), prepared(cast, a_house()).batch
    finn = cast.acts("finn")

    def work(number: int) -> object:
        if number:
            take_back(claim)
            return None
        with acting(finn):
            return release_batch(batch).status

    answers = at_once(2, work)
    with acting(system("test")):
        released = Batch.objects.get(pk=batch.pk).status == "released"
    assert any(isinstance(answer, Refused) for answer in answers) != released
    on_the_way = {"member.payable": PAID, "bank.outgoing": -PAID}
    assert (status(claim), owes()) == ("reversed", on_the_way if released else {})
