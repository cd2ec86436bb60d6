"""Everybody, as little of each as will do: by a mark of the person the number of the household. Sixteen bytes a person,
and some by household."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.loops import Ints
from clausula.batch.marks import Marked, marks, repeated
from clausula.batch.member_pieces import MemberPieces
from clausula.batch.storing import whole
from clausula.batch.table import indices
from clausula.book import Book
from clausula.findings import Finding, Place
from clausula.intake import InputError
from clausula.intake.member_columns import ID
from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE
from clausula.intake.member_tables import NEAR, owned_twice, twice, unknown_person
from clausula.intake.roster import Identifier, tidy

NO_PLAN = -1
"""The kind of households in which nobody has a plan."""

BLANK = r"[\x09-\x0d\x1c-\x20.\-]"
"""What `tidy` takes out of a number, where it is ASCII."""


class SameMarkError(Exception):
    """Two words have the same mark: another seed is needed."""


@dataclass(slots=True)
class Roll:
    """people: households by marks of people. homes: households by marks of their names, numbered as they come first.
    home: the household of each person, by row. kind: of each household its currency and order of lines, as a number of
    `kinds`, NO_PLAN where it has no plan; plans: of everybody."""

    seed: int
    home: Ints
    people: Marked
    homes: Marked
    kind: Ints = field(default_factory=lambda: np.zeros(0, np.int8))
    kinds: list[tuple[str, str]] = field(default_factory=list)
    plans: dict[str, int] = field(default_factory=dict)

    @property
    def households(self) -> int:
        """How many households there are."""
        return len(self.homes.known)

    def of_people(self, words: Any) -> Ints:
        """The households of people by id; -1 for nobody. Where two ids have one mark, perhaps that of the other."""
        return _looked_up(self.people, words, self.seed)

    def of_homes(self, words: Any) -> Ints:
        """The numbers of households by name; -1 for none. As exact as `of_people`."""
        return _looked_up(self.homes, words, self.seed)


def _looked_up(known: Marked, words: Any, seed: int) -> Ints:
    column = whole(words)
    if not pa.types.is_dictionary(column.type):
        return known.of(marks(column, seed))
    return np.append(known.of(marks(column.dictionary, seed)), np.int32(-1))[indices(column)]


def read_roll(book: Book, members: MemberPieces) -> Roll:
    """Read people and enrolments. Raises InputError for what is wrong with members, and where a household has plans of
    several currencies; PlanError for a plan that there is not."""
    seed = 0
    while True:
        try:
            roll = _called(members, seed)
            _enrol(book, members, roll)
        except SameMarkError:
            seed += 1
        else:
            return roll


def _called(members: MemberPieces, seed: int) -> Roll:
    """Who there is."""
    people, homes, numbers = [], [], _Numbers(seed)
    for first, table in members.people():
        people.append(marks(table.column("person"), seed))
        homes.append(marks(table.column("household"), seed))
        numbers.add(first, table)
    known = np.concatenate(people)
    _refuse_twice(members, repeated(known))
    numbers.refuse_twice(members)
    unique, first_of, number = np.unique(np.concatenate(homes), return_index=True, return_inverse=True)
    order = np.empty(len(unique), np.int32)
    order[np.argsort(first_of)] = np.arange(len(unique), dtype=np.int32)
    home = order[number]
    return Roll(seed, home, Marked(known, home), Marked(unique, order))


def _refuse_twice(members: MemberPieces, rows: Ints) -> None:
    """Note people who stand there twice, among those whose marks do. Raises SameMarkError where marks alone do."""
    known: dict[str, int] = {}
    named = 0
    for row, person in _words_of(members, "person", rows):
        named += bool(person)
        first = known.setdefault(person, row)
        if person and first != row:
            members.findings.add(**twice(person, _place(members, PEOPLE, first), _place(members, PEOPLE, row)))
    if named and named == len(known.keys() - {""}):
        raise SameMarkError


def _words_of(members: MemberPieces, column: str, rows: Ints) -> Iterator[tuple[int, str]]:
    """A column of people in some rows."""
    for first, table in members.people(again=True) if len(rows) else ():
        mine = rows[(rows >= first) & (rows < first + table.num_rows)] - first
        for row, word in zip(mine.tolist(), table.column(column).take(pa.array(mine)).to_pylist(), strict=True):
            yield first + row, word or ""


def _place(members: MemberPieces, table: str, row: int) -> Place:
    return Place(str(members.folder / table), row + 1)


class _Numbers:
    """Marks of the numbers of people (id.SYSTEM), by which those are found that may belong to two."""

    def __init__(self, seed: int) -> None:
        self.seed, self.systems = seed, dict[str, int]()
        self.marks: list[Any] = []
        self.rows: list[Ints] = []

    def add(self, first: int, table: pa.Table) -> None:
        for name in table.column_names:
            if name.startswith(ID) and table.column(name).null_count < table.num_rows:
                column = table.column(name).combine_chunks()
                rows = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
                short = tidy(name.removeprefix(ID), "")[0]
                seed = self.seed + 1 + self.systems.setdefault(short, len(self.systems))
                self.marks.append(marks(_tidied(short, column.drop_null()), seed))
                self.rows.append((first + rows).astype(np.int32))

    def refuse_twice(self, members: MemberPieces) -> None:
        """Note numbers that belong to two."""
        if not self.marks:
            return
        rows = np.unique(np.concatenate(self.rows)[repeated(np.concatenate(self.marks))])
        owners: dict[Identifier, int] = {}
        for first, table in members.people(again=True) if len(rows) else ():
            mine = rows[(rows >= first) & (rows < first + table.num_rows)] - first
            systems = [name for name in table.column_names if name.startswith(ID)]
            for row, cells in zip(mine.tolist(), table.select(systems).take(pa.array(mine)).to_pylist(), strict=True):
                for name, number in cells.items():
                    system, here = name.removeprefix(ID), first + row
                    before = owners.setdefault(tidy(system, number), here) if number else here
                    if before != here:
                        places = (_place(members, PEOPLE, before), _place(members, PEOPLE, here))
                        members.findings.add(**owned_twice(system, number, *places))


def _tidied(system: str, numbers: Any) -> Any:
    """Numbers in the spelling that `tidy` compares."""
    if system == "fhir" or not pc.all(pc.string_is_ascii(numbers)).as_py():
        return pa.array([tidy(system, each)[1] for each in numbers.to_pylist()], pa.string())
    return pc.ascii_upper(pc.replace_substring_regex(numbers, BLANK, ""))


def _enrol(book: Book, members: MemberPieces, roll: Roll) -> None:
    """Find the kind of every household: the currency and the order of lines of its plans."""
    heads: dict[tuple[str, str], int] = {}
    low = np.full(roll.households, 127, np.int8)
    high = np.full(roll.households, NO_PLAN, np.int8)
    for first, table in members.enrolments():
        home = homes_of(members, roll, ENROLMENTS, first, table)
        plans = table.column("plan").combine_chunks()
        for plan in plans.dictionary.to_pylist():
            if plan and plan not in roll.plans:
                [head] = {(each.plan.currency, each.plan.order) for each in book.slices(plan)[:1]}
                roll.plans[plan] = heads.setdefault(head, len(heads))
        kind = np.array([*(roll.plans.get(plan, NO_PLAN) for plan in plans.dictionary.to_pylist()), NO_PLAN], np.int8)
        rows = np.flatnonzero(home >= 0)
        np.minimum.at(low, home[rows], kind[indices(plans)][rows])
        np.maximum.at(high, home[rows], kind[indices(plans)][rows])
    if members.findings.found:
        for first, table in members.evidence():  # so that everything that is wrong is told at once
            homes_of(members, roll, EVIDENCE, first, table)
        members.refuse()
    mixed = np.flatnonzero((high != NO_PLAN) & (low != high))
    if len(mixed):
        _refuse_mixed(members, roll, int(mixed[0]))
    roll.kinds = sorted(heads)
    places = np.array([*(roll.kinds.index(head) for head in heads), NO_PLAN], np.int8)
    roll.kind = places[high]
    roll.plans = {plan: int(places[number]) for plan, number in roll.plans.items()}


def homes_of(members: MemberPieces, roll: Roll, file: str, first: int, table: pa.Table) -> Ints:
    """The households of the people of a piece; whoever is not in the table of people is noted."""
    column = table.column("person").combine_chunks()
    home = roll.of_people(column)
    stray = np.flatnonzero((home < 0) & column.is_valid().to_numpy(zero_copy_only=False))
    if len(stray):
        _, people = next(iter(members.people(again=True)))
        near = [each or "" for each in people.column("person").slice(0, NEAR).to_pylist()]
        for row in stray.tolist():
            found = unknown_person(column[row].as_py(), near, _place(members, file, first + row))
            members.findings.add(*found, column="person")
    return home


def _refuse_mixed(members: MemberPieces, roll: Roll, home: int) -> None:
    """Raises InputError for a household with plans of several currencies."""
    names = {name for _, name in _words_of(members, "household", np.flatnonzero(roll.home == home))}
    if len(names) > 1:
        raise SameMarkError
    message = f"household {names.pop()} has plans of several currencies"
    raise InputError([Finding("buckets", message, Place("members"), "make households of it")])
