"""A file that comes as the body itself: read in pieces, to a limit, and known by its content."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpRequest

from clausula_server.api.problems import Wrong

PIECE = 64 * 1024


def binary(*kinds: str) -> dict[str, Any]:
    """The body as the document describes it: a file of one of those types."""
    return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}


def read_file(request: HttpRequest, kinds: Mapping[str, Any], most: int) -> bytes:
    """The file that was sent; the request is known by its content from now on. most: bytes. Raises Wrong."""
    if request.content_type not in kinds:
        raise Wrong("media-type", f"Here it is one of {', '.join(kinds)}.")
    held = bytearray()
    while piece := request.read(PIECE):
        held += piece
        if len(held) > most:
            raise Wrong("too-large", f"At most {most // 1024 // 1024} MB: send it in parts.")
    content = bytes(held)
    request.said = sha256(content).hexdigest()  # type: ignore[attr-defined] # what the key's digest takes
    return content
