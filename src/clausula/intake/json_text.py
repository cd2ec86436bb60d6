"""JSON that keeps money exact and remembers where things stand.

The parser of the standard library tells no lines, takes NaN, keeps the last of two equal keys and falls over deep
nesting. This one refuses all of those with line and column. Numbers with a point or an exponent become Decimal, others
int.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clausula.intake.errors import InputError, refusal

DEEPEST = 100
"""Levels of nesting. The deepest FHIR claim has about fifteen."""

MOST_VALUES = 3_000_000
"""Values in one document. A bundle of the largest size that is read holds fewer; a hostile one would fill memory."""

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 200


class Node(dict[str, Any]):
    """A JSON object that knows its line (0: it was not read from a file)."""

    __slots__ = ("line",)

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line


def parse(text: str, file: str, first_line: int = 1) -> Any:
    """The value of a JSON text; objects are Nodes. Raises InputError with the place and what was expected there.

    first_line: the line of the file on which the text begins.
    """
    reading = _Reading(text, file, first_line)
    value, end = reading.value(reading.skip(0), 0)
    end = reading.skip(end)
    if end != len(text):
        raise reading.broken(end, "nothing more after the first value")
    return value


@dataclass(slots=True)
class _Reading:
    text: str
    file: str
    counted_line: int
    counted_to: int = 0
    values: int = 0

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """The value that begins at `at`, and where it ends."""
        self.values += 1
        if self.values > MOST_VALUES:
            message = f"this JSON holds more than {MOST_VALUES} values"
            raise refusal("too-large", message, self.file, "split it: one resource a line (NDJSON)", line=self.line(at))
        mark = self.text[at : at + 1]
        if mark == '"':
            return self.string(at)
        if mark == "{":
            return self.object(at, depth + 1)
        if mark == "[":
            return self.array(at, depth + 1)
        for word, value in _WORDS.items():
            if self.text.startswith(word, at):
                return value, at + len(word)
        found = _NUMBER.match(self.text, at)
        if found is None or len(found[0]) > _LONGEST_NUMBER:
            raise self.broken(at, "a value (a text, a number, true, false, null, [ or {)")
        return (Decimal(found[0]) if found[1] or found[2] else int(found[0])), found.end()

    def object(self, at: int, depth: int) -> tuple[Node, int]:
        self.refuse_deep(at, depth)
        node = Node(self.line(at))
        end = self.skip(at + 1)
        if self.text[end : end + 1] == "}":
            return node, end + 1
        while True:
            key, after = self.string(end)
            if key in node:
                mend = "keep the one that holds; which one was meant cannot be known"
                message = f"the key {key!r} stands twice in this object"
                raise refusal("twice", message, self.file, mend, line=self.line(end), column=self.column(end))
            after = self.expect(after, ":")
            node[key], after = self.value(self.skip(after), depth)
            end = self.skip(after)
            if self.text[end : end + 1] == "}":
                return node, end + 1
            end = self.skip(self.expect(end, ","))

    def array(self, at: int, depth: int) -> tuple[list[Any], int]:
        self.refuse_deep(at, depth)
        items: list[Any] = []
        end = self.skip(at + 1)
        if self.text[end : end + 1] == "]":
            return items, end + 1
        while True:
            item, end = self.value(end, depth)
            items.append(item)
            end = self.skip(end)
            if self.text[end : end + 1] == "]":
                return items, end + 1
            end = self.skip(self.expect(end, ","))

    def string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self.text, at)
        if found is None:
            raise self.broken(at, 'a text in "quotes" that ends on its line')
        body = found[0]
        if "\\" not in body:
            return body[1:-1], found.end()
        try:
            text: str = json.loads(body)
            text.encode()  # half a surrogate pair is no character and could not be written out again
        except ValueError:
            raise self.broken(at, "a text with valid \\ escapes") from None
        return text, found.end()

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def expect(self, at: int, mark: str) -> int:
        at = self.skip(at)
        if self.text[at : at + 1] != mark:
            raise self.broken(at, f"a {mark!r}")
        return at + 1

    def refuse_deep(self, at: int, depth: int) -> None:
        if depth > DEEPEST:
            message = f"this JSON is nested more than {DEEPEST} levels deep"
            raise refusal("too-deep", message, self.file, "no claim is; check how it was made", line=self.line(at))

    def broken(self, at: int, wanted: str) -> InputError:
        found = repr(self.text[at : at + 12]) if at < len(self.text) else "the end of the file"
        message = f"this is not JSON: expected {wanted}, found {found}"
        return refusal("broken-json", message, self.file, "export it again", line=self.line(at), column=self.column(at))

    def line(self, at: int) -> int:
        """The line of a place at or after the last one asked for."""
        self.counted_line += self.text.count("\n", self.counted_to, at)
        self.counted_to = max(at, self.counted_to)
        return self.counted_line

    def column(self, at: int) -> int:
        return at - self.text.rfind("\n", 0, at)
