"""adjudicate(plans, usage, lines) -> decisions, usage': a fold over one household's lines in a declared order.

The same function answers a claim, a quote (a line nobody has billed yet), a provider's check and a re-decision; what
differs is only what the caller does with the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clausula import codes as k
from clausula import compiled, kernel
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import CoverDecision, Decision
from clausula.encoder import Encoder
from clausula.household import Household, Line, Provider
from clausula.memory import evidence_memory, output_memory, program_memory, trace_memory, work_memory
from clausula.program import Program
from clausula.usage import Usage
from clausula.values import OUTCOMES

Ints = Sequence[int]
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
    program: Program,
    household: Household,
    lines: Iterable[Line],
    usage: Usage | None,
    providers: Mapping[str, Provider],
) -> Adjudication:
    """Decide lines of one household by a compiled program; see `adjudicate`."""
    encoder = encoder_of(program, household, providers)
    ordered = encoder.ordered(tuple(lines))
    rows = [encoder.row(line) for line in ordered]
    work, out, trace = run(program, rows, encoder, usage)
    return Adjudication(tuple(_decisions(program, encoder, ordered, rows, out, trace)), encoder.closing(usage, work))


MOST_ENCODERS = 64


def encoder_of(program: Program, household: Household, providers: Mapping[str, Provider]) -> Encoder:
    """The encoder of a household; the last few are kept, for who asks about the same household again and again."""
    kept: dict[tuple[int, int, int], Encoder] = program.cache.setdefault("encoders", {})
    key = (id(household), id(providers), len(providers))
    found = kept.pop(key, None)
    if found is None or found.household is not household or found.providers is not providers or found.is_large():
        found = Encoder(program, household, providers)
        if len(kept) >= MOST_ENCODERS:
            kept.pop(next(iter(kept)))
    kept[key] = found
    return found


def run(
    program: Program, rows: Sequence[Sequence[int]], encoder: Encoder, usage: Usage | None
) -> tuple[Ints, Ints, Ints]:
    """Hand rows to the kernel with fresh memories; returns work, output and the trace as far as it was written."""
    count = len(rows)
    x = [number for row in rows for number in row]
    accounts = encoder.accounts(usage)
    if compiled.in_use():
        return compiled.run(encoder, x, count, accounts)
    evidence = evidence_memory(encoder.evidence, encoder.proposals)
    work = work_memory(accounts, count * program.tables.depth * program.moves + 1, program.moves)
    out = output_memory(program, count)
    trace = trace_memory(count * program.room)
    length = kernel.adjudicate(program_memory(program), x, 0, count, evidence, work, out, trace)
    return work, out, trace[1:length]


def _decisions(
    program: Program, encoder: Encoder, lines: Sequence[Line], rows: Sequence[Sequence[int]], out: Ints, trace: Ints
) -> Iterable[Decision]:
    depth, columns, width = program.tables.depth, program.tables.columns, program.tables.width
    at = 0
    for i, line in enumerate(lines):
        covers = []
        o = i * (depth * k.CELL + 1)
        for slot in range(depth):
            number, outcome, reason, paid, kept, advanced = out[o + slot * k.CELL : o + (slot + 1) * k.CELL]
            if outcome == k.NO_COVER:
                continue
            cover = program.covers[rows[i][columns + slot * width]]
            benefit = program.benefits[number] if number >= 0 else None
            cash = benefit is not None and program.tables.benefits[number].kind == k.INDEMNITY
            covers.append(
                CoverDecision(cover.plan.id, benefit, OUTCOMES[outcome - 1], reason, paid, kept, advanced, cash)
            )
        decision = Decision(program, line, rows[i], covers, out[o + depth * k.CELL])
        start = at
        while at < len(trace) and trace[at] >> 6 == i:
            at += k.NOTE
        decision.trace, decision.evidence = trace[start:at], encoder.evidence_of
        yield decision
