"""The totals of a run, kept while it goes and held against each other at its end: in = decided + listed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from clausula.decision import Decision
from clausula.values import OUTCOMES

Sums = dict[str, Decimal]
"""Amounts by currency ("" where none is stated)."""


class TotalsError(RuntimeError):
    """The totals do not agree: a fault of the program. Nothing is kept of such a run."""


def _sums() -> Sums:
    return defaultdict(Decimal)


@dataclass(slots=True)
class Count:
    """Lines and amounts of one input, or of all of them together."""

    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    listed: int = 0
    no_amount: int = 0
    amount_in: Sums = field(default_factory=_sums)
    amount_decided: Sums = field(default_factory=_sums)
    amount_listed: Sums = field(default_factory=_sums)

    @property
    def decided(self) -> int:
        """Lines decided."""
        return sum(self.outcomes.values())

    def as_dict(self) -> dict[str, Any]:
        """The count as plain data; amounts as text."""
        return {
            "lines": self.lines, "decided": self.decided, "listed": self.listed,
            "listed_without_amount": self.no_amount,
            "outcomes": {outcome: self.outcomes[outcome] for outcome in OUTCOMES if self.outcomes[outcome]},
            "amount_in": _plain(self.amount_in), "amount_decided": _plain(self.amount_decided),
            "amount_listed": _plain(self.amount_listed),
        }  # fmt: skip


def _plain(sums: Sums) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sorted(sums.items())}


@dataclass(slots=True)
class Tally:
    """Counts by input and together; what each plan paid; what members bear; why lines were listed."""

    inputs: dict[str, Count] = field(default_factory=dict)
    all: Count = field(default_factory=Count)
    paid_by_plan: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    charged: Sums = field(default_factory=_sums)
    paid: Sums = field(default_factory=_sums)
    cash: Sums = field(default_factory=_sums)
    borne: Sums = field(default_factory=_sums)
    by_others: Sums = field(default_factory=_sums)
    reasons: Counter[str] = field(default_factory=Counter)

    def opened(self, name: str) -> None:
        """An input is being read; it shows in the table even when it holds nothing."""
        self.inputs.setdefault(name, Count())

    def came_in(self, name: str, amount: Decimal | int | str | None, currency: str) -> None:
        """A line came in."""
        for count in (self.inputs[name], self.all):
            count.lines += 1
            if amount is not None:
                count.amount_in[currency] += Decimal(amount)

    def came_in_many(self, name: str, lines: int, amount: Decimal, currency: str) -> None:
        """Many lines came in."""
        for count in (self.inputs[name], self.all):
            count.lines += lines
            count.amount_in[currency] += amount

    def was_listed(self, name: str, code: str, amount: Decimal | int | str | None, currency: str) -> None:
        """A line was listed."""
        self.reasons[code] += 1
        for count in (self.inputs[name], self.all):
            count.listed += 1
            if amount is None:
                count.no_amount += 1
            else:
                count.amount_listed[currency] += Decimal(amount)

    def was_decided(self, name: str, decision: Decision) -> None:
        """A line was decided. Raises TotalsError where its amounts do not add up."""
        currency = decision.program.currency
        if decision.paid - decision.cash + decision.borne + decision.paid_by_others != decision.charged:
            raise TotalsError(f"line {decision.line.id}: paid + borne is not what was charged")
        for count in (self.inputs[name], self.all):
            count.outcomes[decision.outcome] += 1
            count.amount_decided[currency] += decision.charged
        for cover in decision.covers:
            self.paid_by_plan[cover.plan, currency] += decision.amount(cover.paid)
        self.charged[currency] += decision.charged
        self.paid[currency] += decision.paid
        self.cash[currency] += decision.cash
        self.borne[currency] += decision.borne
        self.by_others[currency] += decision.paid_by_others

    def were_decided(
        self,
        name: str,
        currency: str,
        outcomes: Mapping[str, int],
        by_plan: Mapping[str, Decimal],
        *,
        charged: Decimal,
        paid: Decimal,
        cash: Decimal,
        borne: Decimal,
        others: Decimal,
    ) -> None:
        """Many lines came in and were decided. Raises TotalsError where their amounts do not add up."""
        if paid - cash + borne + others != charged:
            raise TotalsError(f"{name}: paid + borne is not what was charged")
        for count in (self.inputs[name], self.all):
            count.lines += sum(outcomes.values())
            count.outcomes.update(outcomes)
            count.amount_in[currency] += charged
            count.amount_decided[currency] += charged
        for plan, amount in by_plan.items():
            self.paid_by_plan[plan, currency] += amount
        self.charged[currency] += charged
        self.paid[currency] += paid
        self.cash[currency] += cash
        self.borne[currency] += borne
        self.by_others[currency] += others

    def check(self) -> None:
        """Raises TotalsError unless what came in was decided or listed, to the line and to the cent."""
        for name, count in (*self.inputs.items(), ("all inputs", self.all)):
            if count.lines != count.decided + count.listed:
                raise TotalsError(f"{name}: {count.lines} lines in, {count.decided} decided + {count.listed} listed")
            for currency in count.amount_in | count.amount_decided | count.amount_listed:
                out = count.amount_decided.get(currency, Decimal(0)) + count.amount_listed.get(currency, Decimal(0))
                if count.amount_in.get(currency, Decimal(0)) != out:
                    raise TotalsError(f"{name}: {count.amount_in.get(currency)} {currency} in, {out} decided + listed")

    def as_dict(self) -> dict[str, Any]:
        """The totals as plain data."""
        return {
            "total": self.all.as_dict(),
            "inputs": {name: count.as_dict() for name, count in self.inputs.items()},
            "paid_by_plan": [
                {"plan": plan, "currency": currency, "paid": str(amount)}
                for (plan, currency), amount in sorted(self.paid_by_plan.items())
            ],
            "charged": _plain(self.charged), "paid": _plain(self.paid), "cash": _plain(self.cash),
            "borne": _plain(self.borne), "paid_by_others": _plain(self.by_others),
            "listed_by_reason": dict(sorted(self.reasons.items())),
        }  # fmt: skip
