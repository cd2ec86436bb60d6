"""Why a line was decided so: the sentences of its steps, each with its clause, for pages and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clausula.batch.words import Words
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.explain import Sentence, Teller
from clausula.naming import clause_label, named
from clausula.plan import Clause, Names, Plan


@dataclass(frozen=True, slots=True)
class Why:
    """A decision told: in one or two sentences, and step by step."""

    summary: str
    steps: tuple[Sentence, ...]
    advice: str = ""

    def lines(self) -> list[str]:
        """Everything as plain sentences."""
        return [self.summary, *(str(step) for step in self.steps), *filter(None, [self.advice])]


class Narrator:
    """Tells decisions in a language. Made once for many decisions: it reads the sentence templates."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.language, self._teller = language, Teller(catalogue, language)

    def tell(self, decision: Decision) -> Why:
        """The decision as sentences; steps that say nothing a person needs are left out."""
        summary = self._teller.summary(decision)
        if not decision.covers:
            summary += " " + Words(self.language)["no_cover"]
        return Why(summary, tuple(self._teller.told(decision)), self._teller.advice(decision))


def in_language(names: Names, language: str, otherwise: str = "") -> str:
    """A name in a language, else in English, else something else."""
    return named(names, language, otherwise)


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause a decision rests on: its plan and id, number and title, and what it says in our words."""

    plan: str
    id: str
    number: str
    title: str
    prose: str
    source: str

    @property
    def label(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}".strip()


def grounds(decision: Decision, why: Why, language: str) -> list[Ground]:
    """The clauses of what is told, each once, in the order of the steps."""
    known = _clauses(decision)
    wanted = dict.fromkeys((each.plan, each.clause) for each in why.steps if each.clause)
    return [_ground(*known[key], language) for key in wanted if key in known]


def _clauses(decision: Decision) -> Mapping[tuple[str, str], tuple[Plan, Clause]]:
    cache = decision.program.cache
    if "clauses" not in cache:
        plans = {cover.plan.id: cover.plan for cover in decision.program.covers}
        cache["clauses"] = {
            (clause.plan or plan.id, clause.id): (plan, clause) for plan in plans.values() for clause in plan.clauses
        }
    found: Mapping[tuple[str, str], tuple[Plan, Clause]] = cache["clauses"]
    return found


def _ground(plan: Plan, clause: Clause, language: str) -> Ground:
    number, title = clause_label(clause, language)
    return Ground(clause.plan or plan.id, clause.id, number, title, clause.prose, clause.source)
