"""Accounts of households as the kernel has them, from what an earlier run left: records, or a table of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clausula.batch.entities import NAMES, Entities
from clausula.batch.loops import Ints
from clausula.batch.table import Table
from clausula.program import Program
from clausula.usage import Usage

Opening = Any
"""Accounts before some lines: usages by household, a table as `usage_tables` writes it, or None."""


@dataclass(slots=True)
class Accounts:
    """Accounts as the kernel has them: of household h the keys and amounts from at[h] to before at[h + 1]."""

    at: Ints
    keys: Ints
    used: Ints


def accounts_of(opening: Opening, program: Program, entities: Entities) -> Accounts:
    """Accounts as the kernel has them; those of other programs and of nobody here are left out."""
    if isinstance(opening, pa.Table):
        return _of_table(opening, program, entities)
    return _of_usage(opening or {}, program, entities)


def scopes_of(program: Program) -> list[str]:
    """Whose each account is, as its entities are called."""
    return ["visits" if spec.scope == "provider" else spec.scope for spec in program.accounts]


def _of_usage(usage: Mapping[str, Usage], program: Program, entities: Entities) -> Accounts:
    if not usage:
        nothing = np.zeros(0, np.int64)
        return Accounts(np.zeros(len(entities.members.homes) + 1, np.int64), nothing, nothing)
    numbers, scopes = program.numbers, scopes_of(program)
    known = {name: home for home, name in enumerate(entities.members.homes)}
    rows: list[tuple[int, int, int]] = []
    for name, each in usage.items():
        home = known.get(name, -1)
        for key, amount in each.amounts.items() if home >= 0 else ():
            number = numbers.get(key.account, -1)
            entity = entities.number(scopes[number], home, key.entity) if number >= 0 else None
            if entity is not None:
                rows.append((home, number << 50 | entity << 22 | key.period, amount))
    rows.sort(key=lambda row: row[0])
    table = np.array(rows, np.int64).reshape(-1, 3)
    at = np.searchsorted(table[:, 0], np.arange(len(known) + 1))
    return Accounts(at, table[:, 1].copy(), table[:, 2].copy())


def _of_table(table: pa.Table, program: Program, entities: Entities) -> Accounts:
    members, read = entities.members, Table(table, "")
    homes = {name: number for number, name in enumerate(members.homes)}
    home = np.array([*(homes.get(word, -1) for word in read.words("household")[0]), -1])[read.words("household")[1]]
    numbers = program.numbers
    account = np.array([*(numbers.get(word, -1) for word in read.words("account")[0]), -1])[read.words("account")[1]]
    person = members.number(table.column("person"))
    entity = np.full(table.num_rows, -1, np.int64)
    for number, scope in enumerate(scopes_of(program)):
        mine = np.flatnonzero((account == number) & (home >= 0))
        if len(mine):
            entity[mine] = _entities(entities, scope, home[mine], person[mine], *_names(read, mine))
    kept = np.flatnonzero((home >= 0) & (account >= 0) & (entity >= 0))
    kept = kept[np.argsort(home[kept], kind="stable")]
    period, used = read.whole("period")[kept], read.whole("used")[kept]
    keys = account[kept] << 50 | entity[kept] << 22 | period
    return Accounts(np.searchsorted(home[kept], np.arange(len(homes) + 1)), keys, used)


def _names(read: Table, rows: Ints) -> tuple[Any, Ints]:
    words, at = read.coded("name")
    return words, at[rows]


def _entities(entities: Entities, scope: str, home: Ints, person: Ints, words: Any, at: Ints) -> Ints:
    """The numbers of entities; -1 for those of nobody here."""
    if scope == "household":
        return np.ones(len(home), np.int64)
    if scope == "evidence":
        found = [
            entities.papers.get((h, words[w].as_py()), -1) for h, w in zip(home.tolist(), at.tolist(), strict=True)
        ]
        return np.array(found, np.int64)
    rank = entities.members.rank[person]
    mine = rank + 1 if scope == "person" else rank * NAMES + entities.name(scope).of(words, at)
    return np.where((person >= 0) & (entities.members.home[person] == home), mine, -1)
