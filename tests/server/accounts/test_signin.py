"""Sign-in by phone and code: who guesses gets nowhere, and learns nothing."""

import json
import re
import threading
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from clausula_server.accounts import jobs
from clausula_server.accounts.limits import CODE_TRIES, Limit
from clausula_server.accounts.models import Attempt, User
from clausula_server.lib.sealing import open_text
from tests.world import Cast

pytestmark = pytest.mark.django_db

ANNA = "+41791234567"
LOGIN, CONFIRM, SECURITY = "/accounts/login/", "/accounts/login/code/confirm/", "/accounts/security/"


@pytest.fixture
def phones(cast: Cast) -> Cast:
    User.objects.filter(pk=cast.users["anna"].pk).update(phone=ANNA)
    User.objects.filter(pk=cast.users["mara"].pk).update(phone="+41791234568")
    return cast


def sent() -> dict[str, str]:
    """What the worker would send, the last for each phone."""
    found = {}
    for job in ProcrastinateJob.objects.filter(task_name="accounts.send_sealed").order_by("id"):
        message = json.loads(open_text(job.args["sealed"], jobs.SEALED))
        found[message["phone"]] = message["text"]
    return found


def code_for(phone: str) -> str:
    return str(re.findall(r"#(\d{6})$", sent()[phone])[-1])


def sign_in(client: Client, phone: str) -> None:
    client.post(LOGIN, {"phone": phone})
    client.post(CONFIRM, {"code": code_for(phone)})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_member_signs_in_by_phone_and_code_in_the_national_form(phones: Cast, client: Client) -> None:
    assert client.post(LOGIN, {"phone": "079 123 45 67"}).headers["Location"] == CONFIRM
    answer = client.post(CONFIRM, {"code": code_for(ANNA)})
    assert answer.headers["Location"] == "/"
    assert b"Anna Weber" in client.get("/").content


def test_a_code_has_six_digits_and_is_bound_to_this_host(phones: Cast, client: Client) -> None:
    client.post(LOGIN, {"phone": ANNA})
    assert re.search(r"^\d{6} is your sign-in code\..*\n\n@testserver #\d{6}$", sent()[ANNA], re.DOTALL)


def test_the_queue_holds_no_code_in_clear(phones: Cast, client: Client) -> None:
    client.post(LOGIN, {"phone": ANNA})
    job = ProcrastinateJob.objects.get(task_name="accounts.send_sealed")
    assert code_for(ANNA) not in json.dumps(job.args)
    assert ANNA not in json.dumps(job.args)


def test_an_unknown_number_gets_the_same_pages_and_the_same_work(phones: Cast) -> None:
    known, unknown = Client(), Client()
    stranger = "+41797654321"
    for client, phone in ((known, ANNA), (unknown, stranger)):
        assert client.post(LOGIN, {"phone": phone}).headers["Location"] == CONFIRM
    pages = [
        re.sub(r"\+\d+|csrfmiddlewaretoken\S* value=\S+", "", client.get(CONFIRM).content.decode())
        for client in (known, unknown)
    ]
    assert pages[0] == pages[1]
    for client in (known, unknown):
        assert client.post(CONFIRM, {"action": "resend"}).status_code == 302
        assert client.get(CONFIRM).status_code == 200
    assert sent()[stranger] == ""
    assert ProcrastinateJob.objects.count() == 4
    assert unknown.post(CONFIRM, {"code": "123456"}).status_code == 200


def test_after_five_wrong_codes_the_right_one_no_longer_helps(phones: Cast, client: Client) -> None:
    client.post(LOGIN, {"phone": ANNA})
    code = code_for(ANNA)
    for _ in range(5):
        client.post(CONFIRM, {"code": wrong(code)})
    client.post(CONFIRM, {"code": code})
    assert client.get("/").status_code == 302


def test_a_phone_is_locked_for_guessing_whoever_asks_for_new_codes(phones: Cast) -> None:
    for _ in range(3):
        client = Client()
        client.post(LOGIN, {"phone": ANNA})
        for _ in range(4):
            client.post(CONFIRM, {"code": wrong(code_for(ANNA))})
    last = Client()
    last.post(LOGIN, {"phone": ANNA})
    last.post(CONFIRM, {"code": code_for(ANNA)})
    assert last.get("/").status_code == 302
    Attempt.objects.all().delete()
    cache.clear()
    again = Client()
    sign_in(again, ANNA)
    assert again.get("/").status_code == 200


