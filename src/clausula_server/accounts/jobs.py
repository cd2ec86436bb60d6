"""Jobs of sign-ins."""

from __future__ import annotations

import json

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clausula_server.accounts.limits import forget_old
from clausula_server.events.channels import channel
from clausula_server.events.working import job
from clausula_server.lib.sealing import open_text

SEALED = "code by SMS"


@job("accounts.send_sealed", retry=RetryStrategy(max_attempts=4, wait=5), urgent=True)
def send_sealed(sealed: str) -> None:
    """Send a code. Tried four times in a quarter of a minute; then somebody has asked for another one."""
    message = json.loads(open_text(sealed, SEALED))
    if message["text"]:
        channel("sms").send(message["phone"], "", message["text"])


@app.periodic(cron="17 * * * *")
@app.task(name="accounts.sweep", queueing_lock="accounts.sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Once an hour."""
    await forget.defer_async()


@job("accounts.forget", queueing_lock="accounts.forget")
def forget() -> None:
    """Remove counts that hold no longer."""
    forget_old()
