"""Listening for events as they are committed, so that they are handed on at once and not at the next sweep."""

from __future__ import annotations

import asyncio
import logging

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection

from clausula_server.events.actions.outbox import empty_outbox
from clausula_server.lib.acting import acting, system

log = logging.getLogger(__name__)
PAUSE = 0.05  # seconds in which further events join the same round
RETRY = 2.0


async def listen() -> None:
    """Empty the outbox whenever PostgreSQL tells of an event, for ever; reconnect where the connection breaks."""
    while True:
        try:
            await _listen_once()
        except (psycopg.OperationalError, OSError):
            log.warning("the connection for events broke; trying again")
            await asyncio.sleep(RETRY)


async def _listen_once() -> None:
    options = connection.get_connection_params()
    wanted = {name: value for name, value in options.items() if name not in ("cursor_factory", "context")}
    async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listening:
        await listening.execute("LISTEN events")
        await sync_to_async(empty)()
        async for _ in listening.notifies():
            await asyncio.sleep(PAUSE)
            await sync_to_async(empty)()


def empty() -> None:
    """Hand on what waits."""
    try:
        with acting(system("events")):
            while empty_outbox():
                pass
    finally:
        connection.close()
