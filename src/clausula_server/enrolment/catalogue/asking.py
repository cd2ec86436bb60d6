"""What editions say of a household: who may enrol, until when, at what price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import clausula
from clausula import dates
from clausula.money import to_minor
from clausula.plan import Contact, Eligibility, Ending, Premium, PremiumClass
from clausula.premium import class_name
from clausula.tables import Table
from clausula_server.enrolment.catalogue.editions import Edition, combined, edition
from clausula_server.enrolment.catalogue.stated import engine_facts
from clausula_server.enrolment.dossier import Dossier, Facts, Held
from clausula_server.lib.refusals import refuse

OUTCOMES = ("covered", "needs_document", "needs_authorisation", "needs_person", "not_covered")
"""What rules may say of somebody, the worst last."""

PER = {"year": 12, "month": 1}
"""Months of a contribution's period."""


@dataclass(frozen=True, slots=True)
class Against:
    """A rule that speaks against an application: its reason code, clause, name and advice for people."""

    rule: str
    reason: str
    clause: str
    names: Mapping[str, str]
    advice: Mapping[str, str]
    contact: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plan's rules say of one person: one of OUTCOMES, and the rules that speak against it."""

    person: UUID
    outcome: str
    against: tuple[Against, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one rule asks for one enrolment on a day, in minor units (None: the table is not there), and what the amount
    rests on. months: length of its period."""

    rule: str
    clause: str
    months: int
    amount: int | None
    currency: str
    computed_from: Mapping[str, Any]


def household_of(dossier: Dossier, held: Iterable[Held] | None = None) -> clausula.Household:
    """The household as the engine takes it, with the enrolments in force, or those given."""
    chosen = list(dossier.held if held is None else held)
    read = [edition(each.digest) for each in chosen]
    return clausula.Household(
        str(dossier.household),
        tuple(
            clausula.Person(
                str(each.id),
                born=each.born,
                name=each.name,
                sex=each.sex,
                role=each.role,
                facts=dict(_person_facts(read, each.facts, dossier.day)),
            )
            for each in dossier.members
        ),
        tuple(
            clausula.Enrolment(
                str(each.person), each.plan, each.start, each.until, dict(engine_facts([its], each.facts))
            )
            for each, its in zip(chosen, read, strict=True)
        ),
    )


def _person_facts(read: Iterable[Edition], stated: Facts, day: date) -> Iterator[tuple[str, Any]]:
    read = list(read)
    for each in read:
        for table in each.tables.values():
            if table.id.endswith("-areas") and (listed := _listed(table, stated, day)) is not None:
                yield f"{table.id.rpartition('/')[2].removesuffix('-areas')}_area_listed", listed
    yield from engine_facts(read, stated)  # what a person stated counts for more than the table


def _listed(table: Table, home: Facts, day: date) -> bool | None:
    """Whether a home lies in the areas of a table; None where the table does not say. Rows: canton, with needs_region
    where only some of it is served; premium_region or commune for those parts; from and until."""
    rows = [row for row in table.rows if row.get("canton") == home.get("residence_canton") and _in_force(row, day)]
    if any(row.get("available") and not row.get("needs_region") for row in rows):
        return True
    parts = [row for row in rows if "premium_region" in row or "commune" in row]
    if not parts:
        return None
    if any(all(key not in row or row[key] == home.get(key) for key in ("premium_region", "commune")) for row in parts):
        return True
    return (
        None
        if any(home.get(key) is None for row in parts for key in ("premium_region", "commune") if key in row)
        else False
    )


def _in_force(row: Mapping[str, Any], day: date) -> bool:
    return bool(row.get("from", date.min) <= day <= row.get("until", date.max))


def answers(dossier: Dossier, plan: str, applied_on: date, stated: Facts) -> list[Answer]:
    """What a plan's own rules say of everybody who wants to be in it. Raises Refused for facts that cannot be asked of.

    Asked with what is in force on the day, and again with what begins later: a plan that must not stand beside another
    must not do so later either. The worse answer counts.
    """
    read = edition(next(held.digest for held in dossier.of_plan(plan) if held.wanted))
    told = dict(engine_facts([read], stated))
    found = _ask(dossier, dossier.held, plan, applied_on, told)
    if dossier.later:
        again = _ask(dossier, tuple(dossier.all()), plan, applied_on, told)
        found = {person: max(found[person], again[person], key=_severity) for person in found}
    wanted = [held.person for held in dossier.of_plan(plan) if held.wanted]
    contacts = {each.id: each for each in read.on(dossier.day).of(Contact)}
    return [
        Answer(person, found[person].outcome, tuple(_against(rule, contacts) for rule in found[person].against))
        for person in wanted
    ]


def _ask(
    dossier: Dossier, held: tuple[Held, ...], plan: str, on: date, told: Mapping[str, Any]
) -> dict[UUID, clausula.Answer]:
    book = combined(each.digest for each in held).book
    household = household_of(dossier, held)
    try:
        return {UUID(each.person): each for each in clausula.enrol(book, household, on, told, plan=plan)}
    except clausula.LineError as error:
        refuse(error.fact, f"{error.message}.", "State it as the plan asks for it.")


def standing(dossier: Dossier) -> dict[UUID, Answer]:
    """What the rules on who may enrol say of those who are in already, by enrolment; facts of an application are not
    there any more, so that only what is refused outright tells something."""
    if not dossier.held:
        return {}
    book = combined(each.digest for each in dossier.held).book
    told = clausula.enrol(book, household_of(dossier), dossier.day)
    by_place = {(answer.person, answer.plan): answer for answer in told}
    found = {}
    for held in dossier.held:
        answer = by_place[str(held.person), held.plan]
        found[held.id] = Answer(held.person, answer.outcome, tuple(_against(rule, {}) for rule in answer.against))
    return found


def _severity(answer: clausula.Answer) -> int:
    return OUTCOMES.index(answer.outcome)


def _against(rule: Eligibility, contacts: Mapping[str, Contact]) -> Against:
    contact = contacts.get(rule.contact)
    phone = contact.phone or contact.url if contact else ""
    return Against(rule.id, rule.reason or rule.id, rule.clause, dict(rule.name), dict(rule.advice), phone)


def end_of(dossier: Dossier, held: Held) -> date | None:
    """The first day without cover, where a rule of the plan ends the enrolment by itself: by age, alone or with the
    family. None: no rule does."""
    same = dossier.of_plan(held.plan)
    book = combined(each.digest for each in same).book
    household = household_of(dossier, same)
    mine = household.enrolments[[each.id for each in same].index(held.id)]
    return clausula.ends_on(book, household, mine)


def ends_with_holder(digest: str) -> bool:
    """Whether the family's cover ends with the holder's: some rule of the edition ends the household."""
    return any(rule.ends == "household" for rule in edition(digest).slices[-1].plan.of(Ending))


def contributions(dossier: Dossier, held: Held, on: date) -> list[Contribution]:
    """What is asked for an enrolment on a day, rule by rule. The whole household is looked at."""
    book = combined(each.digest for each in dossier.held).book
    plan = edition(held.digest).on(on)
    told = clausula.premium(book, household_of(dossier), on)
    member = dossier.member(held.person)
    found = []
    for line in told.lines:
        if line.person != str(held.person) or line.plan != held.plan:
            continue
        rests_on: dict[str, Any] = {
            "edition": held.digest,
            "on": on.isoformat(),
            "role": member.role,
            "born": member.born.isoformat(),
            "amount": None if line.amount is None else str(line.amount),
            "per": line.rule.per,
        }
        if line.rule.table:
            table = book.tables.get(line.rule.table)
            rests_on |= {
                "table": line.rule.table,
                "by": list(line.rule.by),
                "checked_on": str(table and table.checked_on),
            }
        rests_on |= {each.id: premium_class(held.digest, member.born, on) for each in plan.of(PremiumClass)[:1]}
        amount = None if line.amount is None else to_minor(str(line.amount), line.currency)
        found.append(Contribution(line.rule.id, line.rule.clause, PER[line.rule.per], amount, line.currency, rests_on))
    return found


def months_asked(digest: str) -> set[int]:
    """The lengths, in months, of the periods an edition asks contributions for."""
    return {PER[rule.per] for each in edition(digest).slices for rule in each.plan.of(Premium)}


def premium_class(digest: str, born: date, on: date) -> str:
    """The premium class of somebody on a day ("26-30"); empty where the plan has none (UV 5.2)."""
    classes = edition(digest).on(on).of(PremiumClass)
    return class_name(classes[0], born, on) if classes else ""


def area_rows(digest: str) -> list[Mapping[str, Any]]:
    """The rows of the tables of areas an edition rests on."""
    return [row for table in edition(digest).tables.values() if table.id.endswith("-areas") for row in table.rows]


def after_months(start: date, months: int) -> date:
    """The same day some months later; the last of the month where there is none."""
    return date.fromordinal(int(dates.add_months(start.toordinal(), months)))
