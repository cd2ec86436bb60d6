"""Jobs of claims: originals go back every month; waits that are overdue are told."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from clausula_server.claims.actions.attachment import return_originals
from clausula_server.claims.models import Pend
from clausula_server.events.actions.event import append
from clausula_server.events.working import job


@app.periodic(cron="0 5 28 * *")
@app.task(name="claims.month", queueing_lock="claims.month", pass_context=False)
async def month(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Late in the month, so that what came in it goes back in it."""
    await return_all.defer_async()


@app.periodic(cron="0 6 * * *")
@app.task(name="claims.day", queueing_lock="claims.day", pass_context=False)
async def each_day(timestamp: int) -> None:  # noqa: ARG001 - likewise
    """Every morning."""
    await tell_overdue.defer_async()


@job("claims.return_originals", queueing_lock="claims.return_originals")
def return_all() -> None:
    """Return what came up to today."""
    today = timezone.localdate()
    return_originals(today, today)


@job("claims.tell_overdue", queueing_lock="claims.tell_overdue")
def tell_overdue() -> None:
    """An event for each wait that is overdue since yesterday: whose turn it is hears of it. Nothing is refused by a
    clock alone; that a person decides."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for pend in Pend.objects.filter(closed_at__isnull=True, due_on=yesterday):
        payload = {"pend": str(pend.id), "owner": pend.owner, "kind": pend.kind}
        append("wait.overdue", pend.claim_id, person=pend.person_id, payload=payload)
