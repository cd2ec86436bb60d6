"""Many lines at once: rows of a table through the compiled kernel, decisions back as columns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula import compiled, kernel
from clausula.batch.columns import Encoding, Ints, People, Rows
from clausula.decision import reason_code
from clausula.memory import evidence_memory, output_memory, program_memory, work_memory
from clausula.money import decimals
from clausula.program import Program
from clausula.usage import AccountKey, Usage
from clausula.values import OUTCOMES

CHUNK = 20_000
"""Rows decided at a time; households are never cut."""


@dataclass(slots=True)
class Decided:
    """Decisions as arrays, one row a line and one column a cover slot; amounts in minor units.

    benefit, outcome, row, paid, kept, advanced: by slot (-1 and 0 where no cover decided). left: what the member bears.
    """

    program: Program
    rows: Rows
    cells: Ints
    left: Ints
    usage: dict[str, Usage]

    def slot(self, slot: int, part: int) -> Ints:
        """One number of one cover slot, for all lines."""
        return self.cells[:, slot * k.CELL + part]

    def outcomes(self) -> Ints:
        """Outcome of each line over all its covers, as a number (1 covered … 6 needs_person)."""
        depth = self.program.tables.depth
        found = np.array([self.slot(slot, 1) for slot in range(depth)])
        cash = np.array([self.cash(slot) for slot in range(depth)])
        paid = np.array([self.slot(slot, 3) for slot in range(depth)])
        open_ = np.where(found >= k.NEEDS_DOCUMENT, found, 0).max(axis=0)
        refused = ((found == k.NO_COVER) | (found == k.NOT_COVERED)).all(axis=0)
        granted = (found == k.COVERED).any(axis=0)
        aside = ((found != k.COVERED) | cash | (paid == 0)).all(axis=0)
        partly = (found == k.PARTLY).any(axis=0)
        whole = (self.left == 0) | (granted & aside & ~partly)
        return np.where(open_ > 0, open_, np.where(refused, k.NOT_COVERED, np.where(whole, k.COVERED, k.PARTLY)))

    def cash(self, slot: int) -> Ints:
        """Whether the benefit of a slot is an indemnity beside the bill."""
        kinds = np.array([*(row.kind == k.INDEMNITY for row in self.program.tables.benefits), False])
        return kinds[self.slot(slot, 0)]

    def reasons(self) -> Ints:
        """The row that decided each line, as `Decision.reason` has it; -1 where all is paid."""
        best = np.full(len(self.left), -1, np.int64)
        weight = np.full(len(self.left), 4, np.int64)
        settled = (self.left == 0) & (self.outcomes() == k.COVERED)
        for slot in range(self.program.tables.depth):
            row, outcome = self.slot(slot, 2), self.slot(slot, 1)
            refused = np.where(row >> 24 == k.ROW_EXCLUSION, 2, 3)
            mine = np.where(outcome >= k.NEEDS_DOCUMENT, 0, np.where(self.slot(slot, 0) >= 0, 1, refused))
            counts = (outcome != k.NO_COVER) & (row >= 0) & ~(settled & (outcome == k.NOT_COVERED))
            better = counts & (mine < weight)
            best, weight = np.where(better, row, best), np.where(better, mine, weight)
        return best


def decide_table(people: People, table: pa.Table, opening: Mapping[str, Usage] | None = None) -> Decided:
    """Decide all lines of a table that can be encoded, household by household, on all processors.

    opening: accounts of households before these lines. Compiled where Numba is installed, interpreted otherwise. Raises
    pyarrow.ArrowInvalid for columns that cannot be read exactly and FactError for values that are not of their kind.
    """
    rows = Encoding(people, table).rows()
    usage: dict[str, Usage] = dict(opening or {})
    sweeping = Sweeping(people, rows)
    pieces = list(_pieces(rows.starts))
    openings = [_opening(people, usage, rows.households[first:last]) for first, last in pieces]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        closings = list(pool.map(sweeping.piece, pieces, openings))
    for (first, last), (closing, at) in zip(pieces, closings, strict=True):
        _close(people, usage, rows.households[first:last], closing, at)
    return Decided(people.program, rows, sweeping.cells[:, :-1], sweeping.cells[:, -1], usage)


class Sweeping:
    """Sends pieces of rows through the kernel; a piece is some households, whole."""

    def __init__(self, people: People, rows: Rows) -> None:
        program = people.program
        self.rows, self.depth, self.moves = rows, program.tables.depth, program.moves
        self.cells = np.empty((len(rows.order), self.depth * k.CELL + 1), np.int64)
        self.memory = np.array(program_memory(program), np.int64)
        self.evidence = np.array(evidence_memory(people.encoder.evidence, people.encoder.proposals), np.int64)
        self.nothing = np.array(output_memory(program, 1), np.int64)
        self.compiled = compiled.available()
        self.sweep = compiled.kernel().sweep if self.compiled else kernel.sweep

    def piece(self, households: tuple[int, int], opening: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
        """Decide the households from the first to before the last; returns their closing accounts and where each
        begins."""
        first, last = households
        accounts, at = opening
        low, high = int(self.rows.starts[first]), int(self.rows.starts[last])
        starts = self.rows.starts[first : last + 1] - low
        longest = int(np.max(starts[1:] - starts[:-1], initial=0))
        room = max(int(np.max(at[1:] - at[:-1], initial=0)), 2) + longest * self.depth * self.moves
        work = np.array(work_memory([], room, self.moves), np.int64)
        out = np.tile(self.nothing, high - low)
        closing = np.empty(len(accounts) + 2 * (high - low) * self.depth * self.moves + 2, np.int64)
        closing_at = np.zeros(len(starts), np.int64)
        x = self.rows.x.piece(low, high).reshape(-1)
        memories = starts, accounts, at, self.evidence, work, out, closing, closing_at, np.zeros(1, np.int64)
        if self.compiled:
            address = compiled.address
            end = self.sweep(address(self.memory), address(x), len(starts) - 1, *(address(each) for each in memories))
        else:
            end = self.sweep(self.memory, x, len(starts) - 1, *memories)
        self.cells[low:high] = out.reshape(high - low, -1)
        return closing[:end].copy(), closing_at


def _pieces(starts: Ints) -> Iterator[tuple[int, int]]:
    """Households in pieces of about CHUNK rows: from the first to before the last."""
    first = 0
    while first < len(starts) - 1:
        last = max(int(np.searchsorted(starts, starts[first] + CHUNK, side="right")) - 1, first + 1)
        yield first, last
        first = last


def _opening(people: People, usage: Mapping[str, Usage], names: list[str]) -> tuple[Ints, Ints]:
    """Opening accounts of households, one after the other, and where each begins."""
    flat: list[int] = []
    at = [0]
    for name in names:
        found = usage.get(name)
        flat += people.encoder.accounts(found) if found else []
        at.append(len(flat))
    return np.array(flat or [0], np.int64), np.array(at, np.int64)


def _close(people: People, usage: dict[str, Usage], names: list[str], closing: Ints, closing_at: Ints) -> None:
    """Read the closing accounts of households back."""
    encoder, accounts = people.encoder, people.program.accounts
    flat, at = closing.tolist(), closing_at.tolist()
    for number, name in enumerate(names):
        amounts = dict(usage[name].amounts) if name in usage else {}
        for j in range(at[number], at[number + 1], 2):
            key = flat[j]
            entity = encoder.interner.names[key >> 22 & 0xFFFFFFF]
            amounts[AccountKey(accounts[key >> 50].name, entity, key & 0x3FFFFF)] = flat[j + 1]
        usage[name] = Usage(amounts)


def decision_columns(decided: Decided, table: pa.Table, source: str = "", slots: int = 0) -> pa.Table:
    """Decisions as a table: one row a line, amounts as decimals in currency units, texts as dictionaries.

    source: the file the lines come from. slots: cover slots to write (0: as many as the program has). The names of
    columns are those of `outputs.SCHEMA`, with `plan_1`, `benefit_1` … for the covers in the order they decided.
    """
    program, order = decided.program, decided.rows.order
    lines = pa.array(order)
    columns: dict[str, Any] = {}
    homes = np.repeat(np.arange(len(decided.rows.households)), np.diff(decided.rows.starts))
    columns["household"] = _texts(homes, decided.rows.households)
    for name, column in (("person", "person"), ("line", "line_id"), ("claim", "claim"), ("service", "service")):
        if column in table.column_names:
            columns[name] = table.column(column).take(lines).combine_chunks()
    columns["served_on"] = _days(decided.rows.x[k.SERVED])
    columns["input"] = _texts(np.zeros(len(order), np.int64), [source])
    columns["row"] = pa.array(order + 1)
    columns["currency"] = _texts(np.zeros(len(order), np.int64), [program.currency])
    columns["outcome"] = _texts(decided.outcomes() - 1, list(OUTCOMES))
    columns |= _amounts(decided)
    columns["reason"], columns["reason_plan"], columns["reason_clause"] = _reasons(program, decided.reasons())
    for slot in range(slots or program.tables.depth):
        columns |= _slot(decided, slot)
    return pa.table(columns)


def _days(ordinals: Ints) -> pa.Array:
    """Ordinals as dates."""
    return pa.array((ordinals - date(1970, 1, 1).toordinal()).astype(np.int32)).cast(pa.date32())


def _amounts(decided: Decided) -> dict[str, Any]:
    depth = decided.program.tables.depth
    paid = [decided.slot(slot, 3) for slot in range(depth)]
    amounts = {
        "charged": decided.rows.x[k.CHARGED],
        "paid_by_others": decided.rows.x[k.OTHERS],
        "paid": sum(paid),
        "cash": sum(np.where(decided.cash(slot), paid[slot], 0) for slot in range(depth)),
        "borne": decided.left,
        "advanced": sum(decided.slot(slot, 5) for slot in range(depth)),
    }
    return {name: _money(values, decided.program) for name, values in amounts.items()}


def _slot(decided: Decided, slot: int) -> dict[str, Any]:
    """The columns of one cover slot; empty where the program has no such slot."""
    program, number = decided.program, slot + 1
    words = [c.plan.id for c in program.covers], [rule.id for rule in program.benefits], list(OUTCOMES)
    if slot < program.tables.depth:
        outcome = decided.slot(slot, 1)
        cover = decided.rows.x[program.tables.columns + slot * program.tables.width]
        numbers = np.where(outcome > 0, cover, -1), decided.slot(slot, 0), outcome - 1
        row, paid, kept = decided.slot(slot, 2), decided.slot(slot, 3), decided.slot(slot, 4)
    else:
        nothing = np.full(len(decided.left), -1, np.int64)
        numbers = nothing, nothing, nothing
        row, paid, kept = nothing, nothing + 1, nothing + 1
    return {
        **{f"{name}_{number}": _texts(numbers[n], words[n]) for n, name in enumerate(("plan", "benefit", "outcome"))},
        f"row_{number}": pa.array(row, pa.int32()),
        f"paid_{number}": _money(paid, program),
        f"kept_{number}": _money(kept, program),
    }


def _texts(numbers: Ints, words: list[str]) -> pa.DictionaryArray:
    """Numbers as a dictionary of words; null for -1."""
    indices = pa.array(np.where(numbers < 0, 0, numbers).astype(np.int32), mask=numbers < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words or [""], pa.string()))


def _money(minor: Ints, program: Program) -> pa.Array:
    """Minor units as exact decimals: the same numbers with the point moved."""
    low = np.empty((len(minor), 2), np.int64)
    low[:, 0], low[:, 1] = minor, np.where(np.asarray(minor) < 0, -1, 0)
    return pa.Array.from_buffers(pa.decimal128(18, decimals(program.currency)), len(minor), [None, pa.py_buffer(low)])


def _reasons(program: Program, rows: Ints) -> tuple[pa.DictionaryArray, pa.DictionaryArray, pa.DictionaryArray]:
    """Reason codes, plans and clauses of rows."""
    unique, inverse = np.unique(rows, return_inverse=True)
    codes = [reason_code(program, row, "") for row in unique.tolist()]
    found = [program.clause(row) if row >= 0 else ("", "") for row in unique.tolist()]
    return _texts(inverse, codes), _texts(inverse, [plan for plan, _ in found]), _texts(inverse, [c for _, c in found])
