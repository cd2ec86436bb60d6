"""Late, corrected and reversed lines: what came after them is decided anew, the difference is posted."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from clausula_server.claims.actions.claim import correct_line, reverse_claim
from clausula_server.claims.actions.payment import mark_paid
from clausula_server.claims.models import Claim, Decision, Line, Status
from clausula_server.claims.queries import faults_of, preview_reversal
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.models import Transfer
from clausula_server.lib.refusals import Refused
from tests.claims_world import bill, claim_of, counted, decisions, italian_home, mri, owed, papers, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
TODAY = date(2026, 7, 1)


def line_of(claim: UUID) -> Line:
    return Line.objects.get(claim=claim, stands=True)


def test_a_late_line_is_served_first_and_what_came_after_is_decided_anew() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    second = bill(carla, mri(date(2026, 5, 20), 4_000_00))
    third = bill(carla, mri(date(2026, 5, 30), 1_000_00))
    with counted() as statements:
        first = bill(carla, mri(date(2026, 5, 10), 2_000_00), on=TODAY)
    assert len([sql for sql in statements if "SAVEPOINT" not in sql]) <= 8
    assert [decisions(each)[0].paid for each in (first, second, third)] == [2_000_00, 3_000_00, 0]
    assert [each.because for each in Decision.objects.filter(claim=second).order_by("id")] == ["submitted", "order"]
    assert owed("member.payable", carla) == -5_000_00
    assert Transfer.objects.count() == 5
    assert faults_of(home.household.id) == [] == ledger.faults()


def test_a_reversal_frees_the_limit_for_what_came_after() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    first = bill(carla, mri(date(2026, 5, 10), 4_000_00))
    second = bill(carla, mri(date(2026, 5, 20), 3_000_00))
    assert [(each.before, each.after, each.paid) for each in preview_reversal(claim_of(first))] == [
        ("covered", "", -4_000_00), ("partly", "covered", 2_000_00),
    ]  # fmt: skip
    assert claim_of(first).status == Status.DECIDED
    reverse_claim(claim_of(first), "billed twice", TODAY)
    reverse_claim(claim_of(first), "billed twice", TODAY)
    assert (claim_of(first).status, claim_of(first).paid) == (Status.REVERSED, 0)
    assert decisions(second)[0].paid == 3_000_00
    assert owed("member.payable", carla) == -3_000_00
    assert list(used(home.household, "high-specialisation").values()) == [3_000_00]
    assert Decision.objects.filter(claim=first).count() == 1
    assert faults_of(home.household.id) == [] == ledger.faults()


def test_a_corrected_line_takes_the_place_of_the_wrong_one() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    first = bill(carla, mri(date(2026, 5, 10), 4_000_00))
    second = bill(carla, mri(date(2026, 5, 20), 3_000_00))
    correct_line(line_of(first), mri(date(2026, 5, 10), 400_00), "a zero too many", TODAY)
    assert [claim_of(each).paid for each in (first, second)] == [400_00, 3_000_00]
    assert claim_of(first).charged == 400_00
    with pytest.raises(Refused, match="does not stand"):
        correct_line(Line.objects.get(claim=first, stands=False), mri(date(2026, 5, 10), 1_00), "again", TODAY)
    assert faults_of(home.household.id) == []


def test_a_correction_may_move_a_line_to_another_day() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    first = bill(carla, mri(date(2026, 5, 20), 4_000_00))
    second = bill(carla, mri(date(2026, 5, 30), 3_000_00))
    correct_line(line_of(second), mri(date(2026, 5, 2), 3_000_00), "wrong day", TODAY)
    assert [claim_of(each).paid for each in (first, second)] == [2_000_00, 3_000_00]
    assert faults_of(home.household.id) == []


def test_one_line_of_several_is_taken_back() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    claim = bill(carla, mri(date(2026, 5, 10), 100_00), mri(date(2026, 5, 11), 50_00))
    line = Line.objects.get(claim=claim, number=1)
    reverse_claim(claim_of(claim), "not done", TODAY, [line.id])
    assert (claim_of(claim).status, claim_of(claim).paid, claim_of(claim).charged) == (Status.DECIDED, 50_00, 50_00)


def test_what_was_paid_out_too_much_is_owed_back() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    claim = bill(carla, mri(date(2026, 5, 10), 100_00))
    assert mark_paid([claim]) == 1
    assert mark_paid([claim]) == 0
    reverse_claim(claim_of(claim), "paid elsewhere", TODAY)
    assert owed("member.recoverable", carla) == 100_00
    assert owed("claims.benefits") == 0


def test_nothing_negative_comes_in() -> None:
    home = italian_home()
    papers(home.of("carla"))
    with pytest.raises(Refused, match="cannot have been charged"):
        bill(home.of("carla"), replace(mri(date(2026, 5, 10)), charged=-1))
    claim = bill(home.of("carla"), mri(date(2026, 5, 10)))
    with pytest.raises(Refused, match="cannot have been charged"):
        correct_line(line_of(claim), replace(mri(date(2026, 5, 10)), charged=-1), "credit", TODAY)
    assert Claim.objects.count() == 1
