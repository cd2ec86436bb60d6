"""Files of the outside world: what they hold as claims and evidence, and a list of all that could not become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import clausula
from clausula.book import bundled_plans
from clausula.intake import CodeMap, Desk, InputError, Listed, Roster, read, read_codes
from clausula.money import to_minor
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.lib.refusals import Fault, Refused


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A member, as files speak of them: the numbers by system."""

    id: UUID
    household: UUID
    name: str
    born: date
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider of the directory, as files speak of it."""

    code: str
    name: str
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not become a claim line: where it stands, why, what can be done; its amount as stated."""

    origin: str
    code: str
    message: str
    mend: str
    amount: str
    currency: str


@dataclass(slots=True)
class FileRead:
    """What a file holds: claims, evidence as plain fields, and what was listed."""

    claims: list[NewClaim] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@cache
def codes() -> CodeMap:
    """The bundled crosswalks of codes."""
    return read_codes(sorted((bundled_plans() / "catalogue" / "codes").glob("*.toml")))


@cache
def columns() -> Mapping[str, str]:
    """The facts of lines that tables may have as columns, with their kinds: those of the bundled catalogue."""
    facts = clausula.load_plans().catalogue.facts
    return {fact.id: fact.kind for fact in facts.values() if fact.of == "line"}


def read_file(
    path: Path, people: Iterable[KnownPerson], providers: Iterable[KnownProvider], received_on: date
) -> FileRead:
    """Read a file in any of the formats of `clausula.intake`; lines of one bill become one claim.

    Raises Refused where the file as a whole cannot be read.
    """
    roster = _roster(people, providers)
    desk = Desk(roster, codes(), received_on=received_on)
    found, bills = FileRead(), dict[tuple[str, str, str], list[clausula.Line]]()
    try:
        for each in read(path, desk, known_facts=columns()):
            if isinstance(each, clausula.Line):
                bills.setdefault((each.claim or path.name, each.person, each.provider), []).append(each)
            elif isinstance(each, clausula.Evidence):
                found.evidence.append(_paper(each))
            elif isinstance(each, Listed):
                amount = "" if each.amount is None else str(each.amount)
                place = _brief(each.origin)
                found.unread.append(Unread(place, each.code, each.message, each.mend, amount, each.currency))
    except InputError as error:
        raise Refused(
            *(
                Fault(Path(str(each.place.file)).name, each.message, each.mend or "Correct it at the source.")
                for each in error.findings
            )
        ) from None
    found.claims = [
        _claim(bill, lines, received_on, known=bill[2] in roster.providers) for bill, lines in bills.items()
    ]
    return found


def _roster(people: Iterable[KnownPerson], providers: Iterable[KnownProvider]) -> Roster:
    households: dict[str, list[clausula.Person]] = {}
    for each in people:
        person = clausula.Person(str(each.id), each.born, each.name, identifiers=dict(each.numbers))
        households.setdefault(str(each.household), []).append(person)
    known = {each.code: clausula.Provider(each.code, each.name, identifiers=dict(each.numbers)) for each in providers}
    return Roster({id_: clausula.Household(id_, tuple(members)) for id_, members in households.items()}, known)


def _claim(bill: tuple[str, str, str], lines: list[clausula.Line], received_on: date, *, known: bool) -> NewClaim:
    """One bill. Who is in no directory cannot be paid directly; the member is reimbursed then."""
    number, person, provider = bill
    direct = known and all(line.facts.get("settlement") == "tiers_payant" for line in lines)
    return NewClaim(
        person=UUID(person),
        lines=[_line(line) for line in lines],
        key=f"file/{provider}/{number}/{person}"[:120],
        received_on=received_on,
        currency=lines[0].currency,
        channel="file",
        provider=provider if known else "",
        settlement="direct" if direct else "reimbursement",
        number=number,
    )


def _brief(origin: str) -> str:
    """Where something stands, without the folder the file happened to lie in."""
    return origin.rpartition("/")[2]


def _line(line: clausula.Line) -> NewLine:
    return NewLine(
        service=line.service,
        served_on=line.served_on,
        charged=to_minor(line.charged, line.currency),
        quantity=line.quantity,
        paid_by_others=to_minor(line.paid_by_others, line.currency),
        time=line.time,
        provider=line.provider,
        stay=line.stay,
        episode=line.episode,
        indication=line.indication,
        facts={key: _plain(value) for key, value in line.facts.items()},
        origin=_brief(line.origin),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _paper(each: clausula.Evidence) -> dict[str, Any]:
    names = (
        "kind", "issued_on", "valid_from", "valid_until", "issuer", "issuer_role", "issuer_lists", "issuer_specialty",
        "specialty", "episode", "indication", "provider", "services", "uses", "proposals", "names", "status",
    )  # fmt: skip
    return {"person": UUID(each.person), **{name: getattr(each, name) for name in names}}
