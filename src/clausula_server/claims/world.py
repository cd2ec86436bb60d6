"""What a decision looks at: a household as it was read under its lock. Plain values, no table and no engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from clausula_server.enrolment.dossier import Dossier, Held, Member

Json = Mapping[str, Any]
DAY = timedelta(days=1)
ACCOUNT_OF_LIFE = 0


class Account(NamedTuple):
    """Whose usage of what: an account of a plan, its entity (its scope first), its period."""

    name: str
    entity: tuple[str, ...]
    period: int


Usage = dict[Account, int]
Order = tuple[date, int, int]
"""The declared order of lines: day of service, arrival of the claim, number of the line."""


def day(text: str | None) -> date | None:
    """A date of the database's JSON."""
    return date.fromisoformat(text) if text else None


def holds(row: Json, on: date) -> bool:
    """Whether a row with from and end (the day after the last) holds on a day."""
    start, end = day(row["from"]), day(row["end"])
    return (start is None or start <= on) and (end is None or on < end)


@dataclass(frozen=True, slots=True)
class Charged:
    """A line to be decided, as stated, with what is medical in its facts. order: its place among the lines."""

    id: str
    claim: str
    person: str
    number: int
    arrival: int
    service: str
    served_on: date
    received_on: date
    charged: int
    currency: str
    settlement: str
    channel: str
    paid_by_others: int = 0
    quantity: int = 1
    time: int | None = None
    provider: str = ""
    stay: str = ""
    episode: str = ""
    indication: str = ""
    facts: Json = field(default_factory=dict)
    origin: str = ""

    @property
    def order(self) -> Order:
        """Its place in the declared order."""
        return self.served_on, self.arrival, self.number


@dataclass(frozen=True, slots=True)
class Standing:
    """A line that stands, its claim and the decision that holds, as they were read."""

    line: Charged
    row: Json
    claim: Json
    decision: Json
    overridden: list[Json] | None
    pend: str | None
    open: int


@dataclass(slots=True)
class World:
    """The household. known: the claim of that key, if it came before. usage: what is used, as far as it can matter."""

    household: UUID
    known: Json | None
    arrival: int
    people: list[Json]
    homes: list[Json]
    facts: list[Json]
    terms: list[Json]
    usage: Usage
    touched: dict[Account, date]
    evidence: list[Json]
    standing: list[Standing]
    providers: dict[str, Json]
    accounts: list[Json]
    situations: dict[Any, Any] = field(default_factory=dict)
    """What was made of these rows, kept as long as they are: see engine/deciding."""

    @classmethod
    def of(cls, read: Json) -> World:
        """The world of what claims_begin answered."""
        usage: Usage = {}
        touched: dict[Account, date] = {}
        for row in read["usage"] or ():
            key = Account(row["account"], tuple(row["entity"]), row["period"])
            usage[key], touched[key] = row["used"], date.fromisoformat(row["touched"])
        return cls(
            household=UUID(read["household"]),
            known=read["known"],
            arrival=read["arrival"],
            people=read["people"] or [],
            homes=read["homes"] or [],
            facts=read["facts"] or [],
            terms=read["terms"] or [],
            usage=usage,
            touched=touched,
            evidence=read["evidence"],
            standing=sorted((_standing(row) for row in read["lines"]), key=lambda each: each.line.order),
            providers={row["code"]: row for row in read["providers"] or ()},
            accounts=read["accounts"] or [],
        )

    def member(self, person: str, on: date) -> Json | None:
        """Somebody of the household on a day, with their role."""
        return next((row for row in self.people if row["id"] == person and holds(row, on)), None)

    def holder(self, on: date) -> Json | None:
        """Who answers for the household on a day."""
        return next((row for row in self.people if row["role"] == "holder" and holds(row, on)), None)

    def mark(self, on: date) -> tuple[int, ...]:
        """What of the household's rows holds on a day: days of one mark are decided by the same texts and facts."""
        rows = (*self.people, *self.homes, *self.facts, *self.terms)
        return tuple(number for number, row in enumerate(rows) if holds(row, on))

    def dossier(self, on: date) -> Dossier:
        """The household on a day, as plans look at it."""
        members = tuple(self._member(row, on) for row in self.people if holds(row, on))
        held = tuple(
            Held(
                person=UUID(row["person"]),
                plan=row["plan"],
                digest=row["digest"],
                edition=UUID(row["edition"]),
                start=date.fromisoformat(row["start"]),
                until=day(row["until"]),
                facts=row["facts"],
            )
            for row in self.terms
            if holds(row, on)
        )
        return Dossier(self.household, on, members, held)

    def _member(self, row: Json, on: date) -> Member:
        facts: dict[str, Any] = {"residence_country": row["country"]}
        for home in self.homes:
            if home["person"] == row["id"] and holds(home, on):
                where = {
                    "residence_country": home["country"],
                    "residence_canton": home["canton"],
                    "municipality" if home["country"] == "IT" else "commune": home["commune"],
                    "premium_region": home["region"],
                }
                facts |= {fact: value for fact, value in where.items() if value not in ("", None)}
        facts |= {each["fact"]: each["value"] for each in self.facts if each["person"] == row["id"] and holds(each, on)}
        born = date.fromisoformat(row["born"])
        return Member(UUID(row["id"]), row["name"], born, row["sex"], row["role"], facts)

    def with_evidence(self, *rows: Json) -> World:
        """The same household with further evidence."""
        return replace(self, evidence=[*self.evidence, *rows], situations={})

    def lines_from(self, first: Order) -> Iterator[Standing]:
        """The standing lines from a place of the order on."""
        return (each for each in self.standing if each.line.order >= first)


def moves_of(rows: list[Any]) -> Usage:
    """The moves of a decision, as they are kept: [account, entity, period, amount]."""
    return {Account(name, tuple(entity), period): amount for name, entity, period, amount in rows}


def kept_moves(moves: Usage) -> list[list[Any]]:
    """Moves as they are kept."""
    return [[key.name, list(key.entity), key.period, amount] for key, amount in moves.items() if amount]


def _standing(row: Json) -> Standing:
    claim, private = row["claim"], row["private"] or {}
    line = Charged(
        id=row["id"],
        claim=claim["id"],
        person=row["person_id"],
        number=row["number"],
        arrival=claim["arrival"],
        service=row["service"],
        served_on=date.fromisoformat(row["served_on"]),
        received_on=date.fromisoformat(claim["received_on"]),
        charged=row["charged"],
        currency=claim["currency"],
        settlement=claim["settlement"],
        channel=claim["channel"],
        paid_by_others=row["paid_by_others"],
        quantity=row["quantity"],
        time=row["time"],
        provider=row["provider"],
        stay=row["stay"],
        episode=row["episode"],
        indication=private.get("indication") or row["indication"],
        facts={**row["facts"], **private.get("facts", {})},
        origin=row["origin"],
    )
    return Standing(line, row, claim, row["decision"], row["overridden"], row["pend"], row["open"])
