"""A Program: plans compiled into small flat tables of whole numbers, ready for the kernel.

Rows of the tables lead back to the rules they came from, so a trace of row numbers is a trace of clauses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from clausula.codes import (
    CELL,
    MISSING,
    ROW_BENEFIT,
    ROW_EXCLUSION,
    ROW_LEFT,
    ROW_NOTHING,
    ROW_REDUCED,
    ROW_REQUIREMENT,
    ROW_STEP,
    ROW_TEST,
)
from clausula.facts import Atoms, Spec
from clausula.plan import Benefit, Plan, Requirement, Rule, Step, Want


class TestRow(NamedTuple):
    """One test: kind, column of the fact, two operands, what a missing fact means (an outcome, 0: as not met)."""

    kind: int
    fact: int
    a: int
    b: int
    pend: int


class StepRow(NamedTuple):
    """One step: kind, account with its entity and period columns, count column, operands, guard condition, flags."""

    kind: int
    account: int
    entity: int
    period: int
    window: int
    counts: int
    a: int
    a_fact: int
    b: int
    c: int
    condition: int
    flags: int


class BenefitRow(NamedTuple):
    """One benefit: condition, ranges of exclusions and requirements in `index`, range of steps, kind."""

    condition: int
    exclusion: int
    exclusion_end: int
    requirement: int
    requirement_end: int
    step: int
    step_end: int
    kind: int


class ExclusionRow(NamedTuple):
    """One exclusion: condition and the outcome it leads to."""

    condition: int
    outcome: int


class RequirementRow(NamedTuple):
    """One requirement: when it binds, who is exempt, what evidence must be, and what each way to fail leads to."""

    condition: int
    exempt: int
    exempt_end: int
    kinds: int
    flags: int
    lists: int
    roles: int
    specialties: int
    names: int
    dated: int
    earliest: int
    latest: int
    outcomes: int
    reduced: int
    advance: int


class EvidenceRow(NamedTuple):
    """One piece of evidence as numbers; -1 where it is not limited."""

    kind: int
    issued: int
    valid: int
    valid_end: int
    lists: int
    roles: int
    issuer_specialties: int
    names: int
    granted: int
    service: int
    service_end: int
    specialty: int
    episode: int
    indication: int
    provider: int
    claim: int
    proposal: int
    proposal_end: int
    uses: int
    key: int


class Tables(NamedTuple):
    """What the kernel reads. Interpreted: lists of records; compiled: NumPy arrays of the same shape."""

    tests: Any
    steps: Any
    benefits: Any
    exclusions: Any
    requirements: Any
    index: Any
    sets: Any
    columns: int
    width: int
    depth: int
    services: int
    candidates: int
    covers: int

    @property
    def stride(self) -> int:
        """Numbers in the row of a line: the common columns, then a block for each cover slot."""
        return int(self.columns + self.depth * self.width)

    @property
    def cells(self) -> int:
        """Numbers in the output of a line: a cell for each cover slot, then what is left."""
        return int(self.depth * CELL + 1)


@dataclass(frozen=True, slots=True)
class Column:
    """A fact the program asks for and the column it stands in; `block` columns repeat for every cover."""

    index: int
    spec: Spec
    block: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """One decidable cover: a slice of a plan and one lane of its benefits (lane 1: benefits paid beside the others)."""

    plan: Plan
    start: date
    until: date | None
    lane: int

    def holds(self, day: date) -> bool:
        """Whether the slice holds on a day."""
        return self.start <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account the program moves: its name, whose it is, its period."""

    name: str
    scope: str
    period: str
    money: bool = True


STEP_NAMES = {
    ROW_TEST: "test", ROW_STEP: "step", ROW_EXCLUSION: "exclusion", ROW_REQUIREMENT: "requirement",
    ROW_BENEFIT: "benefit", ROW_LEFT: "not-more-than-charged", ROW_REDUCED: "reduced", ROW_NOTHING: "no-benefit",
}  # fmt: skip


class Told(NamedTuple):
    """What a row of a trace says: what it is in a word, the plan and the clause it rests on, the rule."""

    row: int
    kind: str
    plan: str
    clause: str
    rule: Rule | Step | None
    words: dict[str, str]
    """The same as plain data: kind, plan, clause, rule."""


class Tellings(dict[int, Told]):
    """What the rows of a program say, each worked out when it is first met in a trace."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program

    def __missing__(self, row: int) -> Told:
        kind, (plan, clause), rule = STEP_NAMES[row >> 24], self.program.clause(row), self.program.rule(row)
        name = getattr(rule, "id", "") or getattr(rule, "verb", "")
        words = {"kind": kind, "plan": plan, "clause": clause, "rule": name}
        told = self[row] = Told(row, kind, plan, clause, rule, words)
        return told


@dataclass(slots=True)
class Program:
    """Compiled plans with everything needed to encode lines and to explain rows."""

    tables: Tables
    plans: tuple[str, ...]
    covers: tuple[Cover, ...]
    columns: tuple[Column, ...]
    atoms: dict[str, Atoms]
    service_order: dict[str, int]
    set_names: dict[str, dict[str, int]]
    evidence_kinds: dict[str, int]
    roles: dict[str, int]
    lists: dict[str, int]
    specialties: dict[str, int]
    named: dict[str, int]
    accounts: tuple[AccountSpec, ...]
    currency: str
    order: str
    tests: list[tuple[Want, Rule | Step]]
    steps: list[tuple[Step, Rule]]
    benefits: list[Benefit]
    exclusions: list[Rule]
    requirements: list[Requirement]
    conditions: dict[tuple[str, str, str, str, date], int]
    room: int
    """Ints of trace a line can need at most."""
    moves: int
    """Moves of accounts a line can need at most."""
    cache: dict[str, Any] = field(default_factory=dict)
    told: Tellings = field(init=False)
    encoders: dict[int, Any] = field(default_factory=dict)
    """The encoders of the last households, by identity; see `adjudicate.encoder_of`."""

    def __post_init__(self) -> None:
        self.told = Tellings(self)

    @property
    def numbers(self) -> dict[str, int]:
        """Account numbers by name."""
        if "numbers" not in self.cache:
            self.cache["numbers"] = {spec.name: number for number, spec in enumerate(self.accounts)}
        found: dict[str, int] = self.cache["numbers"]
        return found

    def rule(self, row: int) -> Rule | Step | None:
        """The rule (or step) a row of the trace stands for; None where it stands for no rule."""
        kind, number = row >> 24, row & 0xFFFFFF
        if row < 0:
            return None
        if kind == ROW_TEST:
            return self.tests[number][1]
        if kind == ROW_STEP:
            return self.steps[number][0]
        table: dict[int, Any] = {
            ROW_EXCLUSION: self.exclusions,
            ROW_REQUIREMENT: self.requirements,
            ROW_BENEFIT: self.benefits,
        }
        return table[kind][number] if kind in table else None

    def clause(self, row: int) -> tuple[str, str]:
        """Plan id and clause id a row rests on; empty texts where it rests on none."""
        rule = self.rule(row)
        if rule is None:
            cover = self.covers[row & 0xFFFFFF] if row >= 0 and row >> 24 == ROW_NOTHING else None
            return (cover.plan.id, "") if cover else ("", "")
        return rule.plan, rule.clause


NOT_LIMITED = -1
ABSENT_FACT = MISSING
