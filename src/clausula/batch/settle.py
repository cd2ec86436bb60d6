"""Decides the lines of one household. The one place of a run that asks the engine; whatever is faster goes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.decision import Decision
from clausula.household import Household, Line, Provider
from clausula.intake import Listed
from clausula.sources import LineError
from clausula.usage import Usage

_REASONS = {
    "person": "unknown-member", "service": "unknown-service", "currency": "foreign-currency", "charged": "bad-amount",
    "paid_by_others": "bad-amount", "quantity": "bad-quantity", "served_on": "before-birth",
}  # fmt: skip
"""Which reason of the list a refusal of the engine is, by the fact that is wrong; any other: bad-value."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A household's decisions in their order, its usage after and before them, and the lines the engine refused."""

    household: Household
    decisions: tuple[Decision, ...]
    usage: Usage
    refused: tuple[tuple[Line, Listed], ...]
    opening: Usage | None = None


def settle(
    book: Book,
    household: Household,
    lines: Sequence[Line],
    providers: Mapping[str, Provider],
    usage: Usage | None = None,
) -> Settled:
    """Decide a household's lines; a line that cannot be decided as stated is listed and the others go on.

    Raises PlanError for a plan that cannot be used.
    """
    kept, refused = list(lines), []
    while True:
        try:
            done = adjudicate(book, household, kept, usage, providers=providers)
        except LineError as error:
            left = [line for line in kept if line is not error.line]
            if len(left) == len(kept):
                raise
            kept = left
            refused.append((error.line, _listed(error)))
            continue
        return Settled(household, done.decisions, done.usage, tuple(refused), usage)


def _listed(error: LineError) -> Listed:
    line = error.line
    code = _REASONS.get(error.fact, "bad-value")
    message, mend = f"{error.fact}: {error.message}", f"correct {error.fact} at the source and send the line again"
    return Listed(
        code, message, line.origin, Decimal(line.charged), line.currency, mend, line.person, line.id, line.claim
    )
