"""Households and lines as rows of whole numbers: the only work on a line outside the kernel."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from threading import Lock
from typing import Any

from clausula import codes as k
from clausula.codes import MISSING
from clausula.facts import FactError
from clausula.forms import LARGEST_MEMO, Form, Write, fill, readers
from clausula.household import Enrolment, Evidence, Household, Line, Provider
from clausula.money import MoneyError, to_minor
from clausula.program import EvidenceRow, Program
from clausula.sources import Context, LineError
from clausula.usage import AccountKey, Usage

NO_PROVIDER = Provider("")


@dataclass(slots=True)
class Interner:
    """Ids of entities as small numbers, and back."""

    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    names: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    lock: Lock = field(default_factory=Lock)

    def number(self, *name: str) -> int:
        """The number of an entity."""
        found = self.numbers.get(name)
        return self._new(name) if found is None else found

    def _new(self, name: tuple[str, ...]) -> int:
        with self.lock:  # two threads that number at once would give two stays one account
            if name not in self.numbers:
                self.names.append(name)
                self.numbers[name] = len(self.names) - 1
            return self.numbers[name]


Covers = list[tuple[int, Enrolment]]
"""Covers in force for a line, each with its enrolment, in order of rank."""

MOST_FORMS = 2_000
"""Forms a household may have before they are made anew."""

SPECIALTIES = ("specialty", "prescribed_by_specialty")
"""Facts that name the specialty a document must be for, the nearest first; else it is the provider's."""


