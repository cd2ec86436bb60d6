"""Sending a document, and opening one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from clausula_server.documents.actions.document import receive
from clausula_server.documents.links import check_link, link_to
from clausula_server.documents.models import Content, Document, State
from clausula_server.documents.queries import open_document
from clausula_server.documents.receiving import MOST_BYTES, MOST_FILES, NotTaken, SealedFile, SealingHandler, too_big
from clausula_server.lib.access import Concerned, guard
from clausula_server.lib.acting import current_actor
from clausula_server.people.models import Person

ENVELOPE = 64 * 1024  # what a form adds around its files
SHOWN = {"application/pdf", "image/jpeg", "image/png"}  # the others no browser shows


def _refused(refusal: NotTaken) -> JsonResponse:
    body = {"type": "about:blank", "title": "document refused", "status": refusal.status, "detail": refusal.words}
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json")


@csrf_exempt  # checked inside, after the handler is in its place: the check reads the form
@require_POST
@guard("documents.document.upload", lambda person: Concerned(person=person))
def upload(request: HttpRequest, person: UUID) -> HttpResponseBase:
    """Take files about a person. Fields: content, and up to ten of `file`."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES + ENVELOPE:
        return _refused(too_big())
    handler = SealingHandler(request)
    request.upload_handlers = [handler]
    try:
        kept: HttpResponseBase = _keep(request, person=person, handler=handler)
    except NotTaken as refusal:
        handler.discard()
        return _refused(refusal)
    except BaseException:
        handler.discard()
        raise
    if kept.status_code >= 400:
        handler.discard()
    return kept


@csrf_protect
def _keep(request: HttpRequest, person: UUID, handler: SealingHandler) -> HttpResponse:
    content = request.POST.get("content", "")
    if handler.refusal is not None:  # Django ends the reading without a word
        raise handler.refusal
    files = [file for file in request.FILES.getlist("file") if isinstance(file, SealedFile)]
    if content not in Content.values or not files or len(files) > MOST_FILES:
        return JsonResponse(
            {"title": "content must be administrative, bill or medical, and there must be a file", "status": 422},
            status=422,
            content_type="application/problem+json",
        )
    whom = get_object_or_404(Person, pk=person)
    rows = [receive(file.received, whom, Content(content)) for file in files]
    told = [{"id": str(row.id), "name": row.name, "state": row.state, "bytes": row.bytes} for row in rows]
    return JsonResponse({"documents": told}, status=201)


def _about(content: Content) -> Callable[[UUID], Concerned]:
    def concerned(document: UUID) -> Concerned:
        row = get_object_or_404(Document.objects.only("person_id"), pk=document, content=content)
        return Concerned(person=row.person_id)

    return concerned


def opener(content: Content) -> Callable[..., Any]:
    """The view that opens documents of one content: each content has a permission of its own."""

    @require_GET
    @guard(f"documents.{content}.read", _about(content))
    def open_one(request: HttpRequest, document: UUID) -> HttpResponseBase:
        """Without a link: lead to one. With a link: stream the document, to whom the link was made for."""
        row = get_object_or_404(Document, pk=document, content=content)
        link = request.GET.get("link", "")
        if not link:
            return redirect(link_to(row, current_actor()))
        check_link(link, document, current_actor())
        if row.state != State.READY:
            raise Http404
        return _stream(row, later=isinstance(request, ASGIRequest))

    return open_one


def _stream(row: Document, *, later: bool) -> StreamingHttpResponse:
    """The document, piece by piece. later: for a server that waits for each; else Django would read all at once."""
    pieces = open_document(row)
    response = StreamingHttpResponse(_awaited(pieces) if later else pieces, content_type=row.media_type)
    response["Content-Length"] = row.bytes
    inline = row.media_type in SHOWN
    response["Content-Disposition"] = content_disposition_header(not inline, row.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"  # whatever is in it runs nothing here
    response["Content-Encoding"] = "identity"
    add_never_cache_headers(response)
    return response


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(lambda: next(pieces, b""))():
        yield piece
