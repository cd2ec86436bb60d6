"""What is told: the ladder in the language that is asked for, lists by cursor, what must come first."""

from typing import Any

import pytest

from clausula_server.lib.acting import acting, system
from tests.api_world import Asker, Known, a_bill, days_ago, token_of
from tests.claims_world import MRI, TICKET, bill, counted, mri
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(cast: Cast) -> Asker:
    return Asker(token_of(cast, "mara"))


@pytest.mark.parametrize(
    ("asked", "language", "word"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.1", "fr", "Prise en charge"),
        ("de", "de", "Gedeckt"),
        ("it-IT", "it", "Prestazione coperta"),
        ("nl", "nl", "Vergoed"),
        ("pt, ja", "en", "Covered"),
        ("", "en", "Covered"),
        ("*;q=x, \x7f", "en", "Covered"),
    ],
)
def test_a_claim_is_told_in_the_language_asked_for(
    mara: Asker, known: Known, asked: str, language: str, word: str, as_web: None
) -> None:
    answer = mara.get(f"/claims/{known.claim}", **{"Accept-Language": asked})
    assert (answer["Content-Language"], "Accept-Language" in answer["Vary"]) == (language, True)
    (line,) = answer.json()["lines"]
    assert line["summary"].startswith(word), line["summary"]
    assert line["steps"]
    assert all(step["title"] for step in line["steps"] if step["clause"])


def test_charged_is_what_all_covers_pay_and_the_member_bears(mara: Asker, known: Known) -> None:
    told = mara.get(f"/claims/{known.waiting}").json()
    assert (told["status"], told["charged"], told["paid"], told["borne"]) == ("waiting", "300.00", "0.00", "300.00")
    (line,) = told["lines"]
    assert (line["outcome"], line["wait"]["owner"], line["wait"]["id"]) == ("needs_document", "member", str(known.wait))


def test_the_sensitive_kind_is_for_the_adviser_alone(cast: Cast, known: Known, as_web: None) -> None:
    with acting(system("test")):
        claim = bill(known.person, mri(days_ago(12), diagnosis="F32.1"), on=days_ago(11))
    for who, hidden in (("mara", True), ("vera", False), ("anna", False)):
        answer = Asker(token_of(cast, who)).get(f"/claims/{claim}")
        (line,) = answer.json()["lines"]
        assert (line["hidden"], bool(line["steps"])) == (hidden, not hidden), who
        assert "F32" not in answer.content.decode()


def test_asking_writes_nothing_and_tells_the_steps(mara: Asker, known: Known, as_web: None) -> None:
    before = mara.get(f"/persons/{known.person}/left").json()
    told = mara.post("/claims/preview", a_bill(known.person), **{"Accept-Language": "de"})
    assert (told.status_code, told["Content-Language"]) == (200, "de")
    (line,) = told.json()["lines"]
    assert (line["outcome"], line["paid"], line["borne"]) == ("covered", "36.15", "0.00")
    assert line["summary"].startswith("Gedeckt")
    assert mara.get(f"/persons/{known.person}/left").json() == before


def test_what_is_foreseen_is_what_is_decided(mara: Asker, known: Known) -> None:
    body = a_bill(known.person)
    body["lines"] = [{**body["lines"][0], "charged": "2500.00"} for _ in range(3)]
    foreseen = mara.post("/claims/preview", body).json()["lines"]
    decided = mara.post("/claims", body).json()["lines"]
    told = [[each[name] for name in ("number", "outcome", "paid", "borne")] for each in foreseen]
    assert told == [[each[name] for name in ("number", "outcome", "paid", "borne")] for each in decided]
    assert [each["paid"] for each in decided] == ["2500.00", "2463.85", "0.00"]  # 36.15 went to an earlier bill


def test_a_day_to_come_may_be_asked_about_but_not_billed(mara: Asker, known: Known) -> None:
    body = a_bill(known.person)
    body["lines"][0]["served_on"] = days_ago(-10).isoformat()
    assert mara.post("/claims/preview", body).status_code == 200
    refused = mara.post("/claims", body)
    assert (refused.status_code, refused.json()["faults"][0]["place"]) == (422, "lines.1.served_on")


