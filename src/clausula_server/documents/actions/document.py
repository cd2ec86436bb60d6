"""Documents: received, scanned, removed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.documents.models import Content, Document, Retention, State
from clausula_server.documents.receiving import NotTaken, Received
from clausula_server.documents.retention import keep_until
from clausula_server.documents.store import remove
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.people.models import Person

MOST_A_DAY = 100  # by one sender


@action
def receive(received: Received, person: Person, content: Content, retention: Retention = Retention.CLAIM) -> Document:
    """Make a received file a document about a person. Raises NotTaken where one sender sends too many.

    Where the transaction fails the file stays behind without a row, so without a key: the sweep removes it.
    """
    from clausula_server.documents.jobs import scan  # noqa: PLC0415 - the job calls actions, and actions make jobs

    sender = current_actor().user
    day = timezone.now() - timedelta(days=1)
    with elevated("count what was sent"):
        if sender and Document.objects.filter(sender=sender, received_at__gt=day).count() >= MOST_A_DAY:
            raise NotTaken(413, _("At most %(most)d documents a day.") % {"most": MOST_A_DAY})
    scanned = bool(settings.CLAUSULA_CLAMAV)
    row = Document.objects.create(
        id=received.document,
        person=person,
        content=content,
        name=received.name,
        media_type=received.media_type,
        bytes=received.size,
        digest=received.digest,
        state=State.WAITING if scanned else State.READY,
        retention=retention,
        keep_until=keep_until(retention, timezone.localdate()),
        sender=sender,
        key_name=received.key_name,
        wrapped_key=received.wrapped_key,
    )
    if scanned:
        scan.defer(document=str(row.id))
    append("document.received", row.id, person=person.id, payload={"content": content})
    return row


@action
def note_scan(document: Document, found: str) -> None:
    """The scanner has looked: found names what it found, or is empty."""
    document.scanned_at = timezone.now()
    document.state = State.INFECTED if found else State.READY
    if found:
        _forget_bytes(document)
    document.save(update_fields=["scanned_at", "state", "wrapped_key", "key_name"])
    kind = "document.infected" if found else "document.ready"
    append(kind, document.id, person=document.person_id, payload={"found": found[:80]} if found else {})


@action
def remove_document(document: Document) -> None:
    """Its time is over: the bytes and their key go, the row stays and says that there was one."""
    document.state = State.REMOVED
    _forget_bytes(document)
    document.save(update_fields=["state", "wrapped_key", "key_name"])
    append("document.removed", document.id, person=document.person_id)


def _forget_bytes(document: Document) -> None:
    document.wrapped_key = None  # without its key the file is noise, in every backup too
    document.key_name = ""
    transaction.on_commit(lambda: remove(document.id))
