"""Who may do what: a table of named permissions, and one decorator for every page and endpoint that asks it.

Each room writes its rows in its own `permissions.py` as `TABLE`. A row says for each role under which rule it may; a
role that is not in the row may not. `guard` finds the actor, asks the row, declares the actor to the database, and
writes to the access log where the row is about care.

What a stranger may not see does not exist for him: a member who guesses an id is answered 404, like one who mistypes.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest
from django.utils.module_loading import autodiscover_modules, import_string

from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.roles import STAFF, Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom the thing concerns: what the rules look at. row: what was read to find out; `request.concerned` hands it to
    the view, which need not read it again."""

    person: UUID | None = None
    provider: UUID | None = None
    row: Any = None


NOBODY = Concerned()
Rule = Callable[[Actor, Concerned], bool]


def anyone(_actor: Actor, _concerned: Concerned) -> bool:
    """Whomever it concerns."""
    return True


def themselves(actor: Actor, concerned: Concerned) -> bool:
    """The person it concerns, in person."""
    return concerned.person is not None and concerned.person == actor.person


def administered(actor: Actor, concerned: Concerned) -> bool:
    """Those who look after the person's contracts: themselves, the holder, a mandate."""
    return concerned.person in actor.administrates


def care_readable(actor: Actor, concerned: Concerned) -> bool:
    """Those who may read the person's care: themselves, a parent of a young child, a consent, broken glass."""
    return concerned.person in actor.reads_care


def own_provider(actor: Actor, concerned: Concerned) -> bool:
    """The provider it concerns."""
    return concerned.provider is not None and concerned.provider == actor.provider


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may do one thing. care: every use is written to the access log with whom it concerned."""

    does: str
    roles: Mapping[Role, Rule]
    care: bool = False


def staff(*roles: Role, rule: Rule = anyone) -> dict[Role, Rule]:
    """The same rule for some roles of staff, or for all of them."""
    return dict.fromkeys(roles or sorted(STAFF), rule)


class SignInNeeded(Exception):  # noqa: N818 - an answer, not an error of ours
    """Nobody is signed in. Pages lead to the sign-in, the API answers 401."""


class NotAllowed(Exception):  # noqa: N818 - an answer, not an error of ours
    """The role may not do this at all. Pages and API answer 403."""


@cache
def table() -> Mapping[str, Permit]:
    """All permissions of all rooms, by name. Raises ValueError where two rooms use one name."""
    autodiscover_modules("permissions")
    found: dict[str, Permit] = {}
    for name, permit in _written():
        if name in found:
            raise ValueError(f"the permission {name} is written twice")
        found[name] = permit
    return found


def _written() -> Iterator[tuple[str, Permit]]:
    for room in settings.ROOMS:
        with_rows = f"clausula_server.{room}.permissions.TABLE"
        try:
            rows: Mapping[str, Permit] = import_string(with_rows)
        except ImportError as error:
            if f"{room}.permissions" not in str(error):
                raise
            continue
        yield from rows.items()


def may(actor: Actor, name: str, concerned: Concerned = NOBODY) -> bool:
    """Whether the actor may do the thing of that name. Raises KeyError for a name nobody wrote down."""
    rules = table()[name].roles.items()
    return actor.is_in_scope(name) and any(rule(actor, concerned) for role, rule in rules if role in actor.roles)


def require(actor: Actor, name: str, concerned: Concerned = NOBODY) -> None:
    """Raise NotAllowed where no role of the actor's may, Http404 where it may but not with this one."""
    if may(actor, name, concerned):
        return
    if not actor.is_in_scope(name) or not any(role in actor.roles for role in table()[name].roles):
        raise NotAllowed(name)
    raise Http404


def guard(name: str, concerned: Callable[..., Concerned] | None = None) -> Callable[[View], View]:
    """Guard a page or an endpoint by the permission of that name.

    concerned: called with what the address holds (keyword arguments), says whom it is about. What it reads it reads as
    the actor, so that a row of somebody else's is not there: let DoesNotExist be answered by `get_object_or_404`.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = actor_of(request)
            with acting(actor, name):
                _admit(actor, name, concerned, request, kwargs)
                return view(request, *args, **kwargs)

        @functools.wraps(view)
        async def answer_later(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            await sync_to_async(admit_and_let_go)(request, kwargs)
            return await view(request, *args, **kwargs)

        def admit_and_let_go(request: HttpRequest, kwargs: dict[str, Any]) -> None:
            try:
                actor = actor_of(request)
                with acting(actor, name):
                    _admit(actor, name, concerned, request, kwargs)
            finally:
                connections.close_all()  # a stream would keep the connection from the pool as long as it lasts

        guarded: Any = answer_later if inspect.iscoroutinefunction(view) else answer
        guarded.permission = name
        return guarded  # type: ignore[no-any-return] # it has the view's own signature

    return decorate


def public(why: str) -> Callable[[View], View]:
    """Say of a page that everybody may ask for it, and why. The authorisation test knows no third kind."""

    def decorate(view: View) -> View:
        view.public = why  # type: ignore[attr-defined] # a mark for the test
        return view

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request, as the setting CLAUSULA_ACTOR_OF finds it. Raises SignInNeeded."""
    known: Actor | None = getattr(request, "actor", None)
    if known is None:
        known = import_string(settings.CLAUSULA_ACTOR_OF)(request)
        request.actor = known  # type: ignore[attr-defined] # so that a page asks once
    if known is None:
        raise SignInNeeded
    return known


def _admit(
    actor: Actor, name: str, concerned: Callable[..., Concerned] | None, request: HttpRequest, address: dict[str, Any]
) -> None:
    whom = concerned(**address) if concerned else NOBODY
    request.concerned = whom  # type: ignore[attr-defined] # for the view
    require(actor, name, whom)
    if table()[name].care:
        import_string(settings.CLAUSULA_ACCESS_LOG)(name, whom.person, request.headers.get("X-Reason", ""))
