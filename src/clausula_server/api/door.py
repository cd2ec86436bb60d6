"""The ASGI door of the API: one hop into a thread for a whole request, and none of what only pages need.

Django under ASGI changes threads for each middleware. Here the body is read, and then everything happens in one of a
few threads: sessions, cookies and forms have no part in it. A request never streams its answer.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpResponse
from django.urls import set_script_prefix
from django.utils import translation
from django.utils.module_loading import import_string

from clausula_server.api.languages import language_of
from clausula_server.api.warming import warm_in_background
from clausula_server.lib.bodies import Application, Receive, Scope, Send

PREFIX = "/api/"


class ApiHandler(BaseHandler):
    """Answers a request in the thread that calls it, through the few middlewares of settings.API_MIDDLEWARE."""

    def __init__(self) -> None:
        super().__init__()
        handler: Any = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined] # Django's own
        for path in reversed(settings.API_MIDDLEWARE):
            handler = convert_exception_to_response(import_string(path)(handler))
        for kind in ("view", "template_response", "exception"):
            setattr(self, f"_{kind}_middleware", [])  # none of these has any
        self._middleware_chain = handler

    def answer(self, scope: Scope, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body of the answer."""
        set_script_prefix("/")
        signals.request_started.send(sender=self.__class__, scope=scope)
        try:
            request = ASGIRequest(scope, io.BytesIO(body))
        except UnicodeDecodeError:
            signals.request_finished.send(sender=self.__class__)
            return 400, [(b"content-type", b"text/plain")], b"The address is no UTF-8."
        with translation.override(language_of(request)):
            answer = self.get_response(request)
        assert isinstance(answer, HttpResponse)
        headers = [(name.lower().encode("ascii"), value.encode("latin1")) for name, value in answer.items()]
        content = answer.content
        answer.close()  # ends the request: the connection goes back to the pool
        return answer.status_code, [*headers, (b"content-length", str(len(content)).encode())], content


def api_apart(pages: Application) -> Application:
    """The API through its own door, everything else through that of the pages."""
    handler, threads = ApiHandler(), ThreadPoolExecutor(settings.CLAUSULA_API_THREADS, "api")
    warm_in_background()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await pages(scope, receive, send)
            return
        pieces, more = [], True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            pieces.append(message.get("body", b""))
            more = message.get("more_body", False)
        loop = asyncio.get_running_loop()
        status, headers, body = await loop.run_in_executor(threads, handler.answer, scope, b"".join(pieces))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve
