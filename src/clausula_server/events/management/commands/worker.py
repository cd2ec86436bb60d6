"""worker: does the jobs, and hands events on as they come."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from clausula_server.events.handing_on import listen
from clausula_server.events.working import URGENT

PLACES = 4  # jobs at once, of any kind
URGENT_PLACES = 2  # more, for urgent ones alone
GRACE = 10  # seconds a job in hand gets to end, when the worker is to stop


class Command(BaseCommand):
    """Work until told to stop."""

    help = "do the jobs and hand events on, until SIGTERM"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run both in one loop."""
        asyncio.run(work())


async def work() -> None:
    """Do jobs until SIGTERM; a job in hand is finished first."""
    # A thread for each place, or an urgent job would wait for one; the rest look up the names of hosts.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(PLACES + URGENT_PLACES + 2))
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        async with working.open_async():
            listening = asyncio.create_task(listen())
            lanes = [
                asyncio.create_task(_lane(working, PLACES, None)),
                asyncio.create_task(_lane(working, URGENT_PLACES, [URGENT])),
            ]
            try:
                await asyncio.wait([*lanes, asyncio.create_task(_told_to_stop())], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for lane in lanes:
                    lane.cancel()  # once: a second time would cut off the jobs in hand
                ended = await asyncio.gather(*lanes, return_exceptions=True)
                listening.cancel()
    for error in ended:
        if isinstance(error, Exception):  # not CancelledError, which is how a lane ends that was told to
            raise error


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def _lane(working: Any, places: int, queues: list[str] | None) -> None:
    """Do the jobs of these queues, or of all. Cancelled, it ends the jobs in hand first."""
    await working.run_worker_async(
        queues=queues, concurrency=places, shutdown_graceful_timeout=GRACE, install_signal_handlers=False
    )
