"""Jobs of enrolment: go on with a renewal run, post what falls due each day."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from clausula_server.enrolment.actions.renewal import continue_run, start_run
from clausula_server.enrolment.models import RenewalRun
from clausula_server.events.working import job


@job("enrolment.renew", queueing_lock="enrolment.renew")
def renew(run: str) -> None:
    """Do what is left of a renewal run. Run again after a crash, it goes on where it was."""
    continue_run(RenewalRun.objects.get(pk=UUID(run)))


def renew_in_background(run: RenewalRun) -> None:
    """Let the worker do a run, once this is committed. One after the other: no run waits for its turn in vain."""
    renew.configure(lock="enrolment.renew", queueing_lock=f"enrolment.renew/{run.id}").defer(run=str(run.id))


@app.periodic(cron="15 3 * * *")
@app.task(name="enrolment.every_night", queueing_lock="enrolment.every_night", pass_context=False)
async def every_night(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Let what renews today renew."""
    await renew_today.defer_async()


@job("enrolment.renew_today", queueing_lock="enrolment.renew_today")
def renew_today() -> None:
    """The run of the day: yearly and monthly contributions, ages, texts that end. One a day."""
    today = timezone.localdate()
    run = RenewalRun.objects.filter(first=today, last=today, dry=False, plans=[]).first()
    continue_run(run or start_run(today, today, dry=False))
