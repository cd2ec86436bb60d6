"""Jobs of events. A job may run twice: each looks first whether its work is still to be done."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="events.deliver")
def deliver(delivery: str) -> None:
    """Bring one delivery to its receiver."""
