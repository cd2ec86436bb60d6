"""Households and lines as rows of whole numbers: the only work on a line outside the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from clausula import codes as k
from clausula import dates
from clausula.codes import MISSING
from clausula.facts import FactError, Spec, derive, encode
from clausula.household import Enrolment, Evidence, Household, Line, Person, Provider
from clausula.money import MoneyError, to_minor
from clausula.program import Column, EvidenceRow, Program
from clausula.usage import AccountKey, Usage


class Context(NamedTuple):
    """What a line's facts are read from."""

    line: Line
    person: Person
    provider: Provider | None
    enrolment: Enrolment | None
    before: tuple[str, ...] = ()


class LineError(ValueError):
    """A line that cannot be decided as it is stated: which line, which fact, why."""

    def __init__(self, line: Line, fact: str, message: str) -> None:
        super().__init__(f"line {line.id}{f' ({line.origin})' if line.origin else ''}: {fact}: {message}")
        self.line, self.fact, self.message = line, fact, message


NO_PROVIDER = Provider("")
Raw = Callable[[Context], Any]

_RAW: Mapping[str, Raw] = {
    "received_on": lambda c: c.line.received_on,
    "born": lambda c: c.person.born,
    "role": lambda c: c.person.role,
    "sex": lambda c: c.person.sex or None,
    "start": lambda c: c.enrolment and c.enrolment.start,
    "until": lambda c: c.enrolment and c.enrolment.until,
    "covers_before": lambda c: tuple(plan for plan in c.before if c.enrolment and plan != c.enrolment.plan),
    "time": lambda c: c.line.time,
    "provider": lambda c: c.line.provider or None,
    "specialty": lambda c: (c.provider and c.provider.specialty) or None,
    "episode": lambda c: c.line.episode or None,
    "stay": lambda c: c.line.stay or None,
    "indication": lambda c: c.line.indication or None,
}


@dataclass(slots=True)
class Interner:
    """Ids of entities as small numbers, and back."""

    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    names: list[tuple[str, ...]] = field(default_factory=lambda: [()])

    def number(self, *name: str) -> int:
        """The number of an entity."""
        found = self.numbers.get(name)
        if found is None:
            found = self.numbers[name] = len(self.names)
            self.names.append(name)
        return found


@lru_cache(maxsize=4)
def _calendar(country: str, subdivision: str) -> Any:
    import holidays  # a large library, loaded only where a plan asks for public holidays

    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return holidays.country_holidays(country) if country else {}


def day_kind(day: date, country: str, subdivision: str = "") -> str:
    """working, saturday, sunday or holiday by the public holidays of a country (ISO 3166)."""
    if country and day in _calendar(country, subdivision):
        return "holiday"
    return {6: "saturday", 7: "sunday"}.get(day.isoweekday(), "working")


