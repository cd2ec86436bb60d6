"""Where keys stand in a TOML text: the standard library reads TOML but forgets the places, so this remembers them.

One pass over the lines keeps, for every table and every entry of an array of tables, its line and the place of each key
written under it. Keys inside inline tables are found by name within their entry. Places lead people to a spot; the
values themselves always come from the standard reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from clausula.findings import Place

_HEADER = re.compile(r"\[\[?([^\[\]]{1,200})\]\]?(?:\s*#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)\s*(\.[^=]*)?=")


@dataclass(slots=True)
class Entry:
    """One table or array entry: its header line and its keys, in order."""

    name: str
    line: int
    end: int = 0
    keys: dict[str, tuple[int, int, int]] = field(default_factory=dict)


class Positions:
    """Places in one TOML text that begins at line `first` of `file`."""

    def __init__(self, source: str, file: str, first: int = 1) -> None:
        self.file, self.first = file, first
        self.lines = source.splitlines()
        self.entries: list[Entry] = [Entry("", 0)]
        depth = 0
        closing = ""
        for number, line in enumerate(self.lines):
            if closing:
                if closing in line:
                    closing = ""
                continue
            header = _HEADER.match(line.strip()) if depth == 0 else None
            if header:
                self.entries.append(Entry(header[1].strip().replace('"', ""), number))
            elif depth == 0 and (key := _KEY.match(line)):
                name = key[1].strip("\"'")
                self.entries[-1].keys.setdefault(name, (number, key.start(1) + 1, len(key[1])))
            self.entries[-1].end = number
            depth, closing = _scan(line, depth)
        self.by_name: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self.by_name.setdefault(entry.name, []).append(entry)

    def entry(self, name: str, nth: int) -> Entry:
        """The nth (from 0) table or array entry of that name; the head of the text where there is none."""
        seen = self.by_name.get(name, [])
        return seen[nth] if nth < len(seen) else self.entries[0]

    def place(self, entry: Entry, key: str = "", inner: str = "") -> Place:
        """Place of an entry, of a key in it, or of a key inside that key's inline value."""
        line, column, width = entry.keys.get(key, (entry.line, 1, len(self.lines[entry.line]) if self.lines else 1))
        if inner:
            for number in range(line, entry.end + 1):
                found = re.search(rf"(?<![\w-])[\"']?{re.escape(inner)}[\"']?(?![\w-])", self.lines[number])
                if found:
                    line, column, width = number, found.start() + 1, len(found[0])
                    break
        return Place(self.file, self.first + line, column, width)


def _scan(line: str, depth: int) -> tuple[int, str]:
    """Depth of brackets after a line, and the triple quote left open, if any; strings and comments do not count."""
    at = 0
    while at < len(line):
        char = line[at]
        if char == "#":
            break
        if char in "\"'":
            if line.startswith(char * 3, at):
                end = line.find(char * 3, at + 3)
                if end < 0:
                    return depth, char * 3
                at = end + 3
                continue
            at += 1
            while at < len(line) and line[at] != char:
                at += 2 if line[at] == "\\" and char == '"' else 1
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth = max(0, depth - 1)
        at += 1
    return depth, ""
