"""worker: does the jobs, and hands events on as they come."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from clausula_server.events.handing_on import listen


class Command(BaseCommand):
    """Work until told to stop."""

    help = "do the jobs and hand events on, until SIGTERM"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run both in one loop."""
        asyncio.run(work())


async def work() -> None:
    """Do jobs until SIGTERM; a job in hand is finished first."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        async with working.open_async():
            listening = asyncio.create_task(listen())
            try:
                await working.run_worker_async(concurrency=4, shutdown_graceful_timeout=10)
            finally:
                listening.cancel()
