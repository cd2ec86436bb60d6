"""Findings: what is wrong with a text, where, and how to mend it. Data first, printed last; all shown at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file, a line (1-based), a column (1-based) and how many characters it takes."""

    file: str = ""
    line: int = 0
    column: int = 1
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong in a plan, a case file or an input.

    code: short stable name ("unknown-key"); message: what we looked at and what we found; mend: what you can do;
    also: a second place that belongs to it (the other of two rules that clash).
    """

    code: str
    message: str
    place: Place = field(default_factory=Place)
    mend: str = ""
    severity: Literal["error", "warning"] = "error"
    also: Place | None = None

    def render(self, source: str | None = None) -> str:
        """The finding as a person reads it: place, message, the line with a caret under the spot, the mend."""
        where = f"{self.place}: " if str(self.place) else ""
        out = [f"{where}{self.severity}: {self.message} [{self.code}]"]
        out += _excerpt(self.place, source)
        if self.also is not None:
            out.append(f"  and {self.also}:")
            out += _excerpt(self.also, source if self.also.file == self.place.file else None)
        if self.mend:
            out.append(f"  mend: {self.mend}")
        return "\n".join(out)


class PlanError(ValueError):
    """Raised when something cannot be used because of findings; carries them all."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(finding.render() for finding in self.findings))


def _excerpt(place: Place, source: str | None) -> list[str]:
    if not place.line:
        return []
    if source is None:
        try:
            source = Path(place.file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
    lines = source.splitlines()
    if place.line > len(lines):
        return []
    text = lines[place.line - 1]
    shown = text if len(text) <= 160 else text[:157] + "..."
    number = str(place.line)
    lead = " " * (min(place.column, len(shown) + 1) - 1)
    return [f"  {number} | {shown}", f"  {' ' * len(number)} | {lead}{'^' * max(1, min(place.width, 80))}"]
