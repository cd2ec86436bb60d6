"""Void and replay: how a decision is reversed, corrected, or changed by a late line.

Nothing is ever posted negatively. A line is void, or another one has come; the household is decided anew from its
accounts at the start of the period, decisions are compared, and the differences are what has to be posted. Decisions
that stay the same are not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress, count
from operator import ne

from clausula.adjudicate import NO_PROVIDERS, adjudicate, decide_rows
from clausula.book import Book
from clausula.decision import Adjudication, Decision, Said
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


class History:
    """The lines of a household as they stand: decided once and kept as rows of numbers, so that every later change of
    them takes one run of the kernel. For a server that holds a household; `replay` does the same once.

    lines: as they stand, from the start of the period whose accounts `opening` holds. The household, its evidence and
    the directory must stay what they are; when one of them changes, make a new history.
    Raises LineError and PlanError as `adjudicate` does.
    """

    def __init__(
        self,
        book: Book,
        household: Household,
        lines: Iterable[Line],
        opening: Usage | None = None,
        *,
        providers: Mapping[str, Provider] = NO_PROVIDERS,
    ) -> None:
        self.lines, self.opening = tuple(lines), opening
        self.adjudication = adjudicate(book, household, self.lines, opening, providers=providers)
        said = self.adjudication.said
        self._places: dict[str, list[int]] = {}
        for place, line in enumerate(self.lines):
            self._places.setdefault(line.id, []).append(place)
        self._numbers = {line.id: number for number, line in enumerate(said.lines)}
        self._rows = dict(zip(map(id, said.lines), said.rows, strict=True))
        self._decided = dict(zip(map(id, said.lines), said.decided(), strict=True))

    def replay(self, *, void: Collection[str] = (), late: Iterable[Line] = ()) -> Replay:
        """Decide the lines anew without some of them, with others, or with corrected ones.

        void: ids of lines that are taken back. late: lines that have come since; one with the id of a line that stood
        takes its place (a correction).
        Returns the new decisions and the differences by line, in the order of decision, what is void first. The history
        stays as it is. Raises LineError for a late line, and KeyError for a void line that never stood.
        """
        taken, newer = frozenset(void), {line.id: line for line in late}
        if not taken <= self._places.keys():
            raise KeyError(f"no line {min(taken - self._places.keys())!r} stood")
        current = dict(enumerate(self.lines))
        for name in taken:
            for place in self._places[name]:
                del current[place]
        for place, line in enumerate(newer.values(), len(self.lines)):
            current[place if line.id in taken else self._places.get(line.id, [place])[0]] = line
        before = self.adjudication.said
        ordered = before.encoder.ordered(current.values())
        known = map(self._rows.get, map(id, ordered))
        rows = [row or before.encoder.row(line) for row, line in zip(known, ordered, strict=True)]
        after = decide_rows(before.encoder, ordered, rows, self.opening)
        gone = sorted(self._numbers[name] for name in taken - newer.keys())
        void_ones = [Difference(before.lines[number].id, Decision(before, number), None) for number in gone]
        return Replay(after, (*void_ones, *self._changed(after.said)))

    def _changed(self, after: Said) -> Iterator[Difference]:
        """What differs from what stood: not a line of which the kernel says the same, number by number."""
        stood = map(self._decided.get, map(id, after.lines))
        for number in compress(count(), map(ne, stood, after.decided())):
            name, new = after.lines[number].id, Decision(after, number)
            old = Decision(self.adjudication.said, self._numbers[name]) if name in self._numbers else None
            if _differs(old, new):
                yield Difference(name, old, new)


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
    """Decide a household's lines anew without some of them, with others, or with corrected ones: see `History.replay`,
    which does so again and again."""
    return History(book, household, lines, opening, providers=providers).replay(void=void, late=late)


def _differs(before: Decision | None, after: Decision) -> bool:
    """Whether a decision says anything else than the one that stood."""
    if before is None or before.left != after.left or before.line != after.line or before.outcome != after.outcome:
        return True
    return [(c.plan, c.outcome, c.paid, c.kept, c.advanced) for c in before.covers] != [
        (c.plan, c.outcome, c.paid, c.kept, c.advanced) for c in after.covers
    ]
