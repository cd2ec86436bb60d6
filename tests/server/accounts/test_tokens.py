"""Tokens of systems: shown once, hashed, confined to scopes, ended, revoked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from clausula_server.accounts.actions.token import make_token, revoke_token
from clausula_server.accounts.actors import actor_of
from clausula_server.accounts.models import Token
from clausula_server.lib.access import Concerned, NotAllowed, may, require
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.refusals import Refused
from tests.world import Cast

pytestmark = pytest.mark.django_db


def made(cast: Cast, who: str = "keller", *scopes: str, days: int = 30) -> tuple[Token, str]:
    with acting(cast.acts(who)):
        return make_token(cast.users[who], "practice software", scopes or ("directory",), days)


def shown(text: str, *, kind: str = "Bearer") -> HttpRequest:
    return RequestFactory().get("/api/", headers={"Authorization": f"{kind} {text}"})


def acts(text: str) -> Actor:
    actor = actor_of(shown(text))
    assert actor is not None
    return actor


def test_a_token_acts_as_its_user_within_its_scopes(cast: Cast, as_web: None) -> None:
    _, text = made(cast, "keller", "directory.hours.set")
    actor = acts(text)
    own = Concerned(provider=cast.providers["keller"].id)
    assert actor.provider == cast.providers["keller"].id
    assert may(actor, "directory.hours.set", own)
    assert not may(actor, "directory.provider.read", own)
    with pytest.raises(NotAllowed):
        require(actor, "directory.provider.read", own)


def test_a_scope_is_a_whole_word(cast: Cast) -> None:
    _, text = made(cast, "ada", "people")
    assert may(acts(text), "people.staff.appoint")
    assert not Actor(scopes=frozenset({"peop"})).is_in_scope("people.staff.appoint")


def test_the_table_holds_a_fingerprint_only(cast: Cast) -> None:
    _, text = made(cast)
    with connection.cursor() as cursor, acting(system("test")):
        cursor.execute("SELECT string_agg(t::text, '') FROM accounts_token t")
        (held,) = cursor.fetchone()
    assert text not in held
    assert text.removeprefix("clausula_") not in held


def test_revoked_expired_wrong_and_other_kinds_open_nothing(cast: Cast, as_web: None) -> None:
    token, text = made(cast)
    _, other = made(cast)
    with acting(cast.acts("keller")):
        revoke_token(token)
        Token.objects.exclude(pk=token.pk).update(ends_at=timezone.now() + timedelta(microseconds=1))
    assert actor_of(shown(text)) is None
    assert actor_of(shown(other)) is None
    assert actor_of(shown("clausula_wrong")) is None
    assert actor_of(shown(text, kind="Basic")) is None


def test_a_wrong_token_is_not_helped_by_a_cookie(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["anna"])
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"Authorization": "Bearer clausula_wrong"}).status_code == 302


def test_it_is_noted_when_a_token_was_used(cast: Cast) -> None:
    token, text = made(cast)
    acts(text)
    with acting(system("test")):
        token.refresh_from_db()
    assert token.last_used_at is not None


def test_who_guesses_tokens_is_locked_out_and_the_right_one_too(cast: Cast) -> None:
    _, text = made(cast)
    for _ in range(60):
        assert actor_of(shown("clausula_guess")) is None
    assert actor_of(shown(text)) is None


def test_nobody_sees_or_revokes_another_ones_token(cast: Cast, as_web: None) -> None:
    made(cast, "keller")
    with acting(cast.acts("rossi")):
        assert not Token.objects.exists()
    with acting(cast.acts("keller")):
        assert Token.objects.count() == 1


def test_a_token_needs_a_name_known_scopes_and_an_end(cast: Cast) -> None:
    with acting(cast.acts("keller")), pytest.raises(Refused) as refused:
        make_token(cast.users["keller"], " ", ("no.such.thing",), 1000)
    assert [fault.place for fault in refused.value.faults] == ["name", "scopes", "days"]


def test_the_page_shows_a_new_token_once(cast: Cast, client: Client, as_web: None) -> None:
    client.force_login(cast.users["keller"])
    page = client.post("/accounts/tokens/", {"name": "practice", "days": 30, "scopes": ["directory"]}).content.decode()
    assert "clausula_" in page
    assert "clausula_" not in client.get("/accounts/tokens/").content.decode()
