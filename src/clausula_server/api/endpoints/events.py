"""What happened, and which systems are told of it."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from pydantic import Field

from clausula_server.api.concerns import of_themselves
from clausula_server.api.endpoint import Room
from clausula_server.api.records.other import (
    Deliveries,
    DeliveryRecord,
    EventRecord,
    Events,
    WebhookIn,
    WebhookMade,
    WebhookRecord,
    Webhooks,
)
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.events.actions.endpoint import add_endpoint, switch_off_endpoint
from clausula_server.events.models import Delivery, Endpoint, Event

room = Room("events")
Kind = Annotated[str, Field(max_length=60, examples=["claim.decided"])]
State = Annotated[str, Field(pattern="^(|waiting|delivered|given_up)$")]


@room.get("/events", "events.event.read", of_themselves)
def list_events(
    request: HttpRequest, kind: Kind = "", person: UUID | None = None, subject: UUID | None = None,
    after: Cursor = None, size: Size = 50,
) -> Events:  # fmt: skip
    """What happened, the newest first, as far as the asker may see it."""
    rows = Event.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    if person:
        rows = rows.filter(person=person)
    if subject:
        rows = rows.filter(subject=subject)
    return Events.of(rows, after, size, _event)


@room.get("/webhooks", "events.endpoint.change")
def list_webhooks(request: HttpRequest, after: Cursor = None, size: Size = 50) -> Webhooks:
    """The systems that are told of events."""
    return Webhooks.of(Endpoint.objects.all(), after, size, lambda row: WebhookRecord(**_webhook(row)))


@room.post("/webhooks", "events.endpoint.change", status=201, errors=("refused",))
def add_webhook(request: HttpRequest, body: WebhookIn) -> WebhookMade:
    """Tell a system of events of some kinds. The answer holds its secret, this once."""
    row = add_endpoint(body.url, body.kinds)
    return WebhookMade(**_webhook(row), secret=row.secret)


@room.post("/webhooks/{uuid:webhook}/switch-off", "events.endpoint.change")
def switch_off_webhook(request: HttpRequest, webhook: UUID) -> WebhookRecord:
    """Tell a system nothing more."""
    row = get_object_or_404(Endpoint, pk=webhook)
    switch_off_endpoint(row)
    return WebhookRecord(**_webhook(row))


@room.get("/deliveries", "events.delivery.read")
def list_deliveries(request: HttpRequest, state: State = "", after: Cursor = None, size: Size = 50) -> Deliveries:
    """What is on its way to systems and persons, or went."""
    rows = Delivery.objects.all()
    return Deliveries.of(rows.filter(state=state) if state else rows, after, size, _delivery)


def _event(row: Event) -> EventRecord:
    return EventRecord(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        person=row.person,
        provider=row.provider,
        payload=row.payload,
        happened_at=row.happened_at,
    )


def _webhook(row: Endpoint) -> dict[str, Any]:
    return {"id": row.id, "url": row.url, "kinds": row.kinds, "active": row.active}


def _delivery(row: Delivery) -> DeliveryRecord:
    return DeliveryRecord(
        id=row.id,
        event=row.event_id,
        channel=row.channel,
        state=row.state,
        attempts=row.attempts,
        last_answer=row.last_answer,
        queued_at=row.queued_at,
    )
