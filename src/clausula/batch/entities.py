"""Whose accounts a line moves, as numbers: of people and households, and of what only has a name within a person.

A stay, an episode, a claim is known by its name and whose it is. Its number is the place of the person in the household
times the names there are, plus the name: unique within the household, which is all that accounts need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula import codes as k
from clausula.batch.loops import Ints, known_range, within
from clausula.batch.people import Members
from clausula.batch.table import Table
from clausula.codes import MISSING

SCOPES = {
    k.STAY: "stay", k.EPISODE: "episode", k.INDICATION: "indication", k.CLAIM: "claim", k.VISITS: "visits",
}  # fmt: skip
NAMES = 1 << 22
"""More names of one kind than a table may have."""
PEOPLE = 1 << 6
"""More people than a household may have: the number of an entity has 28 bits in the key of an account."""


class Names:
    """The names of one kind of thing, numbered from 1, over several columns.

    The first column's are numbered as they stand in its dictionary; they become texts only when somebody asks for one.
    """

    def __init__(self) -> None:
        self._first: Any = None
        self._words: list[str] = [""]
        self._numbers: dict[str, int] = {"": 0}

    def __len__(self) -> int:
        return len(self._words) if self._first is None else len(self._first) + 1

    @property
    def words(self) -> list[str]:
        """Names by number; the first is that of nothing."""
        self._read()
        return self._words

    def _read(self) -> None:
        if self._first is not None:
            words, self._first = self._first.to_pylist(), None
            self._words += words
            self._numbers.update(zip(words, range(1, len(self._words)), strict=True))

    def number(self, word: str) -> int:
        """The number of a name."""
        self._add([word])
        return self._numbers[word]

    def _add(self, words: Iterable[str]) -> None:
        self._read()
        fresh = list(dict.fromkeys(word for word in words if word not in self._numbers))
        self._numbers.update(zip(fresh, range(len(self._words), len(self._words) + len(fresh)), strict=True))
        self._words += fresh

    def of(self, dictionary: Any, at: Ints) -> Ints:
        """The numbers of the words of a dictionary, 0 where empty."""
        if len(self) == 1 and _all_different(dictionary):
            self._first = dictionary
            return np.add(at, 1, dtype=np.int64)
        words = [word or "" for word in dictionary.to_pylist()]
        self._add(words)
        return np.array([*map(self._numbers.__getitem__, words), 0], np.int64)[at]


def _all_different(words: Any) -> bool:
    whole = not words.null_count and pc.index(words, "").as_py() < 0
    return whole and pc.count_distinct(words).as_py() == len(words)


class Entities:
    """The entities of the lines and documents of one table."""

    def __init__(self, members: Members, table: Table) -> None:
        self.members, self.table = members, table
        self.names: dict[str, Names] = {}
        self.papers: dict[tuple[int, str], int] = {}
        self.identities: list[str] = []
        self.first_paper: Ints = np.zeros(len(members.homes) + 1, np.int64)

    def of_lines(self, scope: str, person: Ints) -> Ints | int:
        """The number of what a line belongs to in a scope: MISSING where it names none."""
        table = self.table
        if scope == "visits":
            return self.named(scope, "provider", person)
        if scope != "stay" or not table.has("admitted_on"):
            return self.named(scope, scope, person)
        numbers = self.name(scope).of(*table.coded(scope))
        days = table.days("admitted_on")
        first, last = known_range(days)
        names = pa.array([date.fromordinal(day).isoformat() for day in range(first, last + 1)], pa.string())
        spare = self.name(scope).of(names, np.where(days == MISSING, -1, days - first))
        return self.local(scope, np.where(numbers > 0, numbers, spare), person)

    def named(self, scope: str, column: str, person: Ints) -> Ints | int:
        """What the lines name in a column, as entities of a scope; MISSING where no line does."""
        if not self.table.has(column):
            return MISSING
        return self.local(scope, self.name(scope).of(*self.table.coded(column)), person)

    def name(self, scope: str) -> Names:
        """The names of a scope."""
        return self.names.setdefault(scope, Names())

    def local(self, scope: str, numbers: Ints, person: Ints) -> Ints:
        """Numbers within the household of names within the person; MISSING where there is no name.

        Raises OverflowError where there are too many.
        """
        if len(self.name(scope)) >= NAMES or self.members.rank.max(initial=0) >= PEOPLE:
            raise OverflowError(f"too many names of {scope}, or too many people in a household")
        return within(numbers, self.members.rank, person, NAMES)

    def number(self, scope: str, home: int, entity: Sequence[str]) -> int | None:
        """The number of an entity of a household as accounts name it; None for somebody who is not in it."""
        if scope == "household":
            return 1
        if scope == "evidence":
            return self.papers.get((home, entity[1]))
        rank = self._rank(home, entity[1])
        if rank is None or scope == "person":
            return None if rank is None else rank + 1
        return self.name(scope).number(entity[2]) + rank * NAMES

    def entity(self, scope: str, home: int, number: int) -> tuple[str, ...]:
        """The entity of a number, as accounts name it."""
        if scope == "household":
            return scope, self.members.homes[home]
        if scope == "evidence":
            return scope, self.identities[int(self.first_paper[home]) + number - 1]
        rank, name = (number - 1, 0) if scope == "person" else divmod(number, NAMES)
        person = self.members.ids[int(self.members.roster[self.members.first[home] + rank])].as_py()
        return (scope, person) if scope == "person" else (scope, person, self.name(scope).words[name])

    def _rank(self, home: int, person: str) -> int | None:
        rows = self.members.roster[self.members.first[home] : self.members.first[home + 1]]
        for rank, row in enumerate(rows.tolist()):
            if self.members.ids[row].as_py() == person:
                return rank
        return None
