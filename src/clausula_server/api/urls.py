"""The addresses of the API: version 1, its document, and nothing else under /api/."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path

from clausula_server.api.endpoint import OPERATIONS
from clausula_server.api.openapi import api, document
from clausula_server.api.problems import not_allowed, not_found, of_exception
from clausula_server.lib.access import public


def in_our_form(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """The view, with HEAD as GET without a body, and 405 as problem+json."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        try:
            found: HttpResponse = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the last place where a fault gets our form
            found = of_exception(error)
        if isinstance(found, HttpResponseNotAllowed):
            found = not_allowed(found)
        if head:
            found.content = b""
        return found

    return answer


def _addresses() -> list[URLPattern | URLResolver]:
    patterns, _app, _namespace = api.urls
    guarded: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        address = operation.path.lstrip("/").replace("{", "<").replace("}", ">")
        guarded.setdefault(address, []).append(operation.permission)
    found: list[URLPattern | URLResolver] = []
    for each in patterns:
        assert isinstance(each, URLPattern)
        if each.name != "api-root":
            address = str(each.pattern).replace("<uuidstr:", "<uuid:")  # ninja's own name for it
            each.callback = in_our_form(each.callback)
            each.callback.permissions = guarded[address]  # type: ignore[attr-defined] # a mark for the test
            found.append(each)
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", in_our_form(document), name="api_document"),
    path("v1/", include((_addresses(), "api"))),
    re_path("", public("nothing is there, for anybody")(not_found)),
]
