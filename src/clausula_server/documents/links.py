"""Links to documents: signed, for one user, for five minutes. A link in other hands opens nothing."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.http import Http404
from django.urls import reverse

from clausula_server.documents.models import Document
from clausula_server.lib.acting import Actor

LIVES = 300
SALT = "clausula.document"


def link_to(document: Document, actor: Actor) -> str:
    """The address under which this actor opens the document, for the next five minutes."""
    signed = signing.dumps({"document": str(document.id), "user": str(actor.user)}, salt=SALT)
    return reverse(f"document_{document.content}", kwargs={"document": document.id}) + f"?link={signed}"


def check_link(link: str, document: UUID, actor: Actor) -> None:
    """Raises Http404 for a link that is too old, changed, of another document, or of somebody else."""
    try:
        held = signing.loads(link, salt=SALT, max_age=LIVES)
    except signing.BadSignature as error:
        raise Http404 from error
    if held != {"document": str(document), "user": str(actor.user)}:
        raise Http404
