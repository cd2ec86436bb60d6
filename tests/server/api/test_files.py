"""Files of bills over the API: everything that came in is taken or listed, to the cent; and documents handed in."""

import pytest

from clausula_server.api.models import Answer
from clausula_server.claims.models import Claim, Evidence, Pend
from clausula_server.lib.acting import acting, system
from tests.api_world import Asker, Known, days_ago, token_of
from tests.claims_world import MRI
from tests.world import Cast

pytestmark = pytest.mark.django_db
HEAD = "line_id;person;served_on;service;charged;currency;claim;channel;fee_kind;cause;provider"


@pytest.fixture
def mara(cast: Cast) -> Asker:
    return Asker(token_of(cast, "mara"))


def table(person: object) -> bytes:
    day = days_ago(15).isoformat()
    rows = (
        f"1;{person};{day};{MRI};36.15;EUR;R-1;public;ticket;illness;",
        f"2;{person};{day};{MRI};40.00;EUR;R-1;public;ticket;illness;",
        f"3;{person};{day};{MRI};10.00;EUR;R-2;moon;ticket;illness;",
        f"4;nobody;{day};{MRI};12.30;EUR;R-3;public;ticket;illness;",
        f"5;{person};{day};{MRI};7.00;EUR;R-4;public;ticket;illness;",
    )
    return "\n".join([HEAD, *rows, ""]).encode()


def test_what_comes_in_is_taken_or_listed_with_why_to_the_cent(mara: Asker, known: Known, as_web: None) -> None:
    answer = mara.upload("/claims/files?name=bills.csv", table(known.person), "text/csv")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert [(each["number"], each["lines"], each["charged"]) for each in told["taken"]] == [
        ("R-1", 2, "76.15"), ("R-4", 1, "7.00"),
    ]  # fmt: skip
    assert [(each["number"], each["charged"]) for each in told["refused"]] == [("R-2", "10.00")]
    assert "moon" in told["refused"][0]["why"]
    (unread,) = told["unread"]
    assert (unread["place"], unread["code"], unread["charged"]) == ("bills.csv:5", "unknown-member", "12.30")
    assert unread["mend"]
    (total,) = told["totals"]
    assert (total["lines_in"], total["lines_taken"], total["lines_listed"]) == (5, 3, 2)
    assert (total["charged_in"], total["charged_taken"], total["charged_listed"]) == ("105.45", "83.15", "22.30")
    assert mara.get(f"/claims/{told['taken'][0]['claim']}").json()["charged"] == "76.15"


def test_the_same_file_again_adds_nothing_whatever_its_key(mara: Asker, known: Known) -> None:
    path, body = "/claims/files?name=bills.csv", table(known.person)
    first = mara.upload(path, body, "text/csv", key="k")
    with acting(system("test")):
        before = Claim.objects.count(), Evidence.objects.count()
    again = mara.upload(path, body, "text/csv", key="k")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    later = mara.upload(path, body, "text/csv").json()
    assert [each["repeated"] for each in later["taken"]] == [True, True]
    assert mara.upload(path, body + b"\n", "text/csv", key="k").status_code == 409
    with acting(system("test")):
        assert (Claim.objects.count(), Evidence.objects.count()) == before


def test_a_file_whose_answer_was_lost_goes_on_where_it_was(mara: Asker, known: Known) -> None:
    path, body = "/claims/files?name=bills.csv", table(known.person)
    first = mara.upload(path, body, "text/csv", key="k").json()
    with acting(system("test")):
        Answer.objects.filter(key="k").update(status=0, body="")  # as where the process ended before the answer
    told = mara.upload(path, body, "text/csv", key="k").json()
    assert [each["claim"] for each in told["taken"]] == [each["claim"] for each in first["taken"]]
    assert told["totals"] == first["totals"]


def test_what_is_no_file_of_bills_is_refused_and_leaves_the_key_free(mara: Asker, known: Known) -> None:
    path = "/claims/files?name=cake.csv"
    wrong = mara.upload(path, b"flour;eggs\n1;2\n", "text/csv", key="k")
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:clausula:problem:refused")
    assert all(fault["mend"] and "/" not in fault["place"] for fault in wrong.json()["faults"])
    assert mara.upload(path, b"x", "image/png").status_code == 415
    assert mara.upload(path, b"x" * (5 * 1024 * 1024 + 1), "text/csv").status_code == 413
    assert mara.upload(path, table(known.person), "text/csv", key="k").status_code == 200


def test_a_document_is_asked_for_handed_in_and_then_the_houses_turn(cast: Cast, mara: Asker, known: Known) -> None:
    body = {"kind": "prescription", "note": "With its date.", "due_on": days_ago(-14).isoformat()}
    asked = mara.post(f"/waits/{known.wait}/request", body)
    assert (asked.status_code, asked.json()["kind"], asked.json()["answered_at"]) == (201, "prescription", None)
    anna = Asker(token_of(cast, "anna"))
    (seen,) = anna.get(f"/claims/{known.waiting}/requests").json()["items"]
    assert seen["note"] == "With its date."
    papers = {"attachments": [{"document": str(known.documents["medical"]), "kind": "prescription"}]}
    sven = Asker(token_of(cast, "sven"))
    assert sven.post(f"/claims/{known.waiting}/documents", papers).status_code == 404
    assert anna.post(f"/claims/{known.waiting}/documents", papers).status_code == 200
    assert anna.get(f"/claims/{known.waiting}/requests").json()["items"][0]["answered_at"] is not None
    with acting(system("test")):
        assert Pend.objects.get(pk=known.wait).owner == "medical_adviser"
    past = mara.post(f"/waits/{known.wait}/request", {**body, "due_on": days_ago(1).isoformat()})
    assert (past.status_code, past.json()["faults"][0]["place"]) == (422, "due_on")


def test_an_objection_is_found_answered_and_found_no_more(cast: Cast, known: Known) -> None:
    vera = Asker(token_of(cast, "vera"))
    assert [each["id"] for each in vera.get("/appeals").json()["items"]] == [str(known.appeal)]
    body = {"answer": "Clause 4 leaves this to you; we stay with it."}
    assert vera.post(f"/appeals/{known.appeal}/answer", body).json()["changed"] is False
    assert vera.get("/appeals").json()["items"] == []
