"""Void and replay: how a decision is reversed, corrected, or changed by a late line.

Nothing is ever posted negatively. A line is void, or another one has come; the household is decided anew from its
accounts at the start of the period, decisions are compared, and the differences are what has to be posted. Decisions
that stay the same are not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from clausula.adjudicate import NO_PROVIDERS, adjudicate
from clausula.book import Book
from clausula.decision import Adjudication, Decision
from clausula.household import Household, Line, Provider
from clausula.usage import Usage

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes for one line: the decision that stood (None: the line is new), the one that stands now (None: void).

    Amounts are changes in currency units, from what stood to what stands.
    """

    line: str
    before: Decision | None
    after: Decision | None

    def change(self, amount: str) -> Decimal:
        """Change of an amount of the decision: paid, cash, borne, advanced, charged or paid_by_others."""
        old, new = (getattr(each, amount) if each else NOTHING for each in (self.before, self.after))
        return Decimal(new) - Decimal(old)

    def by_plan(self) -> dict[str, Decimal]:
        """Change of what each plan pays."""
        found: dict[str, Decimal] = {}
        for decision, sign in ((self.before, -1), (self.after, 1)):
            for cover in decision.covers if decision else ():
                amount = decision.amount(cover.paid) if decision else NOTHING
                found[cover.plan] = found.get(cover.plan, NOTHING) + sign * amount
        return {plan: amount for plan, amount in found.items() if amount}


@dataclass(frozen=True, slots=True)
class Replay:
    """The household decided anew: all decisions, the usage after them, and what differs from what stood."""

    adjudication: Adjudication
    differences: tuple[Difference, ...]

    @property
    def usage(self) -> Usage:
        """The accounts as they stand now."""
        return self.adjudication.usage


def replay(
    book: Book,
    household: Household,
    lines: Iterable[Line],
    opening: Usage | None = None,
    *,
    void: Collection[str] = (),
    late: Iterable[Line] = (),
    providers: Mapping[str, Provider] = NO_PROVIDERS,
) -> Replay:
    """Decide a household's lines anew without some of them, with others, or with corrected ones.

    lines: as they stood, from the start of the period whose accounts `opening` holds. void: ids of lines that are taken
    back. late: lines that have come since; one with the id of a line that stood takes its place (a correction).
    Returns the new decisions and the differences by line, in the order of decision, what is void first.
    Raises LineError and PlanError as `adjudicate` does, and KeyError for a void line that never stood.
    """
    stood = tuple(lines)
    unknown = set(void) - {line.id for line in stood}
    if unknown:
        raise KeyError(f"no line {min(unknown)!r} stood")
    newer = {line.id: line for line in late}
    kept = [newer.pop(line.id, line) for line in stood if line.id not in void]
    before = adjudicate(book, household, stood, opening, providers=providers)
    after = adjudicate(book, household, [*kept, *newer.values()], opening, providers=providers)
    old = {decision.line.id: decision for decision in before.decisions}
    new = {decision.line.id: decision for decision in after.decisions}
    gone = [Difference(line, old[line], None) for line in old if line not in new]
    changed = [Difference(line, old.get(line), new[line]) for line in new if _differs(old.get(line), new[line])]
    return Replay(after, (*gone, *changed))


def _differs(before: Decision | None, after: Decision) -> bool:
    """Whether a decision says anything else than the one that stood."""
    if before is None or (before.outcome, before.left, before.line) != (after.outcome, after.left, after.line):
        return True
    return [(c.plan, c.outcome, c.paid, c.kept, c.advanced) for c in before.covers] != [
        (c.plan, c.outcome, c.paid, c.kept, c.advanced) for c in after.covers
    ]
