"""The people of a table as columns, household by household, with their enrolments and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula.batch.table import Ints, Table, coded, indices
from clausula.codes import MISSING
from clausula.facts import Spec, encode
from clausula.household import Household, Provider
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
        homes = people.column("household").combine_chunks()
        homes = homes if pa.types.is_dictionary(homes.type) else homes.cast(pa.string()).dictionary_encode()
        self.homes: list[str] = homes.dictionary.cast(pa.string()).to_pylist()
        self.home = indices(homes).astype(np.int64)
        self.ids = people.column("person").combine_chunks()
        self.roster = np.argsort(self.home, kind="stable")
        self.first = np.searchsorted(self.home[self.roster], np.arange(len(self.homes) + 1))
        self.rank = np.empty(len(self.home), np.int64)
        self.rank[self.roster] = np.arange(len(self.home)) - self.first[self.home[self.roster]]
        self.born = Table(people, "").days("born")
        self.enrolled = self.number(enrolments.column("person"))
        self.starts, self.ends = Table(enrolments, "").days("start"), Table(enrolments, "").days("until")

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

    def number(self, ids: Any) -> Ints:
        """The rows of people by their ids; -1 for nobody."""
        column = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
        coded_ids = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        mine = self.ids.cast(pa.string()) if pa.types.is_dictionary(self.ids.type) else self.ids
        found = pc.index_in(coded_ids.dictionary.cast(mine.type), mine)
        numbers = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
        return np.append(numbers, -1).astype(np.int64)[indices(coded_ids)]


def facts_of(providers: Mapping[str, Provider]) -> frozenset[str]:
    """The facts that some provider has."""
    return frozenset(name for provider in providers.values() for name in provider.facts)


class People:
    """Members as a program sees them: their facts as whole numbers, read when first asked for."""

    def __init__(self, program: Program, members: Members) -> None:
        self.program, self.members, self.providers = program, members, members.providers
        self.told_of_providers = {"role", "specialty"} | facts_of(members.providers)
        self._kept: dict[tuple[str, int], Ints | None] = {}

    def code(self, spec: Spec, value: Any) -> int:
        """A value as a number. Raises FactError."""
        program = self.program
        return encode(spec, value, program.currency, program.set_names.get(spec.id, {}), program.atoms.get(spec.id))

    def default(self, spec: Spec) -> int:
        """What a fact is where nobody states it."""
        return MISSING if spec.unless_stated is None else self.code(spec, spec.unless_stated)

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
            there = spec.id in table.column_names
            found = coded(table.column(spec.id), lambda value: self.code(spec, value)) if there else None
            if found is not None and spec.id == "role":
                found = np.where(found == MISSING, self.code(spec, "holder"), found)
            self._kept[key] = found
        return self._kept[key]

    def of_providers(self, spec: Spec, names: Sequence[str]) -> Ints | None:
        """A fact of each of some providers (-1, the last, of nobody); None where none of them has it."""
        if spec.derive or spec.id.removeprefix("provider.") not in self.told_of_providers:
            return None
        values = [self._of_provider(spec, self.providers.get(name)) for name in names]
        if all(value is None for value in values):
            return None
        return np.array([*(MISSING if v is None else self.code(spec, v) for v in values), MISSING], np.int64)

    @staticmethod
    def _of_provider(spec: Spec, provider: Provider | None) -> Any:
        if provider is None or spec.id == "provider.lists":
            return None
        if spec.id.startswith("provider."):
            name = spec.id.removeprefix("provider.")
            return provider.role or None if name == "role" else provider.facts.get(name)
        if spec.id == "specialty":
            return provider.facts.get("specialty") or provider.specialty or None
        return provider.facts.get(spec.id)
