"""The guard: who asks, whether they may, what the database is told, what is written down."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from clausula_server.accounts.actors import SecondFactorNeeded
from clausula_server.accounts.middleware import AccessMiddleware
from clausula_server.accounts.models import User
from clausula_server.audit.models import Access
from clausula_server.lib.access import Concerned, NotAllowed, SignInNeeded, guard
from clausula_server.lib.acting import acting, current_actor, system
from clausula_server.people.models import Person
from tests.world import Cast


def of_person(person: Any) -> Concerned:
    return Concerned(person=person)


@guard("people.person.read", of_person)
def show(_request: HttpRequest, person: Any) -> HttpResponse:
    return HttpResponse(",".join(sorted(each.given_name for each in Person.objects.all())) + f" for {person}")


@guard("people.care.read", of_person)
def show_care(_request: HttpRequest, person: Any) -> HttpResponse:
    return HttpResponse("care")


@guard("people.person.read", of_person)
async def show_later(_request: HttpRequest, person: Any) -> HttpResponse:
    return HttpResponse("later")


def ask(view: Callable[..., Any], user: User | AnonymousUser, person: Any, *, factors: int = 2, **headers: str) -> Any:
    """Call a view as somebody who has signed in, with a second factor where nothing else is said."""
    request = RequestFactory().get("/people/", headers=headers)
    request.user, request.session = user, SessionStore()
    if factors > 1 and isinstance(user, User):
        record_authentication(request, user, "mfa")
    return view(request, person=person)


@pytest.mark.django_db
def test_the_view_runs_as_the_one_who_asks_and_sees_no_more(cast: Cast, as_web: None) -> None:
    answer = ask(show, cast.users["paul"], cast.people["ben"].id)
    assert answer.content.decode().split(" ")[0] == "Ben,Clara,Paul"


@pytest.mark.django_db
def test_afterwards_nobody_acts_any_more(cast: Cast, as_web: None) -> None:
    ask(show, cast.users["anna"], cast.people["anna"].id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.roles'), current_setting('app.person')")
        assert cursor.fetchone() == ("", "")
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_who_is_not_signed_in_is_led_to_the_sign_in(cast: Cast) -> None:
    with pytest.raises(SignInNeeded) as needed:
        ask(show, AnonymousUser(), cast.people["anna"].id)
    answer = AccessMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/x"), needed.value)
    assert answer is not None
    assert answer["Location"] == "/accounts/login/?next=/x"


@pytest.mark.django_db
def test_a_user_who_was_switched_off_is_not_signed_in(cast: Cast) -> None:
    cast.users["anna"].is_active = False
    with pytest.raises(SignInNeeded):
        ask(show, cast.users["anna"], cast.people["anna"].id)


@pytest.mark.django_db
def test_a_stranger_finds_nothing_and_a_provider_may_not(cast: Cast) -> None:
    with pytest.raises(Http404):
        ask(show, cast.users["sven"], cast.people["anna"].id)
    with pytest.raises(NotAllowed) as refused:
        ask(show, cast.users["keller"], cast.people["anna"].id)
    answer = AccessMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/x"), refused.value)
    assert answer is not None
    assert answer.status_code == 403


def test_other_faults_are_left_to_django() -> None:
    assert AccessMiddleware(lambda _: HttpResponse()).process_exception(RequestFactory().get("/"), ValueError()) is None


@pytest.mark.django_db
def test_reading_care_leaves_a_trace_with_its_reason(cast: Cast) -> None:
    ask(show_care, cast.users["vera"], cast.people["anna"].id, X_Reason="appeal 17")
    ask(show_care, cast.users["anna"], cast.people["anna"].id)
    with pytest.raises(SecondFactorNeeded):
        ask(show_care, cast.users["vera"], cast.people["anna"].id, factors=1)
    with acting(system("test")):
        assert list(Access.objects.values_list("reader_name", "permission", "reason")) == [
            ("Vera Weber", "people.care.read", "appeal 17")
        ]


@pytest.mark.django_db
def test_paul_does_not_read_annas_care_nor_claras(cast: Cast) -> None:
    for whose in ("anna", "clara"):
        with pytest.raises(Http404):
            ask(show_care, cast.users["paul"], cast.people[whose].id)
    assert ask(show_care, cast.users["paul"], cast.people["ben"].id).content == b"care"


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_view_has_given_the_connection_back(committed_cast: Cast) -> None:
    answer = asyncio.run(ask(show_later, committed_cast.users["anna"], committed_cast.people["anna"].id))
    assert answer.content == b"later"
    with pytest.raises(Http404):
        asyncio.run(ask(show_later, committed_cast.users["sven"], committed_cast.people["anna"].id))


@pytest.mark.django_db
def test_to_find_out_who_asks_takes_few_statements(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        ask(show, cast.users["anna"], cast.people["anna"].id)
    assert len(asked) <= 9


@pytest.mark.django_db
def test_the_inner_actor_acts_and_afterwards_the_outer_one(cast: Cast) -> None:
    with acting(cast.acts("anna")):
        with acting(system("inner")):
            assert Person.objects.count() == len(cast.people)
        assert current_actor().name == "Anna Weber"
        assert Person.objects.count() == 4
