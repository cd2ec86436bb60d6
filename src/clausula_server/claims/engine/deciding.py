"""Lines decided one after the other, each by the texts in force on its day, with the balances the one before left."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

import clausula
from clausula import codes as k
from clausula import compiled
from clausula.adjudicate import decide
from clausula.decision import Adjudication, CoverDecision
from clausula.left import left
from clausula.memory import program_memory
from clausula.money import to_minor
from clausula.plan import Benefit, Requirement
from clausula.program import Program
from clausula.usage import AccountKey
from clausula_server.claims.world import Account, Charged, Json, Usage, World, day
from clausula_server.enrolment.catalogue.asking import household_of
from clausula_server.enrolment.catalogue.editions import Edition, combined, edition
from clausula_server.enrolment.catalogue.stated import check_facts, engine_facts
from clausula_server.lib.refusals import Fault, Refused, refuse

MINOR = 100
SETTLEMENT = {"direct": "tiers_payant", "reimbursement": "tiers_garant"}
SUBMISSION = {"post": "post"}
OF_BILLS = ("settlement", "submission")
"""Facts of a bill that its lines are given, where a plan knows them."""
WAITS = {"needs_document": "document", "needs_authorisation": "authorisation", "needs_person": "person"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What an open line waits for: document, authorisation or person; the kinds of evidence that may end it, or the
    fact nobody stated; the rule that asks."""

    kind: str
    wants: tuple[str, ...] = ()
    fact: str = ""
    rule: str = ""
    plan: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on a line. Amounts in minor units; content: all from which the explanation is read."""

    outcome: str
    charged: int
    paid_by_others: int
    paid: int
    cash: int
    borne: int
    advanced: int
    covers: list[dict[str, Any]]
    reason: str
    plan: str
    clause: str
    editions: list[str]
    moves: Usage
    content: dict[str, Any] = field(default_factory=dict)
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A household as it stands over some days: texts, program, people as the engine takes them."""

    program: Program
    household: clausula.Household
    read: tuple[Edition, ...]
    known: frozenset[str]
    facts: dict[str, Any] = field(default_factory=dict)
    """Facts read before, by what was stated: lines of one bill state much the same."""


def warm_up() -> None:
    """Compile the kernel where its compiler is installed; decide by the interpreted one where not."""
    if compiled.available() and not compiled.switch.on:
        compiled.use(on=True)


def situation(world: World, on: date) -> Situation:
    """The household on a day, for the engine. Raises Refused where nobody of it is, or ever was, enrolled."""
    found: Situation | None = world.situations.get(on)
    if found is not None:
        return found
    mark = world.mark(on)
    found = world.situations.get(mark)
    if found is None:
        dossier = world.dossier(on)
        digests = sorted({held.digest for held in dossier.held}) or sorted({row["digest"] for row in world.terms})[:1]
        if not digests:
            refuse("person", _("nobody of this household is enrolled."), _("Enrol them first."))
        household = household_of(dossier)
        members = {person.id for person in household.people}
        evidence = tuple(_evidence(row) for row in world.evidence if row["person_id"] in members)
        read = tuple(edition(digest) for digest in digests)
        known = frozenset(fact for fact in OF_BILLS if any(fact in each.catalogue.facts for each in read))
        program = combined(digests).program
        if program.order != "service":
            refuse("plan", _("these plans decide by reception, not by service."), _("This room cannot do so yet."))
        found = Situation(program, replace(household, evidence=evidence), read, known)
        world.situations[mark] = found
    world.situations[on] = found
    return found


def directory(world: World) -> dict[str, clausula.Provider]:
    """The providers that matter, as the engine takes them."""
    kept: dict[str, clausula.Provider] | None = world.situations.get("directory")
    if kept is None:
        kept = {code: _provider(row) for code, row in world.providers.items()}
        world.situations["directory"] = kept
    return kept


