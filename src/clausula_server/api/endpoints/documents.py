"""Files: send one, list them, get a link to one. Each content has a permission of its own."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from pydantic import Field

from clausula_server.api import once
from clausula_server.api.concerns import of_person
from clausula_server.api.endpoint import Room, Told, rendered
from clausula_server.api.problems import Wrong
from clausula_server.api.records.other import DocumentLink, DocumentRecord, Documents
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.documents.actions.document import receive
from clausula_server.documents.links import link_to
from clausula_server.documents.models import Content, Document, MediaType, State
from clausula_server.documents.queries import documents_of
from clausula_server.documents.receiving import Received, take_in
from clausula_server.lib.access import Concerned
from clausula_server.lib.acting import current_actor
from clausula_server.people.models import Person

room = Room("documents")
PIECE = 64 * 1024
FILES = {str(kind): {"schema": {"type": "string", "format": "binary"}} for kind in MediaType.values}
ContentIn = Annotated[
    str, Field(pattern="^(administrative|bill|medical)$", description="What it is about: says who may read it.")
]
NameIn = Annotated[str, Field(min_length=1, max_length=120, description="As people will see it.")]


@room.post(
    "/persons/{uuid:person}/documents", "documents.document.upload", of_person, status=201, headers=("Location",),
    raw=FILES, errors=("too-large", "media-type"),
)  # fmt: skip
def upload_document(
    request: HttpRequest, person: UUID, content: ContentIn, name: NameIn
) -> Annotated[Told, DocumentRecord]:
    """Send a file about a person: PDF, JPEG, PNG, HEIC or TIFF, at most 20 MB, as the body itself.

    What it is shows its content, not what the sender says. Where there is a scanner, it waits until it was looked at.
    """
    once.key_of(request)
    if request.content_type not in FILES:
        raise Wrong("media-type", f"Here it is one of {', '.join(FILES)}.")
    whom = get_object_or_404(Person, pk=person)
    received = take_in(name, _pieces(request))
    request.said = received.digest  # type: ignore[attr-defined] # the same file again is the same request
    try:
        answer = once.once(request, lambda: _kept(received, whom, Content(content)))
    except BaseException:
        received.discard()
        raise
    if answer.has_header("Idempotent-Replayed"):
        received.discard()
    return answer  # type: ignore[return-value] # rendered already, to be kept under the key


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(PIECE):
        yield piece


def _kept(received: Received, whom: Person, content: Content) -> HttpResponse:
    row = receive(received, whom, content)
    address = f"/api/v1/documents/{content}/{row.id}"
    return rendered(Told(DocumentRecord(**_document(row)), {"Location": address}), 201)


def _about(content: Content) -> Callable[..., Concerned]:
    def concerned(document: UUID, **_: Any) -> Concerned:
        row = get_object_or_404(Document.objects.only("person_id"), pk=document, content=content)
        return Concerned(person=row.person_id)

    return concerned


def _reading(content: Content) -> None:
    """The two operations that read documents of one content."""

    def listed(request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50) -> Documents:
        rows = documents_of(person).filter(content=content)
        return Documents.of(rows, after, size, lambda row: DocumentRecord(**_document(row)))

    def linked(request: HttpRequest, document: UUID) -> DocumentLink:
        row = get_object_or_404(Document.objects.defer("wrapped_key"), pk=document, content=content)
        link = link_to(row, current_actor()) if row.state == State.READY else None
        return DocumentLink(**_document(row), link=link)

    listed.__name__, linked.__name__ = f"list_{content}_documents", f"show_{content}_document"
    listed.__doc__ = f"The {content} documents of a person."
    linked.__doc__ = (
        f"A document ({content}), with a signed address where it is read for five minutes, by the same token."
    )
    permission = f"documents.{content}.read"
    room.get(f"/persons/{{uuid:person}}/documents/{content}", permission, of_person)(listed)
    room.get(f"/documents/{content}/{{uuid:document}}", permission, _about(content))(linked)


for each in Content:
    _reading(each)


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": row.id, "person": row.person_id, "content": row.content, "name": row.name, "media_type": row.media_type,
        "bytes": row.bytes, "state": row.state, "received_at": row.received_at,
    }  # fmt: skip
