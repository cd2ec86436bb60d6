"""Jobs of events: bring a delivery, and sweep up what a crash left behind."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clausula_server.events.actions import delivery as deliveries
from clausula_server.events.actions.outbox import empty_outbox, put_back_orphans
from clausula_server.events.working import job

ATTEMPTS = 9
SILENT_FOR = 30.0  # seconds without a heartbeat after which a worker is taken for dead


class Undelivered(Exception):  # noqa: N818 - what is the matter
    """It did not arrive; the job is to be tried again."""


@job("events.deliver", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4))
def deliver(delivery: str) -> None:
    """Bring one delivery to its receiver. Tried again after 4 s, 16 s, 64 s … three days in all."""
    answer = deliveries.attempt(UUID(delivery), last=ATTEMPTS)
    if answer:
        raise Undelivered(answer)


@app.periodic(cron="* * * * *")
@app.task(name="events.sweep", queueing_lock="events.sweep", pass_context=False)
async def sweep(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Give back the jobs of dead workers, and hand on what the listener missed. A queueing lock, never a lock: a lock
    would be held by the dead worker's own sweep.
    """
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_FOR):
        await app.job_manager.retry_job(stalled)
    await tidy_up.defer_async()


@job("events.tidy_up", queueing_lock="events.tidy_up")
def tidy_up() -> None:
    """The part of the sweep that works through Django."""
    put_back_orphans()
    while empty_outbox():
        pass
