"""Lines with everything that plans can ask of them, as numbers.

A line's facts come from few sources: the era of the person, the provider, each column of codes, and which columns of
amounts and dates are filled. Each source is a column of codes with what every code says of every fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np

from clausula import codes as k
from clausula.batch.derived import same
from clausula.batch.entities import SCOPES, Entities
from clausula.batch.eras import eras_of
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints, distinct, marked, period_at
from clausula.batch.papers import Papers
from clausula.batch.people import Members
from clausula.batch.rows import Looked
from clausula.batch.sifting import CODED, Sifting, bits_of, combined
from clausula.batch.values import Values, renumbered
from clausula.codes import MISSING
from clausula.facts import Spec
from clausula.program import Column

DENSE_BITS = 16
FEW = 256
"""Codes of a source that are left as they are, also where several of them mean the same."""


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


class Encoded:
    """The lines of a table, sorted, with everything that plans can ask of them. No condition was looked at, nothing is
    decided; the same lines can be decided again and again.

    eras: of all people; era: of each line. values: facts of the lines. sources: where facts come from. papers,
    entities: the documents of the people, and what has only a name.
    """

    def __init__(self, sifting: Sifting, members: Members, lines: Lines) -> None:
        """Raises FactError for values that are not of their kind."""
        self.sifting, self.program, self.lines = sifting, sifting.program, lines
        self.people = members.seen_by(self.program)
        self.entities = Entities(members, lines.table)
        self.papers = Papers(self.people, self.entities)
        first, last = int(lines.served.min()), int(lines.served.max())
        self.eras = eras_of(self.people, first, last, sifting.limits)
        self.era = period_at(lines.person, lines.served, self.eras.start, self.eras.since)
        enrolled = [each[self.era] for each in self.eras.enrolled[: self.eras.depth]]
        self.values = Values(self.people, lines.table, lines.person, lines.served, enrolled)
        self.sources = [source for source in self._sources() if source.classes]
        self._columns: dict[tuple[int, int], Ints | int] = {}

    # --- columns ---

    @cached_property
    def fixed(self) -> dict[int, Ints | int | Looked]:
        """The columns that stand in the rows of every program."""
        lines, entities, table = self.lines, self.entities, self.lines.table
        rank, papers = self.people.members.rank, self.papers
        return {
            k.PERSON: Looked(rank + 1, lines.person), k.HOUSEHOLD: 1, k.SPENT: 0,
            k.SERVICE: lines.service, k.SERVED: lines.served,
            k.CHARGED: lines.charged, k.OTHERS: lines.others, k.QUANTITY: lines.quantity,
            k.EVIDENCE: Looked(papers.first, lines.person), k.EVIDENCE_END: Looked(papers.last, lines.person),
            **{column: entities.of_lines(scope, lines.person) for column, scope in SCOPES.items()},
            k.PROVIDER: _or_missing(entities.name("provider").of(*table.coded("provider"))),
            k.SPECIALTY: self._specialty(),
        }  # fmt: skip

    def _specialty(self) -> Ints | Looked:
        """Specialty by number: stated on the line, else the prescriber's, else the provider's."""
        names, table = self.entities.name("specialty"), self.lines.table
        known = _or_missing(names.of(*self.people.directory.specialties))
        columns = [column for column in ("specialty", "prescribed_by_specialty") if table.has(column)]
        if not columns:
            return Looked(known, self.values.provider)
        numbers = known[self.values.provider]
        for column in reversed(columns):
            stated = names.of(*table.coded(column))
            numbers = np.where(stated > 0, stated, numbers)
        return numbers

    def column(self, number: int, slot: int = -1) -> Ints | int:
        """A column of the program by the number that tests and steps know it by, of a slot where it is a cover's."""
        key = (number, slot)
        if key not in self._columns:
            column = self.program.columns[self.sifting.place[number]]
            if column.spec.derive == "entity":
                scope = column.spec.values[0]
                self._columns[key] = self.entities.named(scope, scope, self.lines.person)
            else:
                self._columns[key] = self.values.column(column, slot)
        return self._columns[key]

    @cached_property
    def groups(self) -> tuple[Ints, list[tuple[tuple[int, ...], int]]]:
        """Lines with the same covers and service: the group of each, and covers by slot and service of each group."""
        eras, nodes = self.eras, self.program.tables.services
        stack = (
            combined([cover + 1 for cover in eras.cover[: max(eras.depth, 1)]])
            if len(eras.owner)
            else np.zeros(0, np.int64)
        )
        pairs = stack[self.era] * nodes + self.lines.service
        present = np.flatnonzero(np.bincount(pairs, minlength=1))
        renumbered = np.zeros(int(present.max(initial=0)) + 1, np.int32)
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


def _or_missing(numbers: Ints) -> Ints:
    return np.where(numbers > 0, numbers, MISSING)


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
