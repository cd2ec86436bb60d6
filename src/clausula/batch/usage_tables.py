"""Accounts of many households as a table: what a run ends with, the next one begins with.

Columns: household, account, person and name of whose it is (empty where they do not count), period, used.
`clausula.Usage` says the same of one household.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from clausula.batch.accounts import scopes_of
from clausula.batch.entities import NAMES, Entities
from clausula.batch.loops import Ints
from clausula.batch.sweeping import Decided
from clausula.batch.table import indices

WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("household", WORD), ("account", WORD), ("person", WORD), ("name", WORD), ("period", pa.int32()),
        ("used", pa.int64()),
    ]
)  # fmt: skip


def usage_table(decided: Decided) -> pa.Table:
    """The closing accounts of all households, in their order."""
    program, members, closing = decided.program, decided.members, decided.closing
    home = np.repeat(np.arange(len(members.homes)), np.diff(closing.at))
    account = closing.keys >> 50
    person = np.full(len(home), -1, np.int64)
    name = np.full(len(home), -1, np.int64)
    scopes = scopes_of(program)
    kinds = list(dict.fromkeys(scopes))
    of = np.array([kinds.index(scope) for scope in scopes], np.int64)[account]
    words: list[str] = []
    for number, scope in enumerate(kinds):
        mine = np.flatnonzero(of == number)
        if len(mine) and scope != "household":
            entity = closing.keys[mine] >> 22 & 0xFFFFFFF
            person[mine], name[mine] = _whose(decided.entities, scope, home[mine], entity, words)
    return pa.table(
        [
            _dictionary(home, members.homes), _dictionary(account, [spec.name for spec in program.accounts]),
            _dictionary(person, members.ids), _dictionary(name, words),
            pa.array((closing.keys & 0x3FFFFF).astype(np.int32)), pa.array(closing.used),
        ],
        schema=SCHEMA,
    )  # fmt: skip


def _whose(entities: Entities, scope: str, home: Ints, entity: Ints, words: list[str]) -> tuple[Ints, Ints]:
    """Row of the person and number of the name of entities; -1 where they do not count. Adds to the words."""
    members, nobody = entities.members, np.full(len(home), -1, np.int64)
    first = len(words)
    if scope == "evidence":
        words += entities.identities
        return nobody, first + entities.first_paper[home] + entity - 1
    rank = entity - 1 if scope == "person" else entity // NAMES
    person = members.roster[members.first[home] + rank]
    if scope == "person":
        return person, nobody
    words += entities.name(scope).words
    return person, first + entity % NAMES


def _dictionary(numbers: Ints, words: Any) -> pa.DictionaryArray:
    """Words by number, null for -1: those that are there, each once."""
    known = pa.array(words, pa.string()) if isinstance(words, list) else words.cast(pa.string())
    there = np.zeros(len(known) + 1, bool)
    there[numbers] = True
    present = np.flatnonzero(there[:-1])
    coded = known.take(pa.array(present)).dictionary_encode()
    place = np.full(len(there), -1, np.int32)
    place[present] = indices(coded)
    found = place[numbers]
    return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), coded.dictionary)
