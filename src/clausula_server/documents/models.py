"""What is known of a document. Its bytes lie in the store, sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clausula_server.audit.history import recorded
from clausula_server.lib.ids import new_id
from clausula_server.people.models import Person


class Content(models.TextChoices):
    """What it is about, which says who may read it."""

    ADMINISTRATIVE = "administrative"
    BILL = "bill"
    MEDICAL = "medical"


class MediaType(models.TextChoices):
    """What a file may be, as its content shows."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    TIFF = "image/tiff"


class State(models.TextChoices):
    """waiting: for the scanner. infected: it found something, the bytes are gone. removed: its time is over."""

    WAITING = "waiting"
    READY = "ready"
    INFECTED = "infected"
    REMOVED = "removed"


class Retention(models.TextChoices):
    """How long it is kept; the years are in `retention.py`."""

    CLAIM = "claim"
    CONTRACT = "contract"
    PASSING = "passing"


@recorded(without=["wrapped_key", "key_name"])
class Document(models.Model):
    """A file of somebody's. `digest` is a keyed hash of it: the same file twice shows, what it says does not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    content = models.CharField(max_length=14, choices=Content.choices)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=20, choices=MediaType.choices)
    bytes = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    retention = models.CharField(max_length=8, choices=Retention.choices)
    keep_until = models.DateField()
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    sender = models.UUIDField(null=True, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    key_name = models.CharField(max_length=40, blank=True)
    wrapped_key = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(content__in=Content.values), name="document_content_known"),
            models.CheckConstraint(condition=Q(media_type__in=MediaType.values), name="document_type_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="document_state_known"),
            models.CheckConstraint(condition=Q(bytes__gt=0), name="document_not_empty"),
            models.CheckConstraint(
                condition=Q(state__in=["infected", "removed"], wrapped_key__isnull=True)
                | Q(state__in=["waiting", "ready"], wrapped_key__isnull=False),
                name="document_key_while_there",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "id"], name="document_person"),
            models.Index(F("sender"), F("received_at"), name="document_sender"),
        ]

    def __str__(self) -> str:
        return self.name
