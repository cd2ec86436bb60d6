"""Explanations: each step of a decision as a sentence in five languages, with its clause.

The sentences are templates in `wording/*.toml`. They speak of the steps the kernel wrote; nothing is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.catalogue import Catalogue
from clausula.decision import Decision, Step
from clausula.money import show, show_share, to_minor
from clausula.naming import Namer, named, typeset, wording
from clausula.plan import LANGUAGES, Benefit, Exclusion, FactRef, Requirement, Waiting, Want
from clausula.plan import Step as PlanStep
from clausula.relevance import Read, by_cover, relevant

PLAIN = {"reduced": "reduced", "not-more-than-charged": "charged", "no-benefit": "no_benefit"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One step as a sentence, with the clause it rests on (id, and number with title) and the step itself."""

    text: str
    plan: str
    clause: str
    title: str
    step: Step

    def __str__(self) -> str:
        return f"{self.text} [{self.title}]" if self.title else self.text


class Teller(Namer):
    """Tells decisions in one language."""

    def summary(self, decision: Decision) -> str:
        """The decision in one or two sentences."""
        words, program = self.words["summary"], decision.program
        sums = {
            "charged": decision.charged, "paid": decision.paid - decision.cash, "borne": decision.borne,
            "cash": decision.cash, "advanced": decision.advanced, "others": decision.paid_by_others,
        }  # fmt: skip
        amount = {
            name: show(to_minor(each, program.currency), program.currency, self.language) for name, each in sums.items()
        }
        parts = [f"{self.words['outcome'][decision.outcome]}."]
        if decision.outcome.startswith("needs"):
            parts.append(words["open_part" if sums["paid"] else "open"].format(**amount))
        elif sums["charged"]:
            parts.append(words[_summary_key(decision)].format(**amount))
        elif decision.outcome == "covered" and not sums["cash"]:
            parts.append(words["free"])
        for name in ("cash", "others", "advanced"):
            parts += [words[name].format(**amount)] if sums[name] else []
        return typeset(" ".join(parts), self.language)

    def told(self, decision: Decision) -> list[Sentence]:
        """The sentences a member reads, in order."""
        found = (self.sentence(decision, read) for read in relevant(decision))
        return [sentence for sentence in found if sentence is not None]

    def sentence(self, decision: Decision, read: Read) -> Sentence | None:
        """One step as a sentence; None where a step says nothing a person needs."""
        step = read.step
        tell = {
            "benefit": self._benefit,
            "step": self._step,
            "exclusion": self._exclusion,
            "requirement": self._requirement,
            "test": self._test,
        }.get(step.kind, self._plain)
        text = tell(decision, read)
        if not text:
            return None
        title = self.title(decision, step.plan, step.clause)
        return Sentence(typeset(text, self.language), step.plan, step.clause, title, step)

    def advice(self, decision: Decision) -> str:
        """What the plan tells the member where its rule refused, or asks for something; "" where it says nothing."""
        if decision.reason < 0 or decision.outcome in ("covered", "partly"):
            return ""
        row = decision.reason
        rule = decision.program.tests[row & 0xFFFFFF][1] if row >> 24 == k.ROW_TEST else decision.program.rule(row)
        return named(getattr(rule, "advice", {}), self.language)

    def _cover(self, decision: Decision, read: Read) -> str:
        return self.plan(decision, read.cover.plan if read.cover else read.step.plan)

    def _plain(self, decision: Decision, read: Read) -> str:
        step = read.step
        return self.words["step"][PLAIN[step.kind]].format(
            before=self.money(decision, step.before),
            after=self.money(decision, step.after),
            plan=self._cover(decision, read),
            service=self.catalogue.name("service", decision.line.service, self.language),
        )

    def _benefit(self, decision: Decision, read: Read) -> str:
        plan, benefit = self._cover(decision, read), self.rule(read.step.rule)
        granted = read.cover is None or read.cover.outcome in ("covered", "partly")
        return self.words["step"]["benefit" if granted else "benefit_looked"].format(plan=plan, benefit=benefit)

    # --- steps of a calculation ---

    def _step(self, decision: Decision, read: Read) -> str:
        step, rule = read.step, read.step.rule
        if not isinstance(rule, PlanStep):
            return ""
        key, word = template(rule)
        row = decision.program.tables.steps[step.row & 0xFFFFFF]
        if read.cover is not None and read.cover.reason == step.row and read.cover.outcome.startswith("needs"):
            return self._not_worked_out(decision, rule, row, read.slot)
        known = decision.program.accounts[row.account].money if row.account >= 0 else True
        units = 1 if row.counts < 0 else self._column(decision, row.counts, read.slot)
        first, last = step.used + 1, step.used + max(1, units)
        numbers = str(first) if first == last else self.words["word"]["from_to"].format(first=first, last=last)
        what = rule.of or (rule.value.fact if isinstance(rule.value, FactRef) else "")
        if key in ("units", "tranches") and not word and step.before == step.after:
            key = f"{key}_all"
        return self.words["step"][key].format(
            name=named(rule.name, self.language) or self.words["word"].get(word or key, ""),
            before=self.money(decision, step.before),
            after=self.money(decision, step.after),
            cut=self.money(decision, max(0, step.before - step.after)),
            used=self.money(decision, step.used) if known else step.used,
            value=self._value(decision, rule, row, read.slot),
            share=show_share(rule.share or 0, self.language),
            per=self.per(decision, rule.per),
            unit=self.unit(decision, rule.count),
            what=self.fact(decision, what)[0],
            range=self._range(rule),
            numbers=numbers,
        )

    def _not_worked_out(self, decision: Decision, rule: PlanStep, row: Any, slot: int) -> str:
        """A step that lacks a fact, or whose count is below nothing."""
        scope = rule.per.scope if rule.per else ""
        asked = [
            (row.a_fact, rule.value.fact if isinstance(rule.value, FactRef) else rule.of), (row.counts, rule.count),
            (row.b if rule.verb == "proportion" else -1, rule.of),
        ]  # fmt: skip
        facts = [fact for column, fact in asked if column >= 0 and self._column(decision, column, slot) < 0]
        names = [self.fact(decision, fact)[0] for fact in facts or [scope]]
        template_name, word = template(rule)
        name = named(rule.name, self.language) or self.words["word"].get(word or template_name, "")
        key = "missing_value" if name else "missing_plain"
        return self.words["rule"][key].format(name=name, fact=self.either(names))

    def _value(self, decision: Decision, rule: PlanStep, row: Any, slot: int) -> str:
        if rule.verb == "member_pays":
            return self.money(decision, row.b) if row.b < k.FOREVER else ""
        if not isinstance(rule.value, FactRef):
            return self.money(decision, int(row.a)) if 0 <= row.a < k.FOREVER else ""
        stated = self._column(decision, row.a_fact, slot)
        if stated == k.MISSING:
            return self.fact(decision, rule.value.fact)[0]
        if row.a > 0:
            stated = (stated * row.a + k.PPM // 2) // k.PPM
        return self.money(decision, stated * -row.a if row.a < 0 else stated)

    def _column(self, decision: Decision, column: int, slot: int) -> int:
        """A column of the line as the kernel reads it; those from `tables.columns` on stand in the cover's block."""
        tables = decision.program.tables
        return int(decision.row[column + (slot * tables.width if column >= tables.columns else 0)])

    def stated(self, decision: Decision, fact_id: str, slot: int = 0) -> int | None:
        """A fact as the engine saw it, as a whole number; None where no rule asks for it."""
        for column in decision.program.columns:
            if column.spec.id == fact_id:
                first = decision.program.tables.columns if column.block else 0
                return self._column(decision, column.index + first, slot)
        return None

    def _range(self, rule: PlanStep) -> str:
        words = self.words["word"]
        if not rule.bands:
            return ""
        first, last = int(rule.bands[0].low or 0) + 1, rule.bands[-1].high
        if last is None:
            return words["from_on"].format(first=first)
        return str(first) if first == last else words["from_to"].format(first=first, last=int(last))

    # --- what refused, or could not be told ---

    def _exclusion(self, decision: Decision, read: Read) -> str:
        rule, words, plan = read.step.rule, self.words["rule"], self._cover(decision, read)
        if isinstance(rule, Waiting):
            until = self._covered_from(decision, rule, read.slot)
            return words["waiting" if until else "waiting_plain"].format(plan=plan, name=self.rule(rule), date=until)
        opened = isinstance(rule, Exclusion) and rule.outcome != "not_covered"
        return words["exclusion_open" if opened else "exclusion"].format(plan=plan, name=self.rule(rule))

    def _covered_from(self, decision: Decision, rule: Waiting, slot: int) -> str:
        start = self.stated(decision, rule.counts_from, slot)
        if start is None or start == k.MISSING:
            return ""
        day = dates.add_months(start, rule.months) if rule.months else start + rule.days
        return dates.show(int(day), self.language)

    def _requirement(self, _: Decision, read: Read) -> str:
        step = read.step
        key = step.failure or "met"
        return self.words["requirement"][key].format(name=self.rule(step.rule), evidence=self.evidence(step.evidence))

    def _test(self, decision: Decision, read: Read) -> str:
        step, words = read.step, self.words["rule"]
        want, owner = decision.program.tests[step.row & 0xFFFFFF]
        about = decision.program.rule(step.about) if step.about else owner
        fact, ask = self.fact(decision, want.fact)
        found = self.stated(decision, want.fact, read.slot)
        if want.op == "used":
            return words["test_used"].format(benefit=self.rule(about)) if isinstance(about, Benefit) else ""
        if found == k.MISSING:
            return words["unknown"].format(fact=fact, ask=ask).strip()
        if not isinstance(about, Benefit):
            return ""
        shown, wanted = self._found(decision, want, found), self.wanted(decision, want)
        if not shown or not wanted:
            return words["test_plain"].format(benefit=self.rule(about), fact=fact)
        return words["test"].format(benefit=self.rule(about), fact=fact, found=shown, wanted=wanted)

    def _found(self, decision: Decision, want: Want, found: int | None) -> str:
        """A fact's value as it was stated, else as the engine saw it; "" where that says nothing to a person."""
        stated = decision.line.facts.get(want.fact)
        if stated is not None:
            return self.value(decision, want.fact, stated)
        spec = next((c.spec for c in decision.program.columns if c.spec.id == want.fact), None)
        if spec is None or found is None or spec.kind in ("code", "set"):
            return ""
        plain: Mapping[str, Any] = {"flag": bool(found), "date": found > 0 and date.fromordinal(found)}
        return self.value(decision, want.fact, plain.get(spec.kind, found)) if spec.kind != "money" else (
            self.money(decision, found)
        )  # fmt: skip

    def wanted(self, decision: Decision, want: Want) -> str:
        """What a test wants, for a person; "" where it cannot be said shortly."""
        words = self.words["rule"]
        if want.op in ("in", "not-in", "any", "none"):
            shown = [self.value(decision, want.fact, value) for value in want.values[:6]]
            return words["want_in" if want.op in ("in", "any") else "want_not"].format(values=self.either(shown))
        if want.op != "between":
            return ""
        low, high = (self._bound(decision, want.fact, bound) for bound in (want.low, want.high))
        if want.closed and want.low is not None and want.low == want.high:
            return words["want_in"].format(values=low)
        if low and high:
            return words["want_between"].format(low=low, high=high)
        key = (
            ("want_above" if want.above else "want_at_least")
            if low
            else "want_at_most"
            if want.closed
            else "want_below"
        )
        return words[key].format(low=low, high=high)

    def _bound(self, decision: Decision, fact_id: str, bound: Any) -> str:
        if bound is None:
            return ""
        spec = next((c.spec for c in decision.program.columns if c.spec.id == fact_id), None)
        if spec is not None and spec.kind == "money":
            return self.money(decision, to_minor(bound, decision.program.currency))
        if spec is not None and spec.kind == "flag":
            return self.value(decision, fact_id, bool(bound))
        if isinstance(bound, date) or fact_id == "time":
            return self.value(decision, fact_id, bound)
        return f"{Decimal(bound).normalize():f}"


def _summary_key(decision: Decision) -> str:
    """Template that says what becomes of the bill."""
    if decision.paid > decision.cash or decision.paid_by_others:
        return "covered"
    if decision.outcome == "partly":
        return "own"
    return "advanced_only" if decision.advanced else "nothing"


def template(rule: PlanStep) -> tuple[str, str]:
    """Template of a step, and the word that names it where it has no name."""
    verb = rule.verb
    if verb == "of":
        return ("of_charged" if rule.of == "charged" else "of_fact"), ""
    if verb == "share":
        return ("multiple" if (rule.share or 0) > k.PPM else "share"), ""
    if verb == "at_most":
        limit = "cost_limit" if rule.measures == "cost" else "limit"
        return (limit if rule.per else "cap_each" if rule.count else "cap"), "limit"
    if verb == "at_least":
        return ("floor_each" if rule.count else "floor"), ""
    if verb == "member_pays":
        limited = rule.at_most is not None and rule.per is not None
        plain = "coinsurance_max" if limited else "coinsurance_cap" if rule.at_most is not None else "coinsurance"
        if rule.bands or rule.at_least is not None:
            plain = "bands" if rule.per else "bands_once"
        return plain, "coinsurance"
    if verb == "amount":
        return ("amount" if rule.count else "amount_once"), ""
    if verb == "less":
        stated = isinstance(rule.value, FactRef)
        return ("less_before" if rule.of == "paid_before" else "less_fact" if stated else "copay"), "copay"
    if verb == "member_at_most":
        return "member_cap", ""
    return verb, "deductible" if verb == "deductible" else ""


def explain(decision: Decision, catalogue: Catalogue, language: str = "en") -> list[Sentence]:
    """What a member reads of a decision, step by step as sentences. All steps stand in `decision.steps`.

    catalogue: of the book the decision was taken with. language: en, fr, de, it or nl. Raises ValueError for another.
    """
    return Teller(catalogue, language).told(decision)


def sentences(decision: Decision, catalogue: Catalogue, language: str = "en") -> list[str]:
    """The decision as plain sentences: the summary, then what led there, each with its clause in brackets."""
    teller = Teller(catalogue, language)
    return [teller.summary(decision), *(str(sentence) for sentence in teller.told(decision))]


__all__ = [
    "LANGUAGES", "Read", "Requirement", "Sentence", "Teller", "by_cover", "explain", "named", "sentences", "typeset",
    "wording",
]  # fmt: skip
