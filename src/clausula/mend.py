"""What would change the answer: the same decision asked again with one thing put right.

"With this, CHF 52.56 would be paid: delegation voucher dated 18 May 2026 or earlier." A mend is never a guess: every
one is decided by the engine (cheap, because deciding is pure), and one that pays nothing is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.adjudicate import NO_PROVIDERS, decide
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.explain import Teller
from clausula.household import Evidence, Household, Line, Provider
from clausula.money import show, to_minor
from clausula.naming import typeset
from clausula.plan import Fact, Requirement, Waiting
from clausula.sources import LineError
from clausula.usage import Usage

DEEPEST = 6
"""Things a mend may put right together: one document may uncover that a second is missing."""
TRIES = 60
"""Decisions asked for at most to find the mends of one line."""
SHOWN = 3
"""Mends that are kept, best first."""


@dataclass(frozen=True, slots=True)
class Bring:
    """A document to bring: which requirement it meets, an example that would do, between which dates it may lie."""

    requirement: Requirement
    evidence: Evidence
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class Mend:
    """One way to another answer: what to put right, all of it together, and what would be decided then.

    brings: documents. facts: facts of the line that are not known yet, or that the member may choose another time.
    on: the first day on which the same service would be covered.
    """

    decision: Decision
    brings: tuple[Bring, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None

    @property
    def paid(self) -> Decimal:
        """What would be paid."""
        return self.decision.paid

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The documents, as examples that would do."""
        return tuple(bring.evidence for bring in self.brings)


def carried_out(mend: Mend, household: Household, line: Line) -> tuple[Household, Line]:
    """The household and the line once the mend is carried out."""
    line = replace(line, facts={**line.facts, **mend.facts})
    if mend.on is not None:
        line = _shifted(line, mend.on - line.served_on)
    return replace(household, evidence=(*household.evidence, *mend.evidence)), line


def mends(
    decision: Decision,
    household: Household,
    usage: Usage | None = None,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
    facts: Mapping[str, Fact] | None = None,
) -> list[Mend]:
    """What would turn a decision that pays nothing, or is open, into one that pays.

    household, usage (before the line) and providers: as the decision was taken with. facts: of the catalogue, to know
    which of them a member may choose. Returns the few mends that help most, best first.
    """
    return _Search(decision, household, usage, providers, facts or {}).found()


class _Search:
    """Looks for mends of one decision, each try decided by the engine."""

    def __init__(
        self,
        decision: Decision,
        household: Household,
        usage: Usage | None,
        providers: Mapping[str, Provider],
        facts: Mapping[str, Fact],
    ) -> None:
        self.first, self.household, self.usage, self.providers = decision, household, usage, providers
        self.declared = {**facts}
        for cover in decision.program.covers:
            self.declared |= {fact.id: fact for fact in cover.plan.of(Fact)}
        self.tries = 0

    def found(self) -> list[Mend]:
        """The mends that pay, best first, none of which asks for more than it needs."""
        kept: dict[tuple[Any, ...], Mend] = {}
        for mend in self._from(Mend(self.first)):
            if self._helps(mend):
                least = self._least(mend)
                what = (*(bring.requirement.id for bring in least.brings), *sorted(least.facts.items()), least.on)
                kept.setdefault(what, least)
        size = {id(mend): len(mend.brings) + len(mend.facts) for mend in kept.values()}
        return sorted(kept.values(), key=lambda mend: (-mend.paid, size[id(mend)]))[:SHOWN]

    def _helps(self, mend: Mend) -> bool:
        after = mend.decision
        if after.outcome.startswith("needs"):
            return False
        free = after.charged == 0 and after.outcome == "covered" != self.first.outcome
        return after.paid > self.first.paid or free

    def _again(self, mend: Mend) -> Mend | None:
        self.tries += 1
        if self.tries > TRIES:
            return None
        household, line = carried_out(mend, self.household, self.first.line)
        try:
            done = decide(self.first.program, household, [line], self.usage, self.providers).decisions[0]
        except LineError:
            return None
        return replace(mend, decision=done)

    def _from(self, mend: Mend) -> Iterator[Mend]:
        """Every mend that goes on from one: as it stands, and with what still stands against it put right."""
        for following in self._next(mend) if len(mend.brings) + len(mend.facts) < DEEPEST else ():
            again = self._again(following)
            if again is not None and not (again.decision.outcome == "not_covered" and self._same(again, mend)):
                yield again
                if again.decision.outcome not in ("covered", "partly"):
                    yield from self._from(again)

    @staticmethod
    def _same(one: Mend, other: Mend) -> bool:
        return one.decision.reason == other.decision.reason and one.decision.failure == other.decision.failure

    def _next(self, mend: Mend) -> Iterator[Mend]:
        decision, reason = mend.decision, mend.decision.reason
        rule = decision.program.rule(reason)
        if reason >> 24 == k.ROW_REQUIREMENT and isinstance(rule, Requirement):
            if rule.id not in {bring.requirement.id for bring in mend.brings} and rule.evidence:
                yield replace(mend, brings=(*mend.brings, _ideal(rule, decision.line)))
        elif isinstance(rule, Waiting) and rule.counts_from == "start" and mend.on is None:
            yield from self._later(mend, rule)
        elif reason >= 0 and reason >> 24 in (k.ROW_TEST, k.ROW_EXCLUSION, k.ROW_NOTHING):
            for fact in self._asked(decision):
                for value in self._values(decision, fact) if fact not in mend.facts else ():
                    yield replace(mend, facts={**mend.facts, fact: value})

    @staticmethod
    def _asked(decision: Decision) -> list[str]:
        """The facts that decided, then those on which a benefit failed that was tried."""
        tests = decision.program.tests
        rows = [decision.reason, *(step.row for step in decision.steps if step.kind == "test")]
        return list(dict.fromkeys(tests[row & 0xFFFFFF][0].fact for row in rows if row >> 24 == k.ROW_TEST))

    def _later(self, mend: Mend, rule: Waiting) -> Iterator[Mend]:
        line = self.first.line
        plans = {cover.plan for cover in mend.decision.covers}
        for enrolment in self.household.enrolments:
            if enrolment.person == line.person and enrolment.plan in plans and enrolment.start <= line.served_on:
                start = enrolment.start.toordinal()
                day = int(dates.add_months(start, rule.months)) if rule.months else start + rule.days
                if line.served_on.toordinal() < day <= date.max.toordinal():
                    yield replace(mend, on=date.fromordinal(day))

    def _values(self, decision: Decision, fact_id: str) -> list[Any]:
        """Other values of a fact that is not known, or that the member may choose: closed codes and flags."""
        column = next((c for c in decision.program.columns if c.spec.id == fact_id), None)
        declared = self.declared.get(fact_id)
        if column is None or declared is None or declared.of != "line" or column.spec.derive:
            return []
        stated = decision.line.facts.get(fact_id)
        if not declared.member_chooses and decision.row[column.index] != k.MISSING:
            return []
        if declared.kind == "flag":
            return [value for value in (True, False) if value != stated]
        return [value for value in declared.values if value != stated] if declared.kind == "code" else []

    def _least(self, mend: Mend) -> Mend:
        """The same mend without documents it does not need: a voucher may be proof of the first contact too."""
        for bring in mend.brings:
            fewer = replace(mend, brings=tuple(each for each in mend.brings if each is not bring))
            again = self._again(fewer) if fewer.brings or fewer.facts else None
            if again is not None and self._helps(again) and again.paid == mend.paid:
                mend = again
        return mend


