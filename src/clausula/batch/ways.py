"""What would change the answer, for lines of which nothing is paid: asked of the engine, with the usage of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from clausula.adjudicate import decide
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.household import Household, Provider
from clausula.mend import Mend, carried_out, mends, tell
from clausula.usage import Usage

LINES = 200
"""Lines of a household among which ways are sought: each decides again those since the one before it."""


class Ways:
    """The ways to another answer for the decisions of a household, sought once and told in any language.

    decisions: all of the household, in the order in which they were taken. opening: its usage before them.
    """

    def __init__(
        self,
        household: Household,
        decisions: Sequence[Decision],
        opening: Usage | None,
        providers: Mapping[str, Provider],
        catalogue: Catalogue,
    ) -> None:
        self.household, self.decisions, self.opening = household, decisions[:LINES], opening
        self.providers, self.catalogue = providers, catalogue
        self._found: dict[int, list[Mend]] = {}
        self._reached = (0, opening)

    def tell(self, decision: Decision, language: str) -> list[str]:
        """Each way that would pay as a sentence, best first; none where something is paid already."""
        return [tell(each, self.catalogue, language) for each in self._of(decision)]

    def tell_bill(self, bill: Sequence[Decision], language: str) -> list[str]:
        """The ways for the lines of one bill: one sentence with the sum the engine finds, where the same documents
        serve them all."""
        found = [(each, ways[0]) for each in bill if (ways := self._of(each))]
        needed = {tuple(bring.requirement.id for bring in way.brings) for _, way in found}
        if len(found) < 2 or len(needed) > 1 or any(way.facts or way.on for _, way in found):
            return [sentence for each in bill for sentence in self.tell(each, language)]
        first = found[0][1]
        household, _ = carried_out(first, self.household, bill[0].line)
        usage = self._before(bill[0])
        done = decide(bill[0].program, household, [each.line for each in bill], usage, self.providers).decisions
        refused = {each.line.id for each, _ in found}
        paid = sum((each.paid for each in done if each.line.id in refused), Decimal(0))
        return [tell(first, self.catalogue, language, paid)]

    def _of(self, decision: Decision) -> list[Mend]:
        if decision.paid or decision.reason < 0:
            return []
        if id(decision) not in self._found:
            self._found[id(decision)] = self._sought(decision)
        return self._found[id(decision)]

    def _sought(self, decision: Decision) -> list[Mend]:
        if not any(each is decision for each in self.decisions):
            return []
        usage = self._before(decision)
        return mends(decision, self.household, usage, self.providers, self.catalogue.facts)

    def _before(self, decision: Decision) -> Usage:
        """The accounts before a line: on from the last line that was asked about, where that came earlier."""
        place = next((n for n, each in enumerate(self.decisions) if each is decision), len(self.decisions))
        done, usage = self._reached
        if place < done:
            done, usage = 0, self.opening
        lines = [each.line for each in self.decisions[done:place]]
        found = decide(decision.program, self.household, lines, usage, self.providers).usage
        self._reached = (place, found)
        return found
