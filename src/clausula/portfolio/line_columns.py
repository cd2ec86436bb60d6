"""Lines as a table in the neutral layout: what `clausula run` reads, one column a part of a line or a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clausula.portfolio import cells, chance
from clausula.portfolio.chance import Ints
from clausula.portfolio.courses import MOST_COURSES, Choice, Courses, stream_of
from clausula.portfolio.faults import BEFORE_BIRTH, FOREIGN, NOBODY, UNKNOWN, Rows
from clausula.portfolio.homes import Homes
from clausula.portfolio.shapes import Fact
from clausula.portfolio.world import ANCHORS, World

OTHER_CURRENCY = "USD"
ALWAYS = frozenset(
    {"line_id", "person", "served_on", "service", "charged", "currency", "quantity", "claim", "received_on"}
)
"""Columns without empty cells: said in the schema, because they are then written quicker."""


@dataclass
class Block:
    """Everything of one block that a column may be made from. providers: the id of each, by number."""

    world: World
    homes: Homes
    courses: Courses
    rows: Rows
    providers: Any


Maker = Callable[[Block], Any]


class Layout:
    """The columns of the lines of some families: always the same, whatever a block holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.makers: dict[str, tuple[Any, Maker]] = {}
        self._fixed()
        for name in self._facts():
            self.makers[name] = self._fact(name)
        self.schema = pa.schema(
            [pa.field(name, kind, nullable=name not in ALWAYS) for name, (kind, _) in self.makers.items()]
        )

    def table(self, block: Block) -> pa.RecordBatch:
        """The lines of a block."""
        columns = [make(block) for _, make in self.makers.values()]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    # --- parts of a line ---

    def _fixed(self) -> None:
        world, word = self.world, cells.WORD
        services = list(dict.fromkeys(one.service for one in world.kinds))
        service = np.array([services.index(one.service) for one in world.kinds], np.int32)
        currencies = [*dict.fromkeys(one.currency for one in world.families), OTHER_CURRENCY]
        own = [currencies.index(world.families[int(n)].currency) for n in world.family_of_kind]
        currency = np.array(own, np.int32)
        numbers = [f"{n:03}" for n in range(MOST_COURSES + 1)]
        foreign = np.int32(len(currencies) - 1)
        add = self.makers
        add["line_id"] = pa.int64(), lambda block: pa.array(block.rows.ids, pa.int64())
        add["person"] = word, _person
        add["served_on"] = pa.date32(), _served_on
        add["service"] = word, lambda block: cells.words(services, service[block.rows.lines.kind])
        add["charged"] = cells.MONEY, lambda block: cells.money(block.rows.lines.cents)
        add["currency"] = word, lambda block: cells.words(
            currencies, np.where(block.rows.fault == FOREIGN, foreign, currency[block.rows.lines.kind])
        )  # fmt: skip
        if any(one.quantity for one in world.kinds):
            add["quantity"] = pa.int64(), lambda block: pa.array(block.rows.lines.quantity, pa.int64())
        add["provider"] = word, _provider
        claims = [f"c{n}" for n in numbers]
        add["claim"] = word, lambda block: cells.words(claims, block.courses.number[block.rows.lines.course])
        add["received_on"] = pa.date32(), lambda block: cells.days(block.rows.received)
        for name, marked in (("episode", world.has_episode), ("stay", world.nights_of >= 0)):
            if marked.any():
                add[name] = word, _numbered([f"{name[0]}{n}" for n in numbers], marked)

    # --- facts ---

    def _facts(self) -> Iterator[str]:
        """Facts that some line of the families may state, each once."""
        world = self.world
        sources: list[Mapping[str, Any]] = [one.facts for one in world.families]
        sources += [one.facts for one in world.kinds] + [one.shares for one in world.kinds]
        sources += [one.choices for one in world.courses]
        sources += [one.dates for one in world.phases] + [dict.fromkeys(one.weeks) for one in world.phases]
        yield from dict.fromkeys(name for source in sources for name in source)

    def _fact(self, name: str) -> tuple[Any, Maker]:
        world = self.world
        if any(name in one.shares for one in world.kinds):
            return cells.MONEY, self._share(name)
        if any(name in one.dates for one in world.phases):
            return pa.date32(), self._date(name)
        if any(name in one.weeks for one in world.phases):
            return pa.int64(), self._weeks(name)
        return self._stated(name)

    def _share(self, name: str) -> Maker:
        percent = np.array([one.shares.get(name, -1) for one in self.world.kinds], np.int64)

        def make(block: Block) -> Any:
            share = percent[block.rows.lines.kind]
            return cells.money(block.rows.lines.cents * np.maximum(share, 0) // 100, share < 0)

        return make

    def _weeks(self, name: str) -> Maker:
        marked = np.array([name in one.weeks for one in self.world.phases])

        def make(block: Block) -> Any:
            lines = block.rows.lines
            week = (lines.day - block.courses.start[lines.course]) // 7 + 1
            return cells.whole(week, pa.int64(), ~marked[lines.phase])

        return make

    def _date(self, name: str) -> Maker:
        anchors = (*ANCHORS, "day")
        stated = [one.dates.get(name, ("", 0, 0)) for one in self.world.phases]
        anchor = np.array([anchors.index(each[0]) if each[0] else -1 for each in stated], np.int64)
        span = np.array([each[1:] for each in stated], np.int64)
        stream = stream_of(name)

        def make(block: Block) -> Any:
            lines, courses = block.rows.lines, block.courses
            found = np.zeros(len(lines), np.int64)
            there = np.flatnonzero(anchor[lines.phase] >= 0)
            course, phase = lines.course[there], lines.phase[there]
            starts = courses.start[course]
            of = [starts, starts + courses.nights[course], starts + courses.term[course], lines.day[there]]
            words = chance.branch(courses.words[course], stream)
            drawn = chance.between(words, span[phase, 0], span[phase, 1])
            found[there] = np.choose(anchor[phase], of) + drawn
            return cells.days(found, anchor[lines.phase] < 0)

        return make

    def _stated(self, name: str) -> tuple[Any, Maker]:
        """A fact that a kind of line states, or else its course, or else the family."""
        world = self.world
        of_kinds = [
            _unless_empty(one.facts.get(name, world.families[int(n)].facts.get(name)))
            for n, one in zip(world.family_of_kind, world.kinds, strict=True)
        ]
        choice = Choice(world, name)
        known = list(dict.fromkeys(value for value in (*of_kinds, *choice.known) if value is not None))
        kind = _type(name, known)
        by_kind = np.array([-1 if value is None else known.index(value) for value in of_kinds], np.int32)
        by_choice = np.array([*(known.index(value) for value in choice.known), -1], np.int32)
        all_drawn = bool((by_kind < 0).all())

        def make(block: Block) -> Any:
            lines = block.rows.lines
            if choice.known:
                drawn = by_choice[choice.of(block.courses)][lines.course]
                at = drawn if all_drawn else np.where(by_kind[lines.kind] < 0, drawn, by_kind[lines.kind])
            else:
                at = by_kind[lines.kind]
            if kind == cells.WORD:
                return cells.words(known, at)
            return cells.whole(np.array([*known, 0])[at], kind, at < 0)

        return kind, make


def _person(block: Block) -> Any:
    homes = block.homes
    people = cells.ids("p", homes.first_person + np.arange(homes.people))
    names = pa.concat_arrays([people, pa.array([UNKNOWN])])
    return cells.words(names, np.where(block.rows.fault == NOBODY, homes.people, block.rows.lines.person))


def _served_on(block: Block) -> Any:
    born = block.homes.born[block.rows.lines.person]
    return cells.days(np.where(block.rows.fault == BEFORE_BIRTH, born - 40, block.rows.lines.day))


def _provider(block: Block) -> Any:
    lines, world = block.rows.lines, block.world
    pool = world.pool_of_kind[lines.kind]
    person, course = block.homes.person_words[lines.person], block.courses.words[lines.course]
    return cells.words(block.providers, world.provider(pool, person, course))


def _numbered(names: Sequence[str], marked: Ints) -> Maker:
    """The number of the course, where it is of a kind that has such a number."""

    def make(block: Block) -> Any:
        course = block.rows.lines.course
        number = np.where(marked[block.courses.course], block.courses.number, np.int32(-1))
        return cells.words(names, number[course])

    return make


def _unless_empty(value: Fact | None) -> Fact | None:
    return None if value == "" else value


def _type(name: str, known: Sequence[Fact]) -> Any:
    kinds = {type(value) for value in known}
    if len(kinds) != 1:
        raise ValueError(f"the fact {name} is stated in several kinds: {sorted(map(str, known))}")
    return {str: cells.WORD, bool: pa.bool_(), int: pa.int64()}[kinds.pop()]
