"""Households and lines as rows of whole numbers: the only work on a line outside the kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from clausula import codes as k
from clausula.codes import MISSING
from clausula.facts import FactError, Spec, derive, encode
from clausula.household import Enrolment, Evidence, Household, Line, Person, Provider
from clausula.money import MoneyError, to_minor
from clausula.needs import Needs
from clausula.program import Column, EvidenceRow, Program
from clausula.sources import Context, LineError, day_kind_of, elsewhere, raw, window
from clausula.usage import AccountKey, Usage

NO_PROVIDER = Provider("")


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


Reader = Callable[["Encoder", Context, list[int], int], int]
"""Reads one column of a row: (encoder, context, row so far, offset of the cover's block) -> number."""


def reader(program: Program, column: Column) -> Reader:
    """How a column is filled, with everything that does not change from line to line worked out beforehand."""
    spec = column.spec
    fact, source = spec.id, elsewhere(spec.id, spec.of)
    names, atoms = program.set_names.get(fact, {}), program.atoms.get(fact)
    memo: dict[tuple[type, Any], int] = {}
    otherwise = _otherwise(program, spec)

    def read(encoder: Encoder, context: Context, row: list[int], shift: int) -> int:
        value = context.line.facts.get(fact)
        if value is None:
            value = source(context)
        if value is None:
            return otherwise(encoder, context, row, shift)
        key = (value.__class__, value)
        try:
            found = memo.get(key)
        except TypeError:
            raise FactError(fact, f"{value!r} is not a plain value") from None
        if found is None:
            found = encode(spec, value, program.currency, names, atoms)
            if len(memo) < LARGEST_MEMO:
                memo[key] = found
        return found

    if spec.derive == "entity":
        return lambda encoder, context, _row, _shift: encoder.entity(spec.values[0], context)
    return read


def _otherwise(program: Program, spec: Spec) -> Reader:
    """What a column holds where nobody states the fact: derived, else its default, else MISSING."""
    if spec.derive == "window":
        return lambda _encoder, _context, row, _shift: int(window(spec, row[k.SERVED]))
    if spec.derive:
        columns = {column.spec.id: column for column in program.columns}
        known = [columns.get(name) for name in spec.args]
        places = [
            (k.SERVED if name == "served_on" else column.index if column else -1, bool(column and column.block))
            for name, column in zip(spec.args, known, strict=True)
        ]

        def worked_out(_encoder: Encoder, _context: Context, row: list[int], shift: int) -> int:
            return derive(spec, [MISSING if at < 0 else row[at + shift if block else at] for at, block in places])

        return worked_out
    if spec.id == "day_kind":
        country, atoms = program.covers[0].plan.country, program.atoms.get("day_kind")
        return lambda _encoder, context, _row, _shift: encode(spec, day_kind_of(context, country), "", {}, atoms)
    default = MISSING
    if spec.unless_stated is not None:
        names, atoms = program.set_names.get(spec.id, {}), program.atoms.get(spec.id)
        default = encode(spec, spec.unless_stated, program.currency, names, atoms)
    return lambda _encoder, _context, _row, _shift: default


LARGEST_MEMO = 50_000
"""Different values of a fact whose number is remembered."""

MOVING = frozenset({"received_on", "time", "provider", "episode", "stay", "indication", "provider.lists", "day_kind"})
"""Facts that follow from a field of the line: they may change from line to line without being stated as facts."""

Filled = tuple[tuple[int, Reader], ...]


class Filling(NamedTuple):
    """Columns to fill, each with its reader, what they derive from first: common ones and those of a cover's block.

    `still` ones are the same for all lines that do not state the fact, `moving` ones are worked out for every line.
    stated: the still columns by fact, with whether they stand in the block.
    """

    still: Filled
    still_block: Filled
    moving: Filled
    moving_block: Filled
    stated: Mapping[str, tuple[int, Reader, bool]]


def filling(program: Program, covers: tuple[int, ...], service: int | None) -> Filling:
    """The columns to fill for some covers and a service (None: all columns), kept in the program."""
    cache: dict[Any, Filling] = program.cache.setdefault("filling", {})
    key = (covers, service)
    if key not in cache:
        if "readers" not in program.cache:
            program.cache["readers"] = [reader(program, column) for column in program.columns]
            program.cache["needs"] = Needs(program)
        needs: Needs = program.cache["needs"]
        wanted = (
            needs.everything if service is None else frozenset().union(*(needs.of(cover, service) for cover in covers))
        )
        parts: tuple[list[tuple[int, Reader]], ...] = ([], [], [], [])
        stated: dict[str, tuple[int, Reader, bool]] = {}
        for place in sorted(wanted):
            column, read = program.columns[place], program.cache["readers"][place]
            moves = bool(column.spec.derive) or column.spec.id in MOVING
            parts[2 * moves + column.block].append((column.index, read))
            if not moves:
                stated[column.spec.id] = (column.index, read, column.block)
        still, still_block, moving, moving_block = (tuple(part) for part in parts)
        cache[key] = Filling(still, still_block, moving, moving_block, stated)
    return cache[key]


Covers = list[tuple[int, Enrolment]]
"""Covers in force for a line, each with its enrolment, in order of rank."""


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
        self.bases: dict[tuple[Any, ...], list[int]] = {}
        self.compiled_evidence: Any = None
        self._evidence()

    def is_large(self) -> bool:
        """Whether so many different stays, claims … have been numbered that a fresh encoder is better."""
        return len(self.interner.names) > LARGEST_MEMO

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
        return [
            (order[node], order[node] + sum(_under(other, node) for other in order))
            for node in each.services
            if node in order
        ]

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
        """Lines in the order they are decided: by day of service (or of reception, where the plans say so), then as
        given."""
        if self.program.order == "reception":
            return sorted(lines, key=lambda line: (line.received_on or line.served_on, line.served_on))
        return sorted(lines, key=lambda line: line.served_on)

    def row(self, line: Line, *, full: bool = False) -> list[int]:
        """A line as a row of whole numbers, with the facts its covers can look at for its service (full: with all).

        Raises LineError for what cannot be.
        """
        program = self.program
        person = self.people.get(line.person)
        if person is None:
            raise LineError(line, "person", f"nobody called {line.person!r} in household {self.household.id!r}")
        self._check(line)
        covers = self._covers(line, person)
        service = None if full else program.service_order[line.service]
        chosen = filling(program, tuple(cover for cover, _ in covers), service)
        try:
            row = self._base(line, person, covers, service, chosen).copy()
            self._stated(line, row)
            self._fill(line, person, covers, chosen, row)
        except FactError as error:
            raise LineError(line, error.fact, str(error).partition(": ")[2]) from None
        return row

    def _base(self, line: Line, person: Person, covers: Covers, service: int | None, chosen: Filling) -> list[int]:
        """What is the same for all lines of a person with the same covers, service and provider."""
        key = (person.id, line.provider, service, tuple((cover, id(enrolment)) for cover, enrolment in covers))
        found = self.bases.get(key)
        if found is None:
            tables = self.program.tables
            found = [MISSING] * (tables.columns + tables.depth * tables.width)
            found[k.PERSON] = self.interner.number("person", person.id)
            found[k.HOUSEHOLD] = self.interner.number("household", self.household.id)
            found[k.EVIDENCE], found[k.EVIDENCE_END] = self.ranges.get(person.id, (0, 0))
            found[k.SPENT] = 0
            silent = Line("", person.id, line.service, line.served_on)
            for index, read in chosen.still:
                found[index] = read(self, Context(silent, person, self.providers.get(line.provider), None), found, 0)
            for number in range(tables.depth):
                found[tables.columns + number * tables.width] = covers[number][0] if number < len(covers) else -1
            for shift, context in self._slots(silent, person, covers, self.providers.get(line.provider)):
                for index, read in chosen.still_block:
                    found[shift + index] = read(self, context, found, shift)
            if len(self.bases) < LARGEST_MEMO:
                self.bases[key] = found
        return found

    def _slots(
        self, line: Line, person: Person, covers: Covers, provider: Provider | None
    ) -> Iterator[tuple[int, Context]]:
        """Where the block of each cover begins, and what its facts are read from."""
        before: tuple[str, ...] = ()
        for number, (_, enrolment) in enumerate(covers):
            shift = self.program.tables.columns + number * self.program.tables.width
            yield shift, Context(line, person, provider, enrolment, before)
            before = (*before, enrolment.plan)

    def _fill(self, line: Line, person: Person, covers: Covers, chosen: Filling, row: list[int]) -> None:
        """What the line states, then what changes with it."""
        provider = self.providers.get(line.provider)
        context = Context(line, person, provider, None)
        self._entities(context, row)
        stated = [chosen.stated[fact] for fact in line.facts if fact in chosen.stated]
        for index, read, block in stated:
            if not block:
                row[index] = read(self, context, row, 0)
        for index, read in chosen.moving:
            row[index] = read(self, context, row, 0)
        for shift, mine in self._slots(line, person, covers, provider):
            for index, read, block in stated:
                if block:
                    row[shift + index] = read(self, mine, row, shift)
            for index, read in chosen.moving_block:
                row[shift + index] = read(self, mine, row, shift)

    def _check(self, line: Line) -> None:
        if type(line.served_on) is not date:
            raise LineError(line, "served_on", f"expected a datetime.date, found {line.served_on!r}")
        if line.service not in self.program.service_order:
            raise LineError(line, "service", f"{line.service!r} is not in the service tree")

    def _stated(self, line: Line, row: list[int]) -> None:
        program = self.program
        row[k.SERVED] = line.served_on.toordinal()
        row[k.SERVICE] = program.service_order[line.service]
        if line.currency and line.currency != program.currency:
            raise LineError(line, "currency", f"{line.currency} where the plan is in {program.currency}")
        if type(line.quantity) is not int or not 0 <= line.quantity <= 10**6:
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
        specialty = (
            facts.get("specialty")
            or facts.get("prescribed_by_specialty")
            or (context.provider.specialty if context.provider else "")
        )
        if specialty:
            row[k.SPECIALTY] = number("specialty", str(specialty))

    def _covers(self, line: Line, person: Person) -> Covers:
        """Covers in force for a person on the day of service, by rank; two enrolments in one plan count once."""
        found: dict[int, Enrolment] = {}
        for enrolment in self.enrolments.get(person.id, ()):
            if enrolment.start <= line.served_on and (enrolment.until is None or line.served_on <= enrolment.until):
                for number, cover in enumerate(self.program.covers):
                    if cover.plan.id == enrolment.plan and cover.holds(line.served_on):
                        found.setdefault(number, enrolment)
        rank = self.program.covers
        return sorted(
            found.items(), key=lambda item: (rank[item[0]].plan.rank, rank[item[0]].plan.id, rank[item[0]].lane)
        )

    def entity(self, fact: str, context: Context) -> int:
        """The number of what a fact of the line names (a tooth, an accident), for this person."""
        value = raw(fact, "line", context)
        return MISSING if value is None else self.interner.number(fact, context.person.id, str(value))

    # --- usage ---

    def accounts(self, usage: Usage | None) -> list[int]:
        """The household's accounts as the kernel reads them: key, used, key, used and so on."""
        found: list[int] = []
        if usage is None or not usage.amounts:
            return found
        numbers = self.program.numbers
        for key, amount in usage.amounts.items():
            if key.account in numbers:
                entity = self.interner.number(*key.entity)
                found += [numbers[key.account] << 50 | entity << 22 | key.period, amount]
        return found

    def closing(self, usage: Usage | None, work: Sequence[int]) -> Usage:
        """The accounts after the lines, from the work memory; accounts of other programs stay as they were."""
        amounts = dict(usage.amounts) if usage else {}
        for j in range(k.W_ACCOUNTS, work[k.W_END], 2):
            key, used = work[j], work[j + 1]
            name = self.program.accounts[key >> 50].name
            amounts[AccountKey(name, self.interner.names[key >> 22 & 0xFFFFFFF], key & 0x3FFFFF)] = used
        return Usage(amounts)


def _bits(known: Mapping[str, int], names: Any) -> int:
    return sum(1 << known[name] for name in set(names) if name in known)


def _under(node: str, parent: str) -> bool:
    return node == parent or node.startswith(parent + "/")
