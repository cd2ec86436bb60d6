"""A situation as plain data: people, enrolments, evidence, providers, lines, usage, as cases and JSON input write them.

Keys are the fields of the records in `clausula.household` (dates of periods are written `from` and `until`); any other
key is a fact. What a key may be is checked here, with a message that says where and how to mend it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from clausula import dates
from clausula.arithmetic import compute
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.household import Enrolment, Evidence, Household, Line, Listing, Person, Provider
from clausula.money import LARGEST, MoneyError, to_minor
from clausula.usage import AccountKey, Usage

LARGEST_REPEAT = 5000
"""Lines a compact sequence may stand for."""


class InputError(ValueError):
    """Input that cannot be used: where it stands, what is wrong, how to mend it."""

    def __init__(self, where: str, message: str, mend: str = "") -> None:
        super().__init__(f"{where}: {message}" + (f"; {mend}" if mend else ""))
        self.where, self.message, self.mend = where, message, mend


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything needed to ask a question: a household, lines, a directory of providers and what has been used."""

    household: Household
    lines: tuple[Line, ...] = ()
    providers: Mapping[str, Provider] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)


def day(value: Any, where: str) -> date:
    """A date, from a date or a text like 2026-03-12."""
    try:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        return date.fromisoformat(str(value))
    except ValueError:
        raise InputError(where, f"{value!r} is not a date", "write it like 2026-03-12") from None


