"""Jobs: work that is queued with what it is about, in one transaction, and done by the worker after it is committed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.db import connection
from procrastinate import RetryStrategy, tasks
from procrastinate.contrib.django import app

from clausula_server.lib.acting import acting, system

Work = Callable[..., None]
URGENT = "urgent"  # the lane of what somebody is waiting for, in front of a screen


def job(
    name: str, retry: RetryStrategy | None = None, queueing_lock: str | None = None, *, urgent: bool = False
) -> Callable[[Work], Any]:
    """Make a function a job, acting as the system. It takes plain values (ids as text) and may run twice.

    An urgent one overtakes whatever waits, and has places of its own where long ones hold all the others.
    """

    def made(work: Work) -> tasks.Task[Any, Any, Any]:
        @functools.wraps(work)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                with acting(system(name)):
                    work(*args, **kwargs)
            finally:
                if not connection.in_atomic_block:
                    connection.close()

        return app.task(
            name=name,
            retry=retry or False,
            queueing_lock=queueing_lock,
            queue=URGENT if urgent else "default",
            priority=1 if urgent else 0,
        )(run)

    return made
