"""A decision: outcome, amounts, and the steps that led there. The steps are the decision; nothing is recomputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from clausula import codes as k
from clausula.household import Evidence, Line
from clausula.money import to_decimal
from clausula.plan import Benefit, Requirement, Rule
from clausula.plan import Step as PlanStep
from clausula.program import Program
from clausula.values import FAILURE_NAMES, OUTCOMES

STEP_NAMES = {
    k.ROW_TEST: "test", k.ROW_STEP: "step", k.ROW_EXCLUSION: "exclusion", k.ROW_REQUIREMENT: "requirement",
    k.ROW_BENEFIT: "benefit", k.ROW_LEFT: "not-more-than-charged", k.ROW_REDUCED: "reduced",
    k.ROW_NOTHING: "no-benefit",
}  # fmt: skip


class Step(NamedTuple):
    """One step of a decision: what was looked at, the amount before and after (minor units), the clause it rests on.

    kind: test (did not hold, or could not be told), step (of the calculation), exclusion, requirement, benefit
    (chosen), reduced, not-more-than-charged, no-benefit. `used` is what stood on the step's account before. For a
    requirement, `failure` says what is wrong ("" when it is met) and `evidence` which document was looked at.
    """

    kind: str
    row: int
    plan: str
    clause: str
    rule: Rule | PlanStep | None
    before: int
    after: int
    used: int = 0
    failure: str = ""
    evidence: Evidence | None = None
    about: int = 0


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

    def __init__(
        self, program: Program, line: Line, row: Sequence[int], covers: Sequence[CoverDecision], left: int
    ) -> None:
        self.program, self.line, self.row, self.covers, self.left = program, line, row, tuple(covers), left
        self.trace: Sequence[int] = ()
        self.evidence: Sequence[Evidence] = ()

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
        outcomes = [cover.outcome for cover in self.covers]
        for outcome in OUTCOMES[3:]:
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
        for cover in self.covers:
            if cover.outcome in OUTCOMES[3:]:
                return cover.reason
        cut = [cover for cover in self.covers if cover.reason >= 0]
        if self.left == 0 and self.outcome == "covered":  # what one cover refused and another paid is nobody's reason
            cut = [cover for cover in cut if cover.outcome != "not_covered"]
        chosen = [cover for cover in cut if cover.benefit is not None]
        excluded = [cover for cover in cut if cover.reason >> 24 == k.ROW_EXCLUSION]  # says more than "no benefit fits"
        return (chosen or excluded or cut)[0].reason if cut else -1

    @property
    def code(self) -> str:
        """A machine-readable reason: the plan's reason code, else rule id and what is wrong; "" when all is paid."""
        return reason_code(self.program, self.reason, self.failure)

    @property
    def failure(self) -> str:
        """What is wrong with the evidence, where a requirement decided."""
        for step in self.steps:
            if step.row == self.reason and step.failure:
                return step.failure
        return ""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps that led to the decision, in order."""
        return tuple(self._steps())

    def _steps(self) -> list[Step]:
        found = []
        trace, known = self.trace, self.program.cache.setdefault("told", {})
        for at in range(0, len(trace), k.NOTE):
            _, row, before, after, extra = trace[at : at + k.NOTE]
            if row not in known:
                known[row] = (STEP_NAMES[row >> 24], *self.program.clause(row), self.program.rule(row))
            name, plan, clause, rule = known[row]
            kind = row >> 24
            if kind == k.ROW_REQUIREMENT:
                looked = self.evidence[after] if after >= 0 else None
                failure = "" if before == k.MET else FAILURE_NAMES[before]
                found.append(Step(name, row, plan, clause, rule, 0, 0, 0, failure, looked))
            else:
                used = extra if kind == k.ROW_STEP else 0
                about = extra if kind == k.ROW_TEST else 0
                found.append(Step(name, row, plan, clause, rule, before, after, used, "", None, about))
        return found

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
            "steps": [self._step(step) for step in self.steps],
            **({"origin": self.line.origin} if self.line.origin else {}),
        }

    def _cover(self, cover: CoverDecision) -> Mapping[str, Any]:
        return {
            "plan": cover.plan,
            "benefit": cover.benefit.id if cover.benefit else None,
            "outcome": cover.outcome,
            "paid": str(self.amount(cover.paid)),
            "kept": str(self.amount(cover.kept)),
            "advanced": str(self.amount(cover.advanced)),
            "reason": reason_code(self.program, cover.reason, ""),
        }

    def _step(self, step: Step) -> Mapping[str, Any]:
        rule = step.rule
        return {
            "kind": step.kind,
            "plan": step.plan,
            "clause": step.clause,
            "rule": getattr(rule, "id", "") or getattr(rule, "verb", ""),
            "before": str(self.amount(step.before)),
            "after": str(self.amount(step.after)),
            **({"failure": step.failure} if step.failure else {}),
            **({"evidence": step.evidence.id or step.evidence.kind} if step.evidence else {}),
        }

    def __repr__(self) -> str:
        return (
            f"<Decision {self.line.id}: {self.outcome}, charged {self.charged}, paid {self.paid}, borne {self.borne}>"
        )


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
