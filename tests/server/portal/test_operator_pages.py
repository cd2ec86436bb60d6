"""Pages of people of the house: what waits, what they can do about it, what they may not."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from clausula_server.claims.models import Claim, Line, Override, Pend
from clausula_server.claims.stated import NewLine
from clausula_server.documents.models import Content
from clausula_server.lib.acting import acting, system
from tests.claims_world import MRI, bill, papers
from tests.pages_world import House, ago, house, paid_scan, scan, waiting_physio, waiting_scan
from tests.server.portal.test_member_pages import MOST_STATEMENTS, a_document, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(db: None) -> House:
    with acting(system("test")):
        return house()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.CLAUSULA_DOCUMENTS = tmp_path


def line_of(claim: UUID) -> Line:
    with acting(system("test")):
        return Line.objects.select_related("decision").get(claim=claim, stands=True)


def status_of(claim: UUID) -> tuple[str, int]:
    with acting(system("test")):
        row = Claim.objects.get(pk=claim)
        return row.status, row.paid


def no_fee_kind(family: House) -> UUID:
    """A claim of which nobody said whether it is a ticket."""
    papers(family.of("carla"), ago(30))
    return bill(family.of("carla"), NewLine(MRI, ago(5), 50_00, facts={"cause": "illness", "channel": "public"}))


# --- the worklist ---


def test_the_worklist_shows_first_what_waits_for_the_reader(family: House) -> None:
    with acting(system("test")):
        waiting_physio(family, "fede")
        waiting_scan(family, "dino")
    text = text_of(family.browser("omar"), "/desk/")
    assert "Fede Bruni" in text
    assert "Dino Bruni" not in text
    everything = text_of(family.browser("omar"), "/desk/?for=")
    assert "Dino Bruni" in everything
    assert "prescription" in everything
    assert "Dino Bruni" not in text_of(family.browser("omar"), "/desk/?for=&kind=authorisation")


def test_a_wait_is_taken_on_and_given_back(family: House) -> None:
    with acting(system("test")):
        waiting_physio(family, "fede")
        wait = Pend.objects.get(closed_at=None).id
    client = family.browser("omar")
    client.post(f"/desk/waits/{wait}/take/")
    assert "Omar Haus" in text_of(client, "/desk/")
    assert "Fede Bruni" in text_of(client, "/desk/?mine=1")
    client.post(f"/desk/waits/{wait}/take/")
    assert "Fede Bruni" not in text_of(client, "/desk/?mine=1")


@pytest.mark.parametrize("who", ["mara", "omar", "vera", "nora", "finn", "carla", "sara"])
def test_who_sees_the_worklist_and_a_claim_there(family: House, who: str) -> None:
    with acting(system("test")):
        claim = waiting_scan(family, "carla")
    client, works = family.browser(who), who in ("mara", "omar", "vera", "nora")
    assert client.get("/desk/").status_code == (200 if works else 403)
    expected = 200 if works else {"finn": 404, "carla": 302, "sara": 404}[who]
    assert client.get(f"/desk/claims/{claim}/").status_code == expected


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("mara", {"fact", "ask", "override", "reverse", "evidence"}),
        ("vera", {"fact", "ask", "override", "evidence"}),
        ("omar", {"ask", "evidence"}),
        ("nora", set()), ("finn", set()), ("carla", {"evidence"}), ("sara", set()),
    ],
)  # fmt: skip
def test_acts_are_for_those_who_may_whatever_a_page_shows(family: House, who: str, may: set[str]) -> None:
    with acting(system("test")):
        claim = waiting_scan(family, "carla")
    line, client = line_of(claim), family.browser(who)
    where = {
        "fact": f"/desk/lines/{line.id}/fact/", "ask": f"/desk/lines/{line.id}/ask/",
        "override": f"/desk/lines/{line.id}/override/", "evidence": f"/desk/lines/{line.id}/evidence/",
        "reverse": f"/desk/claims/{claim}/reverse/",
    }  # fmt: skip
    answers = {name: client.post(path, {}).status_code for name, path in where.items()}
    refused = {name for name, status in answers.items() if status in (403, 404) and name != "fact"}
    assert refused == {name for name in where if name not in may and name != "fact"}, answers
    assert status_of(claim)[0] == "waiting"


# --- deciding ---


def test_an_authorisation_is_granted_and_the_claim_goes_on(family: House) -> None:
    with acting(system("test")):
        claim = waiting_physio(family, "fede")
    line, client = line_of(claim), family.browser("omar")
    assert "Grant" in text_of(client, f"/desk/claims/{claim}/")
    told = {f"authorisation-{line.id}-issued_on": ago(12).isoformat(), "answer": "granted"}
    client.post(f"/desk/lines/{line.id}/authorisation/", told)
    assert status_of(claim) == ("decided", 40_00)


def test_a_missing_fact_is_stated(family: House) -> None:
    with acting(system("test")):
        claim = no_fee_kind(family)
    line, client = line_of(claim), family.browser("mara")
    assert "Is the amount the public patient charge (ticket) or a private fee?" in text_of(
        client, f"/desk/claims/{claim}/"
    )
    client.post(f"/desk/lines/{line.id}/fact/", {f"fact-{line.id}-value": "ticket"})
    assert status_of(claim) == ("decided", 50_00)


def test_a_document_is_read_and_counts(family: House) -> None:
    with acting(system("test")):
        papers_before = waiting_scan(family, "carla")
    claim, client = papers_before, family.browser("mara")
    for kind, names in (("prescription", ["pathology"]), ("invoice-receipt", [])):
        line = line_of(claim)
        told = {
            f"evidence-{line.id}-kind": kind, f"evidence-{line.id}-issued_on": ago(8).isoformat(),
            f"evidence-{line.id}-names": names,
        }  # fmt: skip
        client.post(f"/desk/lines/{line.id}/evidence/", told)
    assert status_of(claim) == ("decided", 36_15)


def test_a_document_is_asked_for_comes_in_and_comes_back(family: House) -> None:
    with acting(system("test")):
        claim = no_fee_kind(family)
    line, mara, carla = line_of(claim), family.browser("mara"), family.browser("carla")
    told = {
        f"ask-{line.id}-kind": "invoice", f"ask-{line.id}-note": "The detailed one, please.",
        f"ask-{line.id}-due_on": ago(-20).isoformat(),
    }  # fmt: skip
    mara.post(f"/desk/lines/{line.id}/ask/", told)
    text = text_of(carla, f"/claims/{claim}/")
    assert "The detailed one, please." in text
    assert "It is your turn" in text
    document = a_document(family, "carla", Content.BILL)
    carla.post(f"/claims/{claim}/documents/", {"document": f"{document.id}|invoice|detailed.pdf"})
    assert "The detailed one" not in text_of(carla, f"/claims/{claim}/")
    assert "Carla Bruni" in text_of(mara, "/desk/?for=claims_handler")
    assert "bill.pdf" in text_of(mara, f"/desk/claims/{claim}/")


def test_a_wrong_form_comes_back_with_what_is_wrong(family: House) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "carla")
    line, client = line_of(claim), family.browser("mara")
    answer = client.post(
        f"/desk/lines/{line.id}/override/",
        {f"override-{line.id}-paid-0": "12", f"override-{line.id}-paid-1": "0", f"override-{line.id}-reason": "no"},
    )
    assert answer.status_code == 422
    assert b"is-invalid" in answer.content
    more = {
        f"override-{line.id}-paid-0": "9000",
        f"override-{line.id}-paid-1": "0",
        f"override-{line.id}-reason": "Much more than was ever charged.",
    }
    answer = client.post(f"/desk/lines/{line.id}/override/", more)
    assert b"more than the" in answer.content
    assert status_of(claim) == ("decided", 36_15)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "On paierait plus que les # ouverts. Payez au plus ce qui est ouvert"),
        ("de", "Es würde mehr bezahlt als die #, die offen sind. Zahlen Sie höchstens, was offen ist"),
        ("it", "Si pagherebbe più dei # aperti. Paghi al massimo ciò che è aperto"),
        ("nl", "Er zou meer betaald worden dan de # die openstaan. Betaal hoogstens wat openstaat"),
    ],
)
def test_what_an_action_refuses_is_said_in_the_readers_language(family: House, language: str, words: str) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "carla")
    line, client = line_of(claim), family.browser("mara")
    client.cookies["django_language"] = language
    told = {
        f"override-{line.id}-paid-0": "9000",
        f"override-{line.id}-paid-1": "0",
        f"override-{line.id}-reason": "Much more than was ever charged.",
    }
    text = client.post(f"/desk/lines/{line.id}/override/", told).content.decode()
    assert words in re.sub(r"(EUR )?\d+[.,]\d\d( EUR)?", "#", text)


def test_a_person_decides_otherwise_and_the_member_reads_why(family: House) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "carla")
    line, client = line_of(claim), family.browser("mara")
    told = {
        f"override-{line.id}-paid-0": "12,00",
        f"override-{line.id}-paid-1": "0",
        f"override-{line.id}-reason": "The practice repaid the rest to her.",
    }
    assert client.post(f"/desk/lines/{line.id}/override/", told).status_code == 302
    assert status_of(claim)[1] == 12_00
    text = text_of(family.browser("carla"), f"/claims/{claim}/")
    assert "Decided by a person" in text
    assert "The practice repaid the rest to her." in text


def test_four_eyes_hold_larger_amounts(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(30))
        claim = bill(family.of("carla"), scan(5, 900_00, channel="private", fee_kind="private"))
    line, mara, max_ = line_of(claim), family.browser("mara"), family.browser("max")
    text = mara.get(f"/desk/claims/{claim}/").content.decode()
    first, *others = sorted(set(re.findall(r'name="(override-[^"]*-paid-\d)"', text)))
    told = {
        first: "900",
        **dict.fromkeys(others, "0"),
        first.replace("paid-0", "reason"): "Promised in writing by us in spring.",
    }
    mara.post(f"/desk/lines/{line.id}/override/", told)
    assert status_of(claim)[1] == 0
    with acting(system("test")):
        override = Override.objects.get().id
    assert "To be confirmed by a second person" not in text_of(mara, "/desk/")
    assert "To be confirmed by a second person" in text_of(max_, "/desk/")
    mara.post(f"/desk/overrides/{override}/", {"answer": "confirm"})
    assert status_of(claim)[1] == 0
    max_.post(f"/desk/overrides/{override}/", {"answer": "confirm"})
    assert status_of(claim)[1] == 900_00


# --- taking back ---


def test_a_reversal_is_shown_before_it_is_done(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(90))
        first = bill(family.of("carla"), scan(60, 4_990_00))
        second = bill(family.of("carla"), scan(5, 100_00))  # only 10 of the year's 5 000 are left
    if ago(60).year != ago(5).year:
        pytest.skip("the limit is of a calendar year")
    client = family.browser("mara")
    text = text_of(client, f"/desk/claims/{first}/reverse/")
    assert "Nothing is changed yet" in text
    assert "-€ 4,990.00" in text
    assert "+€ 90.00" in text
    assert "another bill" in text
    assert status_of(second)[1] == 10_00
    assert client.post(f"/desk/claims/{first}/reverse/", {"reason": "no"}).status_code == 422
    client.post(f"/desk/claims/{first}/reverse/", {"reason": "The hospital took its bill back."})
    assert status_of(first) == ("reversed", 0)
    assert status_of(second)[1] == 100_00
    assert "Taken back" in text_of(family.browser("carla"), f"/claims/{first}/")


def test_one_line_of_two_is_taken_back(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(30))
        claim = bill(family.of("carla"), scan(5, 36_15), scan(4, 50_00))
        line = Line.objects.get(claim=claim, number=2).id
    client = family.browser("mara")
    client.post(f"/desk/claims/{claim}/reverse/", {"line": str(line), "reason": "It was billed twice by mistake."})
    assert status_of(claim) == ("decided", 36_15)


# --- what is sensitive ---


def test_what_is_sensitive_stays_with_the_medical_adviser(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(30))
        claim = bill(family.of("carla"), scan(5, 36_15, mental_illness=True, diagnosis="F32.1"))
    handler = family.browser("mara").get(f"/desk/claims/{claim}/").content.decode()
    assert "Of the sensitive kind" in handler
    assert "F32" not in handler
    assert 'class="ladder"' not in handler
    assert 'class="ladder"' in family.browser("vera").get(f"/desk/claims/{claim}/").content.decode()


def test_pages_of_the_house_cost_few_statements(family: House) -> None:
    with acting(system("test")):
        claim = waiting_physio(family, "fede")
        waits = [waiting_scan(family, "dino", before) for before in (20, 12, 8, 5)]
        many = bill(family.of("carla"), *[scan(3, 10_00) for _ in range(12)])
    client = family.browser("mara")
    pages = ["/", "/desk/?for=", f"/desk/claims/{claim}/", f"/desk/claims/{waits[0]}/", f"/desk/claims/{many}/",
             f"/desk/claims/{waits[1]}/reverse/"]  # fmt: skip
    found = {path: statements(client, path) for path in pages}
    assert max(found.values()) <= MOST_STATEMENTS, found


def test_a_page_that_is_asked_for_by_nobody_leads_to_the_sign_in() -> None:
    assert Client().get("/desk/").headers["Location"].startswith("/accounts/login/")


def test_a_member_reads_the_question_nobody_has_answered(family: House) -> None:
    with acting(system("test")):
        claim = no_fee_kind(family)
    text = text_of(family.browser("carla"), f"/claims/{claim}/")
    assert "Is the amount the public patient charge (ticket) or a private fee?" in text
    assert "Send us a document that shows it." in text
