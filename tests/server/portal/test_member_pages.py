"""Pages of members: what they say, in five languages, to whom, at what cost."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from clausula_server.audit.models import Access
from clausula_server.claims.models import Claim, Draft
from clausula_server.claims.stated import NewLine
from clausula_server.documents.actions.document import receive
from clausula_server.documents.models import Content, Document
from clausula_server.documents.receiving import take_in
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.live import Notice
from clausula_server.portal.streams import wanted
from tests.claims_world import bill, paper, papers
from tests.pages_world import House, ago, house, paid_scan, scan, waiting_physio, waiting_scan

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 15
MOST_BYTES = 150_000
PDF = b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 20 + b"trailer\n%%EOF\n"


@pytest.fixture
def family(db: None) -> House:
    with acting(system("test")):
        return house()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.CLAUSULA_DOCUMENTS = tmp_path


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    words = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", words)


def statements(client: Client, path: str) -> int:
    """How many statements a page costs, without the savepoints of the test's own transaction."""
    client.get(path)  # texts of plans are read once
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in caught.captured_queries)


def a_document(family: House, name: str, content: Content = Content.BILL) -> Document:
    with acting(Actor(user=family.users[name].id, roles=frozenset({"system"}))):  # type: ignore[arg-type]
        person = family.users[name].person
        assert person is not None
        return receive(take_in("bill.pdf", [PDF]), person, content)


def form(document: Document, **more: str) -> dict[str, str]:
    told = {
        "count": "1", "do": "send", "0-service": "imaging/high-specialisation/mri", "0-served_on": ago(5).isoformat(),
        "0-charged": "36,15", "0-cause": "illness", "0-channel": "public", "0-fee_kind": "ticket",
        "document": f"{document.id}|invoice-receipt|bill.pdf",
    }  # fmt: skip
    return {**told, **more}


# --- home ---


def test_home_shows_the_card_what_is_left_and_the_claims(family: House) -> None:
    with acting(system("test")):
        paid_scan(family, "carla")
        waiting_scan(family, "dino")
    text = text_of(family.browser("carla"), "/")
    assert "NoiSalute Più" in text
    assert "Carla Bruni" in text
    assert "Yearly limit for highly specialised" in text or "highly specialised" in text
    assert "€ 4,963.85 of € 5,000.00 left" in text
    assert "Approved, payment follows" in text
    assert "€ 36.15" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Ce qu’il vous reste cette année"), ("de", "Was dieses Jahr noch übrig ist"),
        ("it", "Quanto resta quest’anno"), ("nl", "Wat er dit jaar over is"), ("en", "What is left this year"),
    ],
)  # fmt: skip
def test_home_speaks_five_languages(family: House, language: str, words: str) -> None:
    with override(language):
        assert words.replace("’", "&#x27;") in (
            page := family.browser("carla", language).get("/").content.decode()
        ) or (words in page)


def test_a_childs_page_is_open_to_parents_until_the_age_of_the_country(family: House) -> None:
    carla, dino = family.browser("carla"), family.browser("dino")
    for parent in (carla, dino):
        assert parent.get(f"/people/{family.of('fede')}/").status_code == 200
        assert parent.get(f"/people/{family.of('elio')}/").status_code == 404
        assert parent.get(f"/people/{family.of('elio')}/claims/").status_code == 404
    assert family.browser("elio").get("/").status_code == 200


def test_the_card_of_somebody_whose_care_is_private_says_nothing_of_it(family: House) -> None:
    with acting(system("test")):
        paid_scan(family, "elio")
        paid_scan(family, "dino")
    carla = family.browser("carla")
    for name in ("elio", "dino"):
        text = text_of(carla, f"/people/{family.of(name)}/card/")
        assert f"{name.title()}'s care is private" in text
        assert "36.15" not in text
        assert "left" not in text.replace("what is left", "")
    assert "36.15" not in text_of(carla, "/")


def test_a_claim_is_not_there_for_who_may_not_read_the_care(family: House) -> None:
    with acting(system("test")):
        claims = {name: paid_scan(family, name) for name in ("carla", "dino", "elio", "fede")}
    sees = {
        "carla": {"carla", "fede"}, "dino": {"dino", "fede"}, "elio": {"elio"}, "fede": {"fede"}, "sara": set(),
    }  # fmt: skip
    for name, expected in sees.items():
        client = family.browser(name)
        found = {whose for whose, claim in claims.items() if client.get(f"/claims/{claim}/").status_code == 200}
        assert found == expected, name
    assert family.browser("sara").get(f"/people/{family.of('carla')}/").status_code == 404
    assert Client().get("/").status_code == 302


def test_reading_a_childs_care_is_written_down_and_ones_own_is_not(family: House) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "fede")
    family.browser("carla").get("/")
    assert Access.objects.count() == 0
    family.browser("carla").get(f"/claims/{claim}/")
    with acting(system("test")):
        assert [(each.permission, each.person) for each in Access.objects.all()] == [
            ("claims.claim.read", family.of("fede"))
        ]


