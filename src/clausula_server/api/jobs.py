"""Jobs of this room: answers that were kept long enough go."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from clausula_server.api.models import Answer
from clausula_server.events.working import job

KEPT_FOR = timedelta(days=7)
"""How long the same key answers the same. A claim's key names it for good: `claims` keeps it."""


@app.periodic(cron="20 4 * * *")
@app.task(name="api.night", queueing_lock="api.night", pass_context=False)
async def night(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Every night."""
    await forget_answers.defer_async()


@job("api.forget_answers", queueing_lock="api.forget_answers")
def forget_answers() -> None:
    """Remove answers older than a week."""
    Answer.objects.filter(answered_at__lt=timezone.now() - KEPT_FOR).delete()