def test_the_guide_says_what_must_come_first(mara: Asker, known: Known) -> None:
    body = {"service": MRI, "on": days_ago(-3).isoformat(), "time": "18:30", "facts": TICKET}
    told = mara.post(f"/persons/{known.person}/guide", body, **{"Accept-Language": "en"}).json()
    steps = {step["id"]: step for step in told["steps"]}
    assert told["outcome"] == "covered"
    assert steps["prescription-with-pathology"]["state"] == "done"
    assert [each["left"] for each in told["draws_on"]] == ["4927.70"]


def test_a_holder_sends_for_her_husband_what_she_may_not_read(cast: Cast, known: Known, as_web: None) -> None:
    anna = Asker(token_of(cast, "anna"))
    answer = anna.post("/claims", a_bill(cast.people["paul"].id))
    assert answer.status_code == 201
    assert answer.json()["lines"] is None
    assert anna.get(f"/claims/{answer.json()['id']}").status_code == 404


def test_a_page_is_not_shifted_by_what_comes_in(cast: Cast, known: Known) -> None:
    mara, person = Asker(token_of(cast, "mara")), known.person
    for number in range(7):
        mara.post("/claims", a_bill(person, number=str(number)))
    wanted = [each["id"] for each in mara.get(f"/persons/{person}/claims").json()["items"]]
    found: list[Any] = []
    after = ""
    while True:
        told = mara.get(f"/persons/{person}/claims?size=3{after}").json()
        found += [each["id"] for each in told["items"]]
        mara.post("/claims", a_bill(person, number=f"late {len(found)}"))
        if told["next"] is None:
            break
        after = f"&after={told['next']}"
    assert found == wanted


def test_a_provider_lists_what_it_sent_and_nothing_else(cast: Cast, known: Known, as_web: None) -> None:
    keller, rossi = (Asker(token_of(cast, name)) for name in ("keller", "rossi"))
    assert str(known.claim) in [each["id"] for each in keller.get("/claims").json()["items"]]
    assert str(known.waiting) not in [
        each["id"] for each in keller.get(f"/persons/{known.person}/claims").json()["items"]
    ]
    assert rossi.get("/claims").json() == {"items": [], "next": None}


def test_a_link_opens_the_document_for_the_same_token_alone(cast: Cast, known: Known, as_web: None) -> None:
    vera, mara = (Asker(token_of(cast, name)) for name in ("vera", "mara"))
    link = vera.get(f"/documents/bill/{known.documents['bill']}").json()["link"]
    opened = vera.client.get(link, headers=vera.headers())
    assert (opened.status_code, opened["Content-Type"]) == (200, "image/png")
    assert mara.client.get(link, headers=mara.headers()).status_code == 404
    assert mara.get(f"/documents/medical/{known.documents['medical']}").status_code == 404


def test_a_plan_is_read_with_its_clauses(mara: Asker, known: Known) -> None:
    told = mara.get(f"/plans/{known.edition}", **{"Accept-Language": "it"}).json()
    titles = {clause["id"]: clause["title"] for clause in told["clauses"]}
    assert titles["ns-guide"] == "Natura della guida"
    assert any(clause["rules"] for clause in told["clauses"])


@pytest.mark.parametrize("lines", [1, 5, 20])
def test_a_decided_claim_takes_a_fixed_number_of_statements(cast: Cast, known: Known, lines: int, as_web: None) -> None:
    keller = Asker(token_of(cast, "keller"))
    body = a_bill(known.person, provider="keller")
    body["lines"] *= lines
    with counted() as statements:
        assert keller.post("/claims", body).status_code == 201
    found = [sql for sql in statements if "SAVEPOINT" not in sql]
    assert len(found) <= 9, "\n".join(f"{number} {sql[:120]}" for number, sql in enumerate(found, 1))
