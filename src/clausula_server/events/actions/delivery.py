"""Deliveries: queue a message to a person, and attempt to bring one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F
from django.utils import timezone

from clausula_server.events.channels import NotSent, channel, post_webhook
from clausula_server.events.models import Delivery, Event
from clausula_server.lib.acting import action, elevated


@action
def queue_message(kind: str, address: str, subject: str, text: str, event: Event | None = None) -> UUID:
    """Queue an e-mail ("email") or an SMS ("sms"), to go out when the transaction is committed."""
    from clausula_server.events.jobs import deliver  # noqa: PLC0415 - the job calls actions, and actions make jobs

    with elevated("queue a message"):
        row = Delivery.objects.create(
            channel=Delivery.Channel(kind), address=address, subject=subject, text=text, event=event
        )
    deliver.defer(delivery=str(row.id))
    return row.id


def attempt(delivery: UUID, last: int) -> str:
    """Try to bring it; after the attempt number `last` it is given up. Returns what went wrong, "" where it is done.

    Not one transaction: nothing is locked while the other side thinks. A delivery may arrive twice, never not at all.
    """
    row = Delivery.objects.select_related("event", "endpoint").get(pk=delivery)
    if row.state != Delivery.State.WAITING:
        return ""
    try:
        _send(row)
    except NotSent as error:
        given_up = row.attempts + 1 >= last
        _note(row, str(error), Delivery.State.GIVEN_UP if given_up else Delivery.State.WAITING)
        return "" if given_up else str(error)
    _note(row, "", Delivery.State.DELIVERED)
    return ""


def _send(row: Delivery) -> None:
    if row.channel == Delivery.Channel.WEBHOOK:
        assert row.event is not None
        assert row.endpoint is not None
        if not row.endpoint.active:
            raise NotSent("the endpoint is switched off")
        post_webhook(row.endpoint.url, row.endpoint.secret, row.event)
    else:
        channel(row.channel).send(row.address, row.subject, row.text)


@action
def _note(row: Delivery, answer: str, state: Delivery.State) -> None:
    Delivery.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        last_answer=answer[:200],
        state=state,
        ended_at=None if state == Delivery.State.WAITING else timezone.now(),
        text="" if state == Delivery.State.DELIVERED else row.text,  # a code by SMS is not kept when it is out
    )
