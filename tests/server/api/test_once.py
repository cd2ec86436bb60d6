"""Idempotency keys and If-Match: done once, answered the same, and never over what somebody else has just done."""

from datetime import timedelta

import pytest

from clausula_server.api.jobs import KEPT_FOR, forget_answers
from clausula_server.api.models import Answer
from clausula_server.claims.models import Claim
from clausula_server.documents.models import Document
from clausula_server.lib.acting import acting, system
from tests.api_world import PNG, Asker, Known, a_bill, token_of
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(cast: Cast) -> Asker:
    return Asker(token_of(cast, "mara"))


def count() -> int:
    with acting(system("test")):
        return Claim.objects.count()


def test_the_same_request_is_done_once_and_answered_the_same(mara: Asker, known: Known, as_web: None) -> None:
    first = mara.post("/claims", a_bill(known.person), key="k")
    before = count()
    again = mara.post("/claims", a_bill(known.person), key="k")
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert (again["Idempotent-Replayed"], first.has_header("Idempotent-Replayed")) == ("true", False)
    assert count() == before


def test_the_order_of_fields_and_blanks_do_not_make_another_request(mara: Asker, known: Known) -> None:
    bill = a_bill(known.person)
    first = mara.post("/claims", bill, key="k")
    turned = dict(reversed(list(bill.items())))
    assert mara.post("/claims", turned, key="k").content == first.content


def test_another_body_or_address_under_the_key_is_refused(mara: Asker, known: Known) -> None:
    mara.post("/claims", a_bill(known.person), key="k")
    other = mara.post("/claims", a_bill(known.person, number="2"), key="k")
    elsewhere = mara.post(f"/claims/{known.claim}/reversal", {"reason": "taken back"}, key="k")
    for answer in (other, elsewhere):
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:clausula:problem:key-reused"


def test_what_was_refused_leaves_the_key_free(mara: Asker, known: Known) -> None:
    assert mara.post("/claims", a_bill(known.person, provider="nobody"), key="k").status_code == 422
    assert mara.post("/claims", a_bill(known.person), key="k").status_code == 201


def test_two_senders_may_have_the_same_key(cast: Cast, mara: Asker, known: Known) -> None:
    omar = Asker(token_of(cast, "omar"))
    found = {each.post("/claims", a_bill(known.person, number=n), key="k").status_code for each, n in ((mara, "1"),)}
    assert found == {201}
    assert omar.post(f"/claims/{known.claim}/appeals", {"text": "Please look at it."}, key="k").status_code == 201


def test_a_key_is_needed_and_has_a_form(mara: Asker, known: Known) -> None:
    headers = mara.headers()
    answer = mara.client.post("/api/v1/claims", a_bill(known.person), content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:clausula:problem:key-missing")
    assert mara.post("/claims", a_bill(known.person), key="x" * 121).status_code == 400
    assert mara.post("/claims", a_bill(known.person), key="a b").status_code == 400


def test_a_claims_key_outlives_the_answers(mara: Asker, known: Known) -> None:
    first = mara.post("/claims", a_bill(known.person), key="k").json()
    with acting(system("test")):
        Answer.objects.all().delete()
    again = mara.post("/claims", a_bill(known.person), key="k")
    assert again.status_code == 201
    assert again.json() == first
    with acting(system("test")):
        Answer.objects.all().delete()
    assert mara.post("/claims", a_bill(known.person, number="2"), key="k").status_code == 409


def test_answers_are_forgotten_after_a_week(mara: Asker, known: Known) -> None:
    for key in ("old", "new"):
        mara.post("/claims", a_bill(known.person, number=key), key=key)
    with acting(system("test")):
        row = Answer.objects.get(key="old")
        Answer.objects.filter(pk=row.pk).update(answered_at=row.answered_at - KEPT_FOR - timedelta(minutes=1))
    forget_answers.func()
    with acting(system("test")):
        assert set(Answer.objects.values_list("key", flat=True)) == {"new"}


def test_nobody_sees_what_another_was_answered(cast: Cast, mara: Asker, known: Known, as_web: None) -> None:
    mara.post("/claims", a_bill(known.person))
    with acting(cast.acts("omar")):
        assert not Answer.objects.exists()
    with acting(cast.acts("mara")):
        assert Answer.objects.count() == 1


def test_a_file_sent_again_is_one_document_and_leaves_no_second_file(cast: Cast, known: Known) -> None:
    omar = Asker(token_of(cast, "omar"))
    path = f"/api/v1/persons/{known.person}/documents?content=bill&name=scan.png"
    headers = omar.headers(**{"Idempotency-Key": "k"})
    answers = [omar.client.post(path, data=PNG, content_type="image/png", headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].status_code == 201
    with acting(system("test")):
        assert Document.objects.filter(content="bill").count() == 2  # one was there


def test_who_decides_on_what_has_changed_is_told_so(mara: Asker, known: Known, as_web: None) -> None:
    seen = mara.get(f"/claims/{known.claim}")["ETag"]
    in_french = mara.get(f"/claims/{known.claim}", **{"Accept-Language": "fr"})["ETag"]
    assert seen != in_french
    line = mara.get(f"/claims/{known.claim}").json()["lines"][0]["id"]
    fact = {"facts": {"fee_kind": "ticket"}}
    done = mara.post(f"/claims/{known.claim}/lines/{line}/facts", fact, **{"If-Match": in_french})
    assert done.status_code == 200, done.content
    late = mara.post(f"/claims/{known.claim}/reversal", {"reason": "taken back"}, **{"If-Match": seen})
    assert (late.status_code, late.json()["type"]) == (412, "urn:clausula:problem:changed-meanwhile")
    now = mara.get(f"/claims/{known.claim}")["ETag"]
    assert (
        mara.post(f"/claims/{known.claim}/reversal", {"reason": "taken back"}, **{"If-Match": now}).status_code == 200
    )
    assert (
        mara.post(f"/claims/{known.waiting}/reversal", {"reason": "taken back"}, **{"If-Match": "*"}).status_code == 200
    )
