"""Jobs of payments: reminders, once a day."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from clausula_server.events.working import job
from clausula_server.payments.actions.demand import remind_late


@app.periodic(cron="0 5 * * *")
@app.task(name="payments.each_day", queueing_lock="payments.each_day", pass_context=False)
async def each_day(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Let what is due each day be done by a worker."""
    await remind.defer_async()


@job("payments.remind", queueing_lock="payments.remind")
def remind() -> None:
    """Remind of what is late. Twice a day changes nothing."""
    remind_late(timezone.localdate())
