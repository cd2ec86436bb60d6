"""adjudicate(plans, usage, lines) -> decisions, usage': a fold over one household's lines in a declared order.

The same function answers a claim, a quote (a line nobody has billed yet), a provider's check and a re-decision; what
differs is only what the caller does with the answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from clausula import codes as k
from clausula import compiled, kernel
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import Adjudication, Said
from clausula.encoder import Encoder
from clausula.household import Household, Line, Provider
from clausula.memory import evidence_memory, output_memory, program_memory, trace_memory, work_memory
from clausula.program import Program
from clausula.usage import Usage

NO_PROVIDERS: Mapping[str, Provider] = {}


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
    program = compile_book(book, household.plans)
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
    ordered = encoder.ordered(lines)
    return decide_rows(encoder, ordered, list(map(encoder.row, ordered)), usage)


def decide_rows(
    encoder: Encoder, lines: Sequence[Line], rows: Sequence[array[int]], usage: Usage | None
) -> Adjudication:
    """Decide lines that stand in the order of decision and have been encoded by that encoder."""
    accounts = encoder.accounts(usage) if usage is not None else []
    run = compiled.run if compiled.switch.on else interpreted
    return Adjudication(Said(encoder, lines, rows, run(encoder, rows, accounts)), usage)


MOST_ENCODERS = 64
_making = Lock()


def encoder_of(program: Program, household: Household, providers: Mapping[str, Provider]) -> Encoder:
    """The encoder of a household; the last few are kept, for who asks about the same household again and again."""
    found: Encoder | None = program.encoders.get(id(household))
    if found is None or not found.fits(household, providers):
        found = Encoder(program, household, providers)
        with _making:
            program.encoders.pop(id(household), None)
            if len(program.encoders) >= MOST_ENCODERS:
                del program.encoders[next(iter(program.encoders))]
            program.encoders[id(household)] = found
    return found


def interpreted(
    encoder: Encoder, rows: Sequence[array[int]], accounts: Sequence[int]
) -> tuple[array[int], array[int], array[int]]:
    """Hand rows and opening accounts (key, used, key, used …) to the kernel; returns the accounts after them, the
    decisions (see `output_memory`) and the trace as far as it was written. `compiled.run` does the same."""
    program = encoder.program
    count = len(rows)
    x = [number for row in rows for number in row]
    evidence = evidence_memory(encoder.evidence, encoder.proposals)
    work = work_memory(accounts, count * program.tables.depth * program.moves + 1, program.moves)
    out = output_memory(program, count)
    trace = trace_memory(count * program.room)
    length = kernel.adjudicate(program_memory(program), x, 0, count, evidence, work, out, trace)
    return array("q", work[k.W_ACCOUNTS : work[k.W_END]]), array("q", out), array("q", trace[1:length])
