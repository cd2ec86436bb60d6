"""Before care: what must come first, who gives it, what it draws on, what would be decided as things stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

import clausula
from clausula.explain import Teller
from clausula.guide import ToDo, guide
from clausula.mend import dated_words
from clausula.naming import named
from clausula.plan import Contact
from clausula.usage import AccountKey
from clausula_server.claims.engine.asking import LeftOver, left_over
from clausula_server.claims.engine.deciding import directory, engine_line, situation
from clausula_server.claims.world import Charged, World
from clausula_server.enrolment.catalogue.editions import combined
from clausula_server.lib.refusals import refuse


@dataclass(frozen=True, slots=True)
class Whom:
    """Who gives it: name, number or address; whether they answer at the hour that was asked about (None: not said)."""

    id: str
    name: str
    phone: str
    url: str
    open_now: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that must come first. state: done, missing, exempt (not needed here) or unknown (`fact` is not known).
    evidence: kinds any of which will do, with their names. dated: between which days, in words and as days."""

    id: str
    name: str
    state: str
    failure: str
    fact: str
    evidence: tuple[tuple[str, str], ...]
    earliest: date | None
    latest: date | None
    dated: str
    contact: Whom | None
    plan: str
    clause: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """What a person is entitled to for care that is intended. Amounts in minor units. covered_from: the first day after
    a waiting time that stands against it. draws_on: limits and deductibles, as they stand before."""

    outcome: str
    summary: str
    sentences: tuple[str, ...]
    paid: int
    borne: int
    currency: str
    covered_from: date | None
    steps: tuple[Step, ...]
    draws_on: tuple[LeftOver, ...]
    contacts: tuple[Whom, ...]


def guide_to(world: World, line: Charged, language: str) -> Guidance:
    """Guide to an intended line: day, time, service, facts as far as they are known. Raises Refused."""
    at = situation(world, line.served_on)
    book = combined(each.digest for each in at.read).book
    usage = clausula.Usage({AccountKey(*key): amount for key, amount in world.usage.items() if amount})
    try:
        told = guide(book, at.household, engine_line(at, line), usage=usage, providers=directory(world))
    except clausula.LineError as error:
        refuse(error.fact, f"{error.message}.", _("State it as the plan asks for it."))
    teller = Teller(book.catalogue, language)
    decision = told.decision
    return Guidance(
        outcome=told.outcome,
        summary=teller.summary(decision),
        sentences=tuple(each.text for each in teller.told(decision)),
        paid=sum(cover.paid for cover in decision.covers),
        borne=decision.left,
        currency=at.program.currency,
        covered_from=told.covered_from,
        steps=tuple(_step(each, teller) for each in told.steps),
        draws_on=left_over(told.limits, at.program.currency),
        contacts=tuple(_contacts(told.contacts, language)),
    )


def _step(each: ToDo, teller: Teller) -> Step:
    rule = each.requirement
    kinds = tuple((kind, teller.catalogue.name("evidence", kind, teller.language)) for kind in rule.evidence)
    found = list(_contacts([each.contact] if each.contact else [], teller.language, each.open_now))
    dated = dated_words(teller, each.earliest, each.latest)
    return Step(
        each.id, teller.rule(rule), each.state, each.failure, each.fact, kinds, each.earliest, each.latest, dated,
        found[0] if found else None, rule.plan, rule.clause,
    )  # fmt: skip


def _contacts(rules: Iterable[Contact], language: str, open_now: bool | None = None) -> Iterable[Whom]:
    return (Whom(each.id, named(each.name, language, each.id), each.phone, each.url, open_now) for each in rules)
