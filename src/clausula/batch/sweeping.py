"""Rows through the compiled kernel, piece by piece, and its answers into columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clausula import codes as k
from clausula import compiled
from clausula.batch.accounts import Accounts
from clausula.batch.encoding import Encoded
from clausula.batch.entities import Entities
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints, answer, compile_late_ones
from clausula.batch.people import Members
from clausula.batch.rows import Looked, Rows
from clausula.program import Program
from clausula.situations import Layout

PIECE = 8192
"""Lines decided at a time, about, so that their rows stay in the processor's memory; households are never cut."""


class Answers:
    """What was decided, as columns, one entry a line; of cover slots an array for each; amounts in minor units.

    outcome: 1 covered … 6 needs_person. reason: the row that decided, -1 where all is paid. left: what the member
    bears. paid, cash, advanced: over all covers. By slot: outcomes (0: no cover), benefits and rows (-1: none), what it
    pays, and what it keeps from later covers. Rows are those of the whole program.
    """

    def __init__(self, lines: int, depth: int) -> None:
        self.outcome, self.reason = np.empty(lines, np.int8), np.empty(lines, np.int32)
        self.amounts = np.empty((4, lines), np.int64)
        self.left, self.paid, self.cash, self.advanced = self.amounts
        self.outcomes = np.empty((depth, lines), np.int8)
        self.benefits, self.rows = (np.empty((depth, lines), np.int32) for _ in range(2))
        self.pays, self.keeps = (np.empty((depth, lines), np.int64) for _ in range(2))

    @property
    def columns(self) -> tuple[Ints, ...]:
        """The columns as `loops.answer` takes them."""
        return (
            self.outcome, self.reason, self.amounts, self.outcomes, self.benefits, self.rows, self.pays, self.keeps,
        )  # fmt: skip


@dataclass(slots=True)
class Decided:
    """Decisions on lines, by household and in the order they were taken.

    depth: cover slots. covers: the covers by slot of each situation, and the situation of each line. closing: the
    accounts afterwards.
    """

    program: Program
    members: Members
    entities: Entities
    lines: Lines
    depth: int
    answers: Answers
    covers: Looked
    closing: Accounts

    def cover(self, slot: int) -> Ints:
        """The cover of every line in a slot, -1 where there is none."""
        return self.covers.table[:, slot][self.covers.at]


class Frame:
    """Room for the largest of some pieces, used for one after the other."""

    def __init__(self, sweeping: Sweeping, pieces: Sequence[tuple[int, int]]) -> None:
        starts, opening, moves = sweeping.starts, sweeping.opened, sweeping.depth * sweeping.moves
        lines = max(int(starts[last] - starts[first]) for first, last in pieces)
        accounts = max(int(opening[last] - opening[first]) for first, last in pieces)
        low, high = pieces[0][0], pieces[-1][1]
        longest = int(np.diff(starts[low : high + 1]).max())
        room = int(np.diff(opening[low : high + 1]).max()) + longest * moves + 1
        self.rows = sweeping.rows.begin(lines)
        self.out = np.empty((lines, len(sweeping.nothing)), np.int64)
        self.out[:] = sweeping.nothing
        self.work = np.empty(k.W_ACCOUNTS + 2 * room + k.MOVE * sweeping.moves, np.int64)
        self.work[k.W_END], self.work[k.W_MOVES] = k.W_ACCOUNTS, k.W_ACCOUNTS + 2 * room
        self.closing = np.empty(2 * (accounts + lines * moves) + 2, np.int64)
        self.trace = np.zeros(1, np.int64)
        self.before = tuple(map(compiled.address, (sweeping.memory, self.rows)))
        self.after = tuple(map(compiled.address, (sweeping.encoded.papers.memory, self.work, self.out, self.closing)))


