"""Why a line was decided so: the sentences of its steps, each with its clause, for pages and the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clausula.batch.words import Words
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.explain import Sentence, Teller
from clausula.plan import Clause, Names, Plan


@dataclass(frozen=True, slots=True)
class Why:
    """A decision told: in one or two sentences, and step by step."""

    summary: str
    steps: tuple[Sentence, ...]

    def lines(self) -> list[str]:
        """Everything as plain sentences."""
        return [self.summary, *(str(step) for step in self.steps)]


class Narrator:
    """Tells decisions in a language. Made once for many decisions: it reads the sentence templates."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.language, self._teller = language, Teller(catalogue, language)

    def tell(self, decision: Decision) -> Why:
        """The decision as sentences; steps that say nothing a person needs are left out."""
        told = (self._teller.sentence(decision, step) for step in decision.steps)
        summary = self._teller.summary(decision)
        if not decision.covers:
            summary += " " + Words(self.language)["no_cover"]
        return Why(summary, tuple(each for each in told if each is not None))


def in_language(names: Names, language: str, otherwise: str = "") -> str:
    """A name in a language, else in English, else something else."""
    return names.get(language) or names.get("en") or otherwise


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


def grounds(decision: Decision, language: str) -> list[Ground]:
    """The clauses of the steps, each once, in the order of the steps."""
    known = _clauses(decision)
    wanted = dict.fromkeys((step.plan, step.clause) for step in decision.steps if step.clause)
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
    title = in_language(clause.title, language, clause.id)
    number = re.match(r"((?:[Aa]rt\.?\s*)?[\dA-Z]*\d[\w.()]*)\s+", clause.title.get("en", ""))
    lead = number[1] if number else ""
    bare = title.removeprefix(lead).strip() if lead else title
    return Ground(clause.plan or plan.id, clause.id, lead, bare, clause.prose, clause.source)
