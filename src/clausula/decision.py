"""Decisions: outcome, amounts, and the steps that led there. The steps are the decision; nothing is recomputed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from struct import Struct
from typing import Any, NamedTuple

from clausula import codes as k
from clausula.encoder import Encoder
from clausula.household import Evidence, Line
from clausula.money import to_decimal, to_text
from clausula.plan import Benefit, Requirement, Rule
from clausula.plan import Step as PlanStep
from clausula.program import Program, Told
from clausula.usage import Usage
from clausula.values import FAILURE_NAMES, OUTCOMES

OPEN_OUTCOMES = OUTCOMES[3:]
"""Nothing is decided yet: something is needed first."""


class Step(tuple[int, Told, int, int, int, Sequence[Evidence]]):
    """One step of a decision: what was looked at, the amount before and after (minor units), the clause it rests on.

    kind: test (did not hold, or could not be told), step (of the calculation), exclusion, requirement, benefit
    (chosen), reduced, not-more-than-charged, no-benefit. `used` is what stood on the step's account before. For a
    requirement, `failure` says what is wrong ("" when it is met) and `evidence` which document was looked at.

    It is a note of the trace as the kernel wrote it (line and cover slot, row, before, after, extra), the row read and
    the household's evidence beside it: steps are made for every decision, and most of what they can say is never asked.
    """

    __slots__ = ()

    @property
    def slot(self) -> int:
        """The number of the cover that took the step, among the slots of the line."""
        return self[0] & 63

    @property
    def row(self) -> int:
        """The row of the program: its kind and its number, kind << 24 | number."""
        return self[1].row

    @property
    def kind(self) -> str:
        """What the step is, in one word."""
        return self[1].kind

    @property
    def plan(self) -> str:
        """The plan the step's rule stands in; "" where it stands in none."""
        return self[1].plan

    @property
    def clause(self) -> str:
        """The clause the step rests on; "" where it rests on none."""
        return self[1].clause

    @property
    def rule(self) -> Rule | PlanStep | None:
        """The rule, or the step of a rule."""
        return self[1].rule

    @property
    def before(self) -> int:
        """The amount before the step, in minor units."""
        return 0 if self.kind == "requirement" else self[2]

    @property
    def after(self) -> int:
        """The amount after the step, in minor units."""
        return 0 if self.kind == "requirement" else self[3]

    @property
    def used(self) -> int:
        """What stood on the step's account before."""
        return self[4] if self.kind == "step" else 0

    @property
    def about(self) -> int:
        """For a test: the row of what asked for it."""
        return self[4] if self.kind == "test" else 0

    @property
    def failure(self) -> str:
        """For a requirement: what is wrong with the evidence; "" where nothing is."""
        return FAILURE_NAMES[self[2]] if self.kind == "requirement" and self[2] != k.MET else ""

    @property
    def evidence(self) -> Evidence | None:
        """For a requirement: the document that was looked at."""
        return self[5][self[3]] if self.kind == "requirement" and self[3] >= 0 else None

    def __repr__(self) -> str:
        return f"<Step {self.kind} {self.clause}: {self.before} -> {self.after}{self.failure and ', '}{self.failure}>"


class CoverDecision(NamedTuple):
    """What one cover decided on a line; amounts in minor units.

    paid: by this cover. kept: borne by the member for good, no later cover may pick it up. advanced: paid to the
    provider on the member's account, to be recovered. reason: the row that cut, refused or opened (-1: nothing did).
    """

    plan: str
    benefit: Benefit | None
    outcome: str
    reason: int
    paid: int
    kept: int
    advanced: int
    cash: bool


