"""A limit for what a request may send, in front of everything: what is over it is answered before it is read.

Django under ASGI reads a body to its end before a view runs. Here a length that is said counts at once, and one that is
not said is counted as it comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 21 * 1024 * 1024  # a document and the form around it
WORDS = b'{"type": "about:blank", "title": "The request is too big", "status": 413, "detail": "At most 20 MB."}'


class TooBig(Exception):  # noqa: N818 - an answer, not an error of ours
    """More came than is taken."""


def limited(application: Application, most: int = MOST_BYTES) -> Application:
    """The same application, which never sees more than so many bytes of a body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        said = headers.get(b"content-length", b"")
        if said.isdigit() and int(said) > most:
            await _refuse(send)
            return
        await _counted(application, scope, receive, send, most)

    return answer


async def _counted(application: Application, scope: Scope, receive: Receive, send: Send, most: int) -> None:
    taken = 0
    begun = False

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooBig
        return message

    async def sending(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await application(scope, counting, sending)
    except TooBig:
        if not begun:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    length = str(len(WORDS)).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", length), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": WORDS})
