"""Reads the inputs of a run: lines by household, and everything that could not become a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

from clausula.batch.tally import Tally
from clausula.book import Book, bundled_plans
from clausula.household import Evidence, Household, Line, Provider
from clausula.intake import Desk, Listed, Roster, read, read_codes
from clausula.plan import Fact

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is (0: not known)."""


def quiet(_what: str, _done: int, _of: int) -> None:
    """No progress."""


@dataclass(slots=True)
class Gathered:
    """What the inputs hold: lines by household (in the order they came), what is listed, people and providers."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    source: dict[int, str] = field(default_factory=dict)
    listed: list[tuple[str, Listed]] = field(default_factory=list)
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)

    def household(self, roster: Roster, household_id: str) -> Household:
        """A household of the roster with the documents that came with the claims."""
        known = roster.households[household_id]
        return replace(known, evidence=(*known.evidence, *self.evidence.get(household_id, [])))


def gather(
    inputs: Iterable[Path], book: Book, roster: Roster, tally: Tally, *, schema_dir: Path | None = None,
    codes: Iterable[Path] = (), progress: Progress = quiet,
) -> Gathered:  # fmt: skip
    """Read every input to its end. Raises PlanError, and intake.InputError for a file that cannot be read."""
    found = Gathered(providers=dict(roster.providers))
    desk = desk_for(book, roster, codes)
    facts = known_facts(book, roster.plans)
    count = 0
    for path in inputs:
        name = str(path)
        tally.opened(name)
        for each in read(path, desk, known_facts=facts, schema_dir=schema_dir):
            count += 1
            progress("reading", count, 0)
            match each:
                case Line():
                    tally.came_in(name, each.charged, each.currency)
                    found.lines.setdefault(roster.household_of(each.person).id, []).append(each)
                    found.source[id(each)] = name
                case Listed():
                    tally.came_in(name, each.amount, each.currency)
                    found.listed.append((name, each))
                case Evidence():
                    found.evidence.setdefault(roster.household_of(each.person).id, []).append(each)
                case Provider():
                    found.providers.setdefault(each.id, each)
                case _:
                    assert_never(each)
    return found


def desk_for(book: Book, roster: Roster, codes: Iterable[Path] = ()) -> Desk:
    """The desk at which lines are taken in: the roster, the code maps, what the plans pay in, the service tree."""
    maps = [*sorted((bundled_plans() / "catalogue/codes").glob("*.toml")), *codes]
    plans = roster.plans
    currencies = {plan: book.slices(plan)[0].plan.currency for plan in sorted(plans)}
    return Desk(roster, read_codes(maps), currencies, frozenset(book.catalogue.names["service"]))


def known_facts(book: Book, plans: Iterable[str]) -> Mapping[str, str]:
    """Facts that may be columns of a table: those of the catalogue and of the members' plans, with their kinds."""
    own = [fact for plan in sorted(plans) for piece in book.slices(plan) for fact in piece.plan.of(Fact)]
    return {fact.id: fact.kind for fact in (*book.catalogue.facts.values(), *own) if fact.of == "line" and fact.kind}
