"""What of a program tells lines apart: which facts differ from line to line, which values its tests answer alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from clausula import codes as k
from clausula.batch.eras import grows
from clausula.batch.loops import Ints, holds, known_range, looked_up
from clausula.batch.values import DENSE, FIELDS, renumbered
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, Spec
from clausula.needs import Needs
from clausula.program import Program

CODED = frozenset({"code", "flag", "set"})
"""Kinds of facts that have few values; of the others a column of the table differs from line to line."""

SLOTS = 65
"""More cover slots than a line may have, and one for none."""

NO_CLASSES = np.zeros(1, np.int64)


class Sifting:
    """What of a program is told apart, for tables with certain columns.

    live: places in `program.columns` of facts that differ from line to line where they are known. limits: for facts
    that grow with the day of service, the values that make a difference.
    """

    def __init__(self, program: Program, stated: frozenset[str], of_providers: frozenset[str]) -> None:
        """stated: columns that the tables may have. of_providers: facts that some provider has."""
        self.program, self.needs, self.of_providers = program, Needs(program), of_providers
        self.specs = {column.spec.id: column.spec for column in program.columns}
        first = program.tables.columns
        self.number = [column.index + (first if column.block else 0) for column in program.columns]
        self.place = {number: place for place, number in enumerate(self.number)}
        self.sets = np.array(program.tables.sets, bool)
        self.tests: dict[int, list[Any]] = {}
        self._tables: dict[int, tuple[int, Ints]] = {}
        self._wanted: dict[tuple[tuple[int, ...], int], int] = {}
        self.worth: set[int] = set()
        self._sort()
        moved = stated | of_providers
        self.live = frozenset(
            place for place, column in enumerate(program.columns) if self._is_live(column.spec, place, stated, moved)
        )

    def _sort(self) -> None:
        """Sort tests by the column they look at; note columns whose value counts, and that are compared."""
        self.compared: set[int] = set()
        for test in self.program.tables.tests:
            if test.kind == k.USED:
                continue
            if test.kind in (k.BELOW_FACT, k.AT_MOST_FACT):
                self.compared |= {self.place[c] for c in (test.fact, test.a) if c in self.place}
            elif test.fact in self.place:
                self.tests.setdefault(self.place[test.fact], []).append(test)
        for step in self.program.tables.steps:
            if step.a_fact in self.place:
                self.worth.add(self.place[step.a_fact])

    def _is_live(self, spec: Spec, place: int, stated: frozenset[str], moved: frozenset[str]) -> bool:
        if spec.id in stated | FIELDS and spec.kind not in CODED:
            return True
        if spec.id == "day_kind" or place in self.compared:
            return True
        if not spec.derive:
            return False
        if spec.id in moved:
            return True
        settled = grows(spec) and place not in self.worth and spec.args[0] not in moved
        constant = spec.derive in DERIVATIONS and "served_on" not in spec.args and not self._moves(spec, moved)
        return not (settled or constant)

    def _moves(self, spec: Spec, moved: frozenset[str]) -> bool:
        """Whether an argument of a derived fact can differ from line to line."""
        for name in spec.args:
            other = self.specs.get(name)
            if name in moved or (other is not None and other.derive and self._moves(other, moved)):
                return True
        return False

    @cached_property
    def limits(self) -> dict[str, list[int]]:
        """For facts that grow with the day of service, the values at which a test changes."""
        found: dict[str, set[int]] = {}
        for place, tests in self.tests.items():
            spec = self.program.columns[place].spec
            if grows(spec) and place not in self.live:
                marks = {bound for test in tests for bound in (test.a, test.b) if abs(bound) < k.FOREVER}
                found.setdefault(spec.id, set()).update(marks)
        return {name: sorted(marks) for name, marks in found.items()}

    def wanted(self, covers: tuple[int, ...], service: int) -> int:
        """The columns that covers by slot can look at for a service, as bits."""
        key = (covers, service)
        if key not in self._wanted:
            self._wanted[key] = bits_of(
                (place, slot if self.program.columns[place].block else -1)
                for slot, cover in enumerate(covers) if cover >= 0
                for place in self.needs.of(cover, service)
            )  # fmt: skip
        return self._wanted[key]

    def classes(self, place: int, values: Ints) -> Ints:
        """Values of a column as small numbers; the same number where nothing in the program tells them apart."""
        low, high = known_range(values)
        counts = place in self.worth or place in self.compared
        if high - low >= (4 * len(values) if counts else 0) + DENSE:
            unique, inverse = np.unique(values, return_inverse=True)
            return inverse if counts else self._signs(place, unique)[inverse]
        if counts:
            return renumbered(np.where(values == MISSING, 0, values - (low - 1)), high - low + 2)
        start, table = self._tables.get(place, (0, NO_CLASSES))
        if low < start or high - start + 1 >= len(table):
            start, end = (low, high) if len(table) == 1 else (min(low, start), max(high, start + len(table) - 2))
            table = self._signs(place, np.concatenate([[MISSING], np.arange(start, end + 1)]))
            self._tables[place] = start, table
        return looked_up(values, start, table)

    def _signs(self, place: int, values: Ints) -> Ints:
        """One small number for all values that the tests of a column answer alike."""
        signs = [values == MISSING, *(self.holds(test, values) for test in self.tests.get(place, ()))]
        return combined(signs)

    def holds(self, test: Any, values: Ints) -> Ints:
        """Truth of a test of one column for many values, one after the other, as `kernel.holds` has it."""
        return holds(test.kind, int(test.a), test.b, values, self.sets)


def combined(rows: Sequence[Ints]) -> Ints:
    """One small number for every different column of rows of small numbers."""
    found = np.zeros(len(rows[0]), np.int64)
    for row in rows:
        width = int(row.max(initial=0)) + 1
        found = renumbered(found * width + row, (int(found.max(initial=0)) + 1) * width)
    return found


def bits_of(keys: Iterable[tuple[int, int]]) -> int:
    """Places of columns, each with its slot (-1: none), as bits."""
    found = 0
    for place, slot in keys:
        found |= 1 << place * SLOTS + slot + 1
    return found
