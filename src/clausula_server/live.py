"""Live pages: what happened, told to browsers as it is committed (Server-Sent Events over LISTEN/NOTIFY).

One connection for each process listens, for all the streams of that process; it ends with the last of them. A stream
says that something happened, never what: the page then asks for the part that changed, and is guarded as ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import StreamingHttpResponse

from clausula_server.lib.acting import Actor
from clausula_server.lib.roles import STAFF

log = logging.getLogger(__name__)
BEAT = 15.0  # seconds; proxies close what is silent
LASTS = 600.0  # then the browser comes back by itself, and its rights are looked at anew
RETRY = 1.0
WAITING = 100  # notices a slow browser may be behind before its stream ends


@dataclass(frozen=True, slots=True)
class Notice:
    """Something happened: the event's id, its kind, whom it concerns."""

    event: str
    kind: str
    person: UUID | None

    @classmethod
    def read(cls, payload: str) -> Notice:
        """What the trigger of `events_event` sends."""
        event, kind, person = payload.split(" ")
        return cls(event, kind, UUID(person) if person else None)


def visible(actor: Actor, notice: Notice) -> bool:
    """Whether the actor may know that it happened."""
    return notice.person in actor.administrates or bool(actor.roles & STAFF)


@dataclass
class Hub:
    """The listening of one event loop, and who hears it."""

    hearers: set[asyncio.Queue[Notice | None]] = field(default_factory=set)
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def join(self) -> asyncio.Queue[Notice | None]:
        """Hear everything from now on. Returns when PostgreSQL tells us of it."""
        heard: asyncio.Queue[Notice | None] = asyncio.Queue(WAITING)
        self.hearers.add(heard)
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._listen())
        await self.ready.wait()
        return heard

    def leave(self, heard: asyncio.Queue[Notice | None]) -> None:
        """Hear no longer; the last one closes the connection."""
        self.hearers.discard(heard)
        if not self.hearers and self.task is not None:
            self.task.cancel()
            self.task = None
            self.ready.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (psycopg.OperationalError, OSError):
                self.ready.clear()
                log.warning("the connection for live pages broke; trying again")
                await asyncio.sleep(RETRY)

    async def _listen_once(self) -> None:
        known = await sync_to_async(connection.get_connection_params)()
        wanted = {name: value for name, value in known.items() if name not in ("cursor_factory", "context", "pool")}
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listening:
            await listening.execute("LISTEN events")
            self.ready.set()
            async for told in listening.notifies():
                self._tell(Notice.read(told.payload))

    def _tell(self, notice: Notice) -> None:
        for heard in list(self.hearers):
            if heard.full():  # nobody reads it; it ends, and comes back
                self.hearers.discard(heard)
                heard.get_nowait()
                heard.put_nowait(None)
            else:
                heard.put_nowait(notice)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop: one for each process that serves."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


async def sse_response(actor: Actor, wanted: Callable[[Notice], bool]) -> StreamingHttpResponse:
    """A stream of the notices that are wanted and that the actor may know of. For an async view under `guard`.

    Each is an event named by its kind, its data the event's id: `<div hx-ext="sse" sse-connect="…"><p hx-get="…"
    hx-trigger="sse:claim.decided">`. The database connection is given back first, however long the stream lasts.
    """
    await sync_to_async(connections.close_all)()
    response = StreamingHttpResponse(_stream(actor, wanted), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    response["Content-Encoding"] = "identity"  # a compressing middleware would hold it back
    return response


async def _stream(actor: Actor, wanted: Callable[[Notice], bool]) -> AsyncIterator[str]:
    ours = hub()
    heard = await ours.join()
    ends = asyncio.get_running_loop().time() + LASTS
    try:
        yield "retry: 1000\n\n"
        while asyncio.get_running_loop().time() < ends:
            notice: Notice | None = None
            with suppress(TimeoutError):
                notice = await asyncio.wait_for(heard.get(), BEAT)
                if notice is None:
                    return
            if notice is None:
                yield ": still here\n\n"
            elif visible(actor, notice) and wanted(notice):
                yield f"event: {notice.kind}\nid: {notice.event}\ndata: {notice.event}\n\n"
    finally:
        ours.leave(heard)
