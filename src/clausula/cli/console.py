"""Where a command speaks: text and tables or one JSON document on standard output; faults on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

STYLES: Mapping[str, str] = {"good": "32", "bad": "31", "warn": "33", "strong": "1", "dim": "2"}
WIDE = 200
"""Columns of a table that is not shown on a screen: wide enough that nothing is cut."""


class CommandError(Exception):
    """Something a person can mend: what we looked at and what we found, and what can be done.

    code: exit code (2: the input cannot be used; 1: a negative finding).
    """

    def __init__(self, message: str, mend: str = "", code: int = 2) -> None:
        super().__init__(message)
        self.message, self.mend, self.code = message, mend, code


class Console:
    """One run of a command. as_json: text is held back and `document` writes; color: whether text may be coloured."""

    def __init__(self, *, as_json: bool = False, color: bool = True, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.as_json = as_json
        self.color = color and _may_colour(self.out)

    def text(self, line: str = "", style: str = "") -> None:
        """A line for people."""
        if not self.as_json:
            self.out.write(self.styled(line, style) + "\n")

    def styled(self, text: str, style: str) -> str:
        """The text in a colour, where colours are on."""
        return f"\033[{STYLES[style]}m{text}\033[0m" if self.color and style else text

    def document(self, data: Any) -> None:
        """The one JSON document of a command asked with --json."""
        if self.as_json:
            json.dump(data, self.out, ensure_ascii=False, indent=2, default=str)
            self.out.write("\n")

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", right: Sequence[int] = (),
        total: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A table for people; `right`: columns of numbers; `total`: a last row set off from the others."""
        if self.as_json:
            return
        from rich.box import SIMPLE
        from rich.console import Console as Rich
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, box=SIMPLE, title_justify="left", title_style="bold", pad_edge=False)
        for number, column in enumerate(columns):
            table.add_column(Text(column), justify="right" if number in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        if total:
            table.add_section()
            table.add_row(*(Text(cell, style="bold") for cell in total))
        seen = self.out.isatty()
        rich = Rich(file=self.out, no_color=not self.color, force_terminal=self.color, width=None if seen else WIDE)
        with rich.capture() as captured:
            rich.print(table)
        self.out.write("\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n") + "\n")


def _may_colour(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fault(message: str, mend: str = "") -> None:
    """A fault, told to a person on standard error."""
    sys.stderr.write(f"clausula: {message}\n")
    if mend:
        sys.stderr.write(f"  what you can do: {mend}\n")
