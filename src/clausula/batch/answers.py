"""Decisions as a table: one row a line, amounts as decimals in currency units, texts as dictionaries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula.batch.loops import Ints, numbered, placed, widened
from clausula.batch.sweeping import Decided
from clausula.batch.table import EPOCH
from clausula.decision import reason_code
from clausula.money import decimals
from clausula.program import Program
from clausula.values import OUTCOMES


def decision_columns(decided: Decided, table: pa.Table, source: str = "", slots: int = 0) -> pa.Table:
    """Decisions with what says which line they are of.

    table, source: where the lines come from. slots: cover slots to write (0: as many as are in use). The names of
    columns are those of `outputs.SCHEMA`, with `plan_1`, `benefit_1` … for the covers in the order they decided.
    """
    program, lines = decided.program, decided.lines
    rows = pa.array(lines.order)
    columns: dict[str, Any] = {"household": _texts(lines.home, decided.members.homes)}
    for name, column in (("person", "person"), ("line", "line_id"), ("claim", "claim"), ("service", "service")):
        if column in table.column_names:
            columns[name] = table.column(column).take(rows).combine_chunks()
    columns["served_on"] = pa.array((lines.served - EPOCH).astype(np.int32)).cast(pa.date32())
    columns["input"] = _texts(np.zeros(len(rows), np.int8), [source])
    columns["row"] = pa.array(lines.order + 1)
    columns["currency"] = _texts(np.zeros(len(rows), np.int8), [program.currency])
    return pa.table(columns | answer_columns(decided, slots or decided.depth))


def sums(decided: Decided) -> dict[str, Ints]:
    """Amounts of each line in minor units; `paid` and `cash` over all covers."""
    lines, answers = decided.lines, decided.answers
    return {
        "charged": lines.charged, "paid_by_others": lines.others, "paid": answers.paid, "cash": answers.cash,
        "borne": answers.left, "advanced": answers.advanced,
    }  # fmt: skip


def answer_columns(decided: Decided, slots: int) -> dict[str, Any]:
    """What was decided: outcome, amounts, reason with plan and clause; then by cover slot."""
    program, answers = decided.program, decided.answers
    columns: dict[str, Any] = {"outcome": _texts(answers.outcome - 1, list(OUTCOMES))}
    columns |= {name: _money(values, program) for name, values in sums(decided).items()}
    columns["reason"], columns["reason_plan"], columns["reason_clause"] = _reasons(program, answers.reason)
    for slot in range(slots):
        columns |= _slot(decided, slot)
    return columns


def _slot(decided: Decided, slot: int) -> dict[str, Any]:
    """The columns of one cover slot; empty where no line has so many covers."""
    program, number = decided.program, slot + 1
    words = [c.plan.id for c in program.covers], [rule.id for rule in program.benefits], list(OUTCOMES)
    if slot < decided.depth:
        answers = decided.answers
        outcome, row, paid, kept = (
            each[slot] for each in (answers.outcomes, answers.rows, answers.pays, answers.keeps)
        )
        numbers = np.where(outcome > 0, decided.cover(slot), np.int32(-1)), answers.benefits[slot], outcome - 1
    else:
        nothing = np.full(len(decided.answers.outcome), -1, np.int32)
        numbers = nothing, nothing, nothing
        row, paid, kept = nothing, *np.zeros((2, len(nothing)), np.int64)
    return {
        **{f"{name}_{number}": _texts(numbers[n], words[n]) for n, name in enumerate(("plan", "benefit", "outcome"))},
        f"row_{number}": pa.array(row.astype(np.int32, copy=False)),
        f"paid_{number}": _money(paid, program),
        f"kept_{number}": _money(kept, program),
    }


def _texts(numbers: Ints, words: list[str]) -> pa.DictionaryArray:
    """Numbers as a dictionary of words; null for -1. No word is twice in it: Parquet takes such a one as it is."""
    different = list(dict.fromkeys(words))
    if len(different) == len(words):
        small = np.asarray(numbers).astype(np.int32, copy=False)
    else:
        place = {word: number for number, word in enumerate(different)}
        small = placed(numbers, np.array([place[word] for word in words], np.int32))
    indices = pa.array(small, mask=small < 0) if small.min(initial=0) < 0 else pa.array(small)
    return pa.DictionaryArray.from_arrays(indices, pa.array(different or [""], pa.string()))


def _money(minor: Ints, program: Program) -> pa.Array:
    """Minor units as exact decimals: the same numbers with the point moved."""
    buffer = pa.py_buffer(widened(np.ascontiguousarray(minor)))
    return pa.Array.from_buffers(pa.decimal128(18, decimals(program.currency)), len(minor), [None, buffer])


def _reasons(program: Program, rows: Ints) -> tuple[pa.DictionaryArray, pa.DictionaryArray, pa.DictionaryArray]:
    """Reason codes, plans and clauses of rows."""
    sizes = {
        k.ROW_TEST: len(program.tests), k.ROW_STEP: len(program.steps), k.ROW_EXCLUSION: len(program.exclusions),
        k.ROW_REQUIREMENT: len(program.requirements), k.ROW_BENEFIT: len(program.benefits),
        k.ROW_NOTHING: len(program.covers),
    }  # fmt: skip
    first, width = np.zeros(1 + max(sizes), np.int64), 1
    for kind in range(1, len(first)):
        first[kind] = width
        width += sizes.get(kind, 1)
    at, numbers = numbered(rows, first, width)
    unique = numbers.tolist()
    codes = [reason_code(program, row, "") for row in unique]
    found = [program.clause(row) if row >= 0 else ("", "") for row in unique]
    return _texts(at, codes), _texts(at, [plan for plan, _ in found]), _texts(at, [clause for _, clause in found])
