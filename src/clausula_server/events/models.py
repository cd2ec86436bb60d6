"""What happened (append-only), what is still to be handed on, and to whom."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from clausula_server.lib.ids import new_id


class Event(models.Model):
    """One thing that happened, appended by the action that did it. Never changed, never removed.

    kind: "room.happened", like "claim.decided". subject: what it happened to. person: whom it concerns, for who may see
    it. payload: ids and words for receivers; no medical content, no amounts nobody outside may know.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    subject = models.UUIDField()
    person = models.UUIDField(null=True, blank=True)
    provider = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    actor = models.UUIDField(null=True, blank=True)
    actor_name = models.CharField(max_length=120, blank=True)
    context = models.UUIDField()
    # The moment is set here, not by the database: reading it back would need the right to see the row just written.
    happened_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__regex=r"^[a-z_]+\.[a-z_]+$"), name="event_kind_form")]
        indexes = [
            models.Index(fields=["subject", "id"], name="event_subject"),
            models.Index(fields=["person", "id"], name="event_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Outbox(models.Model):
    """An event not handed on yet. A trigger writes the row with the event; handing on removes it."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)


class Endpoint(models.Model):
    """A system outside that wants certain events, at an address, signed with a secret that both know."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url = models.URLField()
    secret = models.CharField(max_length=100)
    kinds = ArrayField(models.CharField(max_length=60))
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """An event on its way to one receiver: an endpoint, or a person by e-mail or SMS."""

    class Channel(models.TextChoices):
        WEBHOOK = "webhook"
        EMAIL = "email"
        SMS = "sms"

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True)
    channel = models.CharField(max_length=7, choices=Channel.choices)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, null=True, blank=True)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_answer = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="delivery_once_an_endpoint"),
            models.CheckConstraint(
                condition=Q(channel="webhook", endpoint__isnull=False, event__isnull=False) | ~Q(channel="webhook"),
                name="delivery_webhook_has_endpoint",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