def _shifted(line: Line, by: timedelta) -> Line:
    """The line some days later, the dates of its facts with it."""
    facts = {key: value + by if isinstance(value, date) else value for key, value in line.facts.items()}
    return replace(line, served_on=line.served_on + by, facts=facts)


def _ideal(rule: Requirement, line: Line) -> Bring:
    """Evidence that would meet a requirement for a line, and the dates between which it may be dated."""
    dated = rule.dated
    stated = line.facts.get(dated.fact) if dated else None
    base = stated if isinstance(stated, date) else line.served_on
    low = _day(base, dated.earliest) if dated else None
    high = _day(base, dated.latest) if dated else None
    issuer = {word: names[0] for word, names in rule.issued_by.items()}
    evidence = Evidence(
        kind=rule.evidence[0], person=line.person, issued_on=high or low or base, id=f"{rule.id}?",
        issuer_role=issuer.get("role", ""), issuer_lists=(issuer["list"],) if "list" in issuer else (),
        issuer_specialty=issuer.get("specialty", ""), proposals=(line.provider,) if line.provider else (),
        names=rule.names, status=rule.status,
    )  # fmt: skip
    return Bring(rule, evidence, low, high)


def _day(base: date, days: int | None) -> date | None:
    if days is None or not date.min.toordinal() <= base.toordinal() + days <= date.max.toordinal():
        return None
    return base + timedelta(days=days)


def tell(mend: Mend, catalogue: Catalogue, language: str = "en", sum_paid: Decimal | None = None) -> str:
    """A mend as a sentence. sum_paid: what it would pay on several lines together, where it serves more than one."""
    teller = Teller(catalogue, language)
    words, currency = teller.words["mend"], mend.decision.program.currency
    amount = mend.paid if sum_paid is None else sum_paid
    paid = show(to_minor(amount, currency), currency, language)
    free = "" if amount else "_free"
    if mend.on is not None:
        return typeset(words["waiting" + free].format(date=dates.show(mend.on, language), paid=paid), language)
    items = [
        f"{teller.fact(mend.decision, fact)[0]}: {teller.value(mend.decision, fact, value)}"
        for fact, value in mend.facts.items()
    ]
    items += [_bring(teller, bring) for bring in mend.brings]
    return typeset(words["requirement" + free].format(what="; ".join(items), paid=paid), language)


def _bring(teller: Teller, bring: Bring) -> str:
    words, rule = teller.words["mend"], bring.requirement

    def known(kind: str, names: Iterable[str]) -> str:
        return teller.either(teller.inside(teller.catalogue.name(kind, each, teller.language)) for each in names)

    dated = dated_words(teller, bring.earliest, bring.latest)
    what = " ".join(filter(None, [known("evidence", rule.evidence[:3]), dated]))
    if rule.names:
        what = words["names"].format(what=what, names=known("named", rule.names))
    for same in rule.same[:1]:
        what = words["same"].format(what=what, same=words[f"same_{same}"])
    for kind in ("role", "specialty"):
        if kind in rule.issued_by:
            what = words["by"].format(what=what, who=known(kind, rule.issued_by[kind]))
    return what


def dated_words(teller: Teller, earliest: date | None, latest: date | None) -> str:
    """Between which dates a document must be dated, in words; "" where any date will do."""
    words = teller.words["requirement"]
    low, high = (dates.show(day, teller.language) if day else "" for day in (earliest, latest))
    if earliest and latest:
        return (
            words["on"].format(date=low) if earliest == latest else words["between"].format(earliest=low, latest=high)
        )
    if latest:
        return words["not_after"].format(date=high)
    return words["not_before"].format(date=low) if earliest else ""