def test_open_pages_hear_of_care_only_where_it_may_be_read(family: House) -> None:
    carla = Actor(
        administrates=frozenset({family.of("elio"), family.of("fede")}), reads_care=frozenset({family.of("fede")})
    )
    assert wanted(carla, Notice("1", "claim.decided", family.of("fede")))
    assert not wanted(carla, Notice("1", "claim.decided", family.of("elio")))
    assert not wanted(carla, Notice("1", "person.moved", family.of("fede")))


# --- a claim ---


@pytest.mark.parametrize(
    ("language", "charged", "mine", "clause"),
    [
        ("en", "Charged", "You bear", "Highly specialised examinations"),
        ("fr", "Facturé", "À votre charge", "Examens de haute spécialisation"),
        ("de", "Verrechnet", "Zu Ihren Lasten", "Hochspezialisierte"),
        ("it", "Fatturato", "A Suo carico", "Alta specializzazione"),
        ("nl", "In rekening gebracht", "Voor uw rekening", "hoog"),
    ],
)
def test_a_claim_is_a_ladder_in_five_languages(
    family: House, language: str, charged: str, mine: str, clause: str
) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "carla")
    text = text_of(family.browser("carla", language), f"/claims/{claim}/")
    assert text.index(charged) < text.index("NoiSalute") < text.rindex(mine)
    assert clause.lower() in text.lower()


def test_a_waiting_claim_says_what_is_needed_and_takes_it(family: House) -> None:
    with acting(system("test")):
        claim = waiting_scan(family, "carla")
    client = family.browser("carla")
    text = text_of(client, f"/claims/{claim}/")
    assert "It is your turn" in text
    assert "prescription" in text
    document = a_document(family, "carla", Content.MEDICAL)
    client.post(f"/claims/{claim}/documents/", {"document": f"{document.id}|prescription|note.pdf"})
    text = text_of(client, f"/claims/{claim}/")
    assert "Being examined" in text
    assert "It is your turn" not in text
    with acting(system("test")):
        (wait,) = Claim.objects.get(pk=claim).pends.all()
        assert wait.owner == "medical_adviser"


def test_documents_of_somebody_else_are_not_taken(family: House) -> None:
    with acting(system("test")):
        claim = waiting_scan(family, "carla")
    document = a_document(family, "sara")
    client = family.browser("carla")
    client.post(f"/claims/{claim}/documents/", {"document": f"{document.id}|prescription|x"})
    with acting(system("test")):
        assert Claim.objects.get(pk=claim).attachments.count() == 0


def test_an_objection_is_kept_and_seen(family: House) -> None:
    with acting(system("test")):
        claim = paid_scan(family, "carla")
    client = family.browser("carla")
    client.post(f"/claims/{claim}/objection/", {"text": "no"})
    assert "Objection" not in text_of(client, f"/claims/{claim}/").split("What happened")[0]
    client.post(f"/claims/{claim}/objection/", {"text": "This was promised to me in full."})
    assert "Objection being examined" in text_of(client, f"/claims/{claim}/")


# --- sending ---


def test_a_bill_is_sent_with_its_document_and_decided_at_once(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(20))
    client, document = family.browser("carla"), a_document(family, "carla")
    answer = client.post(f"/bills/{family.of('carla')}/", form(document, provider="", number="17"))
    with acting(system("test")):
        claim = Claim.objects.get()
        assert (claim.paid, claim.number, claim.channel) == (36_15, "17", "member")
        assert [each.document for each in claim.attachments.all()] == [document.id]
        assert Draft.objects.count() == 0
    assert answer["Location"] == f"/claims/{claim.id}/"


def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(family: House) -> None:
    client, document = family.browser("carla"), a_document(family, "carla")
    path = f"/bills/{family.of('carla')}/"
    tomorrow = ago(-1).isoformat()
    answer = client.post(path, form(document, **{"0-charged": "a lot", "0-served_on": tomorrow}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Write the amount as on the bill, like 84.50." in page
    assert "This day is still to come" in page
    assert 'aria-invalid="true"' in page
    assert str(document.id) in page
    with acting(system("test")):
        assert Claim.objects.count() == 0
    assert "a lot" in client.get(path).content.decode()  # the draft is there, also on another device


def test_a_bill_without_a_document_is_not_sent(family: House) -> None:
    told = form(a_document(family, "carla"))
    del told["document"]
    answer = family.browser("carla").post(f"/bills/{family.of('carla')}/", told)
    assert answer.status_code == 422
    assert b"Add a photo or a PDF of the bill." in answer.content


def test_sending_twice_is_sending_once(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(20))
    client, document = family.browser("carla"), a_document(family, "carla")
    path = f"/bills/{family.of('carla')}/"
    client.post(path, form(document, do="keep"))
    with acting(system("test")):
        key = Draft.objects.get().key
        kept = Draft.objects.get()
    client.post(path, form(document))
    with acting(system("test")):
        kept.save(force_insert=True)  # the second press came before the first was answered
        assert kept.key == key
    client.post(path, form(document))
    with acting(system("test")):
        assert Claim.objects.count() == 1


def test_drafts_are_seen_by_their_author_alone(family: House, as_web: None) -> None:
    document = a_document(family, "carla")
    path = f"/bills/{family.of('fede')}/"
    family.browser("carla").post(path, form(document, do="keep", **{"0-charged": "99.95"}))
    assert "99.95" in family.browser("carla").get(path).content.decode()
    assert "99.95" not in family.browser("dino").get(path).content.decode()


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("carla", "elio", 200),
        ("carla", "dino", 200),
        ("dino", "carla", 404),
        ("sara", "carla", 404),
        ("elio", "elio", 200),
    ],
)
def test_who_may_send_bills_of_whom(family: House, who: str, whose: str, status: int) -> None:
    assert family.browser(who).get(f"/bills/{family.of(whose)}/").status_code == status