class Encoder:
    """Encodes the lines of one household for one program."""

    def __init__(self, program: Program, household: Household, providers: Mapping[str, Provider]) -> None:
        self.program, self.household, self.providers = program, household, providers
        self.known = len(providers)
        self.interner = Interner()
        self.names = self.interner.names
        self.people = {person.id: person for person in household.people}
        self.enrolments: dict[str, list[Enrolment]] = {}
        for enrolment in household.enrolments:
            self.enrolments.setdefault(enrolment.person, []).append(enrolment)
        self.evidence: list[EvidenceRow] = []
        self.evidence_of: list[Evidence] = []
        self.proposals: list[int] = []
        self.ranges: dict[str, tuple[int, int]] = {}
        self.days: dict[str, list[int]] = {}
        self.forms: dict[tuple[Any, ...], Form] = {}
        self.compiled_evidence: Any = None
        self._evidence()

    def fits(self, household: Household, providers: Mapping[str, Provider]) -> bool:
        """Whether it may go on encoding: for the same household and directory of providers, and as long as not so many
        different stays, claims … have been numbered that a fresh encoder is better."""
        return (
            self.household is household
            and self.providers is providers
            and self.known == len(providers)
            and len(self.names) <= LARGEST_MEMO
        )

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

    def ordered(self, lines: Iterable[Line]) -> list[Line]:
        """Lines in the order they are decided: by day of service (or of reception, where the plans say so), then as
        given."""
        found = list(lines)
        if self.program.order == "reception":
            found.sort(key=lambda line: (line.received_on or line.served_on, line.served_on))
        elif len(found) > 1:
            found.sort(key=attrgetter("served_on"))
        return found

    def row(self, line: Line, *, full: bool = False) -> array[int]:
        """A line as a row of whole numbers, with the facts its covers can look at for its service (full: with all).

        Raises LineError for what cannot be.
        """
        if type(line.served_on) is not date:
            raise LineError(line, "served_on", f"expected a datetime.date, found {line.served_on!r}")
        person, facts, served = line.person, line.facts, line.served_on.toordinal()
        names = tuple(facts) if None not in facts.values() else tuple(n for n in facts if facts[n] is not None)
        days = self.days.get(person)
        span = bisect_right(self._days(line) if days is None else days, served)
        try:
            form = self.forms.get((person, line.service, line.provider, span, names, full))
            if form is None:
                form = self._form(line, span, names, full=full)
            row = form.row[:]
            row[k.SERVED] = served
            row[k.QUANTITY], row[k.CHARGED], row[k.OTHERS] = self._stated(line)
            if served < form.born:
                raise LineError(line, "served_on", "the service is before the birth")
            number = self.interner.number
            if line.stay:
                row[k.STAY] = number("stay", person, line.stay)
            if line.episode:
                row[k.EPISODE] = number("episode", person, line.episode)
            if line.indication:
                row[k.INDICATION] = number("indication", person, line.indication)
            if line.claim:
                row[k.CLAIM] = number("claim", person, line.claim)
            for column, write in form.writes:
                row[column] = write(line, row)
        except FactError as error:
            raise LineError(line, error.fact, str(error).partition(": ")[2]) from None
        return row

    def _stated(self, line: Line) -> tuple[int, int, int]:
        """Quantity, full charge and what others have paid, the amounts in minor units. Raises LineError."""
        currency, quantity = self.program.currency, line.quantity
        if line.currency and line.currency != currency:
            raise LineError(line, "currency", f"{line.currency} where the plan is in {currency}")
        if type(quantity) is not int or not 0 <= quantity <= 10**6:
            raise LineError(line, "quantity", f"{quantity!r} is not a whole number from 0 to 1000000")
        try:
            charged, others = to_minor(line.charged, currency), to_minor(line.paid_by_others, currency)
        except MoneyError as error:
            raise LineError(line, "charged", str(error)) from None
        if charged < 0 or others < 0:
            raise LineError(line, "charged", "amounts are not negative; void the line instead of reversing it")
        if others > charged:
            raise LineError(line, "paid_by_others", "others have paid more than was charged")
        return quantity, charged, others

    def _days(self, line: Line) -> list[int]:
        """The days on which the covers of a line's person change, kept for the next line."""
        person, forever = line.person, date.max
        if person not in self.people:
            raise LineError(line, "person", f"nobody called {person!r} in household {self.household.id!r}")
        mine = self.enrolments.get(person, ())
        plans = {enrolment.plan for enrolment in mine}
        held = [*mine, *(cover for cover in self.program.covers if cover.plan.id in plans)]
        days = {day for each in held for day in (each.start.toordinal(), (each.until or forever).toordinal() + 1)}
        self.days[person] = sorted(days)
        return self.days[person]

    def _form(self, line: Line, span: int, names: tuple[str, ...], *, full: bool) -> Form:
        """What all lines share that are of the line's person, service, provider and covers and state the same facts,
        kept for the next line."""
        if line.service not in self.program.service_order:
            raise LineError(line, "service", f"{line.service!r} is not in the service tree")
        tables, number = self.program.tables, self.interner.number
        person, provider = self.people[line.person], self.providers.get(line.provider)
        covers, service = self._covers(line), self.program.service_order[line.service]
        row = array("q", [MISSING]) * tables.stride
        row[k.PERSON], row[k.HOUSEHOLD] = number("person", person.id), number("household", self.household.id)
        row[k.EVIDENCE], row[k.EVIDENCE_END] = self.ranges.get(person.id, (0, 0))
        row[k.SERVICE], row[k.SPENT] = service, 0
        if line.provider:
            row[k.VISITS], row[k.PROVIDER] = (
                number("visits", person.id, line.provider),
                number("provider", line.provider),
            )
        if provider and provider.specialty:
            row[k.SPECIALTY] = number("specialty", provider.specialty)
        shared = Context(
            Line("", person.id, line.service, line.served_on, provider=line.provider), person, provider, None
        )
        contexts = [(0, shared)]
        before: list[str] = []
        for at in range(tables.depth):
            shift = tables.columns + at * tables.width
            row[shift] = covers[at][0] if at < len(covers) else -1
            if at < len(covers):
                contexts.append((shift, shared._replace(enrolment=covers[at][1], before=tuple(before))))
                before.append(covers[at][1].plan)
        chosen = readers(self.program, tuple(cover for cover, _ in covers), None if full else service)
        stated = frozenset(names)
        writes = [*fill(chosen, row, contexts, stated, number), *self._named(person.id, row[k.SPECIALTY], stated)]
        if len(self.forms) >= MOST_FORMS:
            self.forms.clear()
        form = Form(row, tuple(writes), person.born.toordinal())
        self.forms[line.person, line.service, line.provider, span, names, full] = form
        return form

    def _named(self, person: str, specialty: int, names: frozenset[str]) -> Iterator[tuple[int, Write]]:
        """The columns of entities that a line may name by a fact as well as by a field."""
        number = self.interner.number
        if "admitted_on" in names:
            yield k.STAY, lambda line, _row: number("stay", person, line.stay or f"{line.facts['admitted_on']}")
        if "indication" in names:
            yield (
                k.INDICATION,
                lambda line, _row: number("indication", person, line.indication or str(line.facts["indication"])),
            )
        if not names.isdisjoint(SPECIALTIES):

            def write(line: Line, _row: array[int]) -> int:
                named = next((str(line.facts[fact]) for fact in SPECIALTIES if line.facts.get(fact)), "")
                return number("specialty", named) if named else specialty

            yield k.SPECIALTY, write

    def _covers(self, line: Line) -> Covers:
        """Covers in force for a person on the day of service, by rank; two enrolments in one plan count once."""
        found: dict[int, Enrolment] = {}
        for enrolment in self.enrolments.get(line.person, ()):
            if enrolment.start <= line.served_on and (enrolment.until is None or line.served_on <= enrolment.until):
                for number, cover in enumerate(self.program.covers):
                    if cover.plan.id == enrolment.plan and cover.holds(line.served_on):
                        found.setdefault(number, enrolment)
        rank = self.program.covers
        return sorted(
            found.items(), key=lambda item: (rank[item[0]].plan.rank, rank[item[0]].plan.id, rank[item[0]].lane)
        )

    # --- usage ---

    def accounts(self, usage: Usage) -> list[int]:
        """The household's accounts as the kernel reads them: key, used, key, used and so on."""
        found: list[int] = []
        numbers = self.program.numbers
        for key, amount in usage.amounts.items():
            if key.account in numbers:
                entity = self.interner.number(*key.entity)
                found += [numbers[key.account] << 50 | entity << 22 | key.period, amount]
        return found

    def closing(self, usage: Usage | None, accounts: Sequence[int]) -> Usage:
        """The usage after lines that left the accounts like this; accounts of other programs stay as they were."""
        amounts = dict(usage.amounts) if usage else {}
        for j in range(0, len(accounts), 2):
            key, used = accounts[j], accounts[j + 1]
            name = self.program.accounts[key >> 50].name
            amounts[AccountKey(name, self.names[key >> 22 & 0xFFFFFFF], key & 0x3FFFFF)] = used
        return Usage(amounts)


def _bits(known: Mapping[str, int], names: Any) -> int:
    return sum(1 << known[name] for name in set(names) if name in known)


def _under(node: str, parent: str) -> bool:
    return node == parent or node.startswith(parent + "/")
