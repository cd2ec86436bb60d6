"""Jobs of payments, once a day: reminders, what was paid too much, claims that could not be told."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from clausula_server.events.working import job
from clausula_server.lib.periods import DAY
from clausula_server.payments.actions.claimed import tell_late
from clausula_server.payments.actions.demand import remind_late
from clausula_server.payments.actions.overpaid import carry_overpaid, refund_credits


@app.periodic(cron="0 5 * * *")
@app.task(name="payments.each_day", queueing_lock="payments.each_day", pass_context=False)
async def each_day(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Let what is due each day be done by a worker."""
    await remind.defer_async()
    await put_right.defer_async()


@job("payments.remind", queueing_lock="payments.remind")
def remind() -> None:
    """Remind of what is late. Twice a day changes nothing."""
    remind_late(timezone.localdate())


@job("payments.put_right", queueing_lock="payments.put_right")
def put_right() -> None:
    """Owe or ask back what was paid or asked too much, tell claims what they could not hear. Nobody is sent a bill by
    it: that a person decides."""
    today = timezone.localdate()
    for currency in ("CHF", "EUR"):
        carry_overpaid(currency, today)
        refund_credits(currency, today)
    tell_late(today - DAY * 7)
