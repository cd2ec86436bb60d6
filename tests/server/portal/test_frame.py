"""The frame: every word in five languages, nothing inline, errors said kindly, live streams that hold no connection."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

import clausula_server
from clausula_server import catalogues
from clausula_server.lib.acting import Actor
from clausula_server.live import Notice, hub, sse_response, visible
from clausula_server.portal.policy import POLICY
from tests.world import Cast

TEMPLATES = sorted(Path(clausula_server.__file__).parent.rglob("templates/**/*.html"))


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_word_is_translated_and_none_is_left_over(language: str) -> None:
    translated = {message.id: message.string for message in catalogues.read(language) if message.id}
    wanted = {message.id for message in catalogues.found() if message.id}
    assert [word for word in wanted if not translated.get(word)] == []
    assert set(translated) - wanted == set(), "python -m clausula_server.catalogues update"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_keep_what_is_filled_in(language: str) -> None:
    for message in catalogues.read(language):
        if message.id:
            assert re.findall(r"%\(\w+\)\w", str(message.id)) == re.findall(r"%\(\w+\)\w", str(message.string)), (
                message.id
            )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline_that_the_policy_would_stop(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"""\sstyle=|\son\w+=["']|<style|javascript:|https?://""", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or "application/json" in script


def test_the_policy_lets_nothing_in_from_elsewhere(client: Client) -> None:
    assert client.get("/nothing").headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


@pytest.mark.parametrize(("language", "_name"), settings.LANGUAGES)
@pytest.mark.parametrize("page", ["403", "403_csrf", "404", "429", "500"])
def test_errors_are_said_in_every_language_even_without_a_request(page: str, language: str, _name: str) -> None:
    with override(language):
        text = render_to_string(f"{page}.html")
    assert f'<html lang="{language}">' in text
    assert page[:3] in text


@pytest.mark.django_db
def test_the_language_is_kept_with_the_user(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["anna"])
    client.post("/language/", {"language": "it", "next": "/"})
    assert "Non assicurato presso di noi" in client.get("/").content.decode()
    cast.users["anna"].refresh_from_db()
    assert cast.users["anna"].language == "it"


@pytest.mark.django_db
def test_each_role_finds_what_it_can_do(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["anna"])
    assert b"/accounts/tokens/" not in client.get("/").content
    client.force_login(cast.users["keller"])
    assert b"/accounts/tokens/" in client.get("/").content


def test_a_notice_is_for_those_it_concerns() -> None:
    anna, event = uuid4(), str(uuid4())
    notice = Notice.read(f"{event} claim.decided {anna}")
    assert visible(Actor(administrates=frozenset({anna})), notice)
    assert not visible(Actor(administrates=frozenset({uuid4()})), notice)
    assert not visible(Actor(), Notice.read(f"{event} plan.registered "))


@pytest.mark.django_db(transaction=True)
def test_many_streams_share_one_connection_and_the_last_one_ends_it() -> None:
    anna = uuid4()
    actor = Actor(administrates=frozenset({anna}))

    async def read(heard: list[str]) -> None:
        async for piece in await sse_response(actor, lambda notice: notice.kind == "claim.decided"):
            heard.append(piece.decode())  # noqa: PERF401 - what came before the end counts

    async def until(true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110 - a test may look again and again
                await asyncio.sleep(0.02)

    async def listen() -> list[list[str]]:
        heard: list[list[str]] = [[] for _ in range(20)]
        browsers = [asyncio.create_task(read(each)) for each in heard]
        await until(lambda: all(heard))
        where = psycopg.conninfo.make_conninfo(**address)
        async with await psycopg.AsyncConnection.connect(where, autocommit=True) as telling:
            found = await telling.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
            assert await found.fetchone() == (1,)
            for kind, person in (("claim.sent", anna), ("claim.decided", uuid4()), ("claim.decided", anna)):
                await telling.execute("SELECT pg_notify('events', %s)", [f"{uuid4()} {kind} {person}"])
        await until(lambda: all(len(each) > 1 for each in heard))
        for browser in browsers:
            browser.cancel()
        await asyncio.gather(*browsers, return_exceptions=True)
        await until(lambda: hub().task is None)
        return heard

    known = connection.get_connection_params()
    address = {name: known[name] for name in ("dbname", "user", "host", "port") if known.get(name)}
    heard = asyncio.run(listen())
    assert {len(each) for each in heard} == {2}
    assert {each[1].partition("\n")[0] for each in heard} == {"event: claim.decided"}
