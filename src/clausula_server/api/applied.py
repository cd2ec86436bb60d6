"""From what the room of enrolments tells to the records that are answered."""

from __future__ import annotations

from typing import Any

from clausula_server.api.records import applications as record
from clausula_server.api.records.plain import in_language, shown
from clausula_server.enrolment.actions.application import Foreseen
from clausula_server.enrolment.models import Application, Enrolment, RenewalReport, RenewalRun
from clausula_server.lib.periods import period


def application(row: Application, language: str) -> record.ApplicationRecord:
    """An application with the answers of the rules, named in a language."""
    return record.ApplicationRecord(
        id=row.id,
        household=row.household_id,
        holder=row.holder_id,
        plan=row.plan,
        edition=row.edition_id,
        applied_on=row.applied_on,
        wanted=[record.WantedRecord(**each) for each in row.wanted],
        facts=row.facts,
        state=row.state,
        outcome=row.outcome,
        answers=_answers(row, language),
        reason=row.reason,
        decided_at=row.decided_at,
    )


def foreseen(found: Foreseen, language: str) -> record.ApplicationForeseen:
    """What an application would answer."""
    costs = [
        record.CostRecord(
            person=each.enrolment.person_id,
            clause=each.clause,
            due_on=each.due_on,
            amount=shown(each.amount),
            currency=each.currency,
        )
        for each in found.dues
    ]
    row = found.application
    return record.ApplicationForeseen(
        state=row.state, outcome=row.outcome, answers=_answers(row, language), costs=costs
    )  # fmt: skip


def _answers(row: Application, language: str) -> list[record.AnswerRecord]:
    return [
        record.AnswerRecord(
            person=each["person"],
            outcome=each["outcome"],
            reasons=[_against(against, language) for against in each["reasons"]],
        )
        for each in row.answers
    ]


def _against(told: dict[str, Any], language: str) -> record.AgainstRecord:
    return record.AgainstRecord(
        rule=told["rule"],
        reason=told["reason"],
        clause=told["clause"],
        name=in_language(told["names"], language, told["rule"]),
        advice=in_language(told["advice"], language, ""),
        contact=told["contact"],
    )


def ended(row: Enrolment) -> record.EndedRecord:
    """An enrolment with its days."""
    held = period(row.during)
    return record.EndedRecord(
        id=row.id, person=row.person_id, plan=row.plan, since=held.start, until=held.until, ended_for=row.ended_for
    )


def run(row: RenewalRun) -> record.RenewalRecord:
    """A renewal run."""
    return record.RenewalRecord(
        id=row.id, first=row.first, last=row.last, plans=row.plans, dry=row.dry, started_at=row.started_at,
        finished_at=row.finished_at,
    )  # fmt: skip


def report(row: RenewalReport) -> record.RenewalReportRecord:
    """What a run does with one household."""
    lines = [_line(each) for each in row.lines]
    return record.RenewalReportRecord(id=row.id, household=row.household_id, fault=row.fault, lines=lines)


def _line(told: dict[str, Any]) -> record.RenewalLine:
    amount = told.get("amount")
    return record.RenewalLine(
        what=told["what"],
        person=told["person"],
        plan=told["plan"],
        on=told["on"],
        amount=None if amount is None else shown(amount),
        currency=told.get("currency", ""),
        why=told.get("why", ""),
        reasons=[each["reason"] for each in told.get("reasons", ())],
    )
