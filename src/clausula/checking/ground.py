"""The ground the guards stand on: one plan as read, its catalogue, its text, and the findings so far."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from clausula.book import Book
from clausula.catalogue import Catalogue
from clausula.facts import BUILT_IN, Spec, chosen, spec_of
from clausula.findings import Finding, Place
from clausula.plan import Alternatives, Benefit, Exempt, Fact, NamedStep, Parameter, Plan, Requirement, Rule, Step, Want

MOST_OF_ONE_KIND = 50
"""Findings of one code that are shown for a plan; the rest are counted."""

KINDS = {
    "NamedStep": "step", "PremiumClass": "premium_class", "ServiceLevel": "service_level",
}  # fmt: skip


def kind_of(rule: Rule) -> str:
    """The block a rule is written in, such as benefit or service_level."""
    name = type(rule).__name__
    return KINDS.get(name, name.lower())


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of a rule: which part of the rule it is, and its alternatives."""

    part: str
    alternatives: Alternatives
    place: Place


@dataclass(slots=True)
class Ground:
    """One plan as it stands in one slice of time, with everything the guards need to judge it.

    texts: source lines by file, for places that point at the very word. known_ids: ids that stand in the text although
    their rule could not be read, so that one mistake is not told twice. doubtful: rules whose condition names something
    unknown or impossible, for which no further conclusion is drawn.
    """

    book: Book
    plan: Plan
    texts: Mapping[str, list[str]]
    known_ids: frozenset[str] = frozenset()
    strict_names: bool = False
    findings: list[Finding] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)
    _told: Counter[str] = field(default_factory=Counter)
    _seen: set[tuple[str, str, int, str]] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    _specs: dict[str, Spec | None] = field(default_factory=dict)
    _kinds: dict[type[Any], list[Any]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """Services, facts, lists and names."""
        return self.book.catalogue

    @property
    def own(self) -> list[Rule]:
        """The rules of this plan itself, without what it inherits."""
        return [rule for rule in self.plan.rules if rule.plan == self.plan.id]

    def of(self, kind: type[Any]) -> list[Any]:
        """All rules of a kind, the inherited ones too."""
        if kind not in self._kinds:
            self._kinds[kind] = self.plan.of(kind)
        return self._kinds[kind]

    def wrong(
        self, code: str, message: str, place: Place, mend: str = "",
        severity: Literal["error", "warning"] = "error", also: Place | None = None,
    ) -> None:  # fmt: skip
        """Note a finding, once; beyond fifty of a code they are only counted."""
        key = (code, place.file, place.line, message)
        if key in self._seen:
            return
        self._told[code] += 1
        if self._told[code] > MOST_OF_ONE_KIND:
            self.more[code] += 1
            return
        self._seen.add(key)
        self.findings.append(Finding(code, message, place, mend, severity, also))

    def full(self, code: str) -> bool:
        """Whether enough findings of a code are shown already; counts one more if so."""
        if self._told[code] < MOST_OF_ONE_KIND:
            return False
        self.more[code] += 1
        return True

    def warn(self, code: str, message: str, place: Place, mend: str = "", also: Place | None = None) -> None:
        """Note something that is probably not meant, but can be run."""
        self.wrong(code, message, place, mend, "warning", also)

    def rest(self) -> Iterator[Finding]:
        """One finding for each code of which there were too many to show."""
        for code, count in self.more.items():
            yield Finding(code, f"and {count} more of these", self.plan.place)

    def at(self, plan: Plan) -> Ground:
        """The same ground, findings shared, for the plan as it stands in another slice."""
        return dataclasses.replace(self, plan=plan, _specs={}, _kinds={})

    # --- names ---

    def spec(self, fact: str) -> Spec | None:
        """What a fact is for this plan; None where nobody knows it."""
        if fact not in self._specs:
            own: dict[str, Fact] = {rule.id: rule for rule in self.of(Fact)}
            choices = {f"${rule.id}": rule for rule in self.of(Parameter)}
            self._specs[fact] = chosen(choices[fact]) if fact in choices else spec_of(fact, (own, self.catalogue.facts))
        return self._specs[fact]

    def facts(self) -> set[str]:
        """Ids of all facts there are."""
        parameters = (f"${rule.id}" for rule in self.of(Parameter))
        return {*parameters, *BUILT_IN, *self.catalogue.facts, *(rule.id for rule in self.of(Fact))}

    def spot(self, place: Place, word: str) -> Place:
        """The place of a word, as a value or a key, in the rule that stands at `place`; else the place itself."""
        lines = self.texts.get(place.file, [])
        plain = re.escape(word)
        patterns = [rf"(?<=[\"']){plain}(?=[\"'])", rf"(?<![\w-]){plain}(?=[\"']?\s*=)", rf"(?<![\w-]){plain}(?![\w-])"]
        for pattern in patterns:
            for number in range(place.line, min(len(lines), place.line + 60) + 1):
                text = lines[number - 1][:4000]
                if number > place.line and text.lstrip().startswith(("[", "```", "#")):
                    break
                found = re.search(pattern, text)
                if found:
                    return Place(place.file, number, found.start() + 1, len(word))
        return place

    # --- what stands in rules ---

    def rules(self, kind: type[Any]) -> list[Any]:
        """The plan's own rules of a kind."""
        return [rule for rule in self.own if isinstance(rule, kind)]

    def asked(self, rule: Rule) -> Iterator[Asked]:
        """Every condition of a rule, those of its steps and exemptions included."""
        for spec in dataclasses.fields(rule):
            if spec.metadata.get("read") == "when":
                part = "for" if spec.name == "who" else spec.name
                yield Asked(part, getattr(rule, spec.name), rule.place)
        for step in self.steps(rule):
            yield Asked("when", step.when, rule.place)
            yield Asked("unless", step.unless, rule.place)
        if isinstance(rule, Requirement):
            for each in rule.exempt:
                yield Asked("exempt", each.when, rule.place)

    def wants(self, rule: Rule) -> Iterator[tuple[str, Want]]:
        """Every test of a rule with the part it stands in."""
        for asked in self.asked(rule):
            for alternative in asked.alternatives:
                for want in alternative:
                    yield asked.part, want

    def steps(self, rule: Rule) -> list[Step]:
        """The steps written in a rule itself (not those it names)."""
        if isinstance(rule, NamedStep):
            return [rule.step]
        if isinstance(rule, Benefit):
            return [step for step in rule.pays or () if isinstance(step, Step)]
        return []

    def calculation(self, benefit: Benefit) -> list[Step]:
        """The steps of a benefit in order, named ones spelled out (unknown names are left out)."""
        named = {rule.id: rule.step for rule in self.of(NamedStep)}
        found = [named.get(step) if isinstance(step, str) else step for step in benefit.pays or ()]
        return [step for step in found if step is not None]


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A near name to propose, or what to do where there is none."""
    near = difflib.get_close_matches(word[:100], list(known)[:5000], 1)
    return f"did you mean {near[0]}?" if near else otherwise


__all__ = ["Asked", "Exempt", "Ground", "did_you_mean", "kind_of"]