class Decision:
    """The decision on one line by all its covers, in order of rank.

    Amounts are `Decimal` in the plan's currency. Always: paid - cash + borne + paid_by_others = charged, where `cash`
    is the part of `paid` that is an indemnity beside the bill. While an answer is open nothing is paid and all is
    borne.
    """

    __slots__ = ("_covers", "_number", "_outcome", "_reason", "_said", "_steps")

    def __init__(self, said: Said, number: int) -> None:
        self._said, self._number = said, number
        self._covers: tuple[CoverDecision, ...] | None = None
        self._steps: tuple[Step, ...] | None = None
        self._outcome = ""
        self._reason: int | None = None

    @property
    def program(self) -> Program:
        """The compiled plans it was decided by."""
        return self._said.encoder.program

    @property
    def line(self) -> Line:
        """The line that was decided."""
        return self._said.lines[self._number]

    @property
    def row(self) -> Sequence[int]:
        """The line as the kernel read it."""
        return self._said.rows[self._number]

    @property
    def left(self) -> int:
        """What the member bears, in minor units."""
        return self._said.cells(self._number)[-1]

    @property
    def covers(self) -> tuple[CoverDecision, ...]:
        """What each cover decided, in order of rank."""
        if self._covers is None:
            self._covers = tuple(self._decided())
        return self._covers

    def _decided(self) -> Iterator[CoverDecision]:
        program, tables, cells = self.program, self.program.tables, self._said.cells(self._number)
        for slot in range(tables.depth):
            number, outcome, reason, paid, kept, advanced = cells[slot * k.CELL : (slot + 1) * k.CELL]
            if outcome == k.NO_COVER:
                continue
            plan = program.covers[self.row[tables.columns + slot * tables.width]].plan.id
            benefit = program.benefits[number] if number >= 0 else None
            cash = benefit is not None and tables.benefits[number].kind == k.INDEMNITY
            yield CoverDecision(plan, benefit, OUTCOMES[outcome - 1], reason, paid, kept, advanced, cash)

    def amount(self, minor: int) -> Decimal:
        """Minor units as an amount in the plan's currency."""
        return to_decimal(minor, self.program.currency)

    @property
    def charged(self) -> Decimal:
        """The full charge."""
        return self.amount(self.row[k.CHARGED])

    @property
    def paid_by_others(self) -> Decimal:
        """What third parties that are no covers here have paid."""
        return self.amount(self.row[k.OTHERS])

    @property
    def paid(self) -> Decimal:
        """What all covers pay together."""
        return self.amount(sum(cover.paid for cover in self.covers))

    @property
    def cash(self) -> Decimal:
        """The part of `paid` that is an indemnity beside the bill."""
        return self.amount(sum(cover.paid for cover in self.covers if cover.cash))

    @property
    def borne(self) -> Decimal:
        """What the member bears."""
        return self.amount(self.left)

    @property
    def advanced(self) -> Decimal:
        """What a cover pays to the provider on the member's account and may recover: a part of `borne`."""
        return self.amount(sum(cover.advanced for cover in self.covers))

    @property
    def outcome(self) -> str:
        """covered, partly, not_covered, needs_document, needs_authorisation or needs_person."""
        if not self._outcome:
            self._outcome = self._found_outcome()
        return self._outcome

    def _found_outcome(self) -> str:
        outcomes = [cover.outcome for cover in self.covers]
        for outcome in OPEN_OUTCOMES:
            if outcome in outcomes:
                return outcome
        if not outcomes or all(outcome == "not_covered" for outcome in outcomes):
            return "not_covered"
        if any(cover.outcome == "covered" and cover.cash for cover in self.covers) and self.row[k.CHARGED] == 0:
            return "covered"
        beside = "covered" in outcomes and "partly" not in outcomes and self.left == self._kept_zero()
        return "covered" if self.left == 0 or beside else "partly"

    def _kept_zero(self) -> int:
        """What may stand open on a line that counts as covered: the bill beside an indemnity or a service in kind."""
        return self.left if all(c.cash or c.paid == 0 for c in self.covers if c.outcome == "covered") else 0

    @property
    def reason(self) -> int:
        """The row that decided: what opened it, else what refused or cut it first; -1 when all is paid."""
        if self._reason is None:
            self._reason = self._found_reason()
        return self._reason

    def _found_reason(self) -> int:
        for cover in self.covers:
            if cover.outcome in OPEN_OUTCOMES:
                return cover.reason
        cut = [cover for cover in self.covers if cover.reason >= 0]
        if (
            cut and self.left == 0 and self.outcome == "covered"
        ):  # what one cover refused and another paid is nobody's reason
            cut = [cover for cover in cut if cover.outcome != "not_covered"]
        chosen = [cover for cover in cut if cover.benefit is not None]
        excluded = [cover for cover in cut if cover.reason >> 24 == k.ROW_EXCLUSION]  # says more than "no benefit fits"
        return (chosen or excluded or cut)[0].reason if cut else -1

    @property
    def code(self) -> str:
        """A machine-readable reason: the plan's reason code, else rule id and what is wrong; "" when all is paid."""
        reason = self.reason
        return reason_code(self.program, reason, self._failure(reason)) if reason >= 0 else ""

    @property
    def failure(self) -> str:
        """What is wrong with the evidence, where a requirement decided."""
        return self._failure(self.reason)

    def _failure(self, reason: int) -> str:
        """What the steps of that row say is wrong."""
        for step in self.steps:
            if step.row == reason and step.failure:
                return step.failure
        return ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that led to the decision, in order."""
        if self._steps is None:
            encoder, notes = self._said.encoder, iter(self._said.notes(self._number))
            told, evidence = map(encoder.program.told.__getitem__, notes), repeat(encoder.evidence_of)
            self._steps = tuple(map(Step, zip(notes, told, notes, notes, notes, evidence, strict=False)))
        return self._steps

    def as_dict(self) -> dict[str, Any]:
        """The decision as plain data: amounts as text in currency units, steps with plan and clause."""
        return {
            "line": self.line.id,
            "person": self.line.person,
            "service": self.line.service,
            "served_on": self.line.served_on.isoformat(),
            "currency": self.program.currency,
            "outcome": self.outcome,
            "charged": str(self.charged),
            "paid_by_others": str(self.paid_by_others),
            "paid": str(self.paid),
            "cash": str(self.cash),
            "borne": str(self.borne),
            "advanced": str(self.advanced),
            "reason": self.code,
            "covers": [self._cover(cover) for cover in self.covers],
            "steps": self.steps_as_dicts(),
            **({"origin": self.line.origin} if self.line.origin else {}),
        }

    def _cover(self, cover: CoverDecision) -> Mapping[str, Any]:
        currency = self.program.currency
        return {
            "plan": cover.plan,
            "benefit": cover.benefit.id if cover.benefit else None,
            "outcome": cover.outcome,
            "paid": to_text(cover.paid, currency),
            "kept": to_text(cover.kept, currency),
            "advanced": to_text(cover.advanced, currency),
            "reason": self.reason_of(cover),
        }

    def reason_of(self, cover: CoverDecision) -> str:
        """A machine-readable reason of one cover: what opened, refused or cut there; "" where nothing did."""
        return reason_code(self.program, cover.reason, "")

    def steps_as_dicts(self) -> list[dict[str, str]]:
        """The steps as plain data: kind, plan, clause, rule, the amount before and after as text; of evidence, what is
        wrong with it and which it is."""
        currency, found = self.program.currency, []
        nothing = to_text(0, currency)
        for step in self.steps:
            words = step[1].words.copy()
            if words["kind"] == "requirement":
                words["before"] = words["after"] = nothing
                if step.failure:
                    words["failure"] = step.failure
                if evidence := step.evidence:
                    words["evidence"] = evidence.id or evidence.kind
            else:
                words["before"], words["after"] = to_text(step[2], currency), to_text(step[3], currency)
            found.append(words)
        return found

    def __repr__(self) -> str:
        return (
            f"<Decision {self.line.id}: {self.outcome}, charged {self.charged}, paid {self.paid}, borne {self.borne}>"
        )


class Said:
    """What the kernel said of lines: the accounts after them (key, used, key, used …), its output for each of them
    (see `output_memory`), and the trace. Decisions look into it, and it knows nothing of them: no circle is left for
    the garbage collector."""

    __slots__ = ("_marks", "accounts", "encoder", "lines", "out", "rows", "trace")

    def __init__(
        self,
        encoder: Encoder,
        lines: Sequence[Line],
        rows: Sequence[array[int]],
        numbers: tuple[array[int], array[int], array[int]],
    ) -> None:
        self.encoder, self.lines, self.rows = encoder, lines, rows
        self.accounts, self.out, self.trace = numbers
        self._marks: array[int] | None = None

    def cells(self, number: int) -> array[int]:
        """What was decided on a line: its cover slots, then what is left."""
        size = self.encoder.program.tables.cells
        return self.out[number * size : (number + 1) * size]

    def decided(self) -> list[tuple[int, ...]]:
        """The same of every line, to compare."""
        return list(Struct(f"{self.encoder.program.tables.cells}q").iter_unpack(self.out))

    def notes(self, number: int) -> array[int]:
        """The trace of a line: its notes begin with its number."""
        if len(self.lines) == 1:
            return self.trace
        if self._marks is None:
            self._marks = self.trace[:: k.NOTE]
        first = bisect_left(self._marks, number << 6)
        return self.trace[first * k.NOTE : bisect_left(self._marks, number + 1 << 6, first) * k.NOTE]


class Adjudication:
    """Decisions in the order they were taken, and the usage after them. Unpacks as `decisions, usage`.

    Both are made of what the kernel said when somebody asks for them.
    """

    __slots__ = ("_decisions", "_opening", "_usage", "said")

    def __init__(self, said: Said, opening: Usage | None) -> None:
        self.said, self._opening = said, opening
        self._decisions: tuple[Decision, ...] | None = None
        self._usage: Usage | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions, one for each line."""
        if self._decisions is None:
            said, count = self.said, len(self.said.lines)
            self._decisions = (Decision(said, 0),) if count == 1 else tuple(map(Decision, repeat(said), range(count)))
        return self._decisions

    @property
    def usage(self) -> Usage:
        """The accounts after the lines."""
        if self._usage is None:
            self._usage = self.said.encoder.closing(self._opening, self.said.accounts)
        return self._usage

    def __iter__(self) -> Iterator[Any]:
        return iter((self.decisions, self.usage))

    def __getitem__(self, line_id: str) -> Decision:
        for decision in self.decisions:
            if decision.line.id == line_id:
                return decision
        raise KeyError(line_id)


def reason_code(program: Program, row: int, failure: str) -> str:
    """The reason code of a row: the plan's own where it has one, else the rule's id and what is wrong."""
    if row < 0:
        return ""
    kind, rule = row >> 24, program.rule(row)
    if kind == k.ROW_NOTHING:
        return "no-benefit"
    if isinstance(rule, Requirement) and kind == k.ROW_REQUIREMENT:
        return rule.reasons.get(failure) or rule.reasons.get("otherwise") or f"{rule.id}:{failure or 'not-met'}"
    if kind == k.ROW_TEST:
        want, owner = program.tests[row & 0xFFFFFF]
        return f"{getattr(owner, 'id', '') or 'step'}:{want.fact}"
    if isinstance(rule, PlanStep):
        owner = program.steps[row & 0xFFFFFF][1]
        return rule.id or f"{owner.id}:{rule.verb}"
    return rule.id if rule else ""
