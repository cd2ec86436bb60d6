"""Money over the API: prepared by one, released by another, sent once, settled by what the bank states; and demands."""

from base64 import b64decode
from hashlib import sha256

import pytest

from clausula_server.enrolment.models import Due
from clausula_server.events.models import Event
from clausula_server.ledger.queries import faults
from clausula_server.lib.acting import acting, system
from clausula_server.payments.models import HouseAccount
from tests.api_world import Asker, Known, days_ago, token_of
from tests.banking import Booked, camt, owed
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def finn(cast: Cast) -> Asker:
    return Asker(token_of(cast, "finn"))


def test_money_leaves_by_two_people_once_and_is_settled_by_the_bank(
    omar: Asker, finn: Asker, known: Known, as_web: None
) -> None:
    owed(known.person, 33_00, "test/third")
    house = omar.get("/house-accounts").json()["items"][0]
    body = {"house": house["id"], "way": "transfer", "execute_on": days_ago(0).isoformat()}
    made = omar.post("/batches", body)
    assert made.status_code == 201, made.content
    batch = f"/batches/{made.json()['id']}"
    assert (made.json()["status"], made.json()["total"], made.json()["count"]) == ("draft", "33.00", 1)
    own = omar.post(f"{batch}/release")
    assert (own.status_code, own.json()["faults"][0]["place"]) == (422, "batch")
    assert finn.post(f"{batch}/file").status_code == 422  # nothing leaves before it is released
    assert finn.post(f"{batch}/release").json()["status"] == "released"
    assert omar.post(f"{batch}/file").status_code == 403
    file = finn.post(f"{batch}/file").json()
    assert finn.post(f"{batch}/file").json() == file
    content = b64decode(finn.get(f"/bank-files/{file['id']}").json()["content"])
    assert sha256(content).hexdigest() == file["sha256"]
    assert b"33.00" in content
    with acting(system("test")):
        assert Event.objects.filter(kind="bank_file.taken_out", subject=file["id"]).count() == 1
        row = HouseAccount.objects.get(pk=house["id"])
    (payment,) = omar.get(f"{batch}/payments").json()["items"]
    end_to_end = payment["id"].replace("-", "")
    stated = camt(row, [Booked(-33_00, end_to_end), Booked(5_00, name="Somebody")], day=days_ago(0))
    brought = finn.upload("/statements?name=day.xml", stated, "application/xml", key="k")
    assert brought.status_code == 200, brought.content
    told = brought.json()
    assert (told["lines"], told["placed"], told["left"], told["waiting"]) == (2, 1, 1, 0)
    assert finn.upload("/statements?name=day.xml", stated, "application/xml", key="k").content == brought.content
    assert finn.upload("/statements?name=day.xml", stated, "application/xml").json()["known"] == 1
    assert finn.get(batch).json()["status"] == "settled"
    assert [(each["amount"], each["placed"]) for each in finn.get("/movements").json()["items"]] == [("5.00", "0.00")]
    with acting(system("test")):
        assert faults() == []


def test_a_payment_is_taken_out_and_a_draft_cancelled_with_a_reason(omar: Asker, known: Known) -> None:
    alone = omar.post(f"/payments/{known.payment}/drop", {"reason": "wrong account"})
    assert (alone.status_code, alone.json()["faults"][0]["mend"]) == (422, "Cancel the batch.")
    done = omar.post(f"/batches/{known.batch}/cancel", {"reason": "wrong account"})
    assert done.json()["status"] == "cancelled"
    assert omar.get(f"/batches/{known.batch}/payments").json()["items"][0]["status"] == "cancelled"


def test_what_the_bank_refuses_is_owed_again(finn: Asker, omar: Asker, known: Known) -> None:
    finn.post(f"/batches/{known.batch}/release")
    finn.post(f"/batches/{known.batch}/file")
    told = finn.post(f"/payments/{known.payment}/failure", {"reason": "account closed"}).json()
    assert (told["status"], told["reason"]) == ("returned", "account closed")
    body = {"house": str(known.house), "way": "transfer", "execute_on": days_ago(0).isoformat()}
    assert omar.post("/batches", body).json()["total"] == told["amount"]


def test_who_owes_is_asked_once_and_sees_it(cast: Cast, omar: Asker, known: Known) -> None:
    anna, sven = Asker(token_of(cast, "anna")), Asker(token_of(cast, "sven"))
    (first,) = anna.get(f"/persons/{known.person}/demands").json()["items"]
    assert (first["id"], first["amount"], first["status"]) == (str(known.demand), "50.00", "open")
    assert sven.get(f"/persons/{known.person}/demands").status_code == 404
    account = owed(known.person, 20_00, "test/more", "member.recoverable")
    body = {"house": str(known.house), "account": str(account.id)}
    assert omar.post("/demands", body).json()["amount"] == "20.00"
    assert omar.post("/demands", body).status_code == 422
    owed(known.person, 7_00, "test/yet more", "member.recoverable")
    everybody = omar.post("/demands/all", {"house": str(known.house), "codes": ["member.recoverable"]}).json()
    assert [each["amount"] for each in everybody["items"]] == ["7.00"]
    assert omar.post("/demands/all", {"house": str(known.house), "codes": ["moon"]}).status_code == 422
    told = omar.post(f"/demands/{known.demand}/cancel", {"reason": "goodwill"}).json()
    assert (told["status"], told["reason"]) == ("cancelled", "goodwill")


def test_a_contribution_is_late_until_it_is_cancelled(cast: Cast, omar: Asker, known: Known) -> None:
    anna = Asker(token_of(cast, "anna"))
    late = anna.get(f"/persons/{known.person}/arrears").json()["items"]
    with acting(system("test")):
        dues = list(Due.objects.filter(payer=known.person, cancelled_on=None))
    assert sum(float(each["amount"]) for each in late) > 0
    for due in dues:
        assert omar.post(f"/dues/{due.id}/cancel", {"reason": "entered by mistake"}).status_code == 200
    assert anna.get(f"/persons/{known.person}/arrears").json()["items"] == []
