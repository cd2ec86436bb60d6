"""The facts of lines as columns of whole numbers: what `clausula.encoder` reads for one line, read for all of them.

A fact is what the line states; else what is known of the person, the enrolment or the provider; else what follows from
other facts; else its default. Only columns that are asked for are worked out. `tests/batch/test_columns.py` holds this
and the encoder against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from clausula.batch.derived import derived
from clausula.batch.loops import Ints, period_at
from clausula.batch.people import People
from clausula.batch.table import Table
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, Spec
from clausula.household import Line, Person
from clausula.program import Column
from clausula.sources import Context, day_kind_of

FIELDS = frozenset({"received_on", "episode", "stay", "indication", "provider", "time"})
"""Facts that are fields of a line."""

SOME_DAYS = 4_000_000
"""More than the ordinals of all days."""

DENSE = 1 << 16
"""Numbers up to which a table of all of them is quicker than sorting."""


def renumbered(numbers: Ints, limit: int) -> Ints:
    """Numbers below a limit, without gaps and in the same order."""
    if limit > 4 * len(numbers) + DENSE:
        return np.unique(numbers, return_inverse=True)[1]
    present = np.zeros(limit, bool)
    present[numbers] = True
    return (np.cumsum(present) - 1)[numbers]


class Values:
    """Facts of some lines, each line of a person, on a day, with enrolments in its cover slots.

    table: what the lines state. person, served: of each line. enrolled: for each slot the enrolment of each line, -1
    for none. All arrays have one entry a line.
    """

    def __init__(self, people: People, table: Table, person: Ints, served: Ints, enrolled: Sequence[Ints]) -> None:
        self.people, self.program, self.table = people, people.program, table
        self.person, self.served, self.enrolled = person, served, enrolled
        self.rows = len(person)
        self.columns = {column.spec.id: column for column in self.program.columns}
        self.provider = people.directory.of(*table.coded("provider"))
        self._stated: dict[str, Ints] = {}
        self._kept: dict[tuple[str, int], Ints] = {}
        self._filled: dict[tuple[str, int], Ints] = {}

    def column(self, column: Column, slot: int = -1) -> Ints:
        """A column of the program, of a slot where it belongs to a cover."""
        return self.block(column.spec, slot) if column.block else self.common(column.spec)

    def stated(self, spec: Spec) -> Ints | None:
        """What the lines themselves say; None where they say nothing."""
        if not self.table.has(spec.id):
            return None
        if spec.id not in self._stated:
            self._stated[spec.id] = self._read(spec)
        return self._stated[spec.id]

    def _read(self, spec: Spec) -> Ints:
        import pyarrow as pa  # noqa: PLC0415

        table, kind = self.table, self.table.kind(spec.id)
        if spec.kind == "date":
            return table.days(spec.id)
        if spec.kind == "money" and (pa.types.is_decimal(kind) or pa.types.is_integer(kind)):
            return table.money(spec.id)
        if spec.kind == "number" and pa.types.is_integer(kind):
            return table.whole(spec.id)
        if spec.kind == "flag" and pa.types.is_boolean(kind):
            return table.flags(spec.id)
        if spec.kind == "set":
            return table.by_word(spec.id, lambda word: self.people.code(spec, tuple(word.split("|"))))
        return table.by_word(spec.id, lambda word: self.people.code(spec, word))

    # --- facts of the line ---

    def common(self, spec: Spec) -> Ints:
        """A fact that is the same for all covers of a line."""
        key = (spec.id, -1)
        if key not in self._kept:
            sources = (
                lambda: self.stated(spec), lambda: self._of_person(spec), lambda: self._of_provider(spec),
                lambda: self._derived(spec),
            )  # fmt: skip
            self._kept[key] = self._first(spec, sources)
        return self._kept[key]

    def _first(self, spec: Spec, sources: Sequence[Callable[[], Ints | None]]) -> Ints:
        """What the first source says, where it is missing what the next says, and so on; the default at last."""
        found: Ints | None = None
        for source in sources:
            if found is None:
                found = source()
            elif (found == MISSING).any():
                more = source()
                found = found if more is None else np.where(found == MISSING, more, found)
        default = self.people.default(spec)
        if found is None:
            return np.broadcast_to(np.int64(default), self.rows)
        return found if default == MISSING else np.where(found == MISSING, default, found)

    def _of_person(self, spec: Spec) -> Ints | None:
        found = self.people.of_people(spec)
        return None if found is None else found[self.person]

    def _of_provider(self, spec: Spec) -> Ints | None:
        if spec.id == "provider.lists":
            return self._lists(spec)
        found = self.people.directory.fact(spec)
        return None if found is None else found[self.provider]

    def _lists(self, spec: Spec) -> Ints:
        """Lists the provider stands on."""
        bits = self.people.directory.lists(spec)[2]
        return bits[self.listing(spec)]

    def listing(self, spec: Spec) -> Ints:
        """For each line the period of the provider's lists it is in."""
        start, since, _ = self.people.directory.lists(spec)
        return period_at(self.provider, self.listed_on(), start, since)

    def listed_on(self) -> Ints:
        """The day on which a provider's lists count."""
        if not self.table.has("admitted_on"):
            return self.served
        admitted = self.table.days("admitted_on")
        return np.where(admitted == MISSING, self.served, admitted)

    def _derived(self, spec: Spec) -> Ints | None:
        if spec.derive == "window":
            return derived(spec, [self.served])
        if spec.id == "day_kind":
            return self._day_kinds(spec)
        return derived(spec, [self._argument(name, -1) for name in spec.args]) if spec.derive in DERIVATIONS else None

    def _argument(self, name: str, slot: int) -> Ints:
        if name == "served_on":
            return self.served
        column = self.columns.get(name)
        if column is None:
            return np.broadcast_to(np.int64(MISSING), self.rows)
        return self.filled(column.spec, slot) if column.block else self.common(column.spec)

    def _day_kinds(self, spec: Spec) -> Ints:
        """Kind of day by place and day, worked out once for each pair."""
        words, country = self.table.words("country")
        countries, by_home = self.people.countries()
        facts = ("residence_country", "residence_canton", "patron_saint_day")
        table = self.people.members.people
        there = [Table(table, "").words(name) if name in table.column_names else ([], None) for name in facts]
        home = by_home[self.people.members.home[self.person]]
        for names, at in there:
            home = home * (len(names) + 1) + (0 if at is None else at[self.person] + 1)
        width = int(home.max(initial=0)) + 1
        first = int(self.served.min(initial=SOME_DAYS))
        span = int(self.served.max(initial=first)) - first + 1
        pairs = ((country + 1) * width + home) * span + (self.served - first)
        inverse = renumbered(pairs, (len(words) + 1) * width * span)
        example = np.empty(int(inverse.max(initial=-1)) + 1, np.int64)
        example[inverse] = np.arange(self.rows)
        known: dict[Any, int] = self.program.cache.setdefault("day kinds", {})
        found = []
        for row in example.tolist():
            person, word = self.person[row], words[country[row]] if country[row] >= 0 else ""
            stated = tuple(None if at is None or at[person] < 0 else names[at[person]] for names, at in there)
            of_plan = countries[by_home[self.people.members.home[person]]]
            key = (spec.id, self.served[row], word, stated, of_plan)
            if key not in known:
                line = Line("", "", "", date.fromordinal(int(key[1])), facts={"country": word} if word else {})
                told = {name: value for name, value in zip(facts, stated, strict=True) if value is not None}
                context = Context(line, Person("", date.min, facts=told), None, None)
                known[key] = self.people.code(spec, day_kind_of(context, of_plan))
            found.append(known[key])
        return np.array(found, np.int64)[inverse]

    # --- facts of a cover ---

    def block(self, spec: Spec, slot: int) -> Ints:
        """A fact of the enrolment in a slot; MISSING where the slot is empty."""
        key = (spec.id, slot)
        if key not in self._kept:
            self._kept[key] = np.where(self.enrolled[slot] >= 0, self.filled(spec, slot), MISSING)
        return self._kept[key]

    def filled(self, spec: Spec, slot: int) -> Ints:
        """A fact of the enrolment in a slot, anything where the slot is empty; `same` where it is for all lines."""
        key = (spec.id, slot)
        if key not in self._filled:
            sources = (
                lambda: self.stated(spec), lambda: self._of_enrolment(spec, slot), lambda: self._of_provider(spec),
                lambda: self._block_derived(spec, slot),
            )  # fmt: skip
            self._filled[key] = self._first(spec, sources)
        return self._filled[key]

    def _of_enrolment(self, spec: Spec, slot: int) -> Ints | None:
        if spec.id == "covers_before":
            return self._before(spec, slot)
        found = self.people.of_enrolments(spec)
        return None if found is None else np.append(found, MISSING)[self.enrolled[slot]]

    def _block_derived(self, spec: Spec, slot: int) -> Ints | None:
        if spec.derive not in DERIVATIONS:
            return None
        return derived(spec, [self._argument(name, slot) for name in spec.args])

    def _before(self, spec: Spec, slot: int) -> Ints:
        """Plans that decide before this one on the line."""
        names = self.program.set_names.get(spec.id, {})
        plans, which = Table(self.people.members.enrolments, "").words("plan")
        bits = np.array([*(1 << names[plan] if plan in names else 0 for plan in plans), 0], np.int64)
        which = np.append(which, -1)
        found = np.zeros(self.rows, np.int64)
        mine = which[self.enrolled[slot]]
        for earlier in range(slot):
            other = which[self.enrolled[earlier]]
            found |= np.where(other != mine, bits[other], 0)
        return found
