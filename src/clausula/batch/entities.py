"""Whose accounts a line moves, as numbers: of people and households, and of what only has a name within a person.

A stay, an episode, a claim is known by its name and whose it is. Its number is the place of the person in the household
times the names there are, plus the name: unique within the household, which is all that accounts need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from clausula import codes as k
from clausula.batch.people import Members
from clausula.batch.table import Ints, Table
from clausula.codes import MISSING

SCOPES = {
    k.STAY: "stay", k.EPISODE: "episode", k.INDICATION: "indication", k.CLAIM: "claim", k.VISITS: "visits",
}  # fmt: skip
NAMES = 1 << 22
"""More names of one kind than a table may have."""
PEOPLE = 1 << 6
"""More people than a household may have: the number of an entity has 28 bits in the key of an account."""


class Names:
    """The names of one kind of thing, numbered from 1, over several columns."""

    def __init__(self) -> None:
        self.words: list[str] = [""]
        self.numbers: dict[str, int] = {"": 0}

    def number(self, word: str) -> int:
        """The number of a name."""
        found = self.numbers.get(word)
        if found is None:
            found = self.numbers[word] = len(self.words)
            self.words.append(word)
        return found

    def of(self, words: Sequence[str], at: Ints) -> Ints:
        """The numbers of coded words, 0 where empty."""
        fresh = list(dict.fromkeys(word for word in words if word not in self.numbers))
        self.numbers.update(zip(fresh, range(len(self.words), len(self.words) + len(fresh)), strict=True))
        self.words += fresh
        return np.array([*map(self.numbers.__getitem__, words), 0], np.int64)[at]


class Entities:
    """The entities of the lines and documents of one table."""

    def __init__(self, members: Members, table: Table) -> None:
        self.members, self.table = members, table
        self.names: dict[str, Names] = {}
        self.papers: dict[tuple[int, str], int] = {}
        self.identities: list[str] = []
        self.first_paper: Ints = np.zeros(len(members.homes) + 1, np.int64)

    def of_lines(self, scope: str, person: Ints) -> Ints:
        """The number of what a line belongs to in a scope: MISSING where it names none."""
        table = self.table
        if scope == "visits":
            words, at = table.words("provider")
            return self.local(scope, self.name(scope).of(words, at), person)
        words, at = table.words(scope)
        numbers = self.name(scope).of(words, at)
        if scope == "stay" and table.has("admitted_on"):
            days = table.days("admitted_on")
            unique, which = np.unique(np.where(numbers > 0, MISSING, days), return_inverse=True)
            spare = ["" if day == MISSING else date.fromordinal(day).isoformat() for day in unique.tolist()]
            numbers = np.where(numbers > 0, numbers, self.name(scope).of(spare, which))
        return self.local(scope, numbers, person)

    def name(self, scope: str) -> Names:
        """The names of a scope."""
        return self.names.setdefault(scope, Names())

    def local(self, scope: str, numbers: Ints, person: Ints) -> Ints:
        """Numbers within the household of names within the person; MISSING where there is no name.

        Raises OverflowError where there are too many.
        """
        if len(self.name(scope).words) >= NAMES or self.members.rank.max(initial=0) >= PEOPLE:
            raise OverflowError(f"too many names of {scope}, or too many people in a household")
        return np.where(numbers > 0, numbers + self.members.rank[person] * NAMES, MISSING)

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
