"""Which situation each line is in: the same covers, and the same answers to everything that plans ask of facts.

A line's facts come from few sources: the era of the person, the provider, each column of codes, and which columns of
amounts and dates are filled. Of each source only that is told apart which a test of the line's covers and service tells
apart. So a million lines have a few thousand situations, and the conditions of plans are looked at once for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from clausula import codes as k
from clausula.batch.derived import same
from clausula.batch.eras import eras_of, grows
from clausula.batch.loops import Ints, distinct, holds, known_range, looked_up, marked, period_at, situate
from clausula.batch.people import People
from clausula.batch.table import Table
from clausula.batch.values import DENSE, FIELDS, Values, renumbered
from clausula.codes import MISSING
from clausula.compiled import address
from clausula.facts import DERIVATIONS, Spec
from clausula.needs import Needs
from clausula.program import Column, Program

CODED = frozenset({"code", "flag", "set"})
"""Kinds of facts that have few values; of the others a column of the table differs from line to line."""

DENSE_BITS = 16
FEW = 256
"""Codes of a source that are left as they are, also where several of them mean the same."""

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


class Source:
    """Something facts of lines come from. code: of each line. classes: for each place in `program.columns` (and slot)
    the class of every code, where not all are the same; a group looks only at those it asks about. first: the least
    code. mask: these places as bits."""

    def __init__(self, code: Ints, classes: Mapping[tuple[int, int], Ints], first: int = 0) -> None:
        self._seen: dict[int, Seen | None] = {}
        self.code, self.first = code, first
        self.classes = {key: row for key, row in sorted(classes.items()) if len(row) and (row != row[0]).any()}
        if any(len(row) > FEW for row in self.classes.values()):
            content, example = distinct(np.stack([*self.classes.values()]).astype(np.int64, copy=False))
            self.code, self.first = content[code - first if first else code], 0
            self.classes = {key: renumbered(row, int(row.max()) + 1)[example] for key, row in self.classes.items()}

        self.mask = bits_of(self.classes)

    def at(self, rows: Ints) -> Source:
        """The same classes, for lines that are each in a row of these codes."""
        found = copy(self)
        found.code = self.code[rows]
        return found

    def seen(self, wanted: int) -> Seen | None:
        """What a group sees that looks at what is wanted, as bits; None where all codes are the same to it."""
        asked = self.mask & wanted
        if not asked:
            return None
        if asked not in self._seen:
            found = combined([row for key, row in self.classes.items() if asked & bits_of((key,))])
            self._seen[asked] = Seen(found, int(found.max()) + 1) if found.any() else None
        return self._seen[asked]


class Seen(NamedTuple):
    """One number for all codes of a source that are the same to a group, and how many numbers there are."""

    numbers: Ints
    width: int


def bits_of(keys: Iterable[tuple[int, int]]) -> int:
    """Places of columns, each with its slot (-1: none), as bits."""
    found = 0
    for place, slot in keys:
        found |= 1 << place * SLOTS + slot + 1
    return found


class Situating:
    """The situations of the lines of one table.

    number: of each line. examples: a line of each situation. stacks: covers by slot, for each situation.
    """

    def __init__(
        self, sifting: Sifting, people: People, table: Table, person: Ints, served: Ints, service: Ints
    ) -> None:
        self.sifting, self.people, self.program = sifting, people, people.program
        first, last = int(served.min()), int(served.max())
        self.eras = eras_of(people, first, last, sifting.limits)
        self.era = period_at(person, served, self.eras.start, self.eras.since)
        enrolled = [each[self.era] for each in self.eras.enrolled[: self.eras.depth]]
        self.values = Values(people, table, person, served, enrolled)
        group, kinds = self._groups(service)
        sources = list(self._sources())
        self.number, self.examples = self._number(group, kinds, sources)

    def _groups(self, service: Ints) -> tuple[Ints, list[tuple[tuple[int, ...], int]]]:
        """Lines with the same covers and service: the group of each, and covers by slot and service of each group."""
        eras, nodes = self.eras, self.program.tables.services
        stack = (
            combined([cover + 1 for cover in eras.cover[: max(eras.depth, 1)]])
            if len(eras.owner)
            else np.zeros(0, np.int64)
        )
        pairs = stack[self.era] * nodes + service
        present = np.flatnonzero(np.bincount(pairs, minlength=1))
        renumbered = np.zeros(int(present.max(initial=0)) + 1, np.int64)
        renumbered[present] = np.arange(len(present))
        shown = self._shown(stack)
        kinds = [(shown[pair // nodes], pair % nodes) for pair in present.tolist()]
        return renumbered[pairs], kinds

    def _shown(self, stack: Ints) -> dict[int, tuple[int, ...]]:
        """The covers by slot of each stack."""
        numbers, examples = np.unique(stack, return_index=True)
        eras = self.eras
        return {number: tuple(eras.cover[: eras.depth, row].tolist())
                for number, row in zip(numbers.tolist(), examples.tolist(), strict=True)}  # fmt: skip

    # --- sources ---

    def _sources(self) -> Iterable[Source]:
        values, sifting, columns = self.values, self.sifting, self.program.columns
        if self.sifting not in self.eras.cache:
            self.eras.cache[self.sifting] = self._era_source()
        yield self.eras.cache[self.sifting].at(self.era)
        yield from self._provider_sources()
        for name in values.table.table.column_names:
            places = [place for place, column in enumerate(columns) if column.spec.id == name]
            if not places or not values.table.has(name):
                continue
            if columns[places[0]].spec.kind in CODED and not any(place in sifting.live for place in places):
                yield self._word_source(name, places)
        yield self._presence()

    def _era_source(self) -> Source:
        """What is known of the person and the enrolments, by era."""
        eras, sifting = self.eras, self.sifting
        classes: dict[tuple[int, int], Ints] = {}
        for place, column in enumerate(self.program.columns):
            for slot in range(eras.depth) if column.block else (-1,):
                found = eras.values.filled(column.spec, slot) if column.block else eras.values.common(column.spec)
                if same(found):
                    continue
                if place in sifting.live:
                    found = (found != MISSING).astype(np.int64)
                if place not in sifting.live:
                    found = sifting.classes(place, found)
                if column.spec.id in sifting.of_providers:  # said of the person, it goes before the provider's
                    found = combined([found, self._own(column, slot)])
                classes[place, slot] = found
        return Source(np.arange(len(eras.owner), dtype=np.int32), classes)

    def _own(self, column: Column, slot: int) -> Ints:
        """Whether an era's person or enrolment states a fact."""
        found = self.people.of_enrolments(column.spec) if column.block else self.people.of_people(column.spec)
        if found is None:
            return np.zeros(len(self.eras.owner), np.int64)
        whose = self.eras.enrolled[slot] if column.block else self.eras.owner
        return (np.append(found, MISSING)[whose] != MISSING).astype(np.int64)

    def _provider_sources(self) -> Iterable[Source]:
        """What is known of the providers; one source for their facts, one for the lists they stand on."""
        values, sifting, directory = self.values, self.sifting, self.people.directory
        classes: dict[tuple[int, int], Ints] = {}
        for place, column in enumerate(self.program.columns):
            if column.spec.id == "provider.lists":
                bits = directory.lists(column.spec)[2]
                yield Source(values.listing(column.spec), {(place, -1): sifting.classes(place, bits)})
                continue
            found = directory.fact(column.spec)
            if found is not None:
                mine = (found != MISSING).astype(np.int64) if place in sifting.live else sifting.classes(place, found)
                for slot in range(self.eras.depth) if column.block else (-1,):
                    classes[place, slot] = mine
        yield Source(values.provider, classes)

    def _word_source(self, name: str, places: Sequence[int]) -> Source:
        """A column of codes."""
        values, sifting = self.values, self.sifting
        spec = self.program.columns[places[0]].spec
        if values.table.kind(name) == "bool":
            unique, code = np.array([MISSING, 0, 1]), values.table.small_flags(name)
        else:
            words, code = values.table.words(name)
            unique = _coded(values, spec, words)
        classes: dict[tuple[int, int], Ints] = {}
        for place in places:
            column = self.program.columns[place]
            own = unique if column.spec is spec else _recoded(values, column.spec, name, unique)
            for slot in range(self.eras.depth) if column.block else (-1,):
                classes[place, slot] = sifting.classes(place, own)
        return Source(code, classes, -1)

    def _presence(self) -> Source:
        """Which columns of amounts, dates and numbers are filled."""
        values, sifting, columns = self.values, self.sifting, self.program.columns
        code = np.zeros(values.rows, np.int64)
        bits: list[list[tuple[int, int]]] = []
        for place, column in enumerate(columns):
            if place not in sifting.live:
                continue
            stated = values.stated(column.spec)
            if stated is None:
                continue
            keys = [(place, slot) for slot in (range(self.eras.depth) if column.block else (-1,))]
            if marked(code, stated, len(bits)):
                bits.append(keys)
        if len(bits) < DENSE_BITS:
            unique = np.flatnonzero(np.bincount(code, minlength=1))
            place_of = np.zeros(int(unique.max(initial=0)) + 1, np.int64)
            place_of[unique] = np.arange(len(unique))
            code = place_of[code]
        else:
            unique, code = np.unique(code, return_inverse=True)
        return Source(code, {key: unique >> bit & 1 for bit, keys in enumerate(bits) for key in keys})

    # --- situations ---

    def _number(self, group: Ints, kinds: Sequence[tuple[tuple[int, ...], int]], sources: Sequence[Source]) -> Any:
        asks, asked, classes, at = [0], [], [], 0
        sources = [source for source in sources if source.classes]
        places: dict[int, int] = {}
        for covers, service in kinds:
            wanted = self.sifting.wanted(covers, service)
            stride = len(kinds)
            for which, source in enumerate(sources):
                seen = source.seen(wanted)
                if seen is not None:
                    if id(seen) not in places:
                        places[id(seen)] = at - source.first
                        classes.append(seen.numbers)
                        at += len(seen.numbers)
                    asked.append((which, places[id(seen)], stride))
                    stride *= seen.width
            if stride >= 1 << 62:
                raise OverflowError("too many facts are told apart at once")
            asks.append(len(asked))
        held = [np.ascontiguousarray(source.code, np.int32) for source in sources]
        codes = np.array([address(each) for each in held], np.int64)
        flat = np.concatenate(classes).astype(np.int64) if classes else np.zeros(1, np.int64)
        questions = np.array(asked, np.int64).reshape(-1, 3)
        room = 1 << 14
        while True:
            number, fresh = group.astype(np.int64), np.empty(room // 2, np.int64)
            table, keys = np.full(room, -1, np.int64), np.zeros(room, np.int64)
            found = situate(codes, number, np.array(asks), questions, flat, table, keys, fresh)
            if found >= 0:
                return number, fresh[:found]
            room *= 4


def _coded(values: Values, spec: Spec, words: Sequence[str]) -> Ints:
    """The numbers of words, after MISSING."""
    split = spec.kind == "set"
    found = [values.people.code(spec, tuple(word.split("|")) if split else word) if word else MISSING for word in words]
    return np.array([MISSING, *found], np.int64)


def _recoded(values: Values, spec: Spec, name: str, unique: Ints) -> Ints:
    """The numbers another plan's fact of the same name has for the same words."""
    if values.table.kind(name) == "bool":
        return unique
    return _coded(values, spec, values.table.words(name)[0])
