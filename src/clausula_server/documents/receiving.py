"""Taking a file from a request: looked at, hashed, sealed and written as it comes, never whole in memory."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clausula_server.documents.models import MediaType
from clausula_server.documents.sniffing import Sniffer, WrongType
from clausula_server.documents.store import Writer, remove
from clausula_server.lib.ids import new_id

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 10  # in one request
EXTENSIONS = {
    MediaType.PDF: ".pdf",
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.HEIC: ".heic",
    MediaType.TIFF: ".tiff",
}


class NotTaken(Exception):  # noqa: N818 - an answer, not an error of ours
    """A file was refused: 413 for too big or too many, 415 for its type; with the words for whoever sent it."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies in the store, and is nobody's until `actions.document.receive`; or `discard` it."""

    document: UUID
    name: str
    media_type: MediaType
    size: int
    digest: str
    key_name: str
    wrapped_key: bytes

    def discard(self) -> None:
        """Remove it again."""
        remove(self.document)


def clean_name(name: str, media_type: MediaType) -> str:
    """A name for people: without folders, signs that control or mirror a line, or another ending than the type's."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*;%]', " ", name.rpartition(".")[0] or name)).strip(" .")
    return f"{stem[:100] or 'document'}{EXTENSIONS[media_type]}"


def words_of(kind: str) -> str:
    """What was wrong with a file's content, for people."""
    return {
        "type": _("This is no PDF and no photo. We take PDF, JPEG, PNG, HEIC and TIFF."),
        "broken": _("This file is cut off or damaged. Make it again, or take a photo of the paper."),
        "double": _("There is something else hidden in this file. Print it as a PDF, or take a photo of the paper."),
        "huge": _("This picture has too many points. Take it with a lower resolution."),
    }[kind]


def too_big() -> NotTaken:
    """The answer to a file over the limit."""
    return NotTaken(413, _("This file is too big. At most %(most)d MB.") % {"most": MOST_BYTES // 1024 // 1024})


class Intake:
    """One file on its way in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._writer = Writer(new_id())
        self._sniffer = Sniffer()
        self._hash = hmac.new(f"document|{settings.SECRET_KEY}".encode(), digestmod=hashlib.sha256)
        self._open = True

    def take(self, piece: bytes) -> None:
        """The next bytes. Raises NotTaken; then nothing of it is left."""
        try:
            self._sniffer.see(piece)
        except WrongType as wrong:
            self.discard()
            raise NotTaken(415, words_of(wrong.kind)) from wrong
        if self._sniffer.size > MOST_BYTES:
            self.discard()
            raise too_big()
        self._hash.update(piece)
        self._writer.write(piece)

    def end(self) -> Received:
        """After the last byte. Raises NotTaken."""
        try:
            media_type = self._sniffer.end()
        except WrongType as wrong:
            self.discard()
            raise NotTaken(415, words_of(wrong.kind)) from wrong
        key_name, wrapped = self._writer.close()
        self._open = False
        name = clean_name(self.name, media_type)
        size, digest = self._sniffer.size, self._hash.hexdigest()
        return Received(self._writer.document, name, media_type, size, digest, key_name, wrapped)

    def discard(self) -> None:
        """Have it gone, if it is still on its way."""
        if self._open:
            self._writer.discard()
            self._open = False


def take_in(name: str, pieces: Iterable[bytes]) -> Received:
    """A file from elsewhere than a request: made by us, or sent to the API. Raises NotTaken."""
    intake = Intake(name)
    try:
        for piece in pieces:
            intake.take(piece)
        return intake.end()
    except BaseException:
        intake.discard()
        raise


class SealedFile(UploadedFile):  # type: ignore[type-arg] # it takes none when it runs
    """What Django gets instead of a file: it is in the store already."""

    def __init__(self, received: Received) -> None:
        super().__init__(file=None, name=received.name, content_type=received.media_type, size=received.size)
        self.received = received


class SealingHandler(FileUploadHandler):
    """Django's way to see an upload piece by piece. The first refusal ends the reading; `refusal` keeps it."""

    chunk_size = 64 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal: NotTaken | None = None
        self.received: list[Received] = []
        self._intake: Intake | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        if len(self.received) >= MOST_FILES:
            self._stop(NotTaken(413, _("These are too many files at once. At most %(most)d.") % {"most": MOST_FILES}))
        self._intake = Intake(self.file_name or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's interface
        """Its next bytes."""
        assert self._intake is not None
        try:
            self._intake.take(raw_data)
        except NotTaken as refusal:
            self._stop(refusal)

    def file_complete(self, file_size: int) -> SealedFile | None:  # noqa: ARG002 - Django's interface
        """It ends."""
        assert self._intake is not None
        try:
            received = self._intake.end()
        except NotTaken as refusal:
            self._stop(refusal)
        self._intake = None
        self.received.append(received)
        return SealedFile(received)

    def upload_interrupted(self) -> None:
        """The sender went away."""
        self.discard()

    def discard(self) -> None:
        """Remove everything of this request."""
        if self._intake is not None:
            self._intake.discard()
        for each in self.received:
            each.discard()

    def _stop(self, refusal: NotTaken) -> None:
        self.refusal = refusal
        self.discard()
        raise StopUpload(connection_reset=True)