class Deciding:
    """Decides lines in the order they are given, each with the usage the one before left."""

    def __init__(self, world: World, opening: Usage) -> None:
        self.world, self.providers = world, directory(world)
        self.usage = clausula.Usage({AccountKey(*key): amount for key, amount in opening.items() if amount})

    def decide(self, line: Charged) -> Verdict:
        """What is decided on the next line. Raises Refused where it cannot be decided as it is stated."""
        at = situation(self.world, line.served_on)
        try:
            done = decide(at.program, at.household, [engine_line(at, line)], self.usage, self.providers)
        except clausula.LineError as error:
            refuse(f"lines.{line.number}.{error.fact}", f"{error.message}.", _("State it as the plan asks for it."))
        before = self.usage.amounts
        moves = {
            Account(*key): amount - before.get(key, 0)
            for key, amount in done.usage.amounts.items()
            if amount != before.get(key, 0)
        }
        self.usage = done.usage
        return _verdict(at, done, moves)

    def take_back(self, moves: Usage) -> None:
        """Undo the moves of the line just decided."""
        self.put({key: -amount for key, amount in moves.items()})

    def put(self, moves: Usage) -> None:
        """Let moves happen that the engine did not make."""
        amounts = dict(self.usage.amounts)
        for key, amount in moves.items():
            amounts[AccountKey(*key)] = amounts.get(AccountKey(*key), 0) + amount
        self.usage = clausula.Usage(amounts)

    def used(self) -> Usage:
        """What is used now."""
        return {Account(*key): amount for key, amount in self.usage.amounts.items()}

    def room(self, line: Charged, plan: str, benefit: str) -> list[tuple[Account, int]]:
        """The limits of a benefit that the line falls under, and what is left of each."""
        at = situation(self.world, line.served_on)
        rules = {(rule.plan, rule.id) for owner, rule in _benefits(at) if (owner, rule.id) == (plan, benefit)}
        found = left(
            combined(each.digest for each in at.read).book, at.household, line.person, line.served_on, self.usage
        )
        return [
            (Account(each.account, each.entity, each.period), each.left)
            for each in found
            if each.kind == "limit" and each.money
            for rule in each.benefits
            if (rule.plan, rule.id) in rules
        ]

    def benefits(self, line: Charged) -> set[tuple[str, str]]:
        """Plan and id of every benefit there is on the day of a line, of the plan that somebody is in."""
        return {(plan, rule.id) for plan, rule in _benefits(situation(self.world, line.served_on))}


def _benefits(at: Situation) -> Iterator[tuple[str, Benefit]]:
    """Every benefit with the plan it is a benefit of; a rule of a plan that others extend is one of theirs."""
    for cover in at.program.covers:
        yield from ((cover.plan.id, rule) for rule in cover.plan.of(Benefit))


def check_line(world: World, line: Charged, place: str) -> tuple[dict[str, Any], list[Fault]]:
    """The facts of a line as they are kept, and what is wrong with what it states: its service, its facts."""
    at = situation(world, line.served_on)
    faults: list[Fault] = []
    if line.service not in at.program.service_order:
        near = ", ".join(sorted(name for name in at.program.service_order if name.startswith(line.service[:5]))[:3])
        faults.append(
            Fault(
                f"{place}.service",
                _("“%(service)s” is no service.") % {"service": line.service},
                _("Near it: %(near)s.") % {"near": near or _("nothing")},
            )
        )
    key = f"kept {line.facts!r}"
    if key not in at.facts:
        kept, wrong = _stated(at, line.facts, place)
        faults += wrong
        if wrong:
            return kept, faults
        at.facts[key] = kept
    kept = dict(at.facts[key])
    return kept, faults


def _stated(at: Situation, facts: Json, place: str) -> tuple[dict[str, Any], list[Fault]]:
    """Facts as they are kept: as one edition takes them all, else each as the first that knows it takes it."""
    for each in at.read:
        kept, faults = check_facts(each.digest, facts, place, of="line")
        if not faults:
            return kept, []
    kept, faults = {}, []
    for fact, value in facts.items():
        answers = [check_facts(each.digest, {fact: value}, place, of="line") for each in at.read]
        taken, wrong = next((answer for answer in answers if not answer[1]), answers[-1])
        kept |= taken
        faults += wrong
    return kept, faults


def currency_on(world: World, on: date) -> str:
    """The currency of the household's plans on a day. Raises Refused where nobody of it is, or ever was, enrolled."""
    return situation(world, on).program.currency


# --- into the engine ---


def engine_line(at: Situation, line: Charged) -> clausula.Line:
    """A line as the engine takes it."""
    facts = dict(line.facts)
    if "settlement" in at.known:
        facts.setdefault("settlement", SETTLEMENT[line.settlement])
    if "submission" in at.known:
        facts.setdefault("submission", SUBMISSION.get(line.channel, "online"))
    return clausula.Line(
        line.id,
        line.person,
        line.service,
        line.served_on,
        Decimal(line.charged) / MINOR,
        line.currency,
        line.quantity,
        line.time,
        Decimal(line.paid_by_others) / MINOR,
        line.claim,
        line.stay,
        line.episode,
        line.indication,
        line.provider,
        line.received_on,
        _facts(at, facts),
        line.origin,
    )


def _facts(at: Situation, stated: Json) -> dict[str, Any]:
    """Facts as the engine takes them."""
    key = repr(stated)
    if key not in at.facts:
        at.facts[key] = dict(engine_facts(at.read, stated))
    return dict(at.facts[key])


def _evidence(row: Json) -> clausula.Evidence:
    return clausula.Evidence(
        kind=row["kind"],
        person=row["person_id"],
        issued_on=date.fromisoformat(row["issued_on"]),
        id=row["id"],
        valid_from=day(row["valid_from"]),
        valid_until=day(row["valid_until"]),
        issuer=row["issuer"],
        issuer_role=row["issuer_role"],
        issuer_lists=tuple(row["issuer_lists"]),
        issuer_specialty=row["issuer_specialty"],
        specialty=row["specialty"],
        episode=row["episode"],
        indication=row["indication"],
        provider=row["provider"],
        claim=row["claim"],
        services=tuple(row["services"]),
        uses=row["uses"],
        proposals=tuple(row["proposals"]),
        names=tuple(row["names"]),
        status=row["status"],
    )


