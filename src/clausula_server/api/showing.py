"""From what the rooms tell of claims to the records that are answered."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clausula_server.api.records import claims as record
from clausula_server.api.records.enrolments import EvidenceKind
from clausula_server.api.records.plain import in_language, shown
from clausula_server.claims.actions.claim import Receipt
from clausula_server.claims.foreseeing import Foreseen
from clausula_server.claims.models import Appeal, Claim, Line, Override, Pend
from clausula_server.claims.queries import ClaimShown, Difference, LineShown


def receipt(done: Receipt, currency: str, *, whole: bool) -> record.ClaimReceipt:
    """What a sender is told at once. whole: they may read the person's care."""
    lines = [
        record.LineOutcome(
            number=each.line.number,
            outcome=each.verdict.outcome,
            paid=shown(each.verdict.paid),
            borne=shown(each.verdict.borne),
            reason=each.verdict.reason,
        )
        for each in done.told
    ]
    return record.ClaimReceipt(id=done.claim, status=done.status, currency=currency, lines=lines if whole else None)


def receipt_of(claim: Claim, lines: list[Line]) -> record.ClaimReceipt:
    """The same of a claim that had come before, as it stands now."""
    told = [
        record.LineOutcome(
            number=each.number,
            outcome=each.decision.outcome,
            paid=shown(each.decision.paid),
            borne=shown(each.decision.borne),
            reason=each.decision.reason,
        )
        for each in lines
        if each.decision is not None
    ]
    return record.ClaimReceipt(id=claim.id, status=claim.status, currency=claim.currency, lines=told)


def claim_fields(claim: Claim) -> dict[str, Any]:
    """What is said of every claim."""
    return {
        "id": claim.id, "person": claim.person_id, "provider": claim.provider.code if claim.provider else "",
        "number": claim.number, "status": claim.status, "channel": claim.channel, "settlement": claim.settlement,
        "currency": claim.currency, "received_on": claim.received_on, "charged": shown(claim.charged),
        "paid": shown(claim.paid), "indemnity": shown(claim.cash), "borne": shown(claim.borne),
        "advanced": shown(claim.advanced),
    }  # fmt: skip


def claim(row: Claim) -> record.ClaimRecord:
    """A claim in a list."""
    return record.ClaimRecord(**claim_fields(row))


def claim_whole(told: ClaimShown, language: str) -> record.ClaimWhole:
    """A claim with its decision as a ladder."""
    return record.ClaimWhole(
        **claim_fields(told.claim),
        lines=[_line(each, language) for each in told.lines],
        moves=[
            record.MoveRecord(before=each.before, after=each.after, reason=each.reason, at=each.moved_at)
            for each in told.moves
        ],
        decide_by=min((timezone.make_aware(each.due) for each in told.promises), default=None),
    )


def _line(each: LineShown, language: str) -> record.LineRecord:
    row, decision, account = each.line, each.decision, each.account
    return record.LineRecord(
        id=row.id,
        number=row.number,
        service=row.service,
        name=in_language(each.service, language, row.service),
        served_on=row.served_on,
        charged=shown(row.charged),
        outcome=decision.outcome if decision else "",
        paid=shown(decision.paid if decision else 0),
        indemnity=shown(decision.cash if decision else 0),
        paid_by_others=shown(row.paid_by_others),
        borne=shown(decision.borne if decision else row.charged - row.paid_by_others),
        reason=decision.reason if decision else "",
        covers=[
            record.CoverRecord(plan=part.plan, name=part.name, outcome=part.outcome, paid=shown(part.paid))
            for part in each.parts
        ],
        summary=account.summary,
        steps=_steps(account),
        advice=account.advice,
        hidden=each.hidden,
        decided_by_person=row.override_id is not None,
        earlier_decisions=max(0, each.earlier),
        wait=wait(each.wait, each.asked, language) if each.wait else None,
    )


def _steps(account: Any) -> list[record.StepRecord]:
    return [
        record.StepRecord(text=rung.text, plan=rung.plan, clause=rung.clause, title=rung.title)
        for rung in account.rungs
    ]


def wait(row: Pend, asked: Any, language: str) -> record.WaitRecord:
    """What a line waits for. asked: the names of what would end it."""
    names = list(asked) or [{} for _ in row.wants]
    return record.WaitRecord(
        id=row.id,
        claim=row.claim_id,
        line=row.line_id,
        kind=row.kind,
        wants=[
            EvidenceKind(kind=kind, name=in_language(name, language, kind))
            for kind, name in zip(row.wants, names, strict=True)
        ],
        owner=row.owner,
        assigned_to=row.assigned_to,
        opened_at=row.opened_at,
        due_on=row.due_on,
    )


def foreseen(found: list[Foreseen], currency: str) -> record.ClaimForeseen:
    """What would be decided."""
    sums = {
        name: shown(sum(getattr(each.verdict, name) for each in found)) for name in ("charged", "paid", "borne")
    }  # fmt: skip
    return record.ClaimForeseen(currency=currency, **sums, lines=[_foreseen(each) for each in found])


def _foreseen(each: Foreseen) -> record.LineForeseen:
    verdict, account = each.verdict, each.account
    return record.LineForeseen(
        number=each.number,
        service=each.service,
        served_on=each.served_on,
        outcome=verdict.outcome,
        charged=shown(verdict.charged),
        paid=shown(verdict.paid),
        indemnity=shown(verdict.cash),
        borne=shown(verdict.borne),
        reason=verdict.reason,
        covers=[
            record.CoverRecord(
                plan=cover["plan"],
                name=account.plans.get(cover["plan"], cover["plan"]),
                outcome=cover["outcome"],
                paid=shown(cover["paid"]),
            )
            for cover in verdict.covers
        ],
        summary=account.summary,
        steps=_steps(account),
        advice=account.advice,
        waits_for=[EvidenceKind(kind=kind, name=name) for kind, name in each.wants],
    )


def differences(found: list[Difference], currency: str) -> record.Differences:
    """What a reversal would change."""
    items = [
        record.DifferenceRecord(
            line=each.line,
            claim=each.claim,
            service=each.service,
            served_on=each.served_on,
            before=each.before,
            after=each.after,
            paid=shown(each.paid),
            borne=shown(each.borne),
        )
        for each in found
    ]
    return record.Differences(currency=currency, items=items)


def appeal(row: Appeal) -> record.AppealRecord:
    """An objection and its answer."""
    return record.AppealRecord(
        id=row.id,
        claim=row.claim_id,
        text=row.text,
        filed_at=row.filed_at,
        answer=row.answer,
        changed=row.changed,
        answered_at=row.answered_at,
    )


def override(row: Override) -> record.OverrideRecord:
    """A decision by a person."""
    return record.OverrideRecord(
        id=row.id,
        line=row.line_id,
        amount=shown(row.amount),
        reason=row.reason,
        needs_second=row.needs_second,
        holds=not row.needs_second or row.confirmed_at is not None,
        refused_for=row.refused_for,
    )
