"""Which rule a difference is put down to: of those that decided the line, the first that the plan texts changed.

In this order: the reason under the change, the reason under the base, the benefit under the change, the benefit under
the base (with the steps and requirements it names), the head of the plan. Where none of them was edited, the line
differs because of what happened to others (a deductible met later, a limit used up sooner): it *follows*, and stands
under the rule that decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from clausula.book import Book
from clausula.naming import clause_label, named
from clausula.plan import Benefit, Clause, Requirement, Rule
from clausula.simulate.texts import CONTRIBUTIONS, Difference

Reason = tuple[str, str, str]
"""Plan, code and clause of what decided a line; empty texts where all is paid."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a difference is put down to. follows: by no rule that was edited. title: of the clause, in English."""

    plan: str
    rule: str
    benefit: str
    clause: str
    title: str
    name: str
    follows: bool

    def as_dict(self) -> dict[str, Any]:
        """The cause as plain data."""
        return {name: getattr(self, name) for name in ("plan", "rule", "benefit", "clause", "title", "name", "follows")}


class Rules:
    """The rules of the plans of a book, found by what decisions say of them."""

    def __init__(self, book: Book, plan_ids: Iterable[str]) -> None:
        self.rules: dict[tuple[str, str], Rule] = {}
        self.codes: dict[tuple[str, str], Rule] = {}
        self.clauses: dict[tuple[str, str], Clause] = {}
        for plan_id in plan_ids:
            for piece in book.slices(plan_id):
                for clause in piece.plan.clauses:
                    self.clauses[clause.plan, clause.id] = self.clauses[plan_id, clause.id] = clause
                for rule in piece.plan.rules:
                    self._add(plan_id, rule)

    def _add(self, plan_id: str, rule: Rule) -> None:
        for plan in {plan_id, rule.plan}:
            if rule.id:
                self.rules[plan, rule.id] = rule
            if isinstance(rule, Requirement):
                self.codes |= {(plan, code): rule for code in rule.reasons.values()}

    def of(self, plan: str, code: str) -> Rule | None:
        """The rule a reason code belongs to: its own code, else its id before what went wrong."""
        return (
            self.codes.get((plan, code))
            or self.rules.get((plan, code))
            or self.rules.get((plan, code.split(":", maxsplit=1)[0]))
        )

    def under(self, plan: str, benefit: str) -> list[Rule]:
        """A benefit with the steps and requirements it names."""
        rule = self.rules.get((plan, benefit))
        if not isinstance(rule, Benefit):
            return []
        parts = [step for step in rule.pays or () if isinstance(step, str)] + list(rule.requires)
        return [rule, *(self.rules[plan, part] for part in parts if (plan, part) in self.rules)]


class Causes:
    """Puts differences down to rules; the same answer for the same reasons and benefits."""

    def __init__(self, base: Book, change: Book, plan_ids: Sequence[str], found: Sequence[Difference]) -> None:
        self.base, self.change = Rules(base, plan_ids), Rules(change, plan_ids)
        decides = [each for each in found if each.change != "text" and each.kind not in CONTRIBUTIONS]
        self.edited = {(each.plan, each.rule) for each in decides if each.rule}
        self.heads = {each.plan for each in decides if each.kind == "plan"}

    def of(
        self, was: Reason, now: Reason, benefit_was: tuple[str, str], benefit_now: tuple[str, str], service: str = ""
    ) -> Cause:
        """The cause of a difference. Benefits are plan and id ("" for none)."""
        sides = ((self.change, now, benefit_now), (self.base, was, benefit_was))
        benefit = benefit_now if benefit_now[1] else benefit_was
        candidates = [(rule, reason[0]) for book, reason, _ in sides if (rule := book.of(reason[0], reason[1]))]
        candidates += [(rule, of[0]) for book, _, of in sides for rule in book.under(*of)]
        for rule, plan in candidates:
            if {(plan, rule.id), (rule.plan, rule.id)} & self.edited:
                return self._cause(rule, plan, benefit[1], follows=False)
        for plan in dict.fromkeys((benefit_now[0], benefit_was[0])):
            if plan in self.heads:
                return Cause(plan, "", benefit[1], "", "The plan itself", "head of the plan", follows=False)
        if candidates:
            rule, plan = candidates[0]
            return self._cause(rule, plan, benefit[1], follows=True)
        plan = now[0] or was[0] or benefit[0]
        return Cause(plan, now[1] or was[1], benefit[1], "", "", service or "no benefit", follows=True)

    def _cause(self, rule: Rule, plan: str, benefit: str, *, follows: bool) -> Cause:
        clauses = self.change.clauses if (rule.plan, rule.clause) in self.change.clauses else self.base.clauses
        clause = clauses.get((rule.plan, rule.clause)) or clauses.get((plan, rule.clause))
        title = " ".join(filter(None, clause_label(clause, "en"))) if clause else rule.clause
        name = named(rule.name, "en", rule.id.replace("-", " "))
        return Cause(rule.plan or plan, rule.id, benefit, rule.clause, title, name, follows)
