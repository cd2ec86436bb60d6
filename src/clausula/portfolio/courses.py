"""What happens to people: courses, and the lines they bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from clausula.portfolio import chance
from clausula.portfolio.chance import SLOTS, Ints, Words
from clausula.portfolio.homes import EPOCH, FIRST, LAST, Homes
from clausula.portfolio.shapes import STAGES, Fact, Weights
from clausula.portfolio.world import POSITIONS, Tables, World

MONTHS = (113, 112, 110, 102, 100, 97, 84, 78, 98, 105, 110, 91)
"""How much begins in a month, against each other: more in winter, little in the summer holidays."""

WEEKDAYS = {False: (23, 21, 20, 20, 18, 3, 0), True: (15, 14, 14, 14, 15, 14, 14)}
"""How much begins on a weekday, Monday first: in practices, and where it is always open."""

LONGEST_LAG = 75
"""Days after which the last lines are received."""

MOST_COURSES = 400
"""Courses of a person that are told apart; see counts()."""


def _season(*, always_open: bool) -> Ints:
    """Slots of days on which courses begin."""
    days = [date.fromordinal(FIRST + EPOCH + n) for n in range(LAST - FIRST + 1)]
    weights = [MONTHS[day.month - 1] * WEEKDAYS[always_open][day.weekday()] for day in days]
    ends = np.cumsum(weights) * SLOTS // sum(weights)  # no slot of its own for every day: some have six, some five
    return FIRST + np.searchsorted(ends, np.arange(SLOTS), side="right")


SEASONS = {False: _season(always_open=False), True: _season(always_open=True)}

_EARLY, _LATE = FIRST - 400, LAST + 400
_TO_WORKDAY = np.array([(0, 0, 0, 0, 0, 2, 1)[(day + 3) % 7] for day in range(_EARLY, _LATE + 1)])
"""Days from a day to the next on which practices are open, by days since _EARLY."""


@dataclass
class Courses:
    """The courses of a block, all arrays.

    person: place of the person in the block. number: of the course, for that person (0: something chronic). words: of
    their chances. nights: of its stay. term: days of its pregnancy.
    """

    person: Ints
    number: Ints
    course: Ints
    words: Words
    start: Ints
    nights: Ints
    term: Ints

    def of_first(self, people: int, named: Ints) -> tuple[Courses, Ints]:
        """The courses of the first so many people; and their places, for some named by their places before."""
        kept = self.person < people
        fewer = Courses(*(getattr(self, name)[kept] for name in Courses.__dataclass_fields__))
        return fewer, (np.cumsum(kept) - 1)[named]


@dataclass
class Lines:
    """The lines of a block, all arrays; sorted by household and day.

    person: place in the block. course: place among the courses. phase, kind: by number. day: of service. cents:
    charged. lag: days until it is received.
    """

    person: Ints
    course: Ints
    phase: Ints
    kind: Ints
    day: Ints
    cents: Ints
    quantity: Ints
    lag: Ints

    def take(self, rows: Ints) -> Lines:
        """Some of the lines."""
        return Lines(*(getattr(self, name)[rows] for name in Lines.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.day)


class Choice:
    """A fact that is drawn once for a whole course, such as its indication. known: the values it may have."""

    def __init__(self, world: World, name: str) -> None:
        stated = [_typed(one.choices.get(name, {})) for one in world.courses]
        self.known = list(dict.fromkeys(value for each in stated for value in each))
        tables, self._row = Tables(), np.full(len(world.courses), -1, np.int64)
        for n, (one, values) in enumerate(zip(world.courses, stated, strict=True)):
            if values:
                places = np.array([self.known.index(value) for value in values])
                self._row[n] = tables.add(places[chance.choices(list(one.choices[name].values()))])
        self._table, self._stream = tables.array(), stream_of(name)

    def of(self, courses: Courses) -> Ints:
        """For each course the place of its value among the known ones; -1 where it has none."""
        row = self._row[courses.course]
        return np.where(row < 0, -1, self._table[row, chance.slot(chance.branch(courses.words, self._stream))])


def stream_of(name: str) -> int:
    """A stream of chances of a fact: by its letters, so that further facts change nothing about it."""
    return 10_000 + sum((place + 1) * 257 * byte for place, byte in enumerate(name.encode()))


def _typed(weights: Weights) -> list[Fact]:
    """Choices as values: whole numbers where they are written as such ("8", not "008")."""
    return [int(each) if each.isdigit() and str(int(each)) == each else each for each in weights]


def make_courses(world: World, homes: Homes) -> Courses:
    """What happens to the people of a block: courses from time to time, something chronic, and what everybody has."""
    row = homes.cover[homes.home] * len(STAGES) + homes.stage
    words = chance.branch(homes.person_words, 20)
    many = np.minimum(world.number[row, chance.slot(words)], MOST_COURSES)
    chronic = np.flatnonzero(chance.slot(words, 1) < world.chronic_share[row])
    member = np.flatnonzero(world.member_course[homes.family[homes.home]] >= 0)
    often = np.repeat(np.arange(homes.people), many)
    number = np.arange(len(often)) - np.repeat(np.cumsum(many) - many, many) + 1
    person = np.concatenate([often, chronic, member])
    number = np.concatenate([number, np.zeros(len(chronic) + len(member), np.int64)])
    stream = np.concatenate([number[: len(often)], np.full(len(chronic), 5000), np.full(len(member), 5001)])
    word = chance.branch(homes.person_words[person], stream + 100)
    course = np.concatenate(
        [
            world.course[row[often], chance.slot(word[: len(often)])],
            world.chronic[row[chronic], chance.slot(word[len(often) : len(often) + len(chronic)])],
            world.member_course[homes.family[homes.home[member]]],
        ]
    )
    kept = np.flatnonzero(course >= 0)
    person, number, word, course = person[kept], number[kept], word[kept], course[kept]
    start = np.where(
        world.open_all_days[course], SEASONS[True][chance.slot(word, 1)], SEASONS[False][chance.slot(word, 1)]
    )
    start = np.where(world.is_chronic[course], FIRST + chance.between(word, -30, 90, 1), start)
    is_member = np.array([one.member for one in world.courses])[course]
    start = np.where(is_member, homes.start[person], start)
    table = world.nights_of[course]
    nights = np.where(table >= 0, world.nights[table, chance.slot(word, 2)], 0)
    term = chance.between(word, world.terms[course, 0], world.terms[course, 1], 3)
    return Courses(person, number.astype(np.int32), course, word, start, nights, term)


def make_lines(world: World, homes: Homes, courses: Courses) -> Lines:
    """The lines of a block, in the order of households and days."""
    first = world.phases_of[courses.course]
    count = world.phases_of[courses.course + 1] - first
    owner = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    phase = first[owner] + nth
    words = chance.branch(courses.words[owner], nth + 50)
    length = world.lengths[world.lengths_of[phase], chance.slot(words)]
    anchored = np.choose(
        world.anchors[phase], [np.zeros(len(owner), np.int64), courses.nights[owner], courses.term[owner]]
    )
    begin = courses.start[owner] + anchored + chance.between(words, world.days[phase, 0], world.days[phase, 1], 1)
    part = np.repeat(np.arange(len(owner)), length)
    head = np.cumsum(length) - length
    position = np.arange(len(part)) - np.repeat(head, length)
    phase, owner = phase[part], owner[part]
    words = chance.branch(words[part], position)
    gap = np.where(position == 0, 0, chance.between(words, world.gaps[phase, 0], world.gaps[phase, 1], 2))
    walked = np.cumsum(gap)
    day = begin[part] + walked - walked[np.minimum(head, max(len(walked) - 1, 0))][part]
    day = day + np.where(
        world.open_all_days[courses.course][owner], 0, _TO_WORKDAY[np.clip(day, _EARLY, _LATE) - _EARLY]
    )
    person = courses.person[owner]
    covered = (homes.start[person] <= day) & (day <= homes.until[person])
    kept = (day >= FIRST) & (day <= LAST) & (day >= homes.born[person])
    kept &= covered | (chance.slot(words, 4) < SLOTS // 8)  # a few come although nobody was insured on that day
    rows = _in_order(np.flatnonzero(kept), homes.home[person], day)
    person, owner, phase, day, words = person[rows], owner[rows], phase[rows], day[rows], words[rows]
    kind = world.kind[world.kinds_at[phase, np.minimum(position[rows], POSITIONS - 1)], chance.slot(words, 1)]
    quantity = world.quantity[world.quantity_of[kind], chance.slot(words, 3)]
    cents = world.charge[kind, chance.slot(words)] * quantity
    late = chance.slot(words, 3)
    lag = 1 + LONGEST_LAG * late * late // (SLOTS * SLOTS)
    return Lines(person, owner, phase, kind, day, cents, quantity, lag)


def _in_order(rows: Ints, home: Ints, day: Ints) -> Ints:
    """Rows by household, day and then as they came: one number a row is sorted quicker than rows by three columns."""
    if len(home) >= 1 << 28:
        raise ValueError("this block has too many lines: make it smaller")
    keys = (home[rows] << 38) | ((day[rows] - FIRST) << 28) | rows
    keys.sort()
    return keys & ((1 << 28) - 1)
