"""Lays out the four memories of the kernel (program, lines, evidence, work) as lists or arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from clausula import codes as k
from clausula.program import Program


def program_memory(program: Program) -> list[int]:
    """The program as one flat list: header, lists, records, code sets. Kept in the program."""
    if "memory" not in program.cache:
        t = program.tables
        parts: list[list[int]] = [list(t.index)]
        starts: list[int] = []
        for rows in (t.tests, t.steps, t.benefits, t.exclusions, t.requirements, [t.sets]):
            starts.append(sum(map(len, parts)))
            parts.append(list(chain.from_iterable(rows)))
        memory = list(chain.from_iterable(parts))
        memory[: k.HEADER] = [
            t.columns, t.width, t.depth, t.stride, t.services, t.candidates, t.covers, *starts, 1,
            *[0] * (k.HEADER - 14),
        ]  # fmt: skip
        program.cache["memory"] = memory
    found: list[int] = program.cache["memory"]
    return found


def evidence_memory(rows: Iterable[Sequence[int]], proposals: Sequence[int]) -> list[int]:
    """Evidence records, then the providers they propose; ranges of proposals become addresses."""
    flat: list[int] = []
    records = list(rows)
    behind = len(records) * k.EVIDENCE_SIZE
    for row in records:
        flat += row
        flat[-k.EVIDENCE_SIZE + k.E_PROPOSAL] += behind
        flat[-k.EVIDENCE_SIZE + k.E_PROPOSAL_END] += behind
    return [*flat, *proposals] or [0]


def work_memory(accounts: Sequence[int], room: int, moves: int) -> list[int]:
    """Accounts (key, used, key, used …) with room for further ones, then room for moves."""
    end = k.W_ACCOUNTS + len(accounts)
    begin = end + 2 * room
    return [end, begin, *accounts, *[0] * (2 * room + k.MOVE * moves)]


def output_memory(program: Program, lines: int) -> list[int]:
    """Room for the decisions of so many lines: for every cover slot nothing decided, then what is left."""
    return ([-1, k.NO_COVER, -1, 0, 0, 0] * program.tables.depth + [0]) * lines


def trace_memory(room: int) -> list[int]:
    """Room for the notes of a trace, how much there is at first."""
    return [room + 1, *[0] * room]