class Sweeping:
    """Sends pieces of rows through the kernel; a piece is some households, whole."""

    def __init__(self, encoded: Encoded, layout: Layout, rows: Rows, opening: Accounts, covers: Looked) -> None:
        program, lines = encoded.program, encoded.lines
        self.encoded, self.lines, self.rows, self.covers = encoded, lines, rows, covers
        self.opening, self.depth, self.moves = opening, layout.depth, program.moves
        kernel = compiled.kernel()
        if kernel.is_awaited:
            compile_late_ones()
        self.kernel = kernel.sweep
        self.answers = Answers(len(lines.order), self.depth)
        self.origins = _origins(layout)
        self.cash = np.array([*(row.kind == k.INDEMNITY for row in program.tables.benefits), False])
        self.memory = np.array(layout.memory, np.int64)
        self.nothing = np.array([-1, k.NO_COVER, -1, 0, 0, 0] * self.depth + [0], np.int64)
        self.starts, self.present = lines.starts, lines.present
        counts = opening.at[self.present + 1] - opening.at[self.present]
        self.opened = np.concatenate([[0], np.cumsum(counts)])

    def decided(self, threads: int = 1) -> Decided:
        """Decide all lines."""
        encoded, closing = self.encoded, self.all(threads)
        return Decided(
            encoded.program, encoded.people.members, encoded.entities, self.lines, self.depth, self.answers,
            self.covers, closing,
        )  # fmt: skip

    def all(self, threads: int) -> Accounts:
        """Decide all pieces; returns the closing accounts of all households."""
        pieces = self._pieces()
        share = max(1, -(-len(pieces) // threads))
        shares = [pieces[first : first + share] for first in range(0, len(pieces), share)]
        if len(shares) > 1:
            with ThreadPoolExecutor(threads) as pool:
                found = [each for part in pool.map(self._share, shares) for each in part]
        else:
            found = [each for part in shares for each in self._share(part)]
        return self._closing(found)

    def _pieces(self) -> list[tuple[int, int]]:
        """The households of each piece: the first, and before the last."""
        marks = np.arange(PIECE, self.starts[-1], PIECE)
        bounds = np.unique([0, *np.searchsorted(self.starts, marks), len(self.present)]).tolist()
        return list(pairwise(bounds))

    def _share(self, pieces: Sequence[tuple[int, int]]) -> list[tuple[Ints, Ints]]:
        frame = Frame(self, pieces)
        return [self._piece(frame, first, last) for first, last in pieces]

    def _piece(self, frame: Frame, first: int, last: int) -> tuple[Ints, Ints]:
        """Decide the households from the first to before the last; returns their closing accounts (key, used, key …)
        and where each begins."""
        low, high = int(self.starts[first]), int(self.starts[last])
        starts, (accounts, at) = self.starts[first : last + 1] - low, self._opened(first, last)
        self.rows.write(frame.rows, low, high)
        closing_at = np.empty(len(starts), np.int64)
        opened = map(compiled.address, (starts, accounts, at))
        closed = map(compiled.address, (closing_at, frame.trace))
        end = self.kernel(*frame.before, len(starts) - 1, *opened, *frame.after, *closed)
        answer(frame.out, high - low, self.origins, self.cash, low, *self.answers.columns)
        return frame.closing[:end].copy(), closing_at

    def _opened(self, first: int, last: int) -> tuple[Ints, Ints]:
        """The opening accounts of some households, one after the other, and where each begins."""
        if not len(self.opening.keys):
            return self.opened[:1], self.opened[: last - first + 1]
        at = self.opened[first : last + 1] - self.opened[first]
        begin = self.opening.at[self.present[first:last]]
        rows = np.repeat(begin - at[:-1], np.diff(at)) + np.arange(at[-1])
        flat = np.empty(2 * len(rows) + 1, np.int64)
        flat[0:-1:2], flat[1::2] = self.opening.keys[rows], self.opening.used[rows]
        return flat, 2 * at

    def _closing(self, found: Iterable[tuple[Ints, Ints]]) -> Accounts:
        """Closing accounts by household; of households without lines what they opened with."""
        opening = self.opening
        counts = opening.at[1:] - opening.at[:-1]
        keys, used, lengths = [], [], []
        for flat, at in found:
            lengths.append(np.diff(at))
            keys.append(flat[0::2])
            used.append(flat[1::2])
        counts[self.present] = np.concatenate([np.zeros(0, np.int64), *lengths]) // 2
        ends = np.concatenate([[0], np.cumsum(counts)])
        silent = np.ones(len(counts), bool)
        silent[self.present] = False
        kept = np.repeat(silent, opening.at[1:] - opening.at[:-1])
        owner = np.concatenate([np.repeat(self.present, counts[self.present]),
                                np.repeat(np.arange(len(counts)), opening.at[1:] - opening.at[:-1])[kept]])  # fmt: skip
        order = np.argsort(owner, kind="stable")
        all_keys = np.concatenate([*keys, opening.keys[kept]]) if keys else opening.keys
        all_used = np.concatenate([*used, opening.used[kept]]) if used else opening.used
        return Accounts(ends, all_keys[order], all_used[order])


def _origins(layout: Layout) -> Ints:
    """For each kind of row the numbers in the whole program."""
    width = 1 + max((len(numbers) for numbers in layout.rows.values()), default=0)
    origins = np.tile(np.arange(width), (1 + max(layout.rows), 1))
    for kind, numbers in layout.rows.items():
        origins[kind, : len(numbers)] = numbers
    return origins
