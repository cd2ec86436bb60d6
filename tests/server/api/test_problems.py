"""What is wrong has one form, from every address: problem+json, with what was found and what can be done."""

import json
from typing import Any

import pytest
from django.test import Client

from clausula_server.api import reading
from clausula_server.api.endpoints import me
from tests.api_world import PNG, Asker, Known, a_bill, token_of
from tests.world import Cast

pytestmark = pytest.mark.django_db


def problem(answer: Any, status: int, name: str) -> Any:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told = answer.json()
    assert (told["type"], told["status"]) == (f"urn:clausula:problem:{name}", status)
    assert told["title"]
    return told


@pytest.fixture
def mara(cast: Cast) -> Asker:
    return Asker(token_of(cast, "mara"))


def test_without_a_token_or_with_a_wrong_one_nothing_opens(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["anna"])
    answer = client.get("/api/v1/me")
    problem(answer, 401, "token-needed")
    assert answer["WWW-Authenticate"] == "Bearer"
    problem(Asker("clausula_wrong").get("/me"), 401, "token-needed")


def test_who_shows_no_token_learns_nothing_of_the_form(client: Client) -> None:
    problem(client.post("/api/v1/claims", data=b"{", content_type="application/json"), 401, "token-needed")


def test_what_is_not_there_and_what_is_not_done(mara: Asker) -> None:
    problem(mara.get("/nothing"), 404, "not-found")
    problem(mara.client.get("/api/"), 404, "not-found")
    problem(mara.get("/claims/no-id"), 404, "not-found")
    problem(mara.get("/claims/01a2042e-9273-7173-ab38-e4f252c2874e"), 404, "not-found")
    answer = mara.client.put("/api/v1/claims", headers=mara.headers())
    problem(answer, 405, "method-not-allowed")
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


def test_head_is_get_without_a_body(mara: Asker) -> None:
    answer = mara.client.head("/api/v1/me", headers=mara.headers())
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_refusal_is_in_the_language_that_is_asked_for(mara: Asker, known: Known) -> None:
    strange = {**a_bill(known.person), "provider": "nobody"}
    told = problem(mara.post("/claims", strange, **{"Accept-Language": "de-CH"}), 422, "refused")
    assert told["faults"][0]["message"] == "Kein Leistungserbringer hat den Code «nobody»."
    told = problem(mara.post("/claims", strange, **{"Accept-Language": "rm"}), 422, "refused")
    assert told["faults"][0]["message"] == "no provider has the code “nobody”."


def test_a_role_may_not(cast: Cast) -> None:
    problem(Asker(token_of(cast, "sven")).get("/waits"), 403, "not-allowed")


@pytest.mark.parametrize(
    "body", [b"{", b" ", b"\xff", b'{"a": NaN}', b"[" * 100_000, b"no", b'{"person": "\\ud800"'], ids=repr
)
def test_a_body_that_is_no_json(mara: Asker, body: bytes) -> None:
    problem(mara.post("/claims", body), 400, "not-json")


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"\\u0000"', b'{"number": "\\ud800"}', b'{"\\u0000": 1}'])
def test_json_that_is_no_bill(mara: Asker, body: bytes) -> None:
    problem(mara.post("/claims", body), 422, "invalid")


def test_faults_say_where_what_and_how_to_mend(mara: Asker) -> None:
    line = {"service": "x", "served_on": "2026-02-30", "charged": "1.234", "colour": "blue"}
    told = problem(mara.post("/claims", {"person": 7, "currency": "GBP", "lines": [line]}), 422, "invalid")
    places = [fault["place"] for fault in told["faults"]]
    assert places == ["person", "lines.0.served_on", "lines.0.charged", "lines.0.colour", "currency"]
    assert all(fault["message"] and fault["mend"] for fault in told["faults"])


def test_what_the_rooms_refuse_is_told_in_their_words(mara: Asker, known: Known) -> None:
    bill = a_bill(known.person)
    bill["lines"][0]["service"] = "imaging/mri"
    told = problem(mara.post("/claims", bill), 422, "refused")
    assert told["faults"][0]["place"] == "lines.1.service"
    assert "is no service" in told["detail"]


def test_a_body_of_another_type_or_too_large(mara: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = mara.headers(**{"Idempotency-Key": "k"})
    answer = mara.client.post("/api/v1/claims", data=b"<a/>", content_type="application/xml", headers=headers)
    assert "application/xml" in problem(answer, 415, "media-type")["detail"]
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    problem(mara.post("/claims", json.dumps({"a": "b" * 20})), 413, "too-large")


def test_a_query_that_cannot_be(mara: Asker) -> None:
    told = problem(mara.get("/persons?size=0&after=x"), 422, "invalid")
    assert sorted(fault["place"] for fault in told["faults"]) == ["after", "size"]
    problem(mara.get("/persons?name=%00"), 422, "invalid")


def test_a_file_that_is_none_of_ours(mara: Asker, known: Known) -> None:
    headers = mara.headers(**{"Idempotency-Key": "k"})
    path = f"/api/v1/persons/{known.person}/documents?content=bill&name=x"
    problem(mara.client.post(path, data=b"MZ", content_type="application/pdf", headers=headers), 415, "media-type")
    problem(mara.client.post(path, data=PNG, content_type="text/html", headers=headers), 415, "media-type")
    double = PNG + b"PK\x03\x04" + b"0" * 100
    problem(mara.client.post(path, data=double, content_type="image/png", headers=headers), 415, "media-type")
    problem(
        mara.client.post(path.replace("bill", "secret"), data=PNG, content_type="image/png", headers=headers),
        422,
        "invalid",
    )


def test_a_fault_of_ours_tells_nothing_of_itself(mara: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("the secret")

    monkeypatch.setattr(me, "current_actor", broken)
    told = problem(mara.get("/me"), 500, "fault")
    assert "secret" not in json.dumps(told)
