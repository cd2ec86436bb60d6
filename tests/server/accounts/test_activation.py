"""Activation: a code from a letter ties a phone to a person, once."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from clausula_server.accounts.actions.activation import activate, find_activation, issue_activation
from clausula_server.accounts.models import Activation, User
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.refusals import Refused
from clausula_server.people.models import Contact
from tests.server.accounts.test_signin import code_for, sign_in
from tests.world import Cast, a_household, a_person

BEGIN, CONFIRM = "/accounts/activate/", "/accounts/activate/confirm/"
PHONE = "+41791112233"
VISITOR = Actor(name="visitor")


@pytest.fixture
def letter(cast: Cast) -> str:
    """The code in Anna's letter."""
    with acting(system("test")):
        return issue_activation(cast.people["anna"])


@pytest.mark.django_db
def test_a_letter_and_a_phone_make_a_sign_in(cast: Cast, letter: str, client: Client, as_web: None) -> None:
    assert client.post(BEGIN, {"code": letter.lower().replace("-", " "), "phone": "079 111 22 33"}).status_code == 302
    assert client.post(CONFIRM, {"code": code_for(PHONE)}).headers["Location"] == "/"
    assert b"Anna Weber" in client.get("/").content
    user = User.objects.get(phone=PHONE)
    assert user.person_id == cast.people["anna"].id
    with acting(system("test")):
        assert Contact.objects.get(person=cast.people["anna"], value=PHONE).verified_at


@pytest.mark.django_db
def test_a_code_works_once(cast: Cast, letter: str) -> None:
    with acting(VISITOR):
        found = find_activation(letter)
        activate(found, PHONE)
        with pytest.raises(Refused, match="not valid"):
            find_activation(letter)
        with pytest.raises(Refused, match="not valid"):
            activate(found, "+41791112244")
    assert not User.objects.filter(phone="+41791112244").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_refused() -> None:
    with acting(system("test")):
        person = a_person("lena")
        a_household(person)
        letter = issue_activation(person)
    with acting(VISITOR):
        found = find_activation(letter)
    outcomes: list[str] = []
    barrier = threading.Barrier(4, timeout=60)

    def race(number: int) -> None:
        try:
            with acting(VISITOR):
                barrier.wait()
                activate(found, f"+4179111220{number}")
                outcomes.append("in")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "refused", "refused", "refused"]
    assert User.objects.filter(phone__startswith="+4179111220").count() == 1


@pytest.mark.django_db
def test_expired_voided_and_mistyped_codes_get_the_same_words(cast: Cast, letter: str, client: Client) -> None:
    with acting(system("test")):
        voided, current = letter, issue_activation(cast.people["anna"])
        expired = issue_activation(cast.people["sven"])
        Activation.objects.filter(person=cast.people["sven"]).update(ends_at=timezone.now() - timedelta(seconds=1))
    said = set()
    for code in (voided, expired, "AAAA-BBBB-CCCC"):
        page = client.post(BEGIN, {"code": code, "phone": PHONE}).content.decode()
        said.update(re.findall(r"This code is not valid[^<]*", page))
    assert len(said) == 1
    assert client.post(BEGIN, {"code": current, "phone": PHONE}).status_code == 302


@pytest.mark.django_db
def test_who_tries_codes_is_stopped(client: Client) -> None:
    answers = [client.post(BEGIN, {"code": "AAAA-BBBB-CCCC", "phone": PHONE}).status_code for _ in range(21)]
    assert answers[:20] == [200] * 20
    assert answers[20] == 429


@pytest.mark.django_db
def test_the_code_by_sms_cannot_be_guessed(letter: str, client: Client) -> None:
    client.post(BEGIN, {"code": letter, "phone": PHONE})
    right = code_for(PHONE)
    for _ in range(5):
        client.post(CONFIRM, {"code": f"{(int(right) + 1) % 1_000_000:06}"})
    client.post(CONFIRM, {"code": right})
    assert not User.objects.filter(phone=PHONE).exists()


@pytest.mark.django_db
def test_the_number_of_somebody_else_is_refused(cast: Cast, letter: str, client: Client) -> None:
    User.objects.filter(pk=cast.users["sven"].pk).update(phone=PHONE)
    client.post(BEGIN, {"code": letter, "phone": PHONE})
    page = client.post(CONFIRM, {"code": code_for(PHONE)})
    assert b"already signs in somebody else" in page.content
    assert User.objects.get(phone=PHONE).person_id == cast.people["sven"].id
    with acting(system("test")):
        assert Activation.objects.filter(used_at=None, voided_at=None).exists()


@pytest.mark.django_db
def test_a_new_phone_ends_the_sessions_of_the_old_one(cast: Cast, letter: str) -> None:
    old, new = Client(), Client()
    User.objects.filter(pk=cast.users["anna"].pk).update(phone="+41790000000")
    with acting(system("test")):
        User.objects.filter(phone="+41790000000").update(phone="+41791234567")
    sign_in(old, "+41791234567")
    assert old.get("/").status_code == 200
    new.post(BEGIN, {"code": letter, "phone": PHONE})
    new.post(CONFIRM, {"code": code_for(PHONE)})
    assert new.get("/").status_code == 200
    assert old.get("/").status_code == 302


@pytest.mark.django_db
def test_no_table_holds_the_code(letter: str) -> None:
    with connection.cursor() as cursor, acting(system("test")):
        cursor.execute("SELECT string_agg(a::text, '') FROM accounts_activation a")
        (held,) = cursor.fetchone()
    assert letter not in held
    assert letter.replace("-", "") not in held
