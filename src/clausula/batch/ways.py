"""What would change the answer, for lines of which nothing is paid: asked of the engine, with the usage of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clausula.adjudicate import decide
from clausula.catalogue import Catalogue
from clausula.decision import Decision
from clausula.household import Household, Line, Provider
from clausula.mend import Mend, mends, tell
from clausula.usage import Usage

LINES = 200
"""Lines of a household among which ways are sought: each replays the lines before it."""


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

    def tell(self, decision: Decision, language: str) -> list[str]:
        """Each way that would pay as a sentence, best first; none where something is paid already."""
        if decision.paid or decision.reason < 0:
            return []
        if id(decision) not in self._found:
            self._found[id(decision)] = self._sought(decision)
        return [tell(each, self.catalogue, language) for each in self._found[id(decision)]]

    def _sought(self, decision: Decision) -> list[Mend]:
        before: list[Line] = []
        for each in self.decisions:
            if each is decision:
                usage = decide(decision.program, self.household, before, self.opening, self.providers).usage
                return mends(decision, self.household, usage, self.providers, self.catalogue.facts)
            before.append(each.line)
        return []
