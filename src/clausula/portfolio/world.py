"""The shapes of the chosen families as tables: everything that is drawn by looking a slot up.

All families stand in the same tables, numbered through, so that a block of households of several families is made in
one go. Rows of a table are things (homes, courses, kinds of line …), columns are slots or positions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clausula.portfolio import chance
from clausula.portfolio.chance import Ints
from clausula.portfolio.shapes import STAGES, Course, Cover, Family, Home, Kind, Paper, Phase, Pool

POSITIONS = 64
"""Positions of a phase that are told apart; what comes later is like the last."""

STATES = ("ok", "absent", "late", "expired", "refused", "pending")
ANCHORS = ("start", "discharge", "term")


@dataclass
class Tables:
    """Slots by row. The rows are numbered in the order in which they were added."""

    rows: list[Ints] = field(default_factory=list)

    def add(self, row: Ints) -> int:
        """Add a row; returns its number."""
        self.rows.append(row)
        return len(self.rows) - 1

    def array(self) -> Ints:
        """All rows."""
        return np.array(self.rows) if self.rows else np.zeros((1, chance.SLOTS), np.int64)


class World:
    """Families as tables. homes, covers, pools, kinds, phases, papers: all there are, by number."""

    def __init__(self, families: Sequence[Family]) -> None:
        self.families = tuple(families)
        self.family = chance.choices([one.weight for one in families])
        self.homes: list[Home] = [one for family in families for one in family.home]
        self.covers: list[Cover] = [one for family in families for one in family.cover]
        self.pools: list[Pool] = [one for family in families for one in family.pool]
        self.kinds: list[Kind] = [one for family in families for one in family.kind]
        self.courses: list[Course] = [one for family in families for one in family.course]
        self.phases: list[Phase] = [phase for course in self.courses for phase in course.phase]
        self.papers: list[Paper] = [paper for course in self.courses for paper in course.evidence]
        self.plans = list(dict.fromkeys(plan for one in self.covers for plan in (*one.holder, *one.others)))
        self.family_of_kind = self._owners(lambda family: family.kind)
        self.family_of_course = self._owners(lambda family: family.course)
        self.family_of_cover = self._owners(lambda family: family.cover)
        self.family_of_pool = self._owners(lambda family: family.pool)
        self._people()
        self._courses()
        self._lines()
        self._papers()

    def _owners(self, parts: Callable[[Family], Sequence[Any]]) -> Ints:
        return np.array([n for n, family in enumerate(self.families) for _ in parts(family)], np.int64)

    def first(self, parts: Callable[[Family], Sequence[Any]], family: int) -> int:
        """The number of the first part of a family."""
        return sum(len(parts(one)) for one in self.families[:family])

    # --- people ---

    def _people(self) -> None:
        """home, cover, cover_alone: what households of a family are drawn from."""
        home, cover, alone = Tables(), Tables(), Tables()
        for n, family in enumerate(self.families):
            base = self.first(lambda one: one.cover, n)
            home.add(chance.choices([one.weight for one in family.home]) + self.first(lambda one: one.home, n))
            shared = [0 if one.alone else one.weight for one in family.cover]
            cover.add(chance.choices(shared) + base)
            alone.add(chance.choices([one.weight for one in family.cover]) + base)
        self.home, self.cover, self.cover_alone = home.array(), cover.array(), alone.array()
        self.shared_covers = [
            [self.first(lambda one: one.cover, n) + place for place, one in enumerate(family.cover)]
            for n, family in enumerate(self.families)
        ]
        self.home_size = np.array([len(one.people) for one in self.homes], np.int64)
        self.home_ages = np.array([one.ages for one in self.homes], np.int64)
        self.roles = list(dict.fromkeys(role for one in self.homes for role in one.people))
        most = int(self.home_size.max())
        self.home_roles = np.array(
            [[*(self.roles.index(role) for role in one.people), *[-1] * (most - len(one.people))] for one in self.homes]
        )
        width = max(len(plans) for one in self.covers for plans in (one.holder, one.others))
        self.cover_plans = np.array(
            [[_padded([self.plans.index(plan) for plan in plans], width) for plans in (one.others, one.holder)]
             for one in self.covers]
        )  # fmt: skip

    # --- courses ---

    def _courses(self) -> None:
        """course, chronic: courses by cover and stage; number, chronic_share: how much happens."""
        course, chronic, number = Tables(), Tables(), Tables()
        stages = len(STAGES)
        self.chronic_share = np.zeros(len(self.covers) * stages, np.int64)
        for place, cover in enumerate(self.covers):
            family = self.families[int(self.family_of_cover[place])]
            base = self.first(lambda one: one.course, int(self.family_of_cover[place]))
            for at, stage in enumerate(STAGES):
                active = family.activity[stage]
                weights = {
                    kind: [self._weight(one, cover, stage) * (one.chronic == kind) for one in family.course]
                    for kind in (False, True)
                }
                course.add(chance.choices(weights[False]) + base if any(weights[False]) else np.full(chance.SLOTS, -1))
                chronic.add(chance.choices(weights[True]) + base if any(weights[True]) else np.full(chance.SLOTS, -1))
                number.add(chance.counts(active.courses / 100, active.evenness / 100))
                self.chronic_share[place * stages + at] = active.chronic * chance.SLOTS // 100
        self.course, self.chronic, self.number = course.array(), chronic.array(), number.array()
        self.member_course = np.full(len(self.families), -1, np.int64)
        for n, each in enumerate(self.courses):
            if each.member:
                self.member_course[self.family_of_course[n]] = n
        nights = Tables()
        self.nights_of = np.array([_slots_of(nights, each.nights) for each in self.courses], np.int64)
        self.nights = nights.array()
        self.terms = np.array([each.term for each in self.courses], np.int64)
        self.open_all_days = np.array([each.calendar == "any" for each in self.courses])
        self.is_chronic = np.array([each.chronic for each in self.courses])
        self.has_episode = np.array([each.episode for each in self.courses])

    @staticmethod
    def _weight(course: Course, cover: Cover, stage: str) -> int:
        return course.weights.get(stage, 0) if not course.covers or cover.id in course.covers else 0

    # --- lines ---

    def _lines(self) -> None:
        """Phases of courses, and kinds of line by phase and position."""
        self.phases_of = _ranges([len(each.phase) for each in self.courses])
        lengths, kinds = Tables(), Tables()
        self.kinds_at = np.zeros((len(self.phases) or 1, POSITIONS), np.int64)
        owner = [course for course in self.courses for _ in course.phase]
        families = [int(self.family_of_course[n]) for n, course in enumerate(self.courses) for _ in course.phase]
        self.lengths_of = np.array([_slots_of(lengths, each.lines) for each in self.phases], np.int64)
        for n, phase in enumerate(self.phases):
            names = {one.id: place for place, one in enumerate(self.families[families[n]].kind)}
            base = self.first(lambda one: one.kind, families[n])
            for position, weights in sorted((int(key), value) for key, value in phase.kinds.items()):
                try:
                    places = np.array([names[name] for name in weights], np.int64)
                except KeyError as error:
                    raise ValueError(f"course {owner[n].id}: there is no kind of line {error}") from None
                self.kinds_at[n, position:] = kinds.add(places[chance.choices(list(weights.values()))] + base)
        self.lengths, self.kind = lengths.array(), kinds.array()
        self.gaps = np.array([each.gap for each in self.phases], np.int64)
        self.days = np.array([each.days for each in self.phases], np.int64)
        self.anchors = np.array([ANCHORS.index(each.after) for each in self.phases], np.int64)
        steps = [self.families[int(n)].step for n in self.family_of_kind]
        self.charge = np.array(
            [chance.amounts(*each.charge, step) for each, step in zip(self.kinds, steps, strict=True)]
        )
        quantity = Tables([np.ones(chance.SLOTS, np.int64)])
        self.quantity_of = np.array([_slots_of(quantity, each.quantity) if each.quantity else 0 for each in self.kinds])
        self.quantity = quantity.array()
        pools = {(int(self.family_of_pool[n]), one.id): n for n, one in enumerate(self.pools)}
        self.pool_of_kind = np.array(
            [pools[int(self.family_of_kind[n]), one.pool] if one.pool else -1 for n, one in enumerate(self.kinds)],
            np.int64,
        )
        self.pool_number = pools
        self.pool_size = np.array([one.size for one in self.pools], np.int64)
        self.pool_first = np.cumsum(self.pool_size) - self.pool_size
        self.loyal = np.array([one.loyal for one in self.pools])

    # --- documents ---

    def _papers(self) -> None:
        """Documents of courses."""
        self.papers_of = _ranges([len(each.evidence) for each in self.courses])
        families = [int(self.family_of_course[n]) for n, course in enumerate(self.courses) for _ in course.evidence]
        states = Tables()
        for paper in self.papers:
            if set(paper.states) - set(STATES):
                raise ValueError(f"document {paper.kind}: states are {', '.join(STATES)}")
            states.add(chance.choices([paper.states.get(state, 0) for state in STATES]))
        self.states = states.array()
        self.asked = np.array(
            [[not paper.covers or cover.id in paper.covers for cover in self.covers] for paper in self.papers], bool
        ).reshape(len(self.papers), len(self.covers))  # fmt: skip
        pools = [(paper.issuer, paper.about) for paper in self.papers]
        self.issuer_pool, self.about_pool = (
            np.array([self.pool_number[family, pair[part]] if pair[part] else -1
                      for family, pair in zip(families, pools, strict=True)], np.int64)
            for part in (0, 1)
        )  # fmt: skip
        self.before = np.array([paper.before for paper in self.papers], np.int64).reshape(-1, 2)
        self.valid = np.array([paper.valid for paper in self.papers], np.int64)

    # --- providers ---

    def provider(self, pool: Ints, person: Any, course: Any) -> Ints:
        """The provider (by number, over all pools) whom somebody sees: always the same in a loyal pool, else the same
        for the whole course; -1 where there is no pool. person, course: a word each."""
        words = chance.branch(np.where(self.loyal[pool], person, course), pool)
        found = self.pool_first[pool] + ((words >> np.uint64(20)) % self.pool_size[pool].astype(np.uint64)).astype(
            np.int64
        )
        return np.where(pool < 0, -1, found)


def _padded(row: list[int], width: int) -> list[int]:
    return row + [-1] * (width - len(row))


def _slots_of(tables: Tables, weights: Mapping[str, int]) -> int:
    """The number of a table of whole numbers by weight, added to the others; -1 where there are no weights."""
    if not weights:
        return -1
    return tables.add(np.array([int(each) for each in weights], np.int64)[chance.choices(list(weights.values()))])


def _ranges(lengths: Iterable[int]) -> Ints:
    """Where the parts of each thing begin, and at the end where the last ends."""
    return np.concatenate([[0], np.cumsum(list(lengths))]).astype(np.int64)
