"""What would change the answer: the same decision asked again with one thing put right.

"Would be paid with a voucher dated 12 March 2026 or earlier." A mend is never a guess: every one is decided by
the engine, which is cheap because deciding is pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
from clausula.money import show
from clausula.plan import Requirement, Waiting
from clausula.sources import LineError
from clausula.usage import Usage

TRIES = 6
"""Steps a chain of mends may have: one document may uncover that a second is missing."""


@dataclass(frozen=True, slots=True)
class Mend:
    """One way to another answer: what to put right, and what would be decided then.

    kind: requirement (evidence to bring), waiting (a later day) or fact (a fact that is missing or different).
    evidence: the documents that would do. earliest, latest: between which dates they must be dated (None: no bound).
    on: the first day on which the same service would be covered. fact, value: the fact and the value it would need.
    """

    kind: str
    decision: Decision
    requirements: tuple[Requirement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    on: date | None = None
    fact: str = ""
    value: Any = None

    @property
    def paid(self) -> Decimal:
        """What would be paid."""
        return self.decision.paid


def mends(
    decision: Decision,
    household: Household,
    usage: Usage | None = None,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
) -> list[Mend]:
    """What would turn a decision that pays nothing, or is open, into one that pays.

    household, usage (before the line) and providers: as the decision was taken with. Returns the mends that
    help, best first.
    """
    found: list[Mend] = []
    for mend in _tries(decision, household, usage, providers):
        better = mend.decision.paid > decision.paid or _rank(mend.decision) < _rank(decision)
        if better and not mend.decision.outcome.startswith("needs"):
            found.append(mend)
    return sorted(found, key=lambda mend: (-mend.paid, mend.kind != "requirement"))


def _rank(decision: Decision) -> int:
    return ("covered", "partly", "needs_document", "needs_authorisation", "needs_person", "not_covered").index(
        decision.outcome
    )


def _again(
    decision: Decision, household: Household, line: Line, usage: Usage | None, providers: Mapping[str, Provider]
) -> Decision | None:
    try:
        return decide(decision.program, household, [line], usage, providers).decisions[0]
    except LineError:
        return None


def _tries(
    decision: Decision, household: Household, usage: Usage | None, providers: Mapping[str, Provider]
) -> Iterator[Mend]:
    line, program = decision.line, decision.program
    rule = program.rule(decision.reason)
    if isinstance(rule, Requirement):
        yield from _with_evidence(decision, household, usage, providers)
    elif isinstance(rule, Waiting) and rule.counts_from == "start":
        for enrolment in household.enrolments:
            if enrolment.person == line.person and enrolment.start <= line.served_on:
                start = enrolment.start.toordinal()
                first = int(dates.add_months(start, rule.months)) if rule.months else start + rule.days
                on = date.fromordinal(first)
                shifted = _shifted(line, on - line.served_on)
                again = _again(decision, household, shifted, usage, providers)
                if again is not None and on > line.served_on:
                    yield Mend("waiting", again, on=on)
    elif decision.reason >= 0 and decision.reason >> 24 == k.ROW_TEST:
        yield from _with_fact(decision, household, usage, providers)


def _shifted(line: Line, by: timedelta) -> Line:
    """The line some days later, the dates of its facts with it."""
    facts = {key: value + by if isinstance(value, date) else value for key, value in line.facts.items()}
    return replace(line, served_on=line.served_on + by, facts=facts)


def _with_evidence(
    decision: Decision, household: Household, usage: Usage | None, providers: Mapping[str, Provider]
) -> Iterator[Mend]:
    """Bring what is missing, one requirement after the other, until the answer changes."""
    brought: list[Evidence] = []
    needed: list[Requirement] = []
    earliest = latest = None
    again: Decision | None = decision
    for _ in range(TRIES):
        rule = again.program.rule(again.reason) if again is not None else None
        if again is None or not isinstance(rule, Requirement) or rule in needed:
            break
        evidence, low, high = _ideal(rule, again)
        earliest, latest = (low, high) if not brought else (earliest, latest)
        brought.append(evidence)
        needed.append(rule)
        richer = replace(household, evidence=(*household.evidence, *brought))
        again = _again(decision, richer, decision.line, usage, providers)
    if again is not None and brought:
        yield Mend("requirement", again, tuple(needed), tuple(brought), earliest, latest)


def _ideal(rule: Requirement, decision: Decision) -> tuple[Evidence, date | None, date | None]:
    """Evidence that would meet a requirement for a line, and the dates between which it may be dated."""
    line, dated = decision.line, rule.dated
    base = line.served_on
    stated = line.facts.get(dated.fact) if dated else None
    base = stated if isinstance(stated, date) else base
    low = base + timedelta(days=dated.earliest) if dated and dated.earliest is not None else None
    high = base + timedelta(days=dated.latest) if dated and dated.latest is not None else None
    issued = high or low or base
    issuer = {word: names[0] for word, names in rule.issued_by.items()}
    evidence = Evidence(
        kind=rule.evidence[0], person=line.person, issued_on=issued, id=f"{rule.id}?",
        issuer_role=issuer.get("role", ""), issuer_lists=(issuer["list"],) if "list" in issuer else (),
        issuer_specialty=issuer.get("specialty", ""),
        proposals=(line.provider,) if line.provider else (), names=rule.names, status=rule.status,
    )  # fmt: skip
    return evidence, low, high


def _with_fact(
    decision: Decision, household: Household, usage: Usage | None, providers: Mapping[str, Provider]
) -> Iterator[Mend]:
    """Try the values the failing test would accept, where they are codes or flags of the line."""
    want, _ = decision.program.tests[decision.reason & 0xFFFFFF]
    values: list[Any] = []
    if want.op == "in":
        values = [value for value in want.values if not value.startswith("list:")][:4]
    elif want.op == "between" and want.low == want.high and want.low in (0, 1):
        values = [bool(want.low)]
    column = next((c for c in decision.program.columns if c.spec.id == want.fact), None)
    if column is None or column.spec.kind not in ("code", "flag") or column.spec.of not in ("line", "provider"):
        return
    for value in values:
        line = replace(decision.line, facts={**decision.line.facts, want.fact: value})
        again = _again(decision, household, line, usage, providers)
        if again is not None:
            yield Mend("fact", again, fact=want.fact, value=value)


def tell(mend: Mend, catalogue: Catalogue, language: str = "en") -> str:
    """A mend as a sentence."""
    teller = Teller(catalogue, language)
    words = teller.words["mend"]
    currency = mend.decision.program.currency
    places = -int(mend.decision.paid.as_tuple().exponent)
    paid = show(int(mend.decision.paid.scaleb(places)), currency, language)
    if mend.kind == "waiting" and mend.on is not None:
        return words["waiting"].format(date=dates.show(mend.on, language), paid=paid)
    if mend.kind == "fact":
        fact, _ = teller.fact(mend.decision, mend.fact)
        return words["fact"].format(fact=fact, value=teller.value(mend.fact, mend.value), paid=paid)
    kinds = " + ".join(catalogue.name("evidence", each.kind, language) for each in mend.evidence)
    dated = dated_words(teller, mend.earliest, mend.latest)
    key = "requirement" if dated else "requirement_undated"
    return words[key].format(evidence=kinds, dated=dated, paid=paid)


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
