"""Who may enrol, with whom, when, and until when: the same conditions, asked of an application instead of a bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from clausula import codes as k
from clausula import dates
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.encoder import Encoder
from clausula.household import Enrolment, Household, Line, Person, Provider
from clausula.plan import Eligibility, Ending, Rule
from clausula.probe import Probe
from clausula.program import Program
from clausula.values import OUTCOMES


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one application: outcome (covered: may enrol) and the rules that speak against it, in order."""

    person: str
    plan: str
    outcome: str
    against: tuple[Eligibility, ...] = ()

    @property
    def reason(self) -> str:
        """Reason code of the first rule against it."""
        return (self.against[0].reason or self.against[0].id) if self.against else ""


class Asking:
    """Asks conditions of people on a day, through the same tables as claims."""

    def __init__(
        self, book: Book, household: Household, on: date, facts: Mapping[str, Any], providers: Mapping[str, Provider]
    ) -> None:
        self.household, self.on, self.facts, self.providers = household, on, facts, providers
        self.book = book
        self.program = compile_book(book, household.plans)

    def truth(self, rule: Rule, part: str, enrolment: Enrolment) -> tuple[int, int]:
        """Truth of a rule's condition for an enrolment: (FALSE, TRUE or UNKNOWN, test that decided)."""
        day = max(self.on, enrolment.start)
        start = next(each.start for each in self.book.slices(enrolment.plan) if each.holds(day))
        at = self.program.conditions[rule.plan, rule.id, part, enrolment.plan, start]
        mine = replace(self.household, enrolments=(enrolment,))
        encoder = Encoder(self.program, mine, self.providers)
        facts = {**computed(self.household, enrolment), **enrolment.facts, **self.facts}
        line = Line("application", enrolment.person, next(iter(self.program.service_order)), day, facts=facts)
        row = encoder.row(line, full=True)
        return Probe(self.program, row).truth(at)


def computed(household: Household, enrolment: Enrolment) -> dict[str, Any]:
    """Facts of an application that follow from the household itself."""
    person = household.person(enrolment.person)
    same = [each for each in household.enrolments if each.plan == enrolment.plan]
    holders = [each for each in same if household.person(each.person).role == "holder"]
    family = [
        p
        for p in household.people
        if p.role in ("spouse", "partner", "child") and p.facts.get("on_family_certificate") is not False
    ]
    included = {each.person for each in same} & {p.id for p in family}
    others = [e.plan for e in household.enrolments if e.person == enrolment.person and e.plan != enrolment.plan]
    facts: dict[str, Any] = {
        "holds": tuple(sorted({*others, *_texts(person, "holds")})),
        "household_complete": not included or len(included) == len(family),
    }
    start = holders[0].start if holders else enrolment.facts.get("holder_start")
    if isinstance(start, date):
        facts["holder_start"] = start
        facts["entry"] = entry(start, enrolment.start)
    return facts


def _texts(person: Person, fact: str) -> Sequence[str]:
    value = person.facts.get(fact, ())
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def entry(holder: date, own: date) -> str:
    """When somebody enters, seen from the holder's start: with-holder, first- or later-anniversary, other."""
    if own == holder:
        return "with-holder"
    years = dates.years_between(holder.toordinal(), own.toordinal())
    if years >= 1 and dates.add_months(holder.toordinal(), 12 * years) == own.toordinal():
        return "first-anniversary" if years == 1 else "later-anniversary"
    return "other"


def enrol(
    book: Book,
    household: Household,
    on: date,
    facts: Mapping[str, Any] | None = None,
    *,
    plan: str = "",
    providers: Mapping[str, Provider] | None = None,
) -> tuple[Answer, ...]:
    """Whether the enrolments of a household may be concluded, as applied for on a day.

    facts: of the application itself (sale channel …). plan: only the enrolments in this plan. Missing facts give
    needs_person, needs_document …, never a refusal. Raises LineError and PlanError as `adjudicate` does.
    """
    asking = Asking(book, household, on, facts or {}, providers or {})
    answers = []
    for enrolment in household.enrolments:
        if plan in ("", enrolment.plan):
            rules = book.plan(enrolment.plan, max(on, enrolment.start)).of(Eligibility)
            answers.append(_answer(asking, enrolment, rules))
    return tuple(answers)


def _answer(asking: Asking, enrolment: Enrolment, rules: Sequence[Eligibility]) -> Answer:
    against: list[Eligibility] = []
    outcomes: list[str] = []
    for rule in rules:
        due, _ = asking.truth(rule, "when", enrolment)
        if due == k.FALSE:
            continue
        met, _ = asking.truth(rule, "must", enrolment)
        if due == k.TRUE and met == k.TRUE:
            continue
        against.append(rule)
        opened = k.UNKNOWN in (due, met)
        outcomes.append(rule.if_missing if opened else rule.otherwise)
    if not against:
        return Answer(enrolment.person, enrolment.plan, "covered")
    worst = min(range(len(outcomes)), key=lambda n: (outcomes[n] != "not_covered", -OUTCOMES.index(outcomes[n])))
    ordered = [against[worst], *(rule for n, rule in enumerate(against) if n != worst)]
    return Answer(enrolment.person, enrolment.plan, outcomes[worst], tuple(ordered))


def ends_on(book: Book, household: Household, enrolment: Enrolment) -> date | None:
    """The day an enrolment ends by itself (its first day without cover), by age or with the family.

    None where no rule of the plan ends it. An enrolment's own `until` is not looked at.
    """
    asking = Asking(book, household, enrolment.start, {}, {})
    days = []
    for each in household.enrolments:
        if each.plan != enrolment.plan:
            continue
        for rule in book.plan(each.plan, each.start).of(Ending):
            touched = each.person == enrolment.person or rule.ends == "household"
            if touched and asking.truth(rule, "for", each)[0] == k.TRUE:
                days.append(_ending(rule, household.person(each.person), each))
    return min(days, default=None)


def _ending(rule: Ending, person: Person, enrolment: Enrolment) -> date:
    born, start = person.born.toordinal(), enrolment.start.toordinal()
    birthday = dates.add_months(born, 12 * rule.age)
    if dates.years_between(born, birthday) < rule.age:
        birthday += 1
    if rule.at == "birthday":
        return date.fromordinal(max(birthday, start))
    if rule.at == "year end":
        year = dates.year_of(max(birthday, start))
        return date(year + (birthday > date(year, 1, 1).toordinal()), 1, 1)
    years = max(1, dates.years_between(start, birthday))
    day = dates.add_months(start, 12 * years)
    if day < birthday:
        day = dates.add_months(start, 12 * (years + 1))
    return date.fromordinal(day)


__all__ = ["Answer", "Asking", "Program", "computed", "ends_on", "enrol", "entry"]
