"""Lines that must be listed, not decided: copies of good lines with one thing wrong. And the numbers of all lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clausula.portfolio import chance
from clausula.portfolio.chance import Ints
from clausula.portfolio.courses import Lines

NONE, NOBODY, FOREIGN, BEFORE_BIRTH, TWICE = range(5)
REASONS = ("", "unknown-member", "foreign-currency", "before-birth", "duplicate-line")
"""Why `clausula run` lists such a line, in the order of the numbers above."""

UNKNOWN = "nobody"
"""The person of lines of people whom no members table knows."""

_ARRIVAL, _FAULTY = 0xA221, 0xFA17


@dataclass
class Rows:
    """Lines as they are written.

    fault: what is wrong with each (NONE: nothing). ids: their numbers. received: the day.
    """

    lines: Lines
    fault: Ints
    ids: Ints
    received: Ints

    def take(self, rows: Ints) -> Rows:
        """Some of the rows."""
        return Rows(self.lines.take(rows), self.fault[rows], self.ids[rows], self.received[rows])

    def __len__(self) -> int:
        return len(self.fault)


def number(lines: Lines, seed: int, share: int, made: int, first_id: int) -> Rows:
    """Lines with their numbers, and behind some of them a faulty copy.

    share: of faulty lines among all, in millionths. made: good lines before these; first_id: the number of the first.
    """
    fault = np.zeros(len(lines), np.int64)
    if share:
        words = chance.start(seed ^ _FAULTY, made + np.arange(len(lines)))
        ratio = share * (1 << 24) // (1_000_000 - share)  # of the good ones, so that it is the share of all
        copied = (words & np.uint64((1 << 24) - 1)).astype(np.int64) < ratio
        rows = np.repeat(np.arange(len(lines)), 1 + copied)
        second = np.concatenate([[False], rows[1:] == rows[:-1]])
        fault = np.where(second, 1 + chance.slot(words, 3)[rows] % (len(REASONS) - 1), NONE)
        lines = lines.take(rows)
    ids = first_id + np.cumsum(fault != TWICE) - 1
    return Rows(lines, fault, ids, lines.day + lines.lag)


def arrived(rows: Rows, seed: int) -> Rows:
    """The rows in the order in which they were received; on one day in no order."""
    chances = chance.start(seed ^ _ARRIVAL, rows.ids)
    return rows.take(np.lexsort((chances, rows.received)))