def test_codes_are_not_sent_without_end(phones: Cast, client: Client) -> None:
    answers = [client.post(LOGIN, {"phone": ANNA}) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [302] * 6 + [429] * 2
    assert "Too many codes were asked for" in answers[-1].content.decode()
    assert ProcrastinateJob.objects.count() == 6


def test_a_code_is_good_for_five_minutes(phones: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post(LOGIN, {"phone": ANNA})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert client.post(CONFIRM, {"code": code_for(ANNA)}).status_code == 302
    assert client.get("/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_for_many_at_once() -> None:
    limit = Limit("test", 10, timedelta(minutes=1))
    passed: list[bool] = []

    def hammer() -> None:
        passed.extend(limit.spend("somebody") for _ in range(20))
        connection.close()

    threads = [threading.Thread(target=hammer) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 10


def test_the_table_of_tries_names_nobody() -> None:
    CODE_TRIES.spend(ANNA)
    assert re.fullmatch(r"[0-9a-f]{64}", Attempt.objects.get().key)


def test_staff_by_phone_alone_reach_nothing_but_the_set_up(phones: Cast, client: Client) -> None:
    sign_in(client, "+41791234568")
    for address in ("/", "/accounts/sessions/", "/accounts/tokens/", "/accounts/security/recovery/"):
        assert client.get(address).headers["Location"] == SECURITY, address
    assert b"One more key" in client.get(SECURITY).content


def set_up_totp(client: Client) -> str:
    page = client.get("/accounts/security/app/").content.decode()
    secret = re.findall(r'id="secret">(\w+)<', page)[0]
    client.post("/accounts/security/app/", {"code": totp(secret)})
    return str(secret)


def totp(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_staff_set_up_a_one_time_password_and_are_asked_for_it_next_time(phones: Cast, client: Client) -> None:
    sign_in(client, "+41791234568")
    secret = set_up_totp(client)
    assert client.get("/").status_code == 200
    assert secret not in json.dumps(Authenticator.objects.get(type="totp").data)
    again = Client()
    sign_in(again, "+41791234568")
    assert again.get("/").headers["Location"].startswith(LOGIN)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    again.post("/accounts/login/second/", {"code": codes[0]})
    assert again.get("/").status_code == 200
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(totp(secret))


def test_second_factors_cannot_be_guessed(phones: Cast, client: Client) -> None:
    sign_in(client, "+41791234568")
    secret = set_up_totp(client)
    again = Client()
    sign_in(again, "+41791234568")
    for _ in range(9):
        again.post("/accounts/login/second/", {"code": wrong(totp(secret))})
    again.post("/accounts/login/second/", {"code": totp(secret)})
    assert again.get("/").status_code == 302


def test_staff_keep_their_last_second_factor(phones: Cast, client: Client) -> None:
    sign_in(client, "+41791234568")
    set_up_totp(client)
    client.post("/accounts/security/app/remove/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_session_found_on_a_table_becomes_no_key(phones: Cast, client: Client) -> None:
    sign_in(client, ANNA)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    assert client.get("/accounts/security/app/").headers["Location"].startswith(LOGIN)


def test_sessions_are_listed_and_another_one_is_signed_out(phones: Cast) -> None:
    here, lost = Client(HTTP_USER_AGENT="Firefox Linux"), Client(HTTP_USER_AGENT="Safari iPhone")
    sign_in(here, ANNA)
    sign_in(lost, ANNA)
    lost.get("/")
    assert b"Safari, iPhone" in here.get("/accounts/sessions/").content
    row = UserSession.objects.get(user_agent="Safari iPhone")
    here.post(f"/accounts/sessions/{row.pk}/end/")
    assert lost.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_nobody_signs_out_another_person(phones: Cast, client: Client) -> None:
    User.objects.filter(pk=phones.users["sven"].pk).update(phone="+41791234569")
    anna, sven = Client(), Client()
    sign_in(anna, ANNA)
    anna.get("/")
    sign_in(sven, "+41791234569")
    row = UserSession.objects.get(user=phones.users["anna"])
    assert sven.post(f"/accounts/sessions/{row.pk}/end/").status_code == 404
    assert anna.get("/").status_code == 200


def test_somebody_closed_out_is_out_at_once(phones: Cast, client: Client) -> None:
    sign_in(client, ANNA)
    User.objects.filter(phone=ANNA).update(is_active=False)
    assert client.get("/").status_code == 302


def test_pages_of_passwords_and_sign_up_do_not_exist(client: Client) -> None:
    assert client.get("/accounts/signup/").headers["Location"] == "/accounts/activate/"
    for address in ("password/reset/", "password/change/", "email/", "phone/change/"):
        assert client.get(f"/accounts/{address}").status_code == 404


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "nl"])
def test_the_sign_in_speaks_every_language(client: Client, language: str) -> None:
    page = client.get(LOGIN, headers={"Accept-Language": language}).content.decode()
    words = {"en": "Mobile number", "fr": "Numéro de mobile", "de": "Mobilnummer", "it": "cellulare", "nl": "Mobiel"}
    assert f'<html lang="{language}">' in page
    assert words[language] in page
