"""Households in blocks: who lives together, how old they are, in which plans and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from clausula.portfolio import chance
from clausula.portfolio.chance import SLOTS, Ints, Words
from clausula.portfolio.shapes import STAGES
from clausula.portfolio.world import World

EPOCH = date(1970, 1, 1).toordinal()
FIRST = date(2025, 1, 1).toordinal() - EPOCH
LAST = date(2026, 12, 31).toordinal() - EPOCH
"""First and last day of the lines, as days since 1970-01-01, like every day here."""

MIDDLE = date(2026, 1, 1).toordinal() - EPOCH
"""The day on which ages are told."""

NEVER = 10**6
"""The end of an enrolment that is open."""

YEAR = 365


def days_of(*years: int, months: tuple[int, ...] = tuple(range(1, 13))) -> list[int]:
    """The first days of months of some years."""
    return [date(year, month, 1).toordinal() - EPOCH for year in years for month in months]


def _starts() -> Ints:
    """Slots of first days of enrolments: most on 1 January of earlier years, some in a month of the last two."""
    parts = ((60, days_of(*range(2013, 2026), months=(1,))), (15, days_of(*range(2018, 2025))),
             (15, days_of(2025)), (10, days_of(2026, months=tuple(range(1, 8)))))  # fmt: skip
    days = [day for _, part in parts for day in part]
    return np.array(days)[chance.choices([weight * 1000 // len(part) for weight, part in parts for _ in part])]


STARTS = _starts()
ENDS = np.array(days_of(2025, months=tuple(range(4, 13))) + days_of(2026, months=tuple(range(1, 13)))) - 1
SHARE_ENDED = SLOTS * 7 // 100
LATER = np.array([0, YEAR, 2 * YEAR])[chance.choices([75, 15, 10])]
"""Days by which a further plan of the household begins after the first."""


@dataclass
class Homes:
    """A block of households and their people, all arrays; days are days since 1970-01-01.

    By household: word (of its chances), family, cover. By person: home (place of the household in the block), word,
    place in the household (0: the holder), role, female, born, stage, start and until (NEVER: open) of the enrolments.
    first_household, first_person: numbers of the first of the block.
    """

    first_household: int
    first_person: int
    words: Words
    family: Ints
    cover: Ints
    home: Ints
    person_words: Words
    place: Ints
    role: Ints
    female: Ints
    born: Ints
    stage: Ints
    start: Ints
    until: Ints

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.home)

    def up_to(self, households: int) -> Homes:
        """The same without the households after the first so many."""
        kept = int(np.searchsorted(self.home, households))
        by_home = {name: getattr(self, name)[:households] for name in ("words", "family", "cover")}
        names = ("home", "person_words", "place", "role", "female", "born", "stage", "start", "until")
        by_person = {name: getattr(self, name)[:kept] for name in names}
        return Homes(self.first_household, self.first_person, **by_home, **by_person)


def make(world: World, seed: int, first: int, count: int, first_person: int) -> Homes:
    """The households of these numbers. The first ones show every combination of plans once, so that even a small
    portfolio names them all."""
    numbers = np.arange(first, first + count)
    words = chance.start(seed, numbers)
    family, cover, kind = _combination(world, numbers, words)
    size = world.home_size[kind]
    home = np.repeat(np.arange(count), size)
    place = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    person_words = chance.branch(words[home], place + 1000)
    role = world.home_roles[kind[home], place]
    holder_age = _holder_age(world, kind, words)
    female, age = _sex_and_age(world, home, place, role, holder_age, words, person_words)
    born = MIDDLE - age
    start = STARTS[chance.slot(chance.branch(words, 4))]
    end = ENDS[chance.slot(chance.branch(words, 5)) * len(ENDS) // SLOTS]
    ended = (chance.slot(chance.branch(words, 5), 1) < SHARE_ENDED) & (end > start + 60)
    start, until = np.maximum(start[home], born), np.where(ended, end, NEVER)[home]
    years = age // YEAR
    stage = np.select(
        [years < 18, years >= 65, female & (years < 45)], [STAGES.index(one) for one in ("child", "senior", "woman")],
        default=STAGES.index("man"),
    )  # fmt: skip
    until = np.where(until < start + 30, NEVER, until)
    return Homes(
        first, first_person, words, family, cover, home, person_words, place, role, female, born, stage, start, until
    )


def _combination(world: World, numbers: Ints, words: Words) -> tuple[Ints, Ints, Ints]:
    """Family, combination of plans and kind of home of each household."""
    shown = len(world.covers)
    family = world.family[chance.slot(words)]
    early = numbers < shown
    family = np.where(early, world.family_of_cover[np.minimum(numbers, shown - 1)], family)
    kind = world.home[family, chance.slot(words, 1)]
    alone = world.home_size[kind] == 1
    drawn = chance.slot(words, 2)
    cover = np.where(alone, world.cover_alone[family, drawn], world.cover[family, drawn])
    cover = np.where(early, numbers, cover)
    single = np.array([_single_home(world, n) for n in range(len(world.families))], np.int64)
    needs_single = np.array([one.alone for one in world.covers])[cover]
    return family, cover, np.where(needs_single & ~alone, single[family], kind)


def _single_home(world: World, family: int) -> int:
    """The first kind of home of a family in which one person lives; else its first."""
    base = world.first(lambda one: one.home, family)
    sizes = [len(one.people) for one in world.families[family].home]
    return base + (sizes.index(1) if 1 in sizes else 0)


def _holder_age(world: World, kind: Ints, words: Words) -> Ints:
    """Age of the holder in days: two draws, so that the middle of the range is likelier than its ends."""
    low, high = world.home_ages[kind, 0] * YEAR, world.home_ages[kind, 1] * YEAR
    word = chance.branch(words, 6)
    return (chance.between(word, low, high) + chance.between(word, low, high, 1)) // 2 + chance.slot(word, 2) % YEAR


def _sex_and_age(
    world: World, home: Ints, place: Ints, role: Ints, holder_age: Ints, words: Words, person_words: Words
) -> tuple[Ints, Ints]:
    """Whether somebody is female, and the age in days; children may be born after MIDDLE (below 0)."""
    word = chance.branch(person_words, 7)
    holder = chance.slot(chance.branch(words, 8)) < SLOTS // 2
    child = role == (world.roles.index("child") if "child" in world.roles else -2)
    other = np.where(chance.slot(word) < SLOTS * 97 // 100, ~holder[home], holder[home])
    female = np.where(child, chance.slot(word, 1) < SLOTS // 2, np.where(place == 0, holder[home], other))
    age = holder_age[home]
    partner = np.maximum(age + chance.between(word, -6 * YEAR, 6 * YEAR, 2), 19 * YEAR)
    young = age - chance.between(word, 20 * YEAR, 38 * YEAR, 3)
    young = np.where((young > 24 * YEAR) | (young < -200), chance.between(word, 0, 20 * YEAR, 4), young)
    return female, np.where(child, young, np.where(place == 0, age, partner))
