"""Which columns a cover can look at for a service, so that only these are filled for a single line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from clausula import codes as k
from clausula.program import Program


class Needs:
    """Columns and tests by cover and service, worked out when first asked for. Several threads may ask."""

    def __init__(self, program: Program) -> None:
        self.program, self.tables = program, program.tables
        self.found: dict[tuple[int, int], tuple[frozenset[int], frozenset[int]]] = {}

    @cached_property
    def everything(self) -> frozenset[int]:
        """All columns, as places in `program.columns`."""
        return frozenset(range(len(self.program.columns)))

    @cached_property
    def places(self) -> dict[int, int]:
        """Place in `program.columns` of a column as the tables name it."""
        first = self.tables.columns
        return {c.index + (first if c.block else 0): place for place, c in enumerate(self.program.columns)}

    @cached_property
    def arguments(self) -> dict[str, int]:
        """Place in `program.columns` of a fact by its id."""
        return {column.spec.id: place for place, column in enumerate(self.program.columns)}

    def of(self, cover: int, service: int) -> frozenset[int]:
        """The columns a cover can look at for a service, with what they derive from."""
        return self._of(cover, service)[0]

    def tests_of(self, cover: int, service: int) -> frozenset[int]:
        """The tests a cover can put for a service."""
        return self._of(cover, service)[1]

    def _of(self, cover: int, service: int) -> tuple[frozenset[int], frozenset[int]]:
        key = (cover, service)
        if key not in self.found:
            walk = Walk(self.program)
            wanted = {self.places[column] for column in walk.columns(cover, service) if column in self.places}
            open_ = list(wanted)
            while open_:
                for argument in self.program.columns[open_.pop()].spec.args:
                    place = self.arguments.get(argument)
                    if place is not None and place not in wanted:
                        wanted.add(place)
                        open_.append(place)
            self.found[key] = frozenset(wanted), frozenset(walk.asked)
        return self.found[key]


class Walk:
    """One walk through what a cover can do for a service. asked: the tests met on the way."""

    def __init__(self, program: Program) -> None:
        self.tables, self.asked = program.tables, set[int]()

    def columns(self, cover: int, service: int) -> Iterator[int]:
        """Columns, some of them several times."""
        tables, index = self.tables, self.tables.index
        at = tables.candidates + cover * tables.services + service
        for c in range(index[at], index[at + 1]):
            yield from self._benefit(index[c])
        for x in range(index[tables.covers + cover], index[tables.covers + cover + 1]):
            yield from self._condition(tables.exclusions[index[x]].condition)

    def _benefit(self, number: int) -> Iterator[int]:
        tables, index = self.tables, self.tables.index
        benefit = tables.benefits[number]
        yield from self._condition(benefit.condition)
        if benefit.kind == k.BETTER_OF:
            for x in range(benefit.step, benefit.step_end):
                yield from self._benefit(index[x])
            return
        for x in range(benefit.exclusion, benefit.exclusion_end):
            yield from self._condition(tables.exclusions[index[x]].condition)
        for x in range(benefit.requirement, benefit.requirement_end):
            need = tables.requirements[index[x]]
            yield need.dated
            for condition in (need.condition, need.advance, *index[need.exempt : need.exempt_end]):
                yield from self._condition(condition)
        for number_of_step in range(benefit.step, benefit.step_end):
            yield from self._step(number_of_step)

    def _step(self, number: int) -> Iterator[int]:
        step = self.tables.steps[number]
        yield from (step.entity, step.period, step.window, step.counts, step.a_fact)
        if step.kind == k.PROPORTION:
            yield step.b
        yield from self._condition(step.condition)

    def _condition(self, at: int) -> Iterator[int]:
        if at < 0:
            return
        index, tests = self.tables.index, self.tables.tests
        for a in range(index[at]):
            for number in range(index[at + 1 + 2 * a], index[at + 2 + 2 * a]):
                test = tests[number]
                self.asked.add(number)
                if test.kind == k.USED:
                    yield from self._step(test.fact)
                    continue
                yield test.fact
                if test.kind in (k.BELOW_FACT, k.AT_MOST_FACT):
                    yield test.a
