"""The addresses: one line for each room that shows something."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from clausula_server.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("accounts/", include("clausula_server.accounts.urls")),
    path("documents/", include("clausula_server.documents.urls")),
    path("api/", include("clausula_server.api.urls")),
    path("", include("clausula_server.portal.urls")),
]