def amount(value: Any, where: str) -> Decimal:
    """An amount in currency units, from a number, a text or arithmetic ("30 * 85")."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise InputError(where, f"{value!r} is not an amount", "write it like 36.15")
    try:
        exact = Decimal(value)
    except InvalidOperation:
        try:
            found = compute(str(value))
        except ValueError as error:
            raise InputError(where, str(error), "write it like 36.15") from None
        exact = Decimal(found.numerator) / Decimal(found.denominator)
        if Decimal(found.denominator) * exact != found.numerator:
            raise InputError(where, f"{value} has no exact decimal value") from None
    if not exact.is_finite():
        raise InputError(where, f"{value!r} is not an amount", "write it like 36.15")
    return exact


def _texts(value: Any, where: str) -> tuple[str, ...]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise InputError(where, f"expected texts, found {value!r}")
    return tuple(entries)


def whole(value: Any, where: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(where, f"expected a whole number, found {value!r}")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(where, f"expected a text, found {value!r}")
    return value


def _clock(value: Any, where: str) -> int:
    try:
        return dates.minutes(value if isinstance(value, str | time) else repr(value))
    except ValueError as error:
        raise InputError(where, str(error)) from None


def fact(value: Any, where: str) -> Any:
    """A fact as stated: times become minutes, lists become tuples."""
    if isinstance(value, list):
        return tuple(fact(entry, where) for entry in value)
    if isinstance(value, time):
        return dates.minutes(value)
    if isinstance(value, dict) or value is None or (isinstance(value, Decimal) and not value.is_finite()):
        raise InputError(where, f"a fact is a plain value, found {value!r}")
    return value


Reader = Callable[[Any, str], Any]
FIELDS: Mapping[type[Any], Mapping[str, tuple[str, Reader]]] = {
    Person: {
        "id": ("id", _text), "born": ("born", day), "name": ("name", _text), "sex": ("sex", _text),
        "role": ("role", _text),
    },
    Enrolment: {"person": ("person", _text), "plan": ("plan", _text), "from": ("start", day), "until": ("until", day)},
    Provider: {
        "id": ("id", _text), "name": ("name", _text), "role": ("role", _text),
        "specialty": ("specialty", _text),
    },
    Evidence: {
        "kind": ("kind", _text), "person": ("person", _text), "issued_on": ("issued_on", day), "id": ("id", _text),
        "valid_from": ("valid_from", day), "valid_until": ("valid_until", day), "issuer": ("issuer", _text),
        "issuer_role": ("issuer_role", _text), "issuer_lists": ("issuer_lists", _texts),
        "issuer_specialty": ("issuer_specialty", _text), "specialty": ("specialty", _text),
        "episode": ("episode", _text),
        "indication": ("indication", _text), "provider": ("provider", _text), "claim": ("claim", _text),
        "services": ("services", _texts), "uses": ("uses", whole), "proposals": ("proposals", _texts),
        "names": ("names", _texts), "status": ("status", _text),
    },
    Line: {
        "id": ("id", _text), "person": ("person", _text), "service": ("service", _text),
        "served_on": ("served_on", day),
        "charged": ("charged", amount), "currency": ("currency", _text), "quantity": ("quantity", whole),
        "time": ("time", _clock), "paid_by_others": ("paid_by_others", amount), "claim": ("claim", _text),
        "stay": ("stay", _text), "episode": ("episode", _text), "indication": ("indication", _text),
        "provider": ("provider", _text), "received_on": ("received_on", day), "origin": ("origin", _text),
    },
}  # fmt: skip


def record(kind: type[Any], data: Any, where: str, defaults: Mapping[str, Any] | None = None) -> Any:
    """One record from a table: its fields, and every other key as a fact."""
    if not isinstance(data, dict):
        raise InputError(where, f"expected a table, found {data!r}")
    known = FIELDS[kind]
    given: dict[str, Any] = dict(defaults or {})
    facts: dict[str, Any] = {}
    for key, value in data.items():
        if key in known:
            name, read = known[key]
            given[name] = read(value, f"{where}.{key}")
        elif key == "identifiers" and isinstance(value, dict):
            given["identifiers"] = {str(system): str(number) for system, number in value.items()}
        elif key == "lists" and kind is Provider:
            given["lists"] = tuple(_listing(entry, f"{where}.lists") for entry in _entries(data, key, where))
        elif kind is Evidence:
            raise InputError(where, f"do not know {key!r}", "keys are " + ", ".join(known))
        else:
            facts[key] = fact(value, f"{where}.{key}")
    if kind is not Evidence:
        given["facts"] = {**given.get("facts", {}), **facts}
    missing = [key for key, (name, _) in known.items() if name not in given and _required(kind, name)]
    if missing:
        raise InputError(where, f"lacks {missing[0]!r}")
    return kind(**given)


def _required(kind: type[Any], name: str) -> bool:
    spec = next(each for each in dataclasses.fields(kind) if each.name == name)
    return spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING


def _listing(entry: Any, where: str) -> Listing:
    if isinstance(entry, str):
        return Listing(entry)
    if not isinstance(entry, dict) or not isinstance(entry.get("list"), str):
        raise InputError(where, f"expected the name of a list, found {entry!r}")
    start, until = entry.get("from"), entry.get("until")
    return Listing(
        entry["list"], None if start is None else day(start, where), None if until is None else day(until, where)
    )


def _entries(data: Mapping[str, Any], key: str, where: str) -> list[Any]:
    entries = data.get(key, [])
    if not isinstance(entries, list):
        raise InputError(f"{where}.{key}", "expected a list")
    return entries


def read_situation(data: Mapping[str, Any], book: Book, where: str = "given", plan: str = "") -> Situation:
    """A situation from plain data.

    plan: the plan people are enrolled in where nothing else is said. Without people there is one adult called "member".
    Raises InputError with the place of what is wrong.
    """
    unknown = set(data) - {"household", "people", "enrolments", "evidence", "providers", "line", "lines", "usage"}
    if unknown:
        raise InputError(
            where, f"do not know {min(unknown)!r}", "use people, enrolments, evidence, providers, lines, usage"
        )
    default = {"id": "member", "born": date(1980, 6, 15)}
    people = [
        record(Person, entry, f"{where}.people[{n}]", {"id": f"person-{n}"})
        for n, entry in enumerate(_entries(data, "people", where) or [default], 1)
    ]
    first = people[0].id
    enrolments: list[Enrolment] = []
    if "enrolments" not in data and plan:
        start = min(each.start for each in book.slices(plan))
        enrolments = [Enrolment(person.id, plan, start) for person in people]
    for n, entry in enumerate(_entries(data, "enrolments", where), 1):
        everyone = [person.id for person in people] if isinstance(entry, dict) and "person" not in entry else [""]
        for person_id in everyone:
            defaults = {"person": person_id, **({"plan": plan} if plan else {})}
            enrolments.append(record(Enrolment, entry, f"{where}.enrolments[{n}]", defaults))
    evidence = [
        record(Evidence, entry, f"{where}.evidence[{n}]", {"person": first})
        for n, entry in enumerate(_entries(data, "evidence", where), 1)
    ]
    providers = [
        record(Provider, entry, f"{where}.providers[{n}]")
        for n, entry in enumerate(_entries(data, "providers", where), 1)
    ]
    _known_people(people, [*enrolments, *evidence], where)
    household = Household(str(data.get("household", "household")), tuple(people), tuple(enrolments), tuple(evidence))
    lines = _lines(data, first, where)
    return Situation(
        household, tuple(lines), {each.id: each for each in providers}, _usage(data, household, book, where)
    )


def _known_people(people: Sequence[Person], theirs: Sequence[Enrolment | Evidence], where: str) -> None:
    known = {person.id for person in people}
    if len(known) != len(people):
        raise InputError(f"{where}.people", "two people have the same id")
    for each in theirs:
        if each.person not in known:
            raise InputError(where, f"nobody is called {each.person!r}", "people are " + ", ".join(sorted(known)))


def _lines(data: Mapping[str, Any], person: str, where: str) -> list[Line]:
    found: list[Line] = []
    template = data.get("line", {})
    if not isinstance(template, dict):
        raise InputError(f"{where}.line", f"expected a table, found {template!r}")
    for n, entry in enumerate(_entries(data, "lines", where), 1):
        place = f"{where}.lines[{n}]"
        merged = {**template, **entry} if isinstance(entry, dict) else entry
        repeat = whole(merged.pop("repeat", 1), f"{place}.repeat") if isinstance(merged, dict) else 1
        every = whole(merged.pop("every_days", 1), f"{place}.every_days") if isinstance(merged, dict) else 1
        if not 1 <= repeat <= LARGEST_REPEAT or not 0 <= every <= 3660:
            raise InputError(place, f"repeat goes from 1 to {LARGEST_REPEAT}, every_days from 0 to 3660")
        line = record(Line, merged, place, {"id": str(len(found) + 1), "person": person})
        if (date.max - line.served_on).days < every * (repeat - 1):
            raise InputError(place, "the last of these lines would be after the year 9999", "repeat fewer")
        for turn in range(repeat):
            identity = line.id if repeat == 1 else str(len(found) + 1)
            found.append(
                dataclasses.replace(line, id=identity, served_on=line.served_on + timedelta(days=every * turn))
            )
    return found


def _usage(data: Mapping[str, Any], household: Household, book: Book, where: str) -> Usage:
    """What has been used: account (a step's id, plan#id or /shared), of whom, period, used (in currency units for
    money)."""
    amounts: dict[AccountKey, int] = {}
    entries = _entries(data, "usage", where)
    if not entries:
        return Usage()
    program = compile_book(book, household.plans)
    for n, entry in enumerate(entries, 1):
        place = f"{where}.usage[{n}]"
        if not isinstance(entry, dict):
            raise InputError(place, f"expected a table, found {entry!r}")
        name = str(entry.get("account", ""))
        found = [
            spec for spec in program.accounts if spec.name in (name, "/" + name) or spec.name.partition("#")[2] == name
        ]
        if len(found) != 1:
            known = ", ".join(spec.name.partition("#")[2] or spec.name for spec in program.accounts[1:])
            raise InputError(place, f"{name!r} names {len(found)} accounts", f"accounts are {known}")
        spec = found[0]
        used = amount(entry.get("used", 0), f"{place}.used")
        person = str(entry.get("person", household.people[0].id))
        entity: tuple[str, ...] = (spec.scope, person, *([str(entry["of"])] if "of" in entry else []))
        if spec.scope == "household":
            entity = ("household", household.id)
        key = AccountKey(spec.name, entity, _period(entry.get("period", 0), place))
        amounts[key] = _used(used, program.currency if spec.money else "", f"{place}.used")
    return Usage(amounts)


def _used(used: Decimal, currency: str, where: str) -> int:
    """Minor units of a currency; without one, a count."""
    if not currency and (used != used.to_integral_value() or abs(used) > LARGEST):
        raise InputError(where, f"{used} is not a count", "write a whole number")
    try:
        return to_minor(used, currency) if currency else int(used)
    except MoneyError as error:
        raise InputError(where, str(error)) from None


def _period(value: Any, where: str) -> int:
    return value.toordinal() if isinstance(value, date) else whole(value, f"{where}.period")


__all__: Sequence[str] = ["InputError", "Situation", "amount", "day", "fact", "read_situation", "whole"]