class Encoder:
    """Encodes the lines of one household for one program."""

    def __init__(self, program: Program, household: Household, providers: Mapping[str, Provider]) -> None:
        self.program, self.household, self.providers = program, household, providers
        self.interner = Interner()
        self.people = {person.id: person for person in household.people}
        self.enrolments: dict[str, list[Enrolment]] = {}
        for enrolment in household.enrolments:
            self.enrolments.setdefault(enrolment.person, []).append(enrolment)
        self.evidence: list[EvidenceRow] = []
        self.evidence_of: list[Evidence] = []
        self.proposals: list[int] = []
        self.ranges: dict[str, tuple[int, int]] = {}
        self._evidence()

    # --- evidence ---

    def _evidence(self) -> None:
        by_person: dict[str, list[Evidence]] = {}
        for number, each in enumerate(self.household.evidence):
            if each.kind in self.program.evidence_kinds:
                by_person.setdefault(each.person, []).append(each)
                if not each.id:
                    self.interner.number("evidence", f"{each.person}/{number}")
        for person, owned in by_person.items():
            first = len(self.evidence)
            for each in owned:
                for low, high in self._scopes(each):
                    self.evidence.append(self._row(each, low, high))
                    self.evidence_of.append(each)
            self.ranges[person] = (first, len(self.evidence))

    def _scopes(self, each: Evidence) -> list[tuple[int, int]]:
        order = self.program.service_order
        if not each.services:
            return [(0, len(order))]
        return [(order[node], order[node] + sum(_under(other, node) for other in order)) for node in each.services if node in order]

    def _row(self, each: Evidence, low: int, high: int) -> EvidenceRow:
        program = self.program
        issuer = self.providers.get(each.issuer, NO_PROVIDER)
        lists = {entry.list for entry in issuer.lists if entry.holds(each.issued_on)} | set(each.issuer_lists)
        first = len(self.proposals)
        self.proposals += [self.interner.number("provider", proposal) for proposal in each.proposals]
        bits = _bits
        limited = self._limited
        identity = each.id or f"{each.person}/{each.kind}/{each.issued_on}/{each.issuer}"
        return EvidenceRow(
            kind=1 << program.evidence_kinds[each.kind],
            issued=each.issued_on.toordinal(),
            valid=each.valid_from.toordinal() if each.valid_from else 0,
            valid_end=each.valid_until.toordinal() if each.valid_until else k.FOREVER,
            lists=bits(program.lists, lists),
            roles=bits(program.roles, {issuer.role, each.issuer_role}),
            issuer_specialties=bits(program.specialties, {issuer.specialty, each.issuer_specialty}),
            names=bits(program.named, each.names),
            granted=int(each.status in ("", "granted")),
            service=low, service_end=high,
            specialty=self.interner.number("specialty", each.specialty) if each.specialty else -1,
            episode=limited("episode", each.person, each.episode),
            indication=limited("indication", each.person, each.indication),
            provider=self.interner.number("provider", each.provider) if each.provider else -1,
            claim=limited("claim", each.person, each.claim),
            proposal=first, proposal_end=len(self.proposals),
            uses=-1 if each.uses is None else each.uses,
            key=self.interner.number("evidence", identity) << 22,
        )  # fmt: skip

    def _limited(self, scope: str, person: str, name: str) -> int:
        return self.interner.number(scope, person, name) if name else -1

    # --- lines ---

    def ordered(self, lines: Sequence[Line]) -> list[Line]:
        """Lines in the order they are decided: by day of service (or of reception, where the plans say so), then as given."""
        if self.program.order == "reception":
            return sorted(lines, key=lambda line: (line.received_on or line.served_on, line.served_on))
        return sorted(lines, key=lambda line: line.served_on)

    def row(self, line: Line) -> list[int]:
        """A line as a row of whole numbers. Raises LineError for what cannot be."""
        program, tables = self.program, self.program.tables
        person = self.people.get(line.person)
        if person is None:
            raise LineError(line, "person", f"nobody called {line.person!r} in household {self.household.id!r}")
        provider = self.providers.get(line.provider)
        served = line.served_on.toordinal()
        row = [MISSING] * (tables.columns + tables.depth * tables.width)
        row[k.PERSON] = self.interner.number("person", person.id)
        row[k.HOUSEHOLD] = self.interner.number("household", self.household.id)
        row[k.SERVED] = served
        row[k.SPENT] = 0
        self._stated(line, row)
        row[k.EVIDENCE], row[k.EVIDENCE_END] = self.ranges.get(person.id, (0, 0))
        context = Context(line, person, provider, None)
        self._entities(context, row)
        try:
            self._facts(context, row, 0, block=False)
            before: tuple[str, ...] = ()
            for number, (cover, enrolment) in enumerate(self._covers(line, person)):
                shift = tables.columns + number * tables.width
                row[shift] = cover
                self._facts(context._replace(enrolment=enrolment, before=before), row, shift, block=True)
                before = (*before, enrolment.plan)
        except FactError as error:
            raise LineError(line, error.fact, str(error).partition(": ")[2]) from None
        for number in range(tables.depth):
            if row[tables.columns + number * tables.width] == MISSING:
                row[tables.columns + number * tables.width] = -1
        return row

    def _stated(self, line: Line, row: list[int]) -> None:
        program = self.program
        if line.service not in program.service_order:
            raise LineError(line, "service", f"{line.service!r} is not in the service tree")
        row[k.SERVICE] = program.service_order[line.service]
        if line.currency and line.currency != program.currency:
            raise LineError(line, "currency", f"{line.currency} where the plan is in {program.currency}")
        if not isinstance(line.quantity, int) or not 0 <= line.quantity <= 10**6:
            raise LineError(line, "quantity", f"{line.quantity!r} is not a whole number from 0 to 1000000")
        row[k.QUANTITY] = line.quantity
        try:
            row[k.CHARGED] = to_minor(line.charged, program.currency)
            row[k.OTHERS] = to_minor(line.paid_by_others, program.currency)
        except MoneyError as error:
            raise LineError(line, "charged", str(error)) from None
        if row[k.CHARGED] < 0 or row[k.OTHERS] < 0:
            raise LineError(line, "charged", "amounts are not negative; void the line instead of reversing it")
        if row[k.OTHERS] > row[k.CHARGED]:
            raise LineError(line, "paid_by_others", "others have paid more than was charged")
        if line.served_on < self.people[line.person].born:
            raise LineError(line, "served_on", "the service is before the birth")

    def _entities(self, context: Context, row: list[int]) -> None:
        line, number = context.line, self.interner.number
        person = context.person.id
        facts = line.facts
        stay = line.stay or (f"{facts['admitted_on']}" if "admitted_on" in facts else "")
        indication = line.indication or str(facts.get("indication", ""))
        for column, scope, name in (
            (k.STAY, "stay", stay),
            (k.EPISODE, "episode", line.episode),
            (k.INDICATION, "indication", indication),
            (k.CLAIM, "claim", line.claim),
            (k.VISITS, "visits", line.provider),
        ):
            if name:
                row[column] = number(scope, person, name)
        if line.provider:
            row[k.PROVIDER] = number("provider", line.provider)
        specialty = facts.get("specialty") or facts.get("prescribed_by_specialty") or (context.provider.specialty if context.provider else "")
        if specialty:
            row[k.SPECIALTY] = number("specialty", str(specialty))

    def _covers(self, line: Line, person: Person) -> list[tuple[int, Enrolment]]:
        """Covers in force for a person on the day of service, by rank; two enrolments in one plan count once."""
        found: dict[int, Enrolment] = {}
        for enrolment in self.enrolments.get(person.id, ()):
            if enrolment.start <= line.served_on and (enrolment.until is None or line.served_on <= enrolment.until):
                for number, cover in enumerate(self.program.covers):
                    if cover.plan.id == enrolment.plan and cover.start <= line.served_on:
                        if cover.until is None or line.served_on <= cover.until:
                            found.setdefault(number, enrolment)
        rank = self.program.covers
        return sorted(found.items(), key=lambda item: (rank[item[0]].plan.rank, rank[item[0]].plan.id, rank[item[0]].lane))

    def _facts(self, context: Context, row: list[int], shift: int, *, block: bool) -> None:
        for column in self.program.columns:
            if column.block is block:
                row[column.index + (shift if block else 0)] = self._fact(column, context, row, shift)

    def _fact(self, column: Column, context: Context, row: list[int], shift: int) -> int:
        spec = column.spec
        stated = self._raw(spec.id, spec.of, context)
        if stated is None and spec.derive == "window":
            return _window(spec, row[k.SERVED])
        if spec.derive == "entity":
            return MISSING if stated is None else self.interner.number(spec.id, context.person.id, str(stated))
        if stated is None and spec.derive:
            return derive(spec, [self._argument(argument, context, row, shift) for argument in spec.args])
        if stated is None and spec.id == "day_kind":
            stated = self._day_kind(context)
        if stated is None:
            stated = spec.unless_stated
        if stated is None:
            return MISSING
        return encode(
            spec, stated, self.program.currency, self.program.set_names.get(spec.id, {}), self.program.atoms.get(spec.id)
        )

    def _argument(self, name: str, context: Context, row: list[int], shift: int) -> int:
        if name == "served_on":
            return row[k.SERVED]
        for column in self.program.columns:
            if column.spec.id == name:
                found = row[column.index + (shift if column.block else 0)]
                return found if found != MISSING else self._fact(column, context, row, shift)
        return MISSING

    def _raw(self, fact: str, of: str, context: Context) -> Any:
        """A fact as stated: on the line, else where it belongs, else what follows from a field."""
        line, person, provider, enrolment, _ = context
        if fact in line.facts:
            return line.facts[fact]
        if fact.startswith("provider."):
            return self._of_provider(fact.removeprefix("provider."), line, provider)
        if of == "person" and fact in person.facts:
            return person.facts[fact]
        if of == "enrolment" and enrolment is not None and fact in enrolment.facts:
            return enrolment.facts[fact]
        if provider is not None and fact in provider.facts:
            return provider.facts[fact]
        read = _RAW.get(fact)
        return read(context) if read else None

    @staticmethod
    def _of_provider(fact: str, line: Line, provider: Provider | None) -> Any:
        if provider is None:
            return None
        if fact == "lists":
            admitted = line.facts.get("admitted_on")
            day = admitted if isinstance(admitted, date) else line.served_on
            return tuple(entry.list for entry in provider.lists if entry.holds(day))
        if fact == "role":
            return provider.role or None
        return provider.facts.get(fact)

    def _day_kind(self, context: Context) -> str:
        facts = context.person.facts
        country = str(context.line.facts.get("country") or facts.get("residence_country") or self.program.covers[0].plan.country)
        kind = day_kind(context.line.served_on, country, str(facts.get("residence_canton", "")) if country == "CH" else "")
        patron = facts.get("patron_saint_day")
        is_patron = isinstance(patron, str) and context.line.served_on.strftime("%m-%d") == patron
        return "holiday" if is_patron else kind

    # --- usage ---

    def opening(self, usage: Usage | None, room: int) -> tuple[list[int], list[int], list[int]]:
        """The household's accounts as the kernel reads them, with room for new ones."""
        keys: list[int] = []
        values: list[int] = []
        numbers = {spec.name: number for number, spec in enumerate(self.program.accounts)}
        for key, amount in usage.amounts.items() if usage else ():
            if key.account in numbers:
                keys.append(numbers[key.account] << 50 | self.interner.number(*key.entity) << 22 | key.period)
                values.append(amount)
        size = len(keys)
        return keys + [0] * room, values + [0] * room, [size]

    def closing(self, usage: Usage | None, state: tuple[Sequence[int], Sequence[int], Sequence[int]]) -> Usage:
        """The accounts after the lines; accounts of other programs stay as they were."""
        amounts = dict(usage.amounts) if usage else {}
        keys, values, size = state
        for number in range(size[0]):
            key = int(keys[number])
            name = self.program.accounts[key >> 50].name
            entity = self.interner.names[key >> 22 & 0xFFFFFFF]
            amounts[AccountKey(name, entity, key & 0x3FFFFF)] = int(values[number])
        return Usage(amounts)


def _window(spec: Spec, served: int) -> int:
    """The day a window begins after: months or days back, or months before the year of the service."""
    months, days = map(int, spec.values[:2])
    if spec.values[2] == "rolling":
        return int(dates.add_months(served, -months)) if months else served - days
    return int(dates.add_months(dates.ordinal(dates.year_of(served), 1, 1), -months)) - 1


def _bits(known: Mapping[str, int], names: Any) -> int:
    return sum(1 << known[name] for name in set(names) if name in known)


def _under(node: str, parent: str) -> bool:
    return node == parent or node.startswith(parent + "/")


DAY = timedelta(days=1)
