"""A table of lines as rows of whole numbers, column by column: the same facts as `clausula.encoder`, a million at a
time.

Whatever belongs to a person, enrolment or provider is read by the very `Encoder` that serves one claim, once each; what
stands in columns is turned into numbers by array arithmetic. `tests/batch/test_columns.py` holds both against each
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clausula import codes as k
from clausula.codes import MISSING
from clausula.encoder import Encoder
from clausula.facts import DERIVATIONS, Spec, encode
from clausula.household import Enrolment, Household, Line, Person, Provider
from clausula.money import decimals
from clausula.program import Column, Program
from clausula.sources import Context, day_kind_of, raw, window

Ints = Any
"""An int64 array."""

FIELDS_OF_PEOPLE = frozenset({"born", "role", "sex"})
FIELDS_OF_ENROLMENTS = frozenset({"start", "until"})
SOME_DAYS = 4_000_000
"""More than the ordinals of all days."""

NOBODY = Line("", "", "", date.min)
ENTITIES = {k.STAY: "stay", k.EPISODE: "episode", k.INDICATION: "indication", k.CLAIM: "claim"}


class Grid:
    """Rows kept as columns: a column that is the same for all rows is one number. Rows are put together piece by piece,
    so that a piece stays in the processor's memory while it is decided."""

    def __init__(self, rows: int, width: int) -> None:
        self.rows = rows
        self.same = np.full(width, MISSING, np.int64)
        self.columns: dict[int, Ints] = {}

    def __getitem__(self, column: int) -> Ints:
        """A column, for all rows."""
        found = self.columns.get(column)
        return np.broadcast_to(self.same[column], self.rows) if found is None else found

    def __setitem__(self, column: int, values: Ints) -> None:
        """Set a column, to one number or to one number a row."""
        values = np.asarray(values)
        if values.ndim == 0 or (values.size and values.strides == (0,)):
            self.same[column] = values if values.ndim == 0 else values[0]
            self.columns.pop(column, None)
        elif values.size:
            self.columns[column] = values

    def put(self, column: int, at: Ints, values: Ints) -> None:
        """Set a column for some rows; what is the same for them may be set for all, who do not look at it."""
        if len(at) == self.rows or values.strides == (0,):
            self[column] = values
            return
        if column not in self.columns:
            self.columns[column] = np.full(self.rows, self.same[column], np.int64)
        self.columns[column][at] = values

    def piece(self, low: int, high: int) -> Ints:
        """Rows from low to high, whole."""
        x = np.empty((high - low, len(self.same)), np.int64)
        x[:] = self.same
        for column, values in self.columns.items():
            x[:, column] = values[low:high]
        return x


@dataclass(slots=True)
class Rows:
    """Lines as rows, sorted by household and then in the order they are decided.

    x: their facts. order: for each row, its place in the table. starts: first row of each household, and the end.
    households: their ids. good: rows of the table that could be encoded; the others are for the readers to explain.
    """

    x: Grid
    order: Ints
    starts: Ints
    households: list[str]
    good: Ints