def test_who_sends_for_somebody_private_is_not_shown_the_decision(family: House) -> None:
    document = a_document(family, "elio")
    answer = family.browser("carla").post(f"/bills/{family.of('elio')}/", form(document))
    assert answer["Location"] == f"/people/{family.of('elio')}/card/"
    with acting(system("test")):
        claim = Claim.objects.get().id
    assert family.browser("carla").get(f"/claims/{claim}/").status_code == 404
    assert family.browser("elio").get(f"/claims/{claim}/").status_code == 200


def test_lines_are_added_and_dropped_without_losing_the_others(family: House) -> None:
    client, document = family.browser("carla"), a_document(family, "carla")
    path = f"/bills/{family.of('carla')}/"
    client.post(path, form(document, do="add"))
    page = client.get(path).content.decode()
    assert 'name="1-charged"' in page
    assert "36,15" in page
    client.post(path, form(document, do="drop-0", count="2", **{"1-charged": "12.00", "1-served_on": ""}))
    page = client.get(path).content.decode()
    assert "12.00" in page
    assert "36,15" not in page


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("84", 84_00),
        ("84.5", 84_50),
        ("84,50", 84_50),
        ("1'284.50", 1284_50),
        ("1.284,50", 1284_50),
        ("1 284,50", 1284_50),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, minor: int) -> None:
    from clausula_server.portal.member.forms import AmountField

    assert AmountField().clean(typed) == minor


# --- what it costs ---


def test_pages_cost_few_statements(family: House) -> None:
    with acting(system("test")):
        claims = [paid_scan(family, "carla", before) for before in (60, 40, 5)]
        bill(family.of("carla"), *[scan(3, 10_00) for _ in range(12)])
        waiting = waiting_physio(family, "fede")
    client = family.browser("carla")
    pages = ["/", f"/claims/{claims[0]}/", f"/claims/{waiting}/", f"/people/{family.of('carla')}/claims/",
             f"/people/{family.of('fede')}/", f"/people/{family.of('elio')}/card/", "/bills/",
             f"/bills/{family.of('carla')}/"]  # fmt: skip
    found = {path: statements(client, path) for path in pages}
    assert max(found.values()) <= MOST_STATEMENTS, found


def test_a_first_load_is_light(family: House) -> None:
    with acting(system("test")):
        for before in (80, 60, 40, 20, 10, 5):
            claim = paid_scan(family, "carla", before)
    client = family.browser("carla", "fr")
    for path in ("/", f"/claims/{claim}/", f"/bills/{family.of('carla')}/"):
        page = client.get(path).content
        found = len(gzip.compress(page))
        for file in set(re.findall(rb"/static/([^\"]+?)(?:\.[0-9a-f]{12})?\.(css|js|svg|woff2)\"", page)):
            name = b".".join(file).decode()
            if name.endswith("mark.svg"):
                continue
            place = finders.find(name)
            assert place, name
            data = Path(str(place)).read_bytes()
            found += len(data) if name.endswith("woff2") else len(gzip.compress(data))
        assert found <= MOST_BYTES, (path, found)


def test_lines_of_the_sensitive_kind_are_read_by_the_member(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(30))
        claim = bill(family.of("carla"), scan(3, 50_00, mental_illness=True, diagnosis="F32.1"))
    assert "The steps of this line are private" not in text_of(family.browser("carla"), f"/claims/{claim}/")


def test_each_cover_has_the_steps_it_took(family: House) -> None:
    with acting(system("test")):
        papers(family.of("carla"), ago(30))
        paper(family.of("carla"), "authorisation", ago(6), status="granted")
        dentist = {
            "channel": "network", "doctor_in_network": True, "network_indicated": True,
            "booked_through_operations_centre": True,
        }  # fmt: skip
        claim = bill(family.of("carla"), NewLine("dental/hygiene", ago(5), 75_00, facts=dentist))
    text = text_of(family.browser("carla"), f"/claims/{claim}/")
    ladder = text[text.index("Charged", text.index("Partly covered")) : text.index("What happened")]
    assert ladder.index("NoiSalute Più pays") < ladder.index("dental hygiene")
    assert "NoiSalute Base pays" not in ladder
