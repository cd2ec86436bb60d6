"""The addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from clausula_server.documents.models import Content
from clausula_server.documents.views import opener, upload

urlpatterns: list[URLPattern | URLResolver] = [
    path("of/<uuid:person>/", upload, name="documents_upload"),
    *(path(f"{content}/<uuid:document>/", opener(content), name=f"document_{content}") for content in Content),
]
