"""The scan for viruses, by clamd where there is one: INSTREAM, as its manual says (clamd(8))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable

TIMEOUT = 60.0
LONGEST_ANSWER = 4096


class NotScanned(Exception):  # noqa: N818 - what is the matter
    """The scanner did not answer, or did not understand."""


def found_in(pieces: Iterable[bytes], address: str) -> str:
    """What clamd finds in a file: the name of a virus, or "". address: its socket, or host:port. Raises NotScanned."""
    try:
        with _connect(address) as scanner:
            scanner.settimeout(TIMEOUT)
            scanner.sendall(b"zINSTREAM\0")
            for piece in pieces:
                scanner.sendall(struct.pack(">I", len(piece)) + piece)
            scanner.sendall(struct.pack(">I", 0))
            answer = scanner.recv(LONGEST_ANSWER).rstrip(b"\0\n").decode(errors="replace")
    except OSError as error:
        raise NotScanned(str(error)) from error
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return ""
    if words.endswith(" FOUND"):
        return words.removesuffix(" FOUND")
    raise NotScanned(answer)


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.settimeout(TIMEOUT)
        try:
            local.connect(address)
        except OSError:
            local.close()
            raise
        return local
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)
