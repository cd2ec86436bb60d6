"""What a file is, from its bytes as they pass by: the first and the last few, and nothing in memory between.

Refused are files of another type, broken ones, and polyglots: files that are a second thing to another reader, such as
a picture that is an archive. Signatures: PDF ISO 32000-1 7.5.2, JPEG ITU T.81 B.1.1, PNG ISO 15948 5.2, TIFF 6.0
section 2, HEIC ISO 23008-12 annex B.4, ZIP APPNOTE 4.3.16.
"""

from __future__ import annotations

import struct

from clausula_server.documents.models import MediaType

HEAD = 4096
TAIL = 66_000  # an archive's directory ends within 65 557 bytes of its end
MOST_POINTS = 100_000_000  # of a picture; more is a bomb for whoever opens it
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
ARCHIVES = (b"PK\x05\x06", b"PK\x06\x06")
PAGES = (b"<script", b"<html", b"<!doctype html", b"<svg", b"<?php", b"<?xml")


class WrongType(Exception):  # noqa: N818 - an answer, not an error of ours
    """The file is none that is taken. `kind` is one of: type, broken, double, huge."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Sniffer:
    """Sees a file go by. Raises WrongType from the first bytes or, for what only the end shows, from `end`."""

    def __init__(self) -> None:
        self.head = b""
        self.tail = b""
        self.size = 0
        self.found: MediaType | None = None

    def see(self, piece: bytes) -> None:
        """The next bytes, in order."""
        self.size += len(piece)
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        self.tail = (self.tail + piece)[-TAIL:]
        if self.found is None and len(self.head) >= 16:
            self.found = kind_of(self.head)

    def end(self) -> MediaType:
        """The type, after the last byte."""
        if self.found is None:
            raise WrongType("type")
        if any(sign in self.tail for sign in ARCHIVES):
            raise WrongType("double")
        beginning = self.head[:1024].lower()
        is_page = any(sign in beginning for sign in PAGES) and not _is_metadata(beginning)
        if is_page and self.found != MediaType.PDF:
            raise WrongType("double")
        if self.found != MediaType.PDF and b"%PDF-" in self.head[:1024]:
            raise WrongType("double")
        _check_end(self.found, self.tail)
        if points_of(self.found, self.head) > MOST_POINTS:
            raise WrongType("huge")
        return self.found


def kind_of(head: bytes) -> MediaType:
    """The type that the first bytes show; at their very beginning, never further in. Raises WrongType."""
    if head.startswith(b"%PDF-"):
        return MediaType.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return MediaType.PNG
    if head.startswith((b"II*\0", b"MM\0*")):
        return MediaType.TIFF
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return MediaType.HEIC
    raise WrongType("type")


def points_of(kind: MediaType, head: bytes) -> int:
    """Width times height where the beginning tells them; 0 where it does not."""
    if kind == MediaType.PNG:
        width, height = struct.unpack(">II", head[16:24])
        return int(width * height)
    if kind == MediaType.JPEG:
        return _points_of_jpeg(head)
    return 0


def _points_of_jpeg(head: bytes) -> int:
    """From the frame header, if it stands in what we hold; colour profiles and previews may stand before it."""
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker, length = head[place + 1], int.from_bytes(head[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return int(width * height)
        place += 2 + length
    return 0


def _check_end(kind: MediaType, tail: bytes) -> None:
    """A file that was cut off, or that goes on after its end. Phones do write more after a JPEG's: that stays."""
    if kind == MediaType.PDF and b"%%EOF" not in tail[-2048:]:
        raise WrongType("broken")
    if kind == MediaType.JPEG and b"\xff\xd9" not in tail:
        raise WrongType("broken")
    if kind == MediaType.PNG and not tail.endswith(b"IEND\xaeB`\x82"):
        raise WrongType("double" if b"IEND\xaeB`\x82" in tail else "broken")


def _is_metadata(beginning: bytes) -> bool:
    """Photos describe themselves in XML (XMP, ISO 16684-1) near their beginning."""
    return b"<?xpacket" in beginning or b"<x:xmpmeta" in beginning or b"ns.adobe.com" in beginning
