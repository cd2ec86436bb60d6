"""The people of a table as columns, household by household, with their enrolments and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.loops import Ints
from clausula.batch.storing import whole
from clausula.batch.table import Table, coded, indices
from clausula.codes import MISSING
from clausula.facts import Spec, encode
from clausula.household import Household, Listing, Provider
from clausula.intake.member_writing import enrolments_table, evidence_table, people_table
from clausula.program import Program

FIELDS_OF_PEOPLE = frozenset({"born", "role", "sex"})
FIELDS_OF_ENROLMENTS = frozenset({"start", "until"})


class Members:
    """Everybody as tables in the layout of member tables (docs/how-to/bring-in-claims.md), whole households.

    home: household of each person, by number. rank: place of each person in the household. roster: people by household.
    """

    def __init__(
        self, people: pa.Table, enrolments: pa.Table, evidence: pa.Table, providers: Mapping[str, Provider]
    ) -> None:
        self.people, self.enrolments, self.evidence, self.providers = people, enrolments, evidence, providers
        homes = whole(people.column("household"))
        homes = homes if pa.types.is_dictionary(homes.type) else homes.cast(pa.string()).dictionary_encode()
        self.homes: list[str] = homes.dictionary.cast(pa.string()).to_pylist()
        self.home = indices(homes).astype(np.int64)
        self.ids = whole(people.column("person"))
        self.roster = np.argsort(self.home, kind="stable")
        self.first = np.searchsorted(self.home[self.roster], np.arange(len(self.homes) + 1))
        self.rank = np.empty(len(self.home), np.int64)
        self.rank[self.roster] = np.arange(len(self.home)) - self.first[self.home[self.roster]]
        self.born = Table(people, "").days("born")
        self.enrolled = self.number(enrolments.column("person"))
        self.starts, self.ends = Table(enrolments, "").days("start"), Table(enrolments, "").days("until")
        self._seen: list[People] = []

    @classmethod
    def of(cls, households: Iterable[Household], providers: Mapping[str, Provider]) -> Members:
        """Members from records."""
        homes = list(households)
        return cls(
            people_table([(home.id, person) for home in homes for person in home.people]),
            enrolments_table([each for home in homes for each in home.enrolments]),
            evidence_table([each for home in homes for each in home.evidence]),
            providers,
        )

    def seen_by(self, program: Program) -> People:
        """These people as a program sees them, kept for its next table."""
        for people in self._seen:
            if people.program is program:
                return people
        self._seen.append(People(program, self))
        return self._seen[-1]

    def number(self, ids: Any) -> Ints:
        """The rows of people by their ids; -1 for nobody."""
        column = whole(ids)
        coded_ids = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        mine = self.ids.cast(pa.string()) if pa.types.is_dictionary(self.ids.type) else self.ids
        found = pc.index_in(coded_ids.dictionary.cast(mine.type), mine)
        numbers = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
        return np.append(numbers, -1).astype(np.int32)[indices(coded_ids)]


def facts_of(providers: Mapping[str, Provider]) -> frozenset[str]:
    """The facts that some provider has."""
    return frozenset(name for provider in providers.values() for name in provider.facts)


class Directory:
    """Providers as a program sees them, numbered; behind the last stands nobody. Kept from table to table."""

    def __init__(self, program: Program, providers: Mapping[str, Provider]) -> None:
        self.program, self.providers = program, providers
        self.names = pa.array(list(providers), pa.string())
        self.told = {"role", "specialty"} | facts_of(providers)
        self._facts: dict[int, Ints | None] = {}
        self._lists: dict[int, tuple[Ints, Ints, Ints]] = {}

    def __len__(self) -> int:
        """How many there are, nobody among them."""
        return len(self.providers) + 1

    def of(self, words: Any, at: Ints) -> Ints:
        """The numbers of providers by coded names."""
        found = pc.fill_null(pc.index_in(words, self.names), len(self.providers)).to_numpy(zero_copy_only=False)
        return np.append(found, len(self.providers)).astype(np.int32)[at]

    @cached_property
    def specialties(self) -> tuple[Any, Ints]:
        """The different specialties, and which one every provider has; -1 for none."""
        known = pa.array([*(each.specialty or None for each in self.providers.values()), None], pa.string())
        coded_words = known.dictionary_encode()
        return coded_words.dictionary, indices(coded_words)

    def fact(self, spec: Spec) -> Ints | None:
        """A fact of every provider; None where none of them has it."""
        if id(spec) not in self._facts:
            self._facts[id(spec)] = self._fact(spec)
        return self._facts[id(spec)]

    def _fact(self, spec: Spec) -> Ints | None:
        if spec.derive or spec.id == "provider.lists" or spec.id.removeprefix("provider.") not in self.told:
            return None
        values = [_of_provider(spec, provider) for provider in self.providers.values()]
        if all(value is None for value in values):
            return None
        return np.array(
            [*(MISSING if v is None else coded_value(self.program, spec, v) for v in values), MISSING], np.int64
        )

    def lists(self, spec: Spec) -> tuple[Ints, Ints, Ints]:
        """The lists providers stand on, over time: first period of each provider, and the end; first day of each
        period; the lists as bits, MISSING for nobody."""
        if id(spec) not in self._lists:
            self._lists[id(spec)] = self._periods(self.program.set_names.get(spec.id, {}))
        return self._lists[id(spec)]

    def _periods(self, names: Mapping[str, int]) -> tuple[Ints, Ints, Ints]:
        starts, since, masks = [0], [], []
        for provider in self.providers.values():
            entries = [(names[entry.list], entry) for entry in provider.lists if entry.list in names]
            days = {1} | {e.start.toordinal() for _, e in entries if e.start}
            days |= {e.until.toordinal() + 1 for _, e in entries if e.until}
            for day in sorted(days):
                since.append(day)
                masks.append(sum({1 << bit for bit, e in entries if _stands(e, day)}))
            starts.append(len(since))
        columns = [*starts, len(since) + 1], [*since, 1], [*masks, MISSING]
        first, days_of, bits = (np.array(column, np.int64) for column in columns)
        return first, days_of, bits

    @cached_property
    def issuer_lists(self) -> tuple[Ints, Ints, Ints]:
        """The lists that issuers of documents stand on, over time, as `lists` says them."""
        return self._periods(self.program.lists)

    @cached_property
    def issuer_kinds(self) -> tuple[Ints, Ints]:
        """Role and specialty of every provider, as bits of those that requirements ask issuers for."""
        program, known = self.program, [*self.providers.values(), Provider("")]
        roles = [1 << program.roles[each.role] if each.role in program.roles else 0 for each in known]
        asked = program.specialties
        return np.array(roles, np.int64), np.array(
            [1 << asked[each.specialty] if each.specialty in asked else 0 for each in known], np.int64
        )


def _stands(entry: Listing, day: int) -> bool:
    return (entry.start is None or entry.start.toordinal() <= day) and (
        entry.until is None or day <= entry.until.toordinal()
    )


def _of_provider(spec: Spec, provider: Provider) -> Any:
    if spec.id.startswith("provider."):
        name = spec.id.removeprefix("provider.")
        return provider.role or None if name == "role" else provider.facts.get(name)
    if spec.id == "specialty":
        return provider.facts.get("specialty") or provider.specialty or None
    return provider.facts.get(spec.id)


def coded_value(program: Program, spec: Spec, value: Any) -> int:
    """A value as a number. Raises FactError."""
    return encode(spec, value, program.currency, program.set_names.get(spec.id, {}), program.atoms.get(spec.id))


def directory_of(program: Program, providers: Mapping[str, Provider]) -> Directory:
    """The directory of a program, kept in it."""
    kept: Directory | None = program.cache.get("directory")
    if kept is None or kept.providers is not providers:
        kept = program.cache["directory"] = Directory(program, providers)
    return kept


class People:
    """Members as a program sees them: their facts as whole numbers, read when first asked for.

    cache: what others find out about these people and want to know again.
    """

    def __init__(self, program: Program, members: Members) -> None:
        self.program, self.members = program, members
        self.directory = directory_of(program, members.providers)
        self.cache: dict[Any, Any] = {}
        self._kept: dict[tuple[str, int], Ints | None] = {}

    def code(self, spec: Spec, value: Any) -> int:
        """A value as a number. Raises FactError."""
        return coded_value(self.program, spec, value)

    def default(self, spec: Spec) -> int:
        """What a fact is where nobody states it."""
        return MISSING if spec.unless_stated is None else self.code(spec, spec.unless_stated)

    def countries(self) -> tuple[list[str], Ints]:
        """Countries of plans, and for every household the number of the one whose holidays count where neither line nor
        person says where they are: that of its first plan, as where it is decided alone."""
        covers, members = self.program.covers, self.members
        names = sorted({cover.plan.country for cover in covers})
        first = {cover.plan.id: number for number, cover in reversed(list(enumerate(covers)))}
        plans, which = Table(members.enrolments, "").words("plan")
        cover = np.array([*(first.get(plan, len(covers)) for plan in plans), len(covers)], np.int64)[which]
        known = members.enrolled >= 0
        found = np.full(len(members.homes), len(covers), np.int64)
        np.minimum.at(found, members.home[members.enrolled[known]], cover[known])
        return names, np.array([*(names.index(each.plan.country) for each in covers), 0], np.int64)[found]

    def of_people(self, spec: Spec) -> Ints | None:
        """A fact of every person where nothing is said on the line; None where no person can have it."""
        mine = spec.id in FIELDS_OF_PEOPLE or (spec.of == "person" and spec.id not in ("household", "person", "name"))
        return self._column("people", self.members.people, spec) if mine else None

    def of_enrolments(self, spec: Spec) -> Ints | None:
        """A fact of every enrolment; None where no enrolment can have it."""
        mine = spec.id in FIELDS_OF_ENROLMENTS or (spec.of == "enrolment" and spec.id not in ("person", "plan"))
        return self._column("enrolments", self.members.enrolments, spec) if mine else None

    def _column(self, which: str, table: pa.Table, spec: Spec) -> Ints | None:
        key = (which, id(spec))
        if key not in self._kept:
            found = None
            if spec.id in table.column_names:
                dated = spec.kind == "date" and pa.types.is_date(table.schema.field(spec.id).type)
                column = table.column(spec.id)
                found = Table(table, "").days(spec.id) if dated else coded(column, lambda value: self.code(spec, value))
            if found is not None and spec.id == "role":
                found = np.where(found == MISSING, self.code(spec, "holder"), found)
            self._kept[key] = found
        return self._kept[key]
