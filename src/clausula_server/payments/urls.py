"""The addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from clausula_server.payments.views import download_file, show_bill

app_name = "payments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("files/<uuid:file>", download_file, name="file"),
    path("demands/<uuid:demand>/bill.svg", show_bill, name="bill"),
]
