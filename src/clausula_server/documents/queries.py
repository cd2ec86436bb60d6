"""Reads of documents."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from clausula_server.documents.models import Document, State
from clausula_server.documents.store import read, unwrap


def documents_of(person: UUID) -> QuerySet[Document]:
    """What whoever acts may see of the person's documents, the latest first."""
    return Document.objects.filter(person=person).exclude(state=State.REMOVED).order_by("-id").defer("wrapped_key")


def open_document(document: Document) -> Iterator[bytes]:
    """What is in it, piece by piece. Raises NotOpened; the caller has asked for the right to read it."""
    assert document.wrapped_key is not None
    return read(document.id, unwrap(document.id, document.key_name, bytes(document.wrapped_key)))
