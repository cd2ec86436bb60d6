"""On which line of a TOML file a value stands. `tomllib` tells values but not places.

The text is known to be valid TOML. A header or key that looks like one inside a multi-line string may mislead by some
lines; the line is for a person to look at, nothing is decided by it.
"""

from __future__ import annotations

import re

Keys = tuple[str | int, ...]
"""The way to a value: ("household", 0, "person", 1, "born")."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w\-]+|\"[^\"]*\"|'[^']*')\s*(?:\.|=)")
_PLACE = re.compile(r"at line (\d+), column (\d+)")


def line_of(text: str, keys: Keys) -> int:
    """The line (1-based) of the value, or of the nearest table around it; 0 where there is none."""
    wanted = [str(key) for key in keys]
    best, length = 0, -1
    here: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            here = _path(header[2], counts, array=header[1] == "[[")
        key = None if header else _KEY.match(line)
        path = [*here, key[1].strip("\"'")] if key else here
        if (header or key) and len(path) > length and wanted[: len(path)] == path:
            best, length = number, len(path)
    return best


def error_place(message: str) -> tuple[int, int]:
    """Line and column that tomllib names at the end of its message; 0 and 1 where it names none."""
    found = _PLACE.search(message)
    return (int(found[1]), int(found[2])) if found else (0, 1)


def _path(header: str, counts: dict[str, int], *, array: bool) -> list[str]:
    """The way to the table that a header opens: each array of tables passed on the way adds its current index."""
    path: list[str] = []
    names = [name.strip().strip("\"'") for name in header.split(".")]
    for place, name in enumerate(names):
        path.append(name)
        joined = ".".join(path)
        if array and place == len(names) - 1:
            counts[joined] = counts.get(joined, -1) + 1
        if joined in counts:
            path.append(str(counts[joined]))
    return path
