"""CSV: comma, semicolon or tab; UTF-8 with or without a byte order mark. Rows are streamed; nothing is calculated."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from clausula.intake import whole
from clausula.intake.desk import Desk
from clausula.intake.errors import refusal
from clausula.intake.records import Listed, Read
from clausula.intake.table import COLUMNS, Rows, check_columns

LONGEST = 1_000_000
"""Bytes of a line."""


def read_csv(path: Path, desk: Desk, known_facts: Mapping[str, str]) -> Iterator[Read]:
    """The lines of a table, and what is listed of it; origins are "file:line".

    known_facts: id and kind of the facts that may stand as columns. Raises InputError for columns that are missing or
    that nobody reads, text that is not UTF-8 (with the byte), quotes that never close, lines that never end.
    """
    whole.check(path)
    lines = _Lines(path)
    delimiter = _delimiter(path)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    rows = Rows(desk, known_facts, set())
    begins = 1
    try:
        for row in reader:
            origin, begins = f"{path}:{begins}", reader.line_num + 1
            if not row:
                continue
            if not header:
                header = [name.strip() for name in row]
                check_columns(header, known_facts, str(path))
            elif len(row) != len(header):
                message = f"this row has {len(row)} cells, the header {len(header)}"
                yield Listed("ragged-row", message, origin, mend="quote cells that contain the separator")
            else:
                yield from rows.take(dict(zip(header, (cell.strip() for cell in row), strict=True)), origin)
    except csv.Error as error:
        mend = "a quote inside a quoted cell is written twice; lines end with a line feed"
        raise refusal("broken-csv", f"this is not CSV: {error}", str(path), mend, line=begins) from None
    if not header:
        raise refusal("empty-file", "this file has no header", str(path), "begin with the names of the columns")


def columns_of(line: str) -> tuple[str, int]:
    """The separator by which most known columns are found in a header, and how many they are."""
    found = {one: sum(name.strip(' "') in COLUMNS for name in line.strip().split(one)) for one in (",", ";", "\t")}
    best = max(found, key=lambda one: found[one])
    return best, found[best]


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        return columns_of(file.readline(LONGEST).decode("utf-8", "replace").removeprefix("\ufeff"))[0]


class _Lines:
    """The lines of a file as text, each checked to be UTF-8 and not endless."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[str]:
        offset = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
                if len(line) > LONGEST:
                    message = f"this line is longer than {LONGEST} bytes"
                    mend = "is this a table? Lines end with a line feed, quotes are closed"
                    raise refusal("too-long", message, str(self.path), mend, line=number)
                text = whole.decode(line, str(self.path), first_line=number, offset=offset)
                if "\0" in text:
                    raise refusal(
                        "not-text", "this line contains a zero byte", str(self.path), "export text", line=number
                    )
                offset += len(line)
                yield text
