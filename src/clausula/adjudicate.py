"""adjudicate(plans, usage, lines) -> decisions, usage': a fold over one household's lines in a declared order.

The same function answers a claim, a quote (a line nobody has billed yet), a provider's check and a re-decision; what
differs is only what the caller does with the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clausula import codes as k
from clausula import kernel
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import CoverDecision, Decision
from clausula.encoder import Encoder
from clausula.household import Household, Line, Provider
from clausula.program import Program
from clausula.usage import Usage
from clausula.values import OUTCOMES

NO_PROVIDERS: Mapping[str, Provider] = {}


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Decisions in the order they were taken, and the usage after them. Unpacks as `decisions, usage`."""

    decisions: tuple[Decision, ...]
    usage: Usage

    def __iter__(self) -> Any:
        return iter((self.decisions, self.usage))

    def __getitem__(self, line_id: str) -> Decision:
        for decision in self.decisions:
            if decision.line.id == line_id:
                return decision
        raise KeyError(line_id)


def adjudicate(
    book: Book,
    household: Household,
    lines: Iterable[Line],
    usage: Usage | None = None,
    *,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
) -> Adjudication:
    """Decide lines of one household.

    book: plans (see `load_plans`). household: its people, their enrolments and evidence. lines: any order; they are
    decided by day of service (or of reception, where the plans say so), then as given. usage: the accounts before these
    lines (None: nothing used yet). providers: directory by id.
    Returns the decisions in that order and the usage after them; nothing is changed in place.
    Raises LineError for a line that cannot be decided as stated, PlanError for a plan that cannot be used.
    """
    program = compile_book(book, {enrolment.plan for enrolment in household.enrolments})
    return decide(program, household, lines, usage, providers)


def decide(
    program: Program, household: Household, lines: Iterable[Line], usage: Usage | None, providers: Mapping[str, Provider]
) -> Adjudication:
    """Decide lines of one household by a compiled program; see `adjudicate`."""
    encoder = Encoder(program, household, providers)
    ordered = encoder.ordered(tuple(lines))
    rows = [encoder.row(line) for line in ordered]
    state, out, trace, length = run(program, rows, encoder, usage)
    return Adjudication(tuple(_decisions(program, encoder, ordered, rows, out, trace, length)), encoder.closing(usage, state))


def run(program: Program, rows: list[list[int]], encoder: Encoder, usage: Usage | None) -> tuple[Any, Any, list[int], int]:
    """Hand rows to the kernel with fresh buffers; returns accounts, outputs, trace and its length."""
    count, depth = len(rows), program.tables.depth
    state = encoder.opening(usage, count * depth * program.moves + 1)
    moves = ([0] * program.moves, [0] * program.moves, [0] * program.moves)
    cells = count * depth
    out = ([-1] * cells, [0] * cells, [-1] * cells, [0] * cells, [0] * cells, [0] * cells, [0] * count)
    trace = [0] * (count * program.room)
    length = kernel.adjudicate(
        program.tables, rows, 0, count, encoder.evidence, encoder.proposals, state, moves, out, trace
    )
    return state, out, trace, length


def _decisions(
    program: Program, encoder: Encoder, lines: Sequence[Line], rows: Sequence[Sequence[int]], out: Any, trace: list[int], length: int
) -> Iterable[Decision]:
    benefits, outcomes, reasons, paid, kept, advanced, lefts = out
    depth, columns, width = program.tables.depth, program.tables.columns, program.tables.width
    at = 0
    for i, line in enumerate(lines):
        covers = []
        for slot in range(depth):
            o = i * depth + slot
            if outcomes[o] == k.NO_COVER:
                continue
            cover = program.covers[rows[i][columns + slot * width]]
            benefit = program.benefits[benefits[o]] if benefits[o] >= 0 else None
            cash = benefit is not None and program.tables.benefits[benefits[o]].kind == k.INDEMNITY
            covers.append(
                CoverDecision(
                    cover.plan.id, benefit, OUTCOMES[outcomes[o] - 1], reasons[o], paid[o], kept[o], advanced[o], cash
                )
            )
        decision = Decision(program, line, rows[i], covers, lefts[i])
        start = at
        while at < length and trace[at] == i:
            at += k.NOTE
        decision.trace, decision.evidence = trace[start:at], encoder.evidence_of
        yield decision
