"""Who acts, told to everyone who must know: the code below, PostgreSQL's row-level security, and the history.

A page, an endpoint or a job runs `with acting(actor, reason)`. One statement declares the actor to the connection, one
takes it back. Where nobody acts, row-level security shows no row and an action refuses to run.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from clausula_server.lib.ids import new_id
from clausula_server.lib.roles import Role

P = ParamSpec("P")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and what that gives a right to see. Made by `accounts.actors` for a request, by `system` for a job.

    administrates: persons whose contracts, contacts and payments they may see and act on. reads_care: persons whose
    care they may read. Both hold for today, themselves included. scopes: the permissions, or beginnings of their names,
    that a token is confined to; None for somebody who signed in.
    """

    user: UUID | None = None
    person: UUID | None = None
    provider: UUID | None = None
    provider_code: str = ""
    roles: frozenset[Role] = frozenset()
    administrates: frozenset[UUID] = frozenset()
    reads_care: frozenset[UUID] = frozenset()
    name: str = ""
    scopes: frozenset[str] | None = None

    def is_in_scope(self, permission: str) -> bool:
        """Whether a token may be used for it."""
        return self.scopes is None or any(f"{permission}.".startswith(f"{scope}.") for scope in self.scopes)

    def is_a(self, *roles: Role) -> bool:
        """Whether they have one of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Acting:
    """An actor at work: why, and the id under which the history groups what is done."""

    actor: Actor
    reason: str
    id: UUID = field(default_factory=new_id)


_now: ContextVar[Acting | None] = ContextVar("acting", default=None)
_in_batch: ContextVar[bool] = ContextVar("batch", default=False)


class NobodyActs(RuntimeError):  # noqa: N818 - named by what is the matter
    """An action was called without `with acting(…)` around it: a mistake in the program."""


def current() -> Acting:
    """Who acts at present. Raises NobodyActs."""
    now = _now.get()
    if now is None:
        raise NobodyActs("an action needs an actor: call it under a @guard, in a @job, or with acting(…)")
    return now


def current_actor() -> Actor:
    """The actor at present. Raises NobodyActs."""
    return current().actor


@contextmanager
def acting(actor: Actor, reason: str = "") -> Iterator[Actor]:
    """Let the actor act. Nested, the inner one acts; afterwards the outer one again."""
    before = _now.get()
    now = Acting(actor, reason)
    token = _now.set(now)
    try:
        _declare(now)
        yield actor
    finally:
        _now.reset(token)
        _declare(before)


@contextmanager
def elevated(why: str) -> Iterator[None]:
    """See every row for a while, as the system does: a decision needs the household's other lines, whoever sends one.

    Only after the right to do the thing was checked, only inside a transaction, never around what is shown to somebody.
    """
    if not connection.in_atomic_block:
        raise NobodyActs("elevated(…) belongs into an action's transaction")
    now = current()
    if Role.SYSTEM in now.actor.roles:  # it sees every row already
        yield
        return
    actor = replace(now.actor, roles=now.actor.roles | {Role.SYSTEM})
    with acting(actor, f"{now.reason}: {why}" if now.reason else why):
        yield


def system(reason: str) -> Actor:
    """The actor of jobs and of the demo's loader: nobody in person."""
    return Actor(roles=frozenset({Role.SYSTEM}), name=f"system ({reason})")


@contextmanager
def batch() -> Iterator[None]:
    """Let many actions be one transaction, all or nothing: none of them has a savepoint of its own, so that whoever
    catches what one raises has lost them all. For loaders; a savepoint costs two statements."""
    token = _in_batch.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _in_batch.reset(token)


def action(work: Callable[P, Answer]) -> Callable[P, Answer]:
    """Make a function an action: somebody must act, and all of it happens or nothing."""

    @functools.wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> Answer:
        current()
        with transaction.atomic(savepoint=not _in_batch.get()):
            return work(*args, **kwargs)

    return done


def _declare(now: Acting | None) -> None:
    """Tell the connection who acts. In a broken transaction nothing can be told, and its end takes it back anyway."""
    raw = connection.connection
    if raw is not None and raw.info.transaction_status == TransactionStatus.INERROR:
        return
    if raw is None and now is None:  # the connection went back to the pool closed; nothing is left to take back
        return
    try:
        with connection.cursor() as cursor:
            if now is None:
                cursor.execute(_NOBODY)
            else:
                cursor.execute(_SOMEBODY, _settings(now))
    except Exception:
        connection.close()  # never give back a connection that still speaks for somebody
        raise


def _settings(now: Acting) -> list[str]:
    """What is told of an actor at work, in the order of _NAMES."""
    actor = now.actor
    told = {"user": str(actor.user), "name": actor.name, "roles": sorted(actor.roles), "reason": now.reason}
    return [
        str(actor.user or ""),
        str(actor.person or ""),
        str(actor.provider or ""),
        ",".join(sorted(actor.roles)),
        ",".join(map(str, actor.administrates)),
        ",".join(map(str, actor.reads_care)),
        str(now.id),
        json.dumps(told),
    ]


_NAMES = (
    *("app.user", "app.person", "app.provider", "app.roles", "app.administrates", "app.reads_care"),
    *("pghistory.context_id", "pghistory.context_metadata"),
)
_SOMEBODY = "SELECT " + ", ".join(f"set_config('{name}', %s, false)" for name in _NAMES)
_NOBODY = "SELECT " + ", ".join(f"set_config('{name}', '', false)" for name in _NAMES)
