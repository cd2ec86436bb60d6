"""A file that cannot be read at all. Trouble with one line is no error: it becomes a `Listed`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from clausula.findings import Finding, Place

LARGEST_EXCERPT = 1024 * 1024
"""Bytes of a file from which a line is quoted; of a larger one, or of a binary one, only the place is told."""


class InputError(ValueError):
    """A whole file cannot be taken in: broken, hostile, too large, of a kind or version that no reader knows.

    `findings` says what was looked at, what was found, where (file, line, column) and how to mend it.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.render(_source(finding.place.file)) for finding in self.findings))


def refusal(code: str, message: str, file: str, mend: str, *, line: int = 0, column: int = 1) -> InputError:
    """An InputError with a single finding."""
    return InputError((Finding(code, message, Place(file, line, column), mend),))


def _source(file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(LARGEST_EXCERPT + 1)
        return data.decode() if len(data) <= LARGEST_EXCERPT and b"\0" not in data else ""
    except (OSError, ValueError):
        return ""
