"""Whether this process can do its work: asked by whatever watches the server."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse

from clausula_server.lib.access import public


@public("a watch must be able to ask; it says nothing about anybody")
def health(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
