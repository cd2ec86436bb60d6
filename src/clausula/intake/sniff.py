"""What kind of file this is, by its content; the name counts for nothing but lines of JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from clausula.intake import whole
from clausula.intake.csv_rows import columns_of
from clausula.intake.errors import refusal

Format = Literal["xml", "json", "parquet", "csv"]

_HEAD = 65_536
_PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"(\xb5/\xfd": "zstd", b"7z": "7-Zip"}
_OTHERS = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def format_of(path: Path) -> Format:
    """The format of a file. Raises InputError where it is none that can be read: a folder, empty, packed, unknown."""
    whole.check(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, name in _PACKED.items():
        if head.startswith(mark):
            raise refusal("packed", f"this file is packed ({name})", str(path), "unpack it first")
    for mark, name in _OTHERS.items():
        if head.startswith(mark):
            raise refusal("unknown-format", f"this is {name}", str(path), _mend())
    if head.startswith(b"PAR1"):
        return "parquet"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") or head.startswith((b"\xff\xfe<", b"\xfe\xff\x00<")):
        return "xml"
    if text.startswith((b"{", b"[")) and path.suffix.lower() != ".csv":
        return "json"
    first = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    if path.suffix.lower() in (".csv", ".tsv", ".txt") or columns_of(first)[1] >= 2:
        return "csv"
    if not text:
        raise refusal("empty-file", "this file holds nothing but blanks", str(path), "export it again")
    raise refusal("unknown-format", f"this begins like no format that is read: {first[:40]!r}", str(path), _mend())


def _mend() -> str:
    return "Swiss invoices (XML), FHIR R4 claims (JSON, NDJSON), tables (CSV, Parquet) are read"