@dataclass(slots=True)
class People:
    """Everybody of the members file as columns, and one encoder over all of them."""

    program: Program
    households: Sequence[Household]
    providers: Mapping[str, Provider]
    people: list[Person] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)
    home: list[int] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    encoder: Encoder = field(init=False)
    spans: tuple[Ints, Ints, Ints, Ints, Ints] = field(init=False)
    stated: tuple[set[str], set[str]] = field(init=False)
    cache: dict[tuple[str, int], Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, household in enumerate(self.households):
            for person in household.people:
                self.number[person.id] = len(self.people)
                self.people.append(person)
                self.home.append(at)
            self.enrolments += household.enrolments
        evidence = tuple(each for household in self.households for each in household.evidence)
        everybody = Household("", tuple(self.people), tuple(self.enrolments), evidence)
        self.encoder = Encoder(self.program, everybody, self.providers)
        self.spans = self._spans()
        people = {name for person in self.people for name in person.facts}
        self.stated = people, {name for enrolment in self.enrolments for name in enrolment.facts}

    def _spans(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Covers of people over time, by person and then by rank: offsets by person; first day, last day, cover,
        enrolment."""
        covers = self.program.covers
        by_plan: dict[str, list[int]] = {}
        for cover, each in enumerate(covers):
            by_plan.setdefault(each.plan.id, []).append(cover)
        found: list[tuple[Any, ...]] = []
        for at, enrolment in enumerate(self.enrolments):
            for cover in by_plan.get(enrolment.plan, ()):
                each = covers[cover]
                until = min(d.toordinal() for d in (enrolment.until, each.until, date.max) if d is not None)
                start = max(enrolment.start, each.start).toordinal()
                if start <= until:
                    rank = (each.plan.rank, each.plan.id, each.lane)
                    found.append((self.number[enrolment.person], rank, at, start, until, cover))
        found.sort(key=lambda span: span[:3])
        people = np.array([span[0] for span in found], np.int64)
        offsets = np.searchsorted(people, np.arange(len(self.people) + 1))
        first, last, which, of = (np.array([span[n] for span in found], np.int64) for n in (3, 4, 5, 2))
        return offsets, first, last, which, of

    def of_people(self, spec: Spec) -> Ints | None:
        """A fact of every person where nothing is said on the line; None where no person can have it."""
        if spec.id not in FIELDS_OF_PEOPLE and not (spec.of == "person" and spec.id in self.stated[0]):
            return None
        contexts = (Context(NOBODY, person, None, None) for person in self.people)
        return self._each(("person", id(spec)), spec, contexts)

    def of_enrolments(self, spec: Spec) -> Ints | None:
        """A fact of every enrolment; None where no enrolment can have it."""
        if spec.id not in FIELDS_OF_ENROLMENTS and not (spec.of == "enrolment" and spec.id in self.stated[1]):
            return None
        somebody = self.people[0]
        contexts = (Context(NOBODY, somebody, None, each) for each in self.enrolments)
        return self._each(("enrolment", id(spec)), spec, contexts)

    def of_providers(self, spec: Spec, names: Sequence[str]) -> Ints:
        """A fact of each of some providers, where it is one that providers have."""
        known = [self.providers.get(name) for name in names]
        values: list[Any] = []
        for provider in known:
            if provider is None:
                values.append(None)
            elif spec.id == "specialty" or spec.id.startswith("provider."):
                values.append(raw(spec.id, spec.of, Context(NOBODY, self.people[0], provider, None)))
            else:
                values.append(provider.facts.get(spec.id))
        return np.array([MISSING if value is None else self.code(spec, value) for value in values], np.int64)

    def _each(self, key: tuple[str, int], spec: Spec, contexts: Iterable[Context]) -> Ints:
        if key not in self.cache:
            values = [raw(spec.id, spec.of, context) for context in contexts]
            self.cache[key] = np.array(
                [MISSING if value is None else self.code(spec, value) for value in values], np.int64
            )
        return self.cache[key]

    def code(self, spec: Spec, value: Any) -> int:
        """A value as a number."""
        program = self.program
        return encode(spec, value, program.currency, program.set_names.get(spec.id, {}), program.atoms.get(spec.id))


class Table:
    """A table in the neutral layout, its columns as arrays when first asked for."""

    def __init__(self, table: pa.Table, program: Program) -> None:
        self.table, self.program = table, program
        self.rows = table.num_rows

    def has(self, name: str) -> bool:
        """Whether the table has a column of that name."""
        return name in self.table.column_names

    def words(self, name: str) -> tuple[list[str], Ints]:
        """A column of texts: its different words, and for each row which (-1 where empty)."""
        if not self.has(name):
            return [], np.full(self.rows, -1, np.int64)
        column = self.table.column(name).combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        words = [word or "" for word in column.dictionary.cast(pa.string()).to_pylist()]
        at = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        if "" in words:
            at = np.where(at == words.index(""), -1, at)
        return words, at

    def by_word(self, name: str, code: Callable[[str], int]) -> Ints:
        """A column of texts, each word through a function; MISSING where empty."""
        words, at = self.words(name)
        values = np.array([*(code(word) if word else MISSING for word in words), MISSING], np.int64)
        return values[at]

    def days(self, name: str) -> Ints:
        """A column of dates as ordinals."""
        column = self.table.column(name).combine_chunks()
        if pa.types.is_date(column.type):
            numbers = pc.fill_null(column.cast(pa.date32()).cast(pa.int32()), -(10**9))
            found = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
            return np.where(found == -(10**9), MISSING, found + date(1970, 1, 1).toordinal())
        return self.by_word(name, lambda word: date.fromisoformat(word).toordinal())

    def money(self, name: str) -> Ints:
        """A column of amounts in minor units. Raises pyarrow.ArrowInvalid where one has too many decimals."""
        column = self.table.column(name).combine_chunks()
        exact = column.cast(pa.decimal128(38, decimals(self.program.currency)))
        halves = np.frombuffer(exact.buffers()[1], np.int64).reshape(-1, 2)[exact.offset : exact.offset + len(exact)]
        missing = exact.is_null().to_numpy(zero_copy_only=False)
        huge = halves[:, 1] != halves[:, 0] >> 63
        return np.where(missing, MISSING, np.where(huge, -1, halves[:, 0]))

    def whole(self, name: str) -> Ints:
        """A column of whole numbers."""
        column = self.table.column(name).combine_chunks().cast(pa.int64())
        return pc.fill_null(column, MISSING).to_numpy(zero_copy_only=False).astype(np.int64)

    def fact(self, spec: Spec, people: People) -> Ints:
        """A column of facts, by kind."""
        kind = self.table.column(spec.id).type
        if spec.kind == "date":
            return self.days(spec.id)
        if spec.kind == "money" and (pa.types.is_decimal(kind) or pa.types.is_integer(kind)):
            return self.money(spec.id)
        if spec.kind == "number" and pa.types.is_integer(kind):
            return self.whole(spec.id)
        if spec.kind == "flag" and pa.types.is_boolean(kind):
            return pc.fill_null(self.table.column(spec.id).cast(pa.int64()), MISSING).to_numpy().astype(np.int64)
        if spec.kind == "set":
            return self.by_word(spec.id, lambda word: people.code(spec, tuple(word.split("|"))))
        return self.by_word(spec.id, lambda word: people.code(spec, word))


class Encoding:
    """Encodes one table for the people of a members file."""

    def __init__(self, people: People, table: pa.Table) -> None:
        self.people, self.program = people, people.program
        self.table = Table(table, self.program)
        self.persons = self.table.by_word("person", lambda word: people.number.get(word, MISSING))
        self.served = self.table.days("served_on")
        self.providers, self.provider = self.table.words("provider")
        self.columns = {column.spec.id: column for column in self.program.columns}
        self.known: dict[str, Ints] = {}

    def rows(self) -> Rows:
        """All lines that can be encoded, as sorted rows."""
        good = self._good()
        kept = np.flatnonzero(good)
        home = np.array(self.people.home, np.int64)[self.persons[kept]]
        first = self._decided_by()
        order = kept[np.lexsort((kept, self.served[kept], first[kept], home))]
        x = self._matrix(order)
        homes = np.array(self.people.home, np.int64)[self.persons[order]]
        starts = (
            np.flatnonzero(np.concatenate([[True], homes[1:] != homes[:-1], [True]]))
            if len(homes)
            else np.zeros(1, np.int64)
        )
        names = [self.people.households[number].id for number in homes[starts[:-1]]]
        return Rows(x, order, starts, names, good)

    def _decided_by(self) -> Ints:
        """The day by which lines are ordered: of service, or of reception where the plans say so."""
        if self.program.order == "service" or not self.table.has("received_on"):
            return self.served
        received = self.table.days("received_on")
        return np.where(received == MISSING, self.served, received)

    def _good(self) -> Ints:
        """Lines with a known person, a known service, the plans' currency, and amounts and dates in range."""
        tree = self.program.service_order
        self.service = self.table.by_word("service", lambda word: tree.get(word, MISSING))
        self.charged = self.table.money("charged")
        zero = np.zeros(self.table.rows, np.int64)
        self.others = self.table.money("paid_by_others") if self.table.has("paid_by_others") else zero
        self.others = np.where(self.others == MISSING, 0, self.others)
        self.quantity = self.table.whole("quantity") if self.table.has("quantity") else zero + 1
        self.quantity = np.where(self.quantity == MISSING, 1, self.quantity)
        currency = self.table.by_word("currency", lambda word: int(word == self.program.currency))
        born = np.array([*(person.born.toordinal() for person in self.people.people), 0], np.int64)
        good = (self.persons != MISSING) & (self.service != MISSING) & (self.charged >= 0) & (currency == 1)
        good &= (self.served != MISSING) & (self.quantity >= 0) & (self.quantity <= 10**6)
        good &= (self.others >= 0) & (self.others <= self.charged) & (self.charged <= 10**11)
        return good & (self.served >= born[np.where(good, self.persons, -1)])

    def _matrix(self, order: Ints) -> Grid:
        tables = self.program.tables
        x = Grid(len(order), tables.columns + tables.depth * tables.width)
        encoder, people = self.people.encoder, self.people
        persons, self.at = self.persons[order], order
        numbers = [encoder.interner.number("person", each.id) for each in people.people]
        x[k.PERSON] = np.array(numbers, np.int64)[persons]
        homes = [encoder.interner.number("household", each.id) for each in people.households]
        x[k.HOUSEHOLD] = np.array(homes, np.int64)[np.array(people.home, np.int64)[persons]]
        x[k.SERVED], x[k.SERVICE], x[k.SPENT] = self.served[order], self.service[order], 0
        x[k.CHARGED], x[k.OTHERS], x[k.QUANTITY] = self.charged[order], self.others[order], self.quantity[order]
        ranges = np.array([encoder.ranges.get(each.id, (0, 0)) for each in people.people], np.int64)[persons]
        x[k.EVIDENCE], x[k.EVIDENCE_END] = ranges[:, 0], ranges[:, 1]
        self._entities(x, order)
        for column in self.program.columns:
            if not column.block:
                x[column.index] = self._common(column.spec, x)
        self._covers(x, persons)
        return x

    def _entities(self, x: Grid, order: Ints) -> None:
        number = self.people.encoder.interner.number
        persons = self.persons[order]
        for column, scope in ENTITIES.items():
            words, at = self.table.words(scope)
            for fallback in {"stay": ("admitted_on",), "indication": ()}.get(scope, ()):
                if self.table.has(fallback):
                    spare, there = self.table.words(fallback)
                    at = np.where(at < 0, there + len(words) * (there >= 0), at)
                    words = [*words, *spare]
            self._entity(x, column, scope, words, at[order], persons)
        self._entity(x, k.VISITS, "visits", self.providers, self.provider[order], persons)
        known = np.array(
            [*(number("provider", word) if word else MISSING for word in self.providers), MISSING], np.int64
        )
        x[k.PROVIDER] = known[self.provider[order]]
        x[k.SPECIALTY] = self._specialty()[order]

    def _specialty(self) -> Ints:
        """Specialty by number: stated on the line, else the prescriber's, else the provider's."""
        number = self.people.encoder.interner.number
        owns = [self.people.providers.get(word) for word in self.providers]
        own = [number("specialty", each.specialty) if each and each.specialty else MISSING for each in owns]
        found = np.array([*own, MISSING], np.int64)[self.provider]
        for name in ("prescribed_by_specialty", "specialty"):
            if self.table.has(name):
                stated = self.table.by_word(name, lambda word: number("specialty", word))
                found = np.where(stated == MISSING, found, stated)
        return found

    def _entity(self, x: Grid, column: int, scope: str, words: Sequence[str], at: Ints, persons: Ints) -> None:
        """Number the different pairs of person and word of a column."""
        there = np.flatnonzero(at >= 0)
        if not len(there):
            return
        pairs = persons[there] * (len(words) + 1) + at[there]
        unique, inverse = np.unique(pairs, return_inverse=True)
        number, people = self.people.encoder.interner.number, self.people.people
        width = len(words) + 1
        numbers = [number(scope, people[pair // width].id, words[pair % width]) for pair in unique.tolist()]
        x.put(column, there, np.array(numbers, np.int64)[inverse])

    # --- facts ---

    def _common(self, spec: Spec, x: Grid) -> Ints:
        """A fact of the line: stated in a column, else of the person or provider, else derived, else its default."""
        if spec.id not in self.known:
            stated = self.table.fact(spec, self.people)[self.at] if self.table.has(spec.id) else None
            self.known[spec.id] = self._first(
                spec, len(self.at), stated, lambda: self._elsewhere(spec), lambda: self._derived(spec, x)
            )
        return self.known[spec.id]

    def _first(self, spec: Spec, count: int, stated: Ints | None, *others: Callable[[], Ints | None]) -> Ints:
        """What is stated; where it is missing, what the next source says, and so on; the default at last."""
        found = stated
        for other in others:
            if found is None:
                found = other()
            elif (found == MISSING).any():
                more = other()
                found = found if more is None else np.where(found == MISSING, more, found)
        default = MISSING if spec.unless_stated is None else self.people.code(spec, spec.unless_stated)
        if found is None:
            return np.broadcast_to(np.int64(default), count)
        return found if default == MISSING else np.where(found == MISSING, default, found)

    def _elsewhere(self, spec: Spec) -> Ints | None:
        """A fact as it follows from the person, or from the provider; None where neither can say."""
        if spec.id == "provider.lists":
            return self._lists(spec)
        if spec.id in ("episode", "stay", "indication", "provider") and self.table.has(spec.id):
            return self.table.by_word(spec.id, lambda word: self.people.code(spec, word))[self.at]
        if spec.id == "received_on" and self.table.has("received_on"):
            return self.table.days("received_on")[self.at]
        of_people = self.people.of_people(spec) if spec.of != "provider" else None
        found = None if of_people is None else of_people[self.persons[self.at]]
        if spec.derive == "" and self.providers:
            own = self.people.of_providers(spec, self.providers)
            if (own != MISSING).any():
                mine = np.array([*own, MISSING], np.int64)[self.provider[self.at]]
                found = mine if found is None else np.where(mine == MISSING, found, mine)
        return found

    def _lists(self, spec: Spec) -> Ints:
        """Lists the provider stands on, on the day of admission or of service."""
        day = self.served[self.at]
        if self.table.has("admitted_on"):
            admitted = self.table.days("admitted_on")[self.at]
            day = np.where(admitted == MISSING, day, admitted)
        found = np.full(len(self.at), MISSING, np.int64)
        names = self.program.set_names.get(spec.id, {})
        for number, word in enumerate(self.providers):
            provider = self.people.providers.get(word)
            mine = self.provider[self.at] == number
            if provider is None or not mine.any():
                continue
            mask = np.zeros(len(self.at), np.int64)
            for entry in provider.lists:
                bit = 1 << names[entry.list] if entry.list in names else 0
                start = entry.start.toordinal() if entry.start else 0
                until = entry.until.toordinal() if entry.until else k.FOREVER
                mask |= np.where((start <= day) & (day <= until), bit, 0)
            found = np.where(mine, mask, found)
        return found

    def _derived(self, spec: Spec, x: Grid) -> Ints | None:
        if spec.derive == "window":
            return window(spec, x[k.SERVED])
        if spec.derive == "entity":
            return self._own_entity(spec)
        if spec.id == "day_kind":
            return self._day_kinds(spec)
        return derived(spec, [self._argument(name, x) for name in spec.args]) if spec.derive else None

    def _own_entity(self, spec: Spec) -> Ints:
        column = Grid(len(self.at), 1)
        fact = spec.values[0]
        words, at = self.table.words(fact)
        self._entity(column, 0, fact, words, at[self.at], self.persons[self.at])
        return column[0]

    def _argument(self, name: str, x: Grid) -> Ints:
        if name == "served_on":
            return x[k.SERVED]
        column = self.columns.get(name)
        return self._common(column.spec, x) if column else np.full(x.rows, MISSING, np.int64)

    def _day_kinds(self, spec: Spec) -> Ints:
        """Kind of day by place and day, worked out once for each pair."""
        words, country = self.table.words("country")
        places: dict[tuple[str, ...], int] = {}
        facts = ("residence_country", "residence_canton", "patron_saint_day")
        homes = [tuple(str(each.facts.get(name, "")) for name in facts) for each in self.people.people]
        home = np.array([places.setdefault(each, len(places)) for each in homes], np.int64)
        example = {number: place for place, number in places.items()}
        pairs = (country[self.at] + 1) * len(places) + home[self.persons[self.at]]
        unique, inverse = np.unique(pairs * SOME_DAYS + self.served[self.at], return_inverse=True)
        found = []
        for pair in unique.tolist():
            place, day = divmod(pair, SOME_DAYS)
            word, at_home = divmod(place, len(places))
            line = Line("", "", "", date.fromordinal(day), facts={"country": words[word - 1]} if word else {})
            known = {name: value for name, value in zip(facts, example[at_home], strict=True) if value}
            context = Context(line, Person("", date.min, facts=known), None, None)
            found.append(self.people.code(spec, day_kind_of(context, self.program.covers[0].plan.country)))
        return np.array(found, np.int64)[inverse]

    # --- covers ---

    def _covers(self, x: Grid, persons: Ints) -> None:
        """Put the covers in force on the day of service into the slots of each line, by rank, with their facts."""
        tables = self.program.tables
        offsets, start, until, cover, enrolment = self.people.spans
        count = offsets[persons + 1] - offsets[persons]
        served = x[k.SERVED]
        slots = np.zeros(x.rows, np.int64)
        chosen = np.full((x.rows, tables.depth), -1, np.int64)
        which = np.full((tables.depth, x.rows), -1, np.int64)
        for j in range(int(count.max()) if len(count) else 0):
            has = count > j
            span = np.where(has, offsets[persons] + j, 0)
            now = has & (start[span] <= served) & (served <= until[span])
            for slot in range(tables.depth):
                now &= which[slot] != cover[span]
            at = np.flatnonzero(now)
            which[slots[at], at] = cover[span[at]]
            chosen[at, slots[at]] = enrolment[span[at]]
            slots[at] += 1
        for slot in range(tables.depth):
            at = np.flatnonzero(slots > slot)
            shift = tables.columns + slot * tables.width
            x[shift] = which[slot] if len(at) else -1
            if not len(at):
                continue
            done: dict[str, Ints] = {}
            for column in self.program.columns:
                if column.block:
                    x.put(shift + column.index, at, self._block(column, x, at, chosen, slot, done))

    def _block(self, column: Column, x: Grid, at: Ints, chosen: Ints, slot: int, done: dict[str, Ints]) -> Ints:
        """A fact of the enrolment in a slot."""
        spec = column.spec
        if spec.id not in done:
            stated = self.table.fact(spec, self.people)[self.at[at]] if self.table.has(spec.id) else None

            def of_enrolment() -> Ints | None:
                if spec.id == "covers_before":
                    return self._before(spec, chosen[at], slot)
                found = self.people.of_enrolments(spec)
                return None if found is None else found[chosen[at, slot]]

            def worked_out() -> Ints | None:
                arguments = [self._block_argument(name, x, at, chosen, slot, done) for name in spec.args]
                return derived(spec, arguments) if spec.derive in DERIVATIONS else None

            done[spec.id] = self._first(spec, len(at), stated, of_enrolment, worked_out)
        return done[spec.id]

    def _block_argument(self, name: str, x: Grid, at: Ints, chosen: Ints, slot: int, done: dict[str, Ints]) -> Ints:
        other = self.columns.get(name)
        if name == "served_on":
            return x[k.SERVED][at]
        if other is None:
            return np.full(len(at), MISSING, np.int64)
        return self._block(other, x, at, chosen, slot, done) if other.block else self._common(other.spec, x)[at]

    def _before(self, spec: Spec, chosen: Ints, slot: int) -> Ints:
        """Plans that decide before this one on the line."""
        names = self.program.set_names.get(spec.id, {})
        bits = np.array([1 << names[e.plan] if e.plan in names else 0 for e in self.people.enrolments], np.int64)
        plans = {plan: number for number, plan in enumerate(sorted({e.plan for e in self.people.enrolments}))}
        which = np.array([plans[e.plan] for e in self.people.enrolments], np.int64)
        found = np.zeros(len(chosen), np.int64)
        for earlier in range(slot):
            other = which[chosen[:, earlier]] != which[chosen[:, slot]]
            found |= np.where(other, bits[chosen[:, earlier]], 0)
        return found


def derived(spec: Spec, arguments: Sequence[Ints]) -> Ints:
    """A derived fact of columns; MISSING where an argument is."""
    missing = np.zeros(len(arguments[0]), bool)
    for argument in arguments:
        missing |= argument == MISSING
    plain = [np.where(missing, 1, argument) for argument in arguments]
    return np.where(missing, MISSING, DERIVATIONS[spec.derive](*plain))


__all__ = ["Encoding", "People", "Rows", "Table", "derived"]
