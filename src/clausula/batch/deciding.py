"""Many lines at once: columns of a table through situations and the compiled kernel, decisions back as columns."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula import compiled
from clausula.batch.accounts import Opening, accounts_of, scopes_of
from clausula.batch.cases import Cases
from clausula.batch.entities import SCOPES, Entities
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints
from clausula.batch.papers import Papers
from clausula.batch.people import Members, facts_of
from clausula.batch.rows import Looked, Rows
from clausula.batch.situating import Sifting, Situating
from clausula.batch.sweeping import Decided, Sweeping
from clausula.batch.table import Table
from clausula.codes import MISSING
from clausula.household import Provider
from clausula.program import Program
from clausula.situations import Layout
from clausula.usage import AccountKey, Usage


class Deciding:
    """Decides tables with the same columns for one program, in any number of threads, each with a table of its own."""

    def __init__(self, program: Program, stated: frozenset[str], of_providers: frozenset[str]) -> None:
        self.program = program
        self.sifting = Sifting(program, stated, of_providers)
        self.cases = Cases(self.sifting)
        self.lock = threading.Lock()
        compiled.kernel().begin()

    def decide(self, lines: Lines, members: Members, opening: Opening = None, threads: int = 1) -> Decided:
        """Decide lines, household by household, each from its opening accounts (None: nothing used yet).

        Raises OverflowError for tables with more names, or more facts told apart, than there are numbers for.
        """
        return self.ready(lines, members, opening).decided(threads)

    def ready(self, lines: Lines, members: Members, opening: Opening = None) -> Sweeping:
        """Lines as the kernel reads them. Raises as `decide`."""
        people = members.seen_by(self.program)
        entities = Entities(members, lines.table)
        papers = Papers(people, entities)
        found = Situating(self.sifting, people, lines.table, lines.person, lines.served, lines.service)
        depth = max(found.eras.depth, 1)
        with self.lock:
            cases = self.cases.of(found, lines.service)
            layout = self.cases.situations.layout(depth)
        rows = self._rows(lines, found, papers, entities, layout, cases)
        accounts = accounts_of(opening, self.program, entities)
        cover = np.append(np.array(layout.covers, np.int32), np.int32(-1))[cases].T[:, found.number]
        return Sweeping(self.program, layout, rows, papers, lines, accounts, cover)

    def _rows(
        self, lines: Lines, found: Situating, papers: Papers, entities: Entities, layout: Layout, cases: Ints
    ) -> Rows:
        """The rows of the lines, as the cases look at them."""
        x = Rows(layout.stride)
        members = papers.people.members
        x[k.PERSON], x[k.HOUSEHOLD] = Looked(members.rank + 1, lines.person), 1
        x[k.SERVICE], x[k.SERVED], x[k.SPENT] = lines.service, lines.served, 0
        x[k.CHARGED], x[k.OTHERS], x[k.QUANTITY] = lines.charged, lines.others, lines.quantity
        x[k.EVIDENCE], x[k.EVIDENCE_END] = Looked(papers.first, lines.person), Looked(papers.last, lines.person)
        for column, scope in SCOPES.items():
            x[column] = entities.of_lines(scope, lines.person)
        x[k.PROVIDER] = _or_missing(entities.name("provider").of(*lines.table.coded("provider")))
        x[k.SPECIALTY] = self._specialty(lines.table, entities, found)
        for number, column in enumerate(layout.common):
            x[k.FIXED + 1 + number] = self._value(found, entities, lines.person, column, -1)
        for slot in range(layout.depth):
            at = layout.first + slot * layout.width
            x[at] = Looked(cases[:, slot], found.number)
            for number, column in enumerate(layout.block):
                x[at + 1 + number] = self._value(found, entities, lines.person, column, slot)
        return x

    def _value(self, found: Situating, entities: Entities, person: Ints, number: int, slot: int) -> Ints | int:
        column = self.program.columns[self.sifting.place[number]]
        if column.spec.derive != "entity":
            return found.values.column(column, slot)
        scope = column.spec.values[0]
        return entities.named(scope, scope, person)

    @staticmethod
    def _specialty(table: Table, entities: Entities, found: Situating) -> Ints | Looked:
        """Specialty by number: stated on the line, else the prescriber's, else the provider's."""
        names, directory = entities.name("specialty"), found.people.directory
        known, provider = _or_missing(names.of(*directory.specialties)), found.values.provider
        columns = [column for column in ("specialty", "prescribed_by_specialty") if table.has(column)]
        if not columns:
            return Looked(known, provider)
        numbers = known[provider]
        for column in reversed(columns):
            stated = names.of(*table.coded(column))
            numbers = np.where(stated > 0, stated, numbers)
        return numbers


def _or_missing(numbers: Ints) -> Ints:
    return np.where(numbers > 0, numbers, MISSING)


def usage_of(decided: Decided, opening: Mapping[str, Usage] | None = None) -> dict[str, Usage]:
    """The closing accounts of households as usages, with the accounts of other programs as they were."""
    program, entities, closing = decided.program, decided.entities, decided.closing
    scopes = scopes_of(program)
    found = {name: Usage(dict(usage.amounts)) for name, usage in (opening or {}).items()}
    at, keys, used = closing.at.tolist(), closing.keys.tolist(), closing.used.tolist()
    present = set(np.unique(decided.lines.home).tolist())
    for home, name in enumerate(entities.members.homes):
        if home in present:
            amounts = found.setdefault(name, Usage()).amounts
            for j in range(at[home], at[home + 1]):
                number = keys[j] >> 50
                entity = entities.entity(scopes[number], home, keys[j] >> 22 & 0xFFFFFFF)
                amounts[AccountKey(program.accounts[number].name, entity, keys[j] & 0x3FFFFF)] = used[j]
    return found


def deciding_for(program: Program, columns: Iterable[str], providers: Mapping[str, Provider]) -> Deciding:
    """What decides tables with these columns, kept in the program."""
    of_providers = facts_of(providers)
    of_providers |= {f"provider.{name}" for name in of_providers} | {"provider.role", "specialty"}
    key = (frozenset(columns), of_providers)
    kept: dict[Any, Deciding] = program.cache.setdefault("deciding", {})
    if key not in kept:
        kept[key] = Deciding(program, *key)
    return kept[key]


def decide_table(
    program: Program, members: Members, table: pa.Table, opening: Mapping[str, Usage] | None = None, threads: int = 0
) -> Decided:
    """Decide all lines of a table that can be decided. opening: accounts of households before. threads: 0 for one a
    processor.

    Raises pyarrow.ArrowInvalid for columns that cannot be read exactly, FactError for values that are not of their
    kind, OverflowError as `Deciding.decide`.
    """
    deciding = deciding_for(program, table.column_names, members.providers)
    lines = Lines(program, members, table)
    return deciding.decide(lines, members, opening, threads or os.cpu_count() or 1)
