"""Jobs of documents: the scan, and removing what is no longer to be kept."""

from __future__ import annotations

import time
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clausula_server.documents.actions.document import note_scan, remove_document
from clausula_server.documents.models import Document, State
from clausula_server.documents.queries import open_document
from clausula_server.documents.scanning import found_in
from clausula_server.documents.store import remove, stored
from clausula_server.events.working import job

ORPHAN_AFTER = 24 * 3600.0  # an upload does not take so long


@job("documents.scan", retry=RetryStrategy(max_attempts=9, exponential_wait=4))
def scan(document: str) -> None:
    """Have one document looked at. Where the scanner is away it waits; nobody reads it meanwhile."""
    row = Document.objects.get(pk=UUID(document))
    if row.state == State.WAITING:
        note_scan(row, found_in(open_document(row), settings.CLAUSULA_CLAMAV))


@app.periodic(cron="40 3 * * *")
@app.task(name="documents.nightly", queueing_lock="documents.nightly")
async def nightly(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate tells every periodic job its time
    """Once a night."""
    await tidy_up.defer_async()


@job("documents.tidy_up", queueing_lock="documents.tidy_up")
def tidy_up() -> None:
    """Remove documents whose time is over, and files that no row knows."""
    over = Document.objects.filter(state__in=[State.READY, State.WAITING], keep_until__lt=timezone.localdate())
    for row in over.iterator():
        remove_document(row)
    for document, written_at in stored():
        if written_at < time.time() - ORPHAN_AFTER and not _known(document):
            remove(document)


def _known(document: UUID) -> bool:
    return Document.objects.filter(pk=document, state__in=[State.READY, State.WAITING]).exists()
