"""From situations to cases: the conditions of plans looked at once for each situation, for all of them at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np

from clausula import codes as k
from clausula.batch.encoding import Encoded
from clausula.batch.loops import Ints, distinct
from clausula.batch.sifting import Sifting
from clausula.batch.situating import Situating
from clausula.batch.table import Table
from clausula.batch.values import Values
from clausula.codes import MISSING
from clausula.situations import OPEN, Layout, Situations


class Cases:
    """The cases of a program met so far, for any number of tables with the same columns, in any number of threads."""

    def __init__(self, sifting: Sifting) -> None:
        self.sifting, self.program = sifting, sifting.program
        self.situations = Situations(self.program)
        self.known: dict[tuple[Any, ...], int] = {}
        self.lock = threading.Lock()

    def of(self, found: Situating) -> Ints:
        """The case of every cover slot in every situation: an array (situation, slot), -1 where there is no cover."""
        examples, depth = found.examples, found.eras.depth
        cases = np.full((len(examples), max(depth, 1)), -1, np.int64)
        values = self._examples(found.encoded, examples)
        rows = self._rows(values, depth, found.encoded.lines.service[examples])
        for slot in range(depth):
            self._slot(found.eras.cover[slot][found.encoded.era[examples]], rows, slot, cases)
        return cases

    def layout(self, depth: int) -> Layout:
        """All cases found so far as memory of the kernel."""
        with self.lock:
            return self.situations.layout(depth)

    def _examples(self, encoded: Encoded, lines: Ints) -> Values:
        """The facts of the lines that stand for their situations."""
        values = encoded.values
        table = Table(values.table.table, self.program.currency, lines)
        enrolled = [each[lines] for each in values.enrolled]
        return Values(encoded.people, table, values.person[lines], values.served[lines], enrolled)

    def _rows(self, values: Values, depth: int, service: Ints) -> Ints:
        """What would stand in the kernel's rows of these lines, column by column."""
        tables = self.program.tables
        x = np.full((tables.columns + tables.depth * tables.width, values.rows), MISSING, np.int64)
        x[k.SERVICE] = service
        for column in self.program.columns:
            if not column.block:
                x[column.index] = values.common(column.spec) if column.spec.derive != "entity" else 0
                continue
            for slot in range(depth):
                x[tables.columns + slot * tables.width + column.index] = values.block(column.spec, slot)
        return x

    def _slot(self, cover: Ints, rows: Ints, slot: int, cases: Ints) -> None:
        """Find the cases of one slot."""
        program, needs = self.program, self.sifting.needs
        live = self._live(rows, slot)
        shift = slot * program.tables.width
        worth = sorted(self.sifting.number[place] for place in self.sifting.worth)
        places = [c + shift if c >= program.tables.columns else c for c in worth]
        operands = rows[places]
        pairs = cover * program.tables.services + rows[k.SERVICE]
        met = np.unique(pairs[cover >= 0]).tolist()
        tests = {pair: needs.tests_of(*divmod(pair, program.tables.services)) for pair in met}
        told = self._told(rows, slot, sorted(frozenset().union(*tests.values())))
        by_pair = np.argsort(pairs, kind="stable")
        bounds = np.searchsorted(pairs[by_pair], [*met, met[-1] + 1] if met else [])
        for pair, low, high in zip(met, bounds, bounds[1:], strict=False):
            number = pair // program.tables.services
            asked = np.array(sorted(tests[pair]), np.int64)
            at = by_pair[low:high]
            keys = np.concatenate([told[asked[:, None], at], operands[:, at], live[:, at]])
            which, examples = distinct(keys)
            found = np.empty(len(examples), np.int64)
            for n, (row, key) in enumerate(zip(at[examples].tolist(), map(bytes, keys.T[examples]), strict=True)):
                known = self.known.get((pair, key))
                if known is None:
                    own = {self.sifting.number[place] for place, on in self._places(live[:, row]) if on}
                    with self.lock:  # two threads may find the same case; it has one number
                        known = self.situations.case(number, rows[:, row].tolist(), slot, told[:, row].tolist(), own)
                    self.known[pair, key] = known
                found[n] = known
            cases[at, slot] = found[which]

    def _places(self, row: Ints) -> Any:
        return zip(sorted(self.sifting.live), row.tolist(), strict=True)

    def _live(self, rows: Ints, slot: int) -> Ints:
        """For each live column whether it is known, on every line."""
        tables = self.program.tables
        shift = slot * tables.width
        numbers = [self.sifting.number[place] for place in sorted(self.sifting.live)]
        places = [c + shift if c >= tables.columns else c for c in numbers]
        return (rows[places] != MISSING).astype(np.int8)

    def _told(self, rows: Ints, slot: int, tests: Iterable[int]) -> Ints:
        """What these tests say of every line, as `Situations.case` takes it."""
        tables, sifting = self.program.tables, self.sifting
        shift = slot * tables.width
        found = np.full((len(tables.tests), rows.shape[1]), OPEN, np.int8)
        live = {sifting.number[place] for place in sifting.live}
        for number in tests:
            test = tables.tests[number]
            if test.kind == k.USED or (test.fact < k.FIXED and test.fact != k.SERVICE):
                continue
            if test.kind in (k.BELOW_FACT, k.AT_MOST_FACT):
                verdicts = self._compared(test, rows, shift)
            else:
                values = rows[test.fact + shift if test.fact >= tables.columns else test.fact]
                verdicts = sifting.holds(test, values)
                if test.fact in live and test.kind != k.KNOWN:
                    verdicts = np.where(values == MISSING, verdicts, OPEN)
            if test.pend == k.NO_COVER:
                verdicts = np.where(verdicts == k.UNKNOWN, k.FALSE, verdicts)
            found[number] = verdicts
        return found

    def _compared(self, test: Any, rows: Ints, shift: int) -> Ints:
        """A test of two facts is open, unless one of them is missing."""
        first = self.program.tables.columns
        one, other = (rows[c + shift if c >= first else c] for c in (test.fact, test.a))
        known = (one != MISSING) & ((test.a < k.FIXED) | (other != MISSING))
        return np.where(known, OPEN, k.UNKNOWN)
