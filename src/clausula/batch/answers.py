"""Decisions as a table: one row a line, amounts as decimals in currency units, texts as dictionaries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula.batch.deciding import Decided
from clausula.batch.table import EPOCH, Ints
from clausula.decision import reason_code
from clausula.money import decimals
from clausula.program import Program
from clausula.values import OUTCOMES


class Answers:
    """What decisions say of each line over all covers: outcome, reason, sums."""

    def __init__(self, decided: Decided) -> None:
        self.decided, self.program, self.depth = decided, decided.program, decided.depth
        self.kinds = np.array([*(row.kind == k.INDEMNITY for row in self.program.tables.benefits), False])

    def slot(self, slot: int, part: int) -> Ints:
        """One number of one cover slot, for all lines."""
        found: Ints = self.decided.cells[:, slot * k.CELL + part]
        return found

    def cash(self, slot: int) -> Ints:
        """Whether the benefit of a slot is an indemnity beside the bill."""
        return self.kinds[self.slot(slot, 0)]

    def outcomes(self) -> Ints:
        """Outcome of each line over all its covers, as a number (1 covered … 6 needs_person)."""
        left = self.decided.left
        open_ = np.zeros(len(left), np.int64)
        refused, granted, partly = np.ones(len(left), bool), np.zeros(len(left), bool), np.zeros(len(left), bool)
        aside = np.ones(len(left), bool)
        for slot in range(self.depth):
            found, paid = self.slot(slot, 1), self.slot(slot, 3)
            open_ = np.maximum(open_, np.where(found >= k.NEEDS_DOCUMENT, found, 0))
            refused &= (found == k.NO_COVER) | (found == k.NOT_COVERED)
            granted |= found == k.COVERED
            aside &= (found != k.COVERED) | self.cash(slot) | (paid == 0)
            partly |= found == k.PARTLY
        whole = (left == 0) | (granted & aside & ~partly)
        return np.where(open_ > 0, open_, np.where(refused, k.NOT_COVERED, np.where(whole, k.COVERED, k.PARTLY)))

    def reasons(self) -> Ints:
        """The row that decided each line, as `Decision.reason` has it; -1 where all is paid."""
        left = self.decided.left
        best, weight = np.full(len(left), -1, np.int64), np.full(len(left), 4, np.int64)
        settled = (left == 0) & (self.outcomes() == k.COVERED)
        for slot in range(self.depth):
            row, outcome = self.slot(slot, 2), self.slot(slot, 1)
            refused = np.where(row >> 24 == k.ROW_EXCLUSION, 2, 3)
            mine = np.where(outcome >= k.NEEDS_DOCUMENT, 0, np.where(self.slot(slot, 0) >= 0, 1, refused))
            counts = (outcome != k.NO_COVER) & (row >= 0) & ~(settled & (outcome == k.NOT_COVERED))
            better = counts & (mine < weight)
            best, weight = np.where(better, row, best), np.where(better, mine, weight)
        return best

    def sums(self) -> dict[str, Ints]:
        """Amounts of each line in minor units; `paid` and `cash` over all covers."""
        paid = [self.slot(slot, 3) for slot in range(self.depth)]
        nothing = np.zeros(len(self.decided.left), np.int64)
        return {
            "charged": self.decided.charged, "paid_by_others": self.decided.others, "paid": sum(paid, nothing),
            "cash": sum((np.where(self.cash(slot), paid[slot], 0) for slot in range(self.depth)), nothing),
            "borne": self.decided.left,
            "advanced": sum((self.slot(slot, 5) for slot in range(self.depth)), nothing),
        }  # fmt: skip


def decision_columns(decided: Decided, table: pa.Table, source: str = "", slots: int = 0) -> pa.Table:
    """Decisions with what says which line they are of.

    table, source: where the lines come from. slots: cover slots to write (0: as many as are in use). The names of
    columns are those of `outputs.SCHEMA`, with `plan_1`, `benefit_1` … for the covers in the order they decided.
    """
    answers, program, order = Answers(decided), decided.program, decided.order
    lines = pa.array(order)
    columns: dict[str, Any] = {"household": _texts(decided.home, decided.members.homes)}
    for name, column in (("person", "person"), ("line", "line_id"), ("claim", "claim"), ("service", "service")):
        if column in table.column_names:
            columns[name] = table.column(column).take(lines).combine_chunks()
    columns["served_on"] = pa.array((decided.served - EPOCH).astype(np.int32)).cast(pa.date32())
    columns["input"] = _texts(np.zeros(len(order), np.int64), [source])
    columns["row"] = pa.array(order + 1)
    columns["currency"] = _texts(np.zeros(len(order), np.int64), [program.currency])
    return pa.table(columns | answer_columns(answers, slots or decided.depth))


def answer_columns(answers: Answers, slots: int) -> dict[str, Any]:
    """What was decided: outcome, amounts, reason with plan and clause; then by cover slot."""
    program = answers.program
    columns: dict[str, Any] = {"outcome": _texts(answers.outcomes() - 1, list(OUTCOMES))}
    columns |= {name: _money(values, program) for name, values in answers.sums().items()}
    columns["reason"], columns["reason_plan"], columns["reason_clause"] = _reasons(program, answers.reasons())
    for slot in range(slots):
        columns |= _slot(answers, slot)
    return columns


def _slot(answers: Answers, slot: int) -> dict[str, Any]:
    """The columns of one cover slot; empty where no line has so many covers."""
    program, number = answers.program, slot + 1
    words = [c.plan.id for c in program.covers], [rule.id for rule in program.benefits], list(OUTCOMES)
    if slot < answers.depth:
        outcome = answers.slot(slot, 1)
        numbers = np.where(outcome > 0, answers.decided.cover[:, slot], -1), answers.slot(slot, 0), outcome - 1
        row, paid, kept = answers.slot(slot, 2), answers.slot(slot, 3), answers.slot(slot, 4)
    else:
        nothing = np.full(len(answers.decided.left), -1, np.int64)
        numbers = nothing, nothing, nothing
        row, paid, kept = nothing, nothing + 1, nothing + 1
    return {
        **{f"{name}_{number}": _texts(numbers[n], words[n]) for n, name in enumerate(("plan", "benefit", "outcome"))},
        f"row_{number}": pa.array(row.astype(np.int32)),
        f"paid_{number}": _money(paid, program),
        f"kept_{number}": _money(kept, program),
    }


def _texts(numbers: Ints, words: list[str]) -> pa.DictionaryArray:
    """Numbers as a dictionary of words; null for -1."""
    small = np.asarray(numbers).astype(np.int32)
    empty = small < 0
    indices = pa.array(small, mask=empty) if empty.any() else pa.array(small)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words or [""], pa.string()))


def _money(minor: Ints, program: Program) -> pa.Array:
    """Minor units as exact decimals: the same numbers with the point moved."""
    low = np.empty((len(minor), 2), np.int64)
    low[:, 0] = minor
    low[:, 1] = low[:, 0] >> 63
    return pa.Array.from_buffers(pa.decimal128(18, decimals(program.currency)), len(minor), [None, pa.py_buffer(low)])


def _reasons(program: Program, rows: Ints) -> tuple[pa.DictionaryArray, pa.DictionaryArray, pa.DictionaryArray]:
    """Reason codes, plans and clauses of rows."""
    unique, inverse = np.unique(rows, return_inverse=True)
    codes = [reason_code(program, row, "") for row in unique.tolist()]
    found = [program.clause(row) if row >= 0 else ("", "") for row in unique.tolist()]
    return _texts(inverse, codes), _texts(inverse, [plan for plan, _ in found]), _texts(inverse, [c for _, c in found])
