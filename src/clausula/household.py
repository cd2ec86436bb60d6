"""What comes in: people, enrolments, evidence, providers and claim lines, as stated. Immutable, no rule and no clock.

Amounts are `Decimal` in currency units ("36.15"), dates are `datetime.date`; the encoder turns both into whole numbers.
Whatever else a plan may want to know of a line, person, enrolment or provider stands in its `facts`, by the fact ids of
the catalogue or of the plan. A fact that is absent is *missing*, which is neither true nor false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

FactValue = str | int | bool | Decimal | date | tuple[str, ...]
"""A fact as stated: a code, a number, a flag, an amount in currency units, a date, or a set of codes."""

Facts = Mapping[str, FactValue]
NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a household. `role` is holder, spouse, partner or child; `identifiers` maps a system (ahv, bsn,
    codice-fiscale, nir, member, or an issuer's name) to a number; readers match claims to people by them."""

    id: str
    born: date
    name: str = ""
    sex: str = ""
    role: str = "holder"
    identifiers: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person is enrolled in a plan from the day `start` at 00:00 to the end of the day `until` (None: open)."""

    person: str
    plan: str
    start: date
    until: date | None = None
    facts: Facts = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document or event that a rule may require: a voucher, a prescription, a first contact, an authorisation.

    kind: evidence id of the catalogue. issued_on: its date. valid_from / valid_until: when it may be used (inclusive).
    issuer: provider id; issuer_role / issuer_lists / issuer_specialty: stated, where the issuer is not in the
    directory. specialty, episode, indication, provider, claim, services: what it is limited to (empty: not limited).
    uses: how many units it may be used for (None: no limit). proposals: provider ids it proposes. names: what it names
    (pathology, trauma …). status: granted, refused, pending (empty: it simply exists).
    """

    kind: str
    person: str
    issued_on: date
    id: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    issuer: str = ""
    issuer_role: str = ""
    issuer_lists: tuple[str, ...] = ()
    issuer_specialty: str = ""
    specialty: str = ""
    episode: str = ""
    indication: str = ""
    provider: str = ""
    claim: str = ""
    services: tuple[str, ...] = ()
    uses: int | None = None
    proposals: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A provider stands on a list (plusmed, optima, network …) from a day to a day, both inclusive."""

    list: str
    start: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the provider is on the list on that day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Provider:
    """Who treats or issues: `role` (family-doctor, hospital …), `specialty`, dated lists, further facts."""

    id: str
    name: str = ""
    role: str = ""
    specialty: str = ""
    lists: tuple[Listing, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Household:
    """People who share limits, with their enrolments and their evidence; `plans` are those any of them is enrolled
    in."""

    id: str
    people: tuple[Person, ...]
    enrolments: tuple[Enrolment, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    plans: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise ValueError where an enrolment or a document is of somebody who is not in the household."""
        object.__setattr__(self, "plans", frozenset(each.plan for each in self.enrolments))
        known = {person.id for person in self.people}
        of = [("enrolment", each.person) for each in self.enrolments]
        of += [("evidence", each.person) for each in self.evidence]
        for what, person in of:
            if person not in known:
                raise ValueError(f"household {self.id!r}: {what} of {person!r}, who is not in it")

    def person(self, person_id: str) -> Person:
        """The person of that id. Raises KeyError."""
        for person in self.people:
            if person.id == person_id:
                return person
        raise KeyError(person_id)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done for one person and charged: a claim line, as stated by who sent it.

    service: a node of the catalogue's service tree. charged: the full charge in currency units. quantity: whole units
    (sessions, visits, items). paid_by_others: what third parties that are no covers here (a canton, an accident
    insurer) have already paid of it. time: minutes since midnight, local. origin: where it was read ("bill.xml:120").
    """

    id: str
    person: str
    service: str
    served_on: date
    charged: Decimal | int | str = 0
    currency: str = ""
    quantity: int = 1
    time: int | None = None
    paid_by_others: Decimal | int | str = 0
    claim: str = ""
    stay: str = ""
    episode: str = ""
    indication: str = ""
    provider: str = ""
    received_on: date | None = None
    facts: Facts = field(default_factory=lambda: NO_FACTS)
    origin: str = ""
