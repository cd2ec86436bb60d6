"""The store: sealed files under their ids, written and read in pieces, so that no file is ever whole in memory.

A file is its pieces one after the other, each 64 KB of plain text and 16 bytes of seal. The nonce of a piece is its
number, with a mark on the last: a key seals one file only, so no nonce comes twice, and no piece can be moved, dropped
or cut off (the STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizár 2015). The id is bound to every piece.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from clausula_server.lib.sealing import NotOpened, open_sealed, seal

PIECE = 64 * 1024
SEAL = 16


def place_of(document: UUID) -> Path:
    """Where the file of an id lies. Made of the id alone: nothing a sender chose is in it."""
    return Path(settings.CLAUSULA_DOCUMENTS) / document.hex[-2:] / document.hex


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writer:
    """Seals a file as it comes. `close` to keep it, `discard` to have it gone."""

    def __init__(self, document: UUID) -> None:
        self.document = document
        self._key = AESGCM.generate_key(256)
        self._cipher = AESGCM(self._key)
        self._held = bytearray()
        self._number = 0
        self._path = place_of(document)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._held += piece
        while len(self._held) > PIECE:  # the last piece waits, since it is marked
            self._put(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]

    def close(self) -> tuple[str, bytes]:
        """Finish, on the disk and not only on its way there. Returns the master key's name and the wrapped key."""
        self._put(bytes(self._held), last=True)
        self._held.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return seal(self._key, f"document {self.document}")

    def discard(self) -> None:
        """Remove what was written."""
        self._file.close()
        remove(self.document)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self.document.bytes))
        self._number += 1


def unwrap(document: UUID, key_name: str, wrapped: bytes) -> bytes:
    """The key of a file. Raises NotOpened."""
    return open_sealed(key_name, wrapped, f"document {document}")


def read(document: UUID, key: bytes) -> Iterator[bytes]:
    """The file in plain pieces. Raises NotOpened where it was changed, FileNotFoundError where it is gone."""
    cipher = AESGCM(key)
    with place_of(document).open("rb") as file:
        number, piece = 0, file.read(PIECE + SEAL)
        while True:
            following = file.read(PIECE + SEAL)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), piece, document.bytes)
            except InvalidTag as error:
                raise NotOpened(f"document {document}") from error
            if not following:
                return
            number, piece = number + 1, following


def remove(document: UUID) -> None:
    """Remove the file, if it is there."""
    with suppress(FileNotFoundError):
        place_of(document).unlink()


def stored() -> Iterator[tuple[UUID, float]]:
    """Every file there is, with when it was written."""
    for path in Path(settings.CLAUSULA_DOCUMENTS).glob("??/*"):
        with suppress(ValueError, FileNotFoundError):
            yield UUID(path.name), path.stat().st_mtime
