"""Explanations: each step of a decision as a sentence in five languages, with its clause.

The sentences are templates in `wording/*.toml`. They speak of the steps the kernel wrote; nothing is worked out again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.catalogue import Catalogue
from clausula.decision import Decision, Step
from clausula.facts import BUILT_IN
from clausula.household import Evidence
from clausula.money import show, show_share
from clausula.plan import Benefit, Exclusion, Fact, FactRef, Names, Per, Requirement, Waiting, Want
from clausula.plan import Step as PlanStep

LANGUAGES = ("en", "fr", "de", "it", "nl")


@lru_cache(maxsize=8)
def wording(language: str) -> Mapping[str, Mapping[str, str]]:
    """The sentence templates of a language. Raises ValueError for a language there is none of."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    path = Path(__file__).parent / "wording" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step as a sentence, with the clause it rests on (number or title) and the step itself."""

    text: str
    plan: str
    clause: str
    title: str
    step: Step

    def __str__(self) -> str:
        return f"{self.text} [{self.clause}]" if self.clause else self.text


def named(names: Names, language: str, otherwise: str = "") -> str:
    """A name in a language, in English where there is none, else a fallback."""
    return names.get(language) or names.get("en") or otherwise


class Teller:
    """Tells decisions in one language."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue, self.language, self.words = catalogue, language, wording(language)

    # --- names and amounts ---

    def money(self, decision: Decision, minor: int) -> str:
        """An amount for a person."""
        return show(minor, decision.program.currency, self.language)

    def plan(self, decision: Decision, plan_id: str) -> str:
        """Name of a plan."""
        for cover in decision.program.covers:
            if cover.plan.id == plan_id:
                return named(cover.plan.name, self.language, plan_id)
        return plan_id

    def title(self, decision: Decision, plan_id: str, clause_id: str) -> str:
        """Title of a clause."""
        for cover in decision.program.covers:
            for clause in cover.plan.clauses:
                if clause.id == clause_id and clause.plan == plan_id:
                    return named(clause.title, self.language, clause_id)
        return ""

    def rule(self, rule: Any) -> str:
        """Name of a rule or step."""
        return named(getattr(rule, "name", {}), self.language, str(getattr(rule, "id", "")).replace("-", " "))

    def fact(self, decision: Decision, fact_id: str) -> tuple[str, str]:
        """Name of a fact, and the question that asks for it."""
        known: Fact | None = self.catalogue.facts.get(fact_id)
        for cover in decision.program.covers:
            known = next((fact for fact in cover.plan.of(Fact) if fact.id == fact_id), known)
        if known is not None:
            return named(known.name, self.language, fact_id.replace("_", " ")), named(known.ask, self.language)
        return (
            BUILT_IN[fact_id].doc if fact_id in BUILT_IN and self.language == "en" else fact_id.replace("_", " ")
        ), ""

    def per(self, per: Per | None) -> str:
        """A period for a person."""
        words = self.words["per"]
        if per is None:
            return ""
        if per.months or per.days:
            rolling = "rolling_months" if per.months else "rolling_days"
            text = words[rolling].format(count=per.months or per.days)
        elif per.scope not in ("person", "household") and per.period == "life":
            return words.get(per.scope, per.scope.replace("_", " "))
        else:
            text = words.get(per.period, per.period)
        return f"{text}, {words['household']}" if per.scope == "household" else text

    def evidence(self, evidence: Evidence | None) -> str:
        """A document for a person."""
        if evidence is None:
            return ""
        kind = self.catalogue.name("evidence", evidence.kind, self.language)
        return self.words["requirement"]["evidence"].format(
            kind=kind, date=dates.show(evidence.issued_on, self.language)
        )

    def value(self, fact_id: str, value: Any) -> str:
        """A fact's value for a person."""
        if value is None or value == k.MISSING:
            return self.words["rule"]["nothing"]
        if isinstance(value, bool):
            return self.words["rule"]["yes" if value else "no"]
        if isinstance(value, date):
            return dates.show(value, self.language)
        if isinstance(value, tuple):
            return ", ".join(value)
        for kind in (fact_id, "service", "evidence"):
            if isinstance(value, str) and value in self.catalogue.names.get(kind, {}):
                return self.catalogue.name(kind, value, self.language)
        return str(value).replace("-", " ") if isinstance(value, str) else str(value)

    # --- sentences ---

    def summary(self, decision: Decision) -> str:
        """The decision in one or two sentences."""
        words = self.words["summary"]
        amount = {
            name: show(int(getattr(decision, name).scaleb(_places(decision))), decision.program.currency, self.language)
            for name in ("charged", "paid", "borne", "cash", "advanced")
        }
        text = self.words["outcome"][decision.outcome]
        parts = [f"{text}.", words["covered"].format(**amount)]
        if decision.outcome.startswith("needs"):
            parts = [words["open"].format(what=text)]
        if decision.cash:
            parts.append(words["cash"].format(**amount))
        if decision.paid_by_others:
            others = show(decision.row[k.OTHERS], decision.program.currency, self.language)
            parts.append(words["others"].format(others=others))
        if decision.advanced:
            parts.append(words["advanced"].format(**amount))
        return " ".join(parts)

    def sentence(self, decision: Decision, step: Step) -> Sentence | None:
        """One step as a sentence; None where a step says nothing a person needs."""
        tell = {
            "benefit": self._benefit,
            "step": self._step,
            "exclusion": self._exclusion,
            "requirement": self._requirement,
            "test": self._test,
        }.get(step.kind)
        text = tell(decision, step) if tell else self._plain(decision, step)
        if not text:
            return None
        return Sentence(text, step.plan, step.clause, self.title(decision, step.plan, step.clause), step)

    def _plain(self, decision: Decision, step: Step) -> str:
        key = {"reduced": "reduced", "not-more-than-charged": "charged", "no-benefit": "no_benefit"}[step.kind]
        return self.words["step"][key].format(
            before=self.money(decision, step.before),
            after=self.money(decision, step.after),
            plan=self.plan(decision, step.plan),
            service=self.catalogue.name("service", decision.line.service, self.language),
        )

    def _benefit(self, decision: Decision, step: Step) -> str:
        cover = next((c.plan for c in decision.covers if c.benefit is step.rule), step.plan)
        return self.words["step"]["benefit"].format(plan=self.plan(decision, cover), benefit=self.rule(step.rule))

    def _step(self, decision: Decision, step: Step) -> str:
        rule = step.rule
        if not isinstance(rule, PlanStep):
            return ""
        if isinstance(rule.value, FactRef) and self._stated(decision, rule.value.fact) == 0 and step.before == step.after:
            return ""  # nothing was chosen, nothing is taken
        key, word = self._key(rule)
        row = decision.program.tables.steps[step.row & 0xFFFFFF]
        known = decision.program.accounts[row.account].money if row.account >= 0 else True
        value = self._value(decision, rule, row)
        units = self.words["unit"]
        return self.words["step"][key].format(
            name=self.rule(rule) or self.words["word"].get(word, word),
            before=self.money(decision, step.before),
            after=self.money(decision, step.after),
            cut=self.money(decision, max(0, step.before - step.after)),
            used=self.money(decision, step.used) if known else step.used,
            value=value,
            share=show_share(rule.share or 0, self.language),
            per=self.per(rule.per),
            unit=units.get(rule.count, rule.count.replace("_", " ")),
            what=self.fact(decision, rule.of or (rule.value.fact if isinstance(rule.value, FactRef) else ""))[0],
            range=self._range(rule),
            granted=units.get(rule.count, rule.count.replace("_", " ")),
        )

    def _value(self, decision: Decision, rule: PlanStep, row: Any) -> str:
        if rule.verb in ("member_pays", "less") and rule.at_most is not None and rule.verb == "member_pays":
            return self.money(decision, row.b)
        if isinstance(rule.value, FactRef):
            stated = self._stated(decision, rule.value.fact)
            return (
                self.fact(decision, rule.value.fact)[0] if stated in (None, k.MISSING) else self.money(decision, stated)
            )
        return self.money(decision, int(row.a)) if 0 <= row.a < k.FOREVER else ""

    def _stated(self, decision: Decision, fact_id: str) -> int | None:
        tables = decision.program.tables
        for column in decision.program.columns:
            if column.spec.id == fact_id:
                at = column.index + (tables.columns if column.block else 0)
                return int(decision.row[at])
        return None

    def _range(self, rule: PlanStep) -> str:
        words = self.words["word"]
        if not rule.bands:
            return ""
        first, last = int(rule.bands[0].low or 0) + 1, rule.bands[-1].high
        if last is None:
            return words["from_on"].format(first=first)
        return words["from_to"].format(first=first, last=int(last))

    def _key(self, rule: PlanStep) -> tuple[str, str]:
        """Template and default name of a step."""
        verb = rule.verb
        if verb == "of":
            return ("of_charged" if rule.of == "charged" else "of_fact"), ""
        if verb == "share":
            return ("multiple" if (rule.share or 0) > k.PPM else "share"), ""
        if verb == "at_most":
            return ("limit" if rule.per else "cap_each" if rule.count else "cap"), "limit"
        if verb == "at_least":
            return "floor", ""
        if verb == "member_pays":
            plain = "coinsurance" if rule.at_most is None else "coinsurance_max"
            return ("bands" if rule.bands or rule.at_least is not None else plain), "coinsurance"
        if verb == "less":
            return ("less_before" if rule.of == "paid_before" else "copay"), "copay"
        if verb == "member_at_most":
            return "member_cap", ""
        return verb, verb

    def _exclusion(self, decision: Decision, step: Step) -> str:
        rule, words = step.rule, self.words["rule"]
        if isinstance(rule, Waiting):
            until = self._covered_from(decision, rule)
            key = "waiting" if until else "waiting_plain"
            return words[key].format(plan=self.plan(decision, step.plan), name=self.rule(rule), date=until)
        opened = isinstance(rule, Exclusion) and rule.outcome != "not_covered"
        key = "exclusion_open" if opened else "exclusion"
        return words[key].format(plan=self.plan(decision, step.plan), name=self.rule(rule))

    def _covered_from(self, decision: Decision, rule: Waiting) -> str:
        start = self._stated(decision, rule.counts_from)
        if start in (None, k.MISSING) or not isinstance(start, int):
            return ""
        day = dates.add_months(start, rule.months) if rule.months else start + rule.days
        return dates.show(int(day), self.language)

    def _requirement(self, _: Decision, step: Step) -> str:
        key = step.failure or "met"
        return self.words["requirement"][key].format(name=self.rule(step.rule), evidence=self.evidence(step.evidence))

    def _test(self, decision: Decision, step: Step) -> str:
        if decision.reason < 0:
            return ""  # all is paid: what did not apply is nobody's reason
        number = step.row & 0xFFFFFF
        want, owner = decision.program.tests[number]
        found = self._stated(decision, want.fact)
        about = decision.program.rule(step.about) if step.about else owner
        fact, ask = self.fact(decision, want.fact)
        if found == k.MISSING:
            if getattr(about, "if_missing", "") == "skip" and step.row != decision.reason:
                return ""  # the plan goes on without it, and so does the person
            return self.words["rule"]["unknown"].format(fact=fact, ask=ask).strip()
        if not isinstance(about, Benefit):
            return ""
        stated = decision.line.facts.get(want.fact)
        if stated is None and found is not None and want.op == "between":
            flag = want.closed and want.low == want.high and want.low in (0, 1)
            plain = bool(found) if flag else found
            stated = date.fromordinal(found) if isinstance(want.low or want.high, date) else plain
        wanted = self.wanted(want)
        if stated is None or not wanted:
            return self.words["rule"]["test_plain"].format(benefit=self.rule(about), fact=fact)
        value = self.value(want.fact, stated)
        return self.words["rule"]["test"].format(benefit=self.rule(about), fact=fact, found=value, wanted=wanted)

    def wanted(self, want: Want) -> str:
        """What a test wants, for a person; "" where it cannot be said shortly."""
        words = self.words["rule"]
        if want.op in ("in", "not-in") and not any(value.startswith("list:") for value in want.values):
            shown = [self.value(want.fact, value) for value in want.values[:6]]
            joined = f" {self.words['word']['or']} ".join(shown)
            return words["want_in" if want.op == "in" else "want_not"].format(values=joined)
        if want.op == "between":
            if want.closed and want.low == want.high and want.low is not None:
                value = bool(want.low) if want.low in (0, 1) else want.low
                return words["want_in"].format(values=self.value(want.fact, value))
            low, high = self.value("", want.low), self.value("", want.high)
            if want.low is not None and want.high is not None:
                return words["want_between"].format(low=low, high=high)
            return (
                words["want_at_least"].format(low=low)
                if want.low is not None
                else words["want_below"].format(high=high)
            )
        return ""


def _places(decision: Decision) -> int:
    exponent = decision.charged.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def explain(decision: Decision, catalogue: Catalogue, language: str = "en") -> list[Sentence]:
    """Every step of a decision as a sentence, in order, the summary first.

    catalogue: of the book the decision was taken with. language: en, fr, de, it or nl. Raises ValueError for another.
    """
    teller = Teller(catalogue, language)
    told: Iterable[Sentence | None] = (teller.sentence(decision, step) for step in decision.steps)
    return [sentence for sentence in told if sentence is not None]


def sentences(decision: Decision, catalogue: Catalogue, language: str = "en") -> list[str]:
    """The decision as plain sentences: the summary, then every step with its clause in brackets."""
    teller = Teller(catalogue, language)
    return [teller.summary(decision), *(str(sentence) for sentence in explain(decision, catalogue, language))]


__all__ = ["LANGUAGES", "Requirement", "Sentence", "Teller", "explain", "named", "sentences", "wording"]