def _provider(row: Json) -> clausula.Provider:
    lists = tuple(clausula.Listing(each["list"], day(each["from"]), day(each["until"])) for each in row["lists"] or ())
    facts = {key: tuple(value) if isinstance(value, list) else value for key, value in row["facts"].items()}
    return clausula.Provider(row["code"], row["name"], row["role"], row["specialty"], lists, facts=facts)


# --- out of the engine ---


def _verdict(at: Situation, done: Adjudication, moves: Usage) -> Verdict:
    (decision,), program = done.decisions, at.program
    outcome, row, code = decision.outcome, decision.reason, decision.code
    plan, clause = program.clause(row) if row >= 0 else ("", "")
    advanced = [_advanced(at, cover, decision.line) for cover in decision.covers]
    covers = [
        {
            "plan": cover.plan,
            "benefit": cover.benefit.id if cover.benefit else "",
            "outcome": cover.outcome,
            "paid": cover.paid,
            "cash": cover.paid if cover.cash else 0,
            "kept": cover.kept,
            "advanced": ahead,
            "reason": decision.reason_of(cover),
        }
        for cover, ahead in zip(decision.covers, advanced, strict=True)
    ]
    content = {
        "program": mark_of(program),
        "editions": [each.digest for each in at.read],
        "facts": _plain(decision.line.facts),
        "row": [None if cell == k.MISSING else cell for cell in decision.row],
        "cells": list(done.said.cells(0)),
        "trace": list(done.said.notes(0)),
        "evidence": _looked_at(done),
        "steps": decision.steps_as_dicts(),
    }
    return Verdict(
        outcome=outcome,
        charged=decision.row[k.CHARGED],
        paid_by_others=decision.row[k.OTHERS],
        paid=sum(cover.paid for cover in decision.covers),
        cash=sum(cover.paid for cover in decision.covers if cover.cash),
        borne=decision.left,
        advanced=sum(advanced),
        covers=covers,
        reason=code,
        plan=plan,
        clause=clause,
        editions=[each.digest for each in at.read],
        moves=moves,
        content=content,
        missing=_missing(program, WAITS[outcome], row, code, plan, clause) if outcome in WAITS else None,
    )


def _advanced(at: Situation, cover: CoverDecision, line: clausula.Line) -> int:
    """What the house pays the provider for the member, to ask it of them: what the plan's rules advance, and in direct
    settlement the member's share where the plan lets the insurer bill it (LAMal art. 42, PM-15)."""
    billed = {each.plan.id for each in at.program.covers if each.plan.share_billed_by == "insurer"}
    direct = line.facts.get("settlement") == SETTLEMENT["direct"]
    return cover.advanced + (cover.kept if direct and cover.plan in billed else 0)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, tuple):
            return list(value)
        return value if isinstance(value, bool | int | str) else str(value)

    return {key: plain(value) for key, value in facts.items()}


def _looked_at(done: Adjudication) -> dict[str, str]:
    """The documents the trace speaks of, by their number in it."""
    trace, evidence, found = done.said.notes(0), done.said.encoder.evidence_of, {}
    for at in range(0, len(trace), k.NOTE):
        _, row, _, after, _ = trace[at : at + k.NOTE]
        if row >> 24 == k.ROW_REQUIREMENT and after >= 0:
            found[str(after)] = evidence[after].id
    return found


def mark_of(program: Program) -> str:
    """A mark of what the program's rows mean. The same mark: rows kept in a decision can be read by this program."""
    if "mark" not in program.cache:
        rows = [(each.plan, each.clause, each.id) for each in (*program.exclusions, *program.requirements)]
        benefits = [(each.plan, each.clause, each.id) for each in program.benefits]
        columns = [(each.index, each.spec.id, each.block) for each in program.columns]
        told = repr((program_memory(program), rows, benefits, columns, program.accounts))
        program.cache["mark"] = hashlib.sha256(told.encode()).hexdigest()[:16]
    mark: str = program.cache["mark"]
    return mark


def _missing(program: Program, kind: str, row: int, code: str, plan: str, clause: str) -> Missing:
    rule = program.rule(row)
    if isinstance(rule, Requirement) and row >> 24 == k.ROW_REQUIREMENT:
        return Missing(kind, tuple(rule.evidence), "", rule.id, plan, clause)
    fact = program.tests[row & 0xFFFFFF][0].fact if row >= 0 and row >> 24 == k.ROW_TEST else ""
    return Missing(kind, (), fact, getattr(rule, "id", "") or code, plan, clause)


def minor(amount: str, currency: str) -> int:
    """Minor units of an amount in currency units, exactly. Raises Refused."""
    try:
        return to_minor(amount, currency)
    except ValueError as error:
        raise Refused(Fault("amount", f"{error}.", _("Write it like 1234.50."))) from None
