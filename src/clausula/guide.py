"""The guide: the same rules read forwards, to what must be done first, who gives it, at which number and hour.

Adjudication reads requirements backwards (was it so?); the guide asks the same kernel, with the same evidence, about
care that has not taken place yet, and turns what is missing into steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clausula import codes as k
from clausula import dates
from clausula.adjudicate import NO_PROVIDERS, decide
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.decision import Decision
from clausula.encoder import Encoder
from clausula.household import Evidence, Household, Line, Provider
from clausula.left import Left, left
from clausula.plan import Benefit, Contact, Requirement, Waiting
from clausula.probe import Probe
from clausula.program import Program
from clausula.service_levels import is_open
from clausula.sources import day_kind
from clausula.usage import Usage
from clausula.values import FAILURE_NAMES


@dataclass(frozen=True, slots=True)
class ToDo:
    """One step of the way: a requirement and how it stands.

    state: done (evidence met it), missing, exempt (it does not bind here) or unknown (a fact is missing: `fact`).
    failure: what is wrong with the evidence looked at. contact: who gives it; open_now: whether they answer at that
    hour (None: not said). latest / earliest: between which dates the evidence must be dated.
    """

    requirement: Requirement
    state: str
    failure: str = ""
    evidence: Evidence | None = None
    fact: str = ""
    contact: Contact | None = None
    open_now: bool | None = None
    earliest: date | None = None
    latest: date | None = None

    @property
    def id(self) -> str:
        """The requirement's id."""
        return self.requirement.id


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person is entitled to for an intended service, and what must come first.

    decision: what would be decided as things stand. steps: what must come first, in order. covered_from: the first day
    a waiting time has passed (None: no waiting stands against it). limits: the accounts the service would draw on.
    """

    decision: Decision
    steps: tuple[ToDo, ...]
    covered_from: date | None
    limits: tuple[Left, ...]
    contacts: tuple[Contact, ...]

    @property
    def outcome(self) -> str:
        """Outcome as things stand."""
        return self.decision.outcome

    @property
    def missing(self) -> tuple[ToDo, ...]:
        """The steps still to take."""
        return tuple(step for step in self.steps if step.state == "missing")


def guide(
    book: Book,
    household: Household,
    intent: Line,
    *,
    usage: Usage | None = None,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
) -> Guide:
    """What must come first for an intended line (its day, time, service and facts as far as they are known).

    Raises LineError and PlanError as `adjudicate` does.
    """
    program = compile_book(book, household.plans)
    decision = decide(program, household, [intent], usage, providers).decisions[0]
    encoder = Encoder(program, household, providers)
    row = encoder.row(intent)
    steps = _steps(program, encoder, row, intent, usage)
    limits = [
        each for each in left(book, household, intent.person, intent.served_on, usage) if _draws(each, intent.service)
    ]
    contacts = {c.id: c for cover in program.covers if _holds(cover, intent) for c in cover.plan.of(Contact)}
    return Guide(
        decision, tuple(steps), _covered_from(household, intent, decision), tuple(limits), tuple(contacts.values())
    )


def _holds(cover: object, intent: Line) -> bool:
    start, until = getattr(cover, "start", date.min), getattr(cover, "until", None)
    return bool(start <= intent.served_on and (until is None or intent.served_on <= until))


def _draws(each: Left, service: str) -> bool:
    return any(node in ("*", service) or service.startswith(node + "/") for b in each.benefits for node in b.services)


def _steps(program: Program, encoder: Encoder, row: Sequence[int], intent: Line, usage: Usage | None) -> list[ToDo]:
    """The requirements of the benefits that fit the service, in order of their place, each once."""
    tables = program.tables
    probe = Probe(program, row, encoder, usage)
    found: dict[str, ToDo] = {}
    for slot in range(tables.depth):
        shift = slot * tables.width
        cover = row[tables.columns + shift]
        if cover < 0:
            continue
        at = tables.candidates + cover * tables.services + row[k.SERVICE]
        contacts = {contact.id: contact for contact in program.covers[cover].plan.of(Contact)}
        for c in range(tables.index[at], tables.index[at + 1]):
            benefit = tables.benefits[tables.index[c]]
            verdict, _ = probe.truth(benefit.condition, shift)
            if verdict == k.FALSE:
                continue
            for x in range(benefit.requirement, benefit.requirement_end):
                r = tables.index[x]
                requirement = program.requirements[r]
                if requirement.id not in found:
                    contact = contacts.get(requirement.given_by)
                    found[requirement.id] = _todo(program, encoder, probe, shift, r, contact, intent)
            if verdict == k.TRUE:
                break
    return sorted(found.values(), key=lambda step: step.requirement.order)


def _todo(
    program: Program, encoder: Encoder, probe: Probe, shift: int, r: int, contact: Contact | None, intent: Line
) -> ToDo:
    tables, requirement = program.tables, program.requirements[r]
    verdict, test = probe.applies(r, shift)
    if verdict == k.FALSE:
        return ToDo(requirement, "exempt")
    if verdict == k.UNKNOWN:
        return ToDo(requirement, "unknown", fact=program.tests[test][0].fact, contact=contact)
    failure, e = probe.match(r, shift)
    looked = encoder.evidence_of[e] if e >= 0 else None
    if failure == k.MET:
        return ToDo(requirement, "done", evidence=looked)
    base = probe.fact(tables.requirements[r].dated, shift)
    earliest = latest = None
    if requirement.dated and base != k.MISSING:
        low, high = requirement.dated.earliest, requirement.dated.latest
        earliest = date.fromordinal(base + low) if low is not None else None
        latest = date.fromordinal(base + high) if high is not None else None
    return ToDo(
        requirement,
        "missing",
        FAILURE_NAMES[failure],
        looked,
        "",
        contact,
        _open_now(contact, intent),
        earliest,
        latest,
    )


def _open_now(contact: Contact | None, intent: Line) -> bool | None:
    if contact is None or intent.time is None:
        return None
    holiday = day_kind(intent.served_on, contact.holidays) == "holiday"
    return is_open(contact, intent.served_on, intent.time, holiday=holiday)


def _covered_from(household: Household, intent: Line, decision: Decision) -> date | None:
    """The first day a waiting time that stands against the line has passed, where it runs from the start."""
    days = []
    for cover in decision.covers:
        rule = decision.program.rule(cover.reason)
        if isinstance(rule, Waiting) and rule.counts_from == "start":
            for enrolment in household.enrolments:
                if enrolment.person == intent.person and enrolment.plan == cover.plan:
                    start = enrolment.start.toordinal()
                    days.append(int(dates.add_months(start, rule.months)) if rule.months else start + rule.days)
    return date.fromordinal(max(days)) if days else None


__all__ = ["Benefit", "Guide", "ToDo", "guide", "replace"]
