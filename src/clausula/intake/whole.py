"""Opens files with the checks that every reader needs: is it a file, is it empty, is it too large, is it text."""

from __future__ import annotations

from pathlib import Path

from clausula.intake.errors import refusal

LARGEST = 64 * 1024 * 1024
"""Bytes of a document that has to be read as a whole (an invoice, a bundle). Lines and rows are streamed without
limit."""


def check(path: Path) -> None:
    """Raises InputError unless the path is a file that can be read and is not empty."""
    if path.is_dir():
        raise refusal("not-a-file", "this is a folder", str(path), "name the files in it, for instance with *.xml")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refusal(
            "no-such-file", f"this file cannot be read: {why}", str(path), "check its name and rights"
        ) from None
    if empty:
        raise refusal("empty-file", "this file is empty", str(path), "export it again")


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a file that must be read as a whole. Raises InputError, also where it is larger than `largest`."""
    check(path)
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        mend = "split it: one document a file, or lines (NDJSON, CSV, Parquet), which are read one by one"
        raise refusal("too-large", f"this document is larger than {largest // 1024**2} MB", str(path), mend)
    return data


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The same as text: UTF-8 with or without a byte order mark. Raises InputError with the place of a wrong byte."""
    return decode(read_bytes(path, largest), str(path))


def decode(data: bytes, file: str, *, first_line: int = 1, offset: int = 0) -> str:
    """Bytes as UTF-8 text. Raises InputError with the place of the first byte that is none.

    offset, first_line: where in the file the data begins.
    """
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8") if not offset else data.decode("utf-8")
    except UnicodeDecodeError as error:
        bom = 3 if not offset and data.startswith(b"\xef\xbb\xbf") else 0
        at = error.start + bom
        line, column = data.count(b"\n", 0, at) + first_line, at - (data.rfind(b"\n", 0, at) + 1) + 1
        message = f"byte {offset + at} (0x{data[at]:02x}) is not UTF-8 text"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = "this text is UTF-16, not UTF-8"
        raise refusal("not-utf-8", message, file, "save the file as UTF-8", line=line, column=column) from None
