"""The members of a block as tables, in the layout that `clausula run --members` reads; and the providers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from clausula.household import Listing, Provider
from clausula.intake.member_layout import enrolments_schema, evidence_schema, people_schema
from clausula.portfolio import cells, chance
from clausula.portfolio.chance import SLOTS, Ints
from clausula.portfolio.courses import MOST_COURSES, Choice, Courses
from clausula.portfolio.homes import EPOCH, FIRST, LATER, MIDDLE, NEVER, YEAR, Homes
from clausula.portfolio.shapes import Family, Stated
from clausula.portfolio.world import STATES, World

INSURED = "id.insured"
_TYPES = {
    "code": cells.WORD,
    "flag": pa.bool_(),
    "money": cells.MONEY,
    "date": pa.date32(),
    "set": pa.list_(pa.string()),
    "number": pa.int64(),
}
OK, ABSENT, LATE, EXPIRED, REFUSED, PENDING = range(len(STATES))


class Facts:
    """Facts of persons or enrolments of some families, as columns: whoever is of another family has none."""

    def __init__(self, world: World, stated: Sequence[tuple[Stated, ...]]) -> None:
        self.world, self.stated = world, stated
        self.names = {one.id: one.kind for each in stated for one in each}

    def schema(self) -> list[tuple[str, Any]]:
        """Names and types of the columns."""
        return [(name, _TYPES[kind]) for name, kind in self.names.items()]

    def columns(self, homes: Homes, person: Ints, plan: Ints | None, start: Ints) -> list[Any]:
        """The columns, for persons by their place in the block, or for enrolments with their plan and first day."""
        return [self._column(name, kind, homes, person, plan, start) for name, kind in self.names.items()]

    def _column(self, name: str, kind: str, homes: Homes, person: Ints, plan: Ints | None, start: Ints) -> Any:
        family = homes.family[homes.home[person]]
        at, known = np.full(len(person), -1, np.int64), list[str]()
        for n, each in enumerate(self.stated):
            for one in (one for one in each if one.id == name):
                rows = np.flatnonzero((family == n) & self._who(one, homes, person, plan))
                words = homes.words[homes.home[person[rows]]] if one.together else homes.person_words[person[rows]]
                words = chance.branch(words, 300 + sum(name.encode()))
                if kind == "date":
                    at[rows] = start[rows] - chance.between(words, *one.before)
                else:
                    at[rows] = len(known) + chance.choices(list(one.choices.values()))[chance.slot(words)]
                known += list(one.choices)
        return _cells(kind, known, at)

    def _who(self, one: Stated, homes: Homes, person: Ints, plan: Ints | None) -> Ints:
        years = (MIDDLE - homes.born[person]) // YEAR
        who = {"all": years > -9, "child": years < 18, "adult": years >= 18, "young": (years >= 18) & (years < 26)}
        asked = who[one.who]
        if plan is not None and one.plans:
            asked = asked & np.isin(plan, [n for n, name in enumerate(self.world.plans) if name in one.plans])
        return asked


def _cells(kind: str, known: Sequence[str], at: Ints) -> Any:
    if kind == "date":
        return cells.days(at, at < 0)
    if kind == "set":
        return cells.lists([each.split("|") for each in known], at)
    if kind == "flag":
        return cells.whole(np.array([*(each == "true" for each in known), False])[at], pa.bool_(), at < 0)
    if kind == "number":
        return cells.whole(np.array([*map(int, known), 0])[at], pa.int64(), at < 0)
    if kind == "money":
        return cells.money(np.array([*(100 * int(each) for each in known), 0])[at], at < 0)
    return cells.words(list(known), at)


class MemberParts:
    """Makes the tables of a block."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.of_people = Facts(world, [one.person for one in world.families])
        self.of_enrolments = Facts(world, [one.enrolment for one in world.families])
        self.people_schema = people_schema([(INSURED, pa.string()), *self.of_people.schema()])
        self.enrolments_schema = enrolments_schema(self.of_enrolments.schema())
        self.evidence_schema = evidence_schema()
        self.indication = Choice(world, "indication")
        self.directory = list(providers(world.families))
        self.provider_ids = pa.array([one.id for one in self.directory], pa.string())
        known = [one.specialty for one in self.directory]
        self.specialties = list(dict.fromkeys(known))
        self.specialty = np.array([*(self.specialties.index(one) if one else -1 for one in known), -1], np.int64)

    def people(self, homes: Homes) -> pa.RecordBatch:
        """One row a person."""
        numbers, everybody = homes.first_person + np.arange(homes.people), np.arange(homes.people)
        columns = [
            cells.ids("h", homes.first_household + homes.home), cells.ids("p", numbers), cells.days(homes.born),
            cells.words(self.world.roles, homes.role), cells.words(["male", "female"], homes.female.astype(np.int64)),
            pa.nulls(homes.people, pa.string()), cells.ids("8", numbers),
        ]  # fmt: skip
        columns += self.of_people.columns(homes, everybody, None, homes.start)
        return pa.RecordBatch.from_arrays(columns, schema=self.people_schema)

    def enrolments(self, homes: Homes) -> pa.RecordBatch:
        """One row a person and plan; further plans of a household may begin a year or two after its first."""
        plans = self.world.cover_plans[homes.cover[homes.home], (homes.place == 0).astype(np.int64)]
        person, nth = np.nonzero(plans >= 0)
        plan = plans[person, nth]
        later = np.where(nth > 0, LATER[chance.slot(chance.branch(homes.words, 9))][homes.home[person]], 0)
        start, until = homes.start[person], homes.until[person]
        later = np.where((start + later > FIRST) | (start + later >= until), 0, later)
        start = start + later
        numbers = cells.ids("p", homes.first_person + person)
        columns = [numbers, cells.words(self.world.plans, plan), cells.days(start), cells.days(until, until == NEVER)]
        columns += self.of_enrolments.columns(homes, person, plan, start)
        return pa.RecordBatch.from_arrays(columns, schema=self.enrolments_schema)

    def evidence(self, homes: Homes, courses: Courses) -> pa.RecordBatch:
        """One row a document of a course, where there is one."""
        world = self.world
        first = world.papers_of[courses.course]
        count = world.papers_of[courses.course + 1] - first
        course = np.repeat(np.arange(len(count)), count)
        nth = np.arange(len(course)) - np.repeat(np.cumsum(count) - count, count)
        paper = first[course] + nth
        words = chance.branch(courses.words[course], nth + 70)
        state = world.states[paper, chance.slot(words)] if len(paper) else paper
        cover = homes.cover[homes.home[courses.person[course]]]
        there = np.flatnonzero((state != ABSENT) & world.asked[paper, cover]) if len(paper) else paper
        course, paper, words, state = course[there], paper[there], words[there], state[there]
        # By person, and of a person in the order of issue: the first that suits is the first that is looked at.
        issued, ends = self._dates(courses, course, paper, words, state)
        keys = (courses.person[course] << 40) | ((issued + EPOCH - 700_000) << 24) | np.arange(len(course))
        keys.sort()
        order = keys & ((1 << 24) - 1)
        return self._evidence(homes, courses, course[order], paper[order], state[order], issued[order], ends[order])

    def _dates(self, courses: Courses, course: Ints, paper: Ints, words: Any, state: Ints) -> tuple[Ints, Ints]:
        """The day of issue and the last day (NEVER: none)."""
        world, start = self.world, courses.start[course]
        in_time = start - chance.between(words, world.before[paper, 0], world.before[paper, 1], 1)
        late = start + chance.between(words, 2, 25, 1)
        over = start - 1 - chance.between(words, 0, 30, 1)
        issued = np.where(state == LATE, late, np.where(state == EXPIRED, over - 60, in_time))
        ends = np.where(world.valid[paper] > 0, issued + world.valid[paper], NEVER)
        return issued, np.where(state == EXPIRED, over, ends)

    def _evidence(
        self, homes: Homes, courses: Courses, course: Ints, paper: Ints, state: Ints, issued: Ints, ends: Ints
    ) -> pa.RecordBatch:
        world, papers = self.world, self.world.papers
        person, number = courses.person[course], courses.number[course]
        own, shared = homes.person_words[person], courses.words[course]
        issuer = world.provider(world.issuer_pool[paper], own, shared)
        about = world.provider(world.about_pool[paper], own, shared)

        def of(flag: str, values: Ints) -> Ints:
            marked = np.array([getattr(one, flag) for one in papers], bool)
            return np.where(marked[paper], values, -1)

        def text(part: str) -> Any:
            known = [getattr(one, part) for one in papers]
            return cells.words(known, np.array([n if each else -1 for n, each in enumerate(known)], np.int64)[paper])

        def texts(part: str) -> Any:
            known = [getattr(one, part) for one in papers]
            return cells.lists(known, np.array([n if each else -1 for n, each in enumerate(known)], np.int64)[paper])

        statuses = [*(one.status for one in papers), "refused", "pending"]
        status = np.where(state == REFUSED, len(papers), np.where(state == PENDING, len(papers) + 1, paper))
        uses = np.array([one.uses for one in papers], np.int64)[paper]
        indication = self.indication.of(courses)[course]
        numbers = [f"{n:03}" for n in range(MOST_COURSES + 1)]
        columns = {
            "kind": text("kind"), "person": cells.ids("p", homes.first_person + person),
            "issued_on": cells.days(issued),
            "id": pa.nulls(len(paper), pa.string()), "valid_from": pa.nulls(len(paper), pa.date32()),
            "valid_until": cells.days(ends, ends == NEVER), "issuer": cells.words(self.provider_ids, issuer),
            "issuer_role": text("by"), "issuer_lists": pa.nulls(len(paper), pa.list_(pa.string())),
            "issuer_specialty": pa.nulls(len(paper), cells.WORD),
            "specialty": cells.words(self.specialties, of("specialty", self.specialty[about])),
            "episode": cells.words([f"e{n}" for n in numbers], of("episode", number)),
            "indication": cells.words(self.indication.known, of("indication", indication)),
            "provider": cells.words(self.provider_ids, of("provider", about)),
            "claim": cells.words([f"c{n}" for n in numbers], of("claim", number)),
            "services": texts("services"), "uses": cells.whole(uses, pa.int64(), uses == 0),
            "proposals": cells.singles(self.provider_ids, of("proposes", about)), "names": texts("names"),
            "status": cells.words(statuses, np.array([n if each else -1 for n, each in enumerate(statuses)])[status]),
        }  # fmt: skip
        ordered = [columns[name] for name in self.evidence_schema.names]
        return pa.RecordBatch.from_arrays(ordered, schema=self.evidence_schema)


def providers(families: Sequence[Family]) -> Sequence[Provider]:
    """The directory: the providers of every pool, in the order of their numbers."""
    found: list[Provider] = []
    for family in families:
        for pool in family.pool:
            word = chance.start(len(pool.id) + sum(pool.id.encode()), np.arange(pool.size))
            for n in range(pool.size):
                lists = []
                for at, (name, share) in enumerate(pool.lists.items()):
                    if int(chance.slot(word, at % 4)[n]) < share * SLOTS // 100:
                        lists.append(_listing(name, int(word[n] >> np.uint64(48))))
                specialty = pool.specialties[n % len(pool.specialties)] if pool.specialties else ""
                facts = {name: tuple(value) if isinstance(value, list) else value for name, value in pool.facts.items()}
                name = f"{family.family}-{pool.id}-{n:04}"
                found.append(Provider(name, "", pool.role, specialty, tuple(lists), {}, facts))
    return found


def _listing(name: str, draw: int) -> Listing:
    """A provider on a list: most for years, a few only from or until a day within the two years."""
    day = date.fromordinal(EPOCH + FIRST + draw % 700)
    if draw % 16 == 0:
        return Listing(name, start=day)
    return Listing(name, date(2020, 1, 1), day if draw % 16 == 1 else None)
