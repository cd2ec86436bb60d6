"""What pages are given: the ladder in five languages, what is left, times owed, statements, previews."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clausula_server.claims.actions.attachment import attach_document, return_originals
from clausula_server.claims.actions.evidence import NewEvidence
from clausula_server.claims.models import Attachment, Claim, Decision, Pend, Status
from clausula_server.claims.queries import (
    claims_of,
    ladder,
    left_of,
    preview_claim,
    show_claim,
    stood_still,
    times_owed,
)
from clausula_server.claims.stated import NewAttachment, NewClaim
from clausula_server.claims.statements import monthly_statement, yearly_statement
from clausula_server.lib.ids import new_id
from clausula_server.lib.paging import page
from tests.claims_world import bill, claim_of, counted, italian_home, mri, paper, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
DAY = date(2026, 5, 10)
ROME = ZoneInfo("Europe/Rome")


def test_the_ladder_is_told_in_five_languages_with_its_clause() -> None:
    home = italian_home()
    papers(home.of("carla"))
    claim = claim_of(bill(home.of("carla"), mri(DAY, 6_000_00)))
    told = {}
    for language in ("en", "fr", "de", "it", "nl"):
        with counted() as statements:
            shown = show_claim(claim, language)
        assert len(statements) <= 7
        (line,) = shown.lines
        assert (sum(part.paid for part in line.parts), line.decision and line.decision.borne) == (5_000_00, 1_000_00)
        assert all(rung.clause and rung.title for rung in line.account.rungs if rung.clause)
        told[language] = line.account.summary
        assert line.service[language]
    assert len(set(told.values())) == 5
    assert "5" in told["it"]


def test_a_decision_that_holds_no_more_is_still_told() -> None:
    home = italian_home()
    claim = bill(home.of("carla"), mri(DAY))
    papers(home.of("carla"))
    first, *_, last = Decision.objects.filter(claim=claim).order_by("id")
    assert ladder(first, "en").rungs != ladder(last, "en").rungs
    (line,) = show_claim(claim_of(claim), "en").lines
    assert (line.earlier, line.wait) == (2, None)


def test_what_is_left_is_what_the_bills_left() -> None:
    home = italian_home()
    papers(home.of("carla"))
    bill(home.of("carla"), mri(DAY))
    with counted() as statements:
        found = {each.account.partition("#")[2] or each.account: each for each in left_of(home.of("carla"), DAY)}
    assert len([sql for sql in statements if "SAVEPOINT" not in sql]) == 2
    limit = next(each for name, each in found.items() if "high-specialisation" in name)
    assert (limit.top, limit.used, limit.left, limit.currency) == (5_000_00, 36_15, 4_963_85, "EUR")
    assert limit.names["it"]


def test_a_preview_decides_and_writes_nothing() -> None:
    home = italian_home()
    papers(home.of("carla"))
    (told,) = preview_claim(NewClaim(home.of("carla"), [mri(DAY)], "a", DAY, "EUR"))
    assert (told["outcome"], told["paid"]) == ("covered", 36_15)
    assert Claim.objects.count() == 0


def test_twenty_days_are_owed_online_and_the_clock_stands_still_for_documents() -> None:
    home = italian_home()
    carla = home.of("carla")
    paper(carla, "prescription", date(2026, 2, 1), names=("pathology",))
    claim = claim_of(bill(carla, mri(date(2026, 3, 1)), on=date(2026, 3, 1)))
    wait = Pend.objects.get()
    assert stood_still(claim, wait.opened_at + timedelta(days=5)) == timedelta(days=5)
    # Documents are awaited since the day it came: three weeks later three weeks are added.
    (promise,) = times_owed(claim, wait.opened_at + timedelta(days=21))
    assert (promise.rule, promise.due.date()) == ("online-assessment", date(2026, 4, 11))
    paper(carla, "invoice-receipt", date(2026, 2, 1), came=date(2026, 3, 8))
    (promise,) = times_owed(claim, datetime(2026, 3, 22, tzinfo=ROME))
    assert (promise.rule, promise.due.date()) == ("online-assessment", date(2026, 3, 28))
    post = claim_of(bill(carla, mri(date(2026, 3, 2)), on=date(2026, 3, 2), channel="post"))
    assert times_owed(post, datetime(2026, 5, 1, tzinfo=ROME)) == []


def test_the_month_lists_what_waited_what_was_settled_and_what_was_not() -> None:
    home = italian_home()
    carla = home.of("carla")
    waiting = bill(carla, mri(DAY))
    today = claim_of(waiting).received_at.date()
    papers(carla, came=date(2026, 5, 12))
    refused = bill(carla, mri(date(2026, 5, 11), channel="private"))
    other = bill(home.of("dino"), mri(DAY))
    told = monthly_statement(carla, today)
    assert told is not None
    assert {row["claim"]: row["state"] for row in told["requests"]} == {
        str(waiting): "paid", str(refused): "not_paid",
    }  # fmt: skip
    held = monthly_statement(home.of("dino"), today)
    assert held is not None
    assert [(row["claim"], row["state"]) for row in held["requests"]] == [(str(other), "waiting")]
    assert monthly_statement(carla, today - timedelta(days=62)) is None


def test_the_year_says_requested_paid_and_mine_line_by_line() -> None:
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    bill(carla, mri(DAY, 6_000_00), mri(DAY, 100_00))
    told = yearly_statement(carla, 2026)
    assert told is not None
    assert told["totals"]["EUR"] == {
        "charged": "6100.00", "paid": "5000.00", "cash": "0.00", "borne": "1100.00", "paid_by_others": "0.00",
    }  # fmt: skip
    assert [(row["paid"], row["borne"]) for row in told["lines"]] == [("5000.00", "1000.00"), ("0.00", "100.00")]
    assert yearly_statement(carla, 2025) is None


def test_a_document_resumes_what_waited_for_it_and_originals_go_back_in_their_month() -> None:
    home = italian_home()
    carla = home.of("carla")
    paper(carla, "prescription", date(2026, 2, 1), names=("pathology",))
    claim = claim_of(bill(carla, mri(DAY)))
    receipt = NewAttachment(new_id(), "invoice-receipt", original=True)
    proof = NewEvidence(carla, "invoice-receipt", DAY, document=receipt.document)
    for _ in range(2):
        attach_document(claim, receipt, date(2026, 5, 12), proof)
    assert (claim_of(claim.id).status, Attachment.objects.count()) == (Status.DECIDED, 1)
    assert return_originals(date(2026, 4, 30), date(2026, 5, 31)) == 0
    assert return_originals(date(2026, 5, 31), date(2026, 5, 31)) == 1
    assert return_originals(date(2026, 5, 31), date(2026, 5, 31)) == 0
    assert Attachment.objects.get().returned_on == date(2026, 5, 31)


def test_a_members_claims_are_paged_by_cursor() -> None:
    home = italian_home()
    papers(home.of("carla"))
    ids = [bill(home.of("carla"), mri(DAY)) for _ in range(3)]
    first = page(claims_of(home.of("carla")), size=2)
    assert [row.id for row in first.rows] == [ids[2], ids[1]]
    assert [row.id for row in page(claims_of(home.of("carla")), first.next).rows] == [ids[0]]
