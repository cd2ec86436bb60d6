"""Statements as data: what became of requests in a month, what a year came to (NS-36). Queries and JSON, no page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from clausula_server.claims.models import Claim, Decision, Line, Move, Status
from clausula_server.lib.money import show_amount

STATES = {"waiting": "waiting", "paid": "settled", "not_paid": "not settled"}


def monthly_statement(person: UUID, month: date) -> dict[str, Any] | None:
    """Requests that waited for documents at the end of a month, were settled in it, or were not; None where there are
    none. A request is listed in the state it had on the last day of the month.
    """
    first = month.replace(day=1)
    end = (first + timedelta(days=32)).replace(day=1)
    moved = (
        Move.objects.filter(claim__person=person, moved_at__lt=_midnight(end))
        .select_related("claim")
        .order_by("claim", "-id")
        .distinct("claim")
    )
    rows = []
    for move in sorted(moved, key=lambda each: (each.claim.received_on, each.claim_id)):
        recent = move.moved_at >= _midnight(first)
        if move.after == Status.WAITING or recent:
            rows.append(_month_row(move.claim, move.after))
    if not rows:
        return None
    return {"person": str(person), "month": first.isoformat()[:7], "requests": rows}


def _month_row(claim: Claim, status: str) -> dict[str, Any]:
    if status == Status.WAITING:
        state = "waiting"
    else:
        state = "paid" if claim.paid and status != Status.REVERSED else "not_paid"
    return {
        "claim": str(claim.id), "number": claim.number, "received_on": claim.received_on.isoformat(),
        "state": state, "currency": claim.currency, "requested": _amount(claim.charged),
        "paid": _amount(claim.paid), "borne": _amount(claim.borne),
    }  # fmt: skip


def yearly_statement(person: UUID, year: int) -> dict[str, Any] | None:
    """All bills presented in a calendar year, line by line: requested, paid, what stays with the member; None where
    there are none. Reversed lines do not count."""
    lines = list(
        Line.objects.filter(claim__received_on__year=year, claim__person=person, stands=True, decision__isnull=False)
        .select_related("claim", "decision")
        .order_by("served_on", "id")
    )
    if not lines:
        return None
    currencies = sorted({line.claim.currency for line in lines})
    return {
        "person": str(person),
        "year": year,
        "lines": [_year_row(line) for line in lines],
        "totals": {currency: _totals(line for line in lines if line.claim.currency == currency)
                   for currency in currencies},
    }  # fmt: skip


def _year_row(line: Line) -> dict[str, Any]:
    decision = line.decision
    assert decision is not None
    return {
        "claim": str(line.claim_id), "number": line.claim.number, "served_on": line.served_on.isoformat(),
        "service": line.service, "provider": line.provider, "currency": line.claim.currency,
        "outcome": decision.outcome, "requested": _amount(line.charged), "paid": _amount(decision.paid),
        "paid_by_others": _amount(decision.paid_by_others), "borne": _amount(decision.borne),
    }  # fmt: skip


def _totals(lines: Iterable[Line]) -> dict[str, str]:
    taken: list[Decision] = [line.decision for line in lines if line.decision is not None]
    names = ("charged", "paid", "cash", "borne", "paid_by_others")
    return {name: _amount(sum(getattr(each, name) for each in taken)) for name in names}


def _amount(minor: int) -> str:
    return show_amount(minor)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
