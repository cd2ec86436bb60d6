"""Many lines at once: columns of a table through situations and the compiled kernel, decisions back as columns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from clausula import codes as k
from clausula import compiled
from clausula.batch.accounts import Opening, accounts_of, scopes_of
from clausula.batch.cases import Cases
from clausula.batch.encoding import Encoded
from clausula.batch.lines import Lines
from clausula.batch.loops import Ints
from clausula.batch.people import Members, facts_of
from clausula.batch.rows import Looked, Rows
from clausula.batch.sifting import Sifting
from clausula.batch.situating import Situating
from clausula.batch.sweeping import Decided, Sweeping
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
        compiled.kernel().begin()

    def decide(self, lines: Lines, members: Members, opening: Opening = None, threads: int = 1) -> Decided:
        """Decide lines, household by household, each from its opening accounts (None: nothing used yet).

        Raises OverflowError for tables with more names, or more facts told apart, than there are numbers for.
        """
        return self.ready(self.encoded(lines, members), opening).decided(threads)

    def encoded(self, lines: Lines, members: Members) -> Encoded:
        """Lines with everything that is known of them, as numbers. Raises OverflowError for more names than there are
        numbers for."""
        return Encoded(self.sifting, members, lines)

    def ready(self, encoded: Encoded, opening: Opening = None) -> Sweeping:
        """Lines as the kernel reads them, the conditions of plans looked at. Raises as `decide`."""
        found = Situating(encoded)
        cases = self.cases.of(found)
        layout = self.cases.layout(max(encoded.eras.depth, 1))
        rows = _rows(encoded, found, layout, cases)
        accounts = accounts_of(opening, self.program, encoded.entities)
        covers = np.append(np.array(layout.covers, np.int32), np.int32(-1))[cases]
        return Sweeping(encoded, layout, rows, accounts, Looked(covers, found.number))


def _rows(encoded: Encoded, found: Situating, layout: Layout, cases: Ints) -> Rows:
    """The rows of the lines, as the cases look at them."""
    x = Rows(layout.stride)
    for column, values in encoded.fixed.items():
        x[column] = values
    for number, column in enumerate(layout.common):
        x[k.FIXED + 1 + number] = encoded.column(column)
    for slot in range(layout.depth):
        at = layout.first + slot * layout.width
        x[at] = Looked(cases[:, slot], found.number)
        for number, column in enumerate(layout.block):
            x[at + 1 + number] = encoded.column(column, slot)
    return x


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
