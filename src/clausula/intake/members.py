"""Reads the members file: households with their people, numbers, enrolments and evidence, and the providers.

TOML or JSON of the same shape, described in docs/how-to/bring-in-claims.md; for a folder of tables, `member_tables`.
Everything wrong is reported at once, each with its line (in TOML), what was found and how to mend it. A file that is
wrong anywhere is not used at all.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from clausula.findings import Finding, Place
from clausula.household import Enrolment, Evidence, FactValue, Household, Listing, Person, Provider
from clausula.intake import json_text, values
from clausula.intake.errors import InputError, refusal
from clausula.intake.roster import Identifier, Roster, tidy
from clausula.intake.toml_lines import Keys, error_place, line_of
from clausula.intake.whole import read_text

T = TypeVar("T", Person, Enrolment, Evidence, Provider, Listing)

_DATES = frozenset({"born", "start", "until", "issued_on", "valid_from", "valid_until"})
_LISTS = frozenset({"issuer_lists", "services", "proposals", "names"})


def read_roster(path: Path) -> Roster:
    """The roster of a members file (.toml or .json) or of a folder of member tables. Raises InputError with every
    finding."""
    if path.is_dir():
        # Arrow comes along only where it is needed.
        from clausula.intake.member_tables import read_member_tables  # noqa: PLC0415

        return read_member_tables(path)
    text = read_text(path)
    reading = _Reading(str(path), text if path.suffix.lower() != ".json" else "")
    roster = reading.roster(_parse(path, text))
    if reading.findings:
        raise InputError(reading.findings)
    return roster


def _parse(path: Path, text: str) -> Mapping[str, Any]:
    if path.suffix.lower() == ".json":
        content = json_text.parse(text, str(path))
        if isinstance(content, dict):
            return content
        raise refusal("not-members", "a members file is an object with households", str(path), "see docs/how-to")
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line, column = error_place(str(error))
        mend = "mend the TOML at this place; texts stand in quotes, dates do not"
        raise refusal("broken-toml", f"this is not TOML: {error}", str(path), mend, line=line, column=column) from None


@dataclass(slots=True)
class _Reading:
    """One reading of one file: collects findings while it builds records."""

    file: str
    text: str
    findings: list[Finding] = field(default_factory=list)
    people: dict[str, Keys] = field(default_factory=dict)
    numbers: dict[Identifier, Keys] = field(default_factory=dict)

    def roster(self, content: Mapping[str, Any]) -> Roster:
        self.only(content, {"members", "household", "provider"}, ())
        head = content.get("members", {})
        head = head if isinstance(head, dict) else {}
        self.only(head, {"match_by_name", "title"}, ("members",))
        providers: dict[str, Provider] = {}
        self.numbers = {}
        for table, at in self.tables(content, "provider", ()):
            self.add(providers, self.provider(table, at), at)
        self.numbers = {}
        households: dict[str, Household] = {}
        for table, at in self.tables(content, "household", ()):
            self.add(households, self.household(table, at), at)
        if not households and not self.findings:
            self.wrong("no-households", "there is no household in this file", (), "begin with [[household]]")
        return Roster(households, providers, match_by_name=head.get("match_by_name") is True)

    def household(self, table: Mapping[str, Any], at: Keys) -> Household | None:
        self.only(table, {"id", "person", "enrolment", "evidence"}, at)
        people: dict[str, Person] = {}
        for part, place in self.tables(table, "person", at):
            person = self.record(Person, part, place)
            if person is not None and person.id in self.people:
                self.wrong(
                    "twice",
                    f"person {person.id} stands here twice",
                    place,
                    "give each person an id",
                    self.people[person.id],
                )
            elif person is not None:
                self.people[person.id] = place
                people[person.id] = person
        enrolments = [self.record(Enrolment, part, place) for part, place in self.tables(table, "enrolment", at)]
        evidence = [self.record(Evidence, part, place) for part, place in self.tables(table, "evidence", at)]
        for kind, records in (("enrolment", enrolments), ("evidence", evidence)):
            for index, record in enumerate(records):
                self.belongs(record, people, (*at, kind, index))
        if not isinstance(table.get("id"), str) or not table["id"]:
            self.wrong("missing-key", "a household has no id", at, 'write id = "…"')
            return None
        if not people and not table.get("person"):
            self.wrong("no-people", f"household {table['id']} has no people", at, "add [[household.person]]")
        kept = tuple(one for one in enrolments if one and one.person in people)
        papers = tuple(one for one in evidence if one and one.person in people)
        return Household(table["id"], tuple(people.values()), kept, papers)

    def belongs(self, record: Enrolment | Evidence | None, people: Mapping[str, Person], at: Keys) -> None:
        if record is not None and record.person not in people:
            near = difflib.get_close_matches(record.person, people, 1)
            mend = f"did you mean {near[0]}?" if near else f"its people are: {', '.join(people) or 'none'}"
            self.wrong("unknown-person", f"{record.person!r} is not of this household", (*at, "person"), mend)
        if isinstance(record, Enrolment) and record.until is not None and record.until < record.start:
            self.wrong(
                "ends-before-start", f"this enrolment ends {record.until}, before {record.start}", at, "swap them"
            )

    def provider(self, table: Mapping[str, Any], at: Keys) -> Provider | None:
        lists = [self.record(Listing, part, place) for part, place in self.tables(table, "lists", at)]
        found = self.record(Provider, {**table, "lists": ()}, at)
        if found is None:
            return None
        kept = tuple(one for one in lists if one)
        return Provider(found.id, found.name, found.role, found.specialty, kept, found.identifiers, found.facts)

    def record(self, kind: type[T], table: Mapping[str, Any], at: Keys) -> T | None:
        """A record of that kind from its table; its keys are the names of the dataclass's fields."""
        names = {one.name: one for one in fields(kind)}
        before = len(self.findings)
        self.only(table, set(names), at)
        for name, one in names.items():
            if one.default is MISSING and one.default_factory is MISSING and name not in table:
                self.wrong("missing-key", f"{kind.__name__.lower()} without {name}", at, f"write {name} = …")
        given = {name: self.value(name, table[name], (*at, name)) for name in names if name in table}
        return kind(**given) if len(self.findings) == before else None

    def value(self, name: str, value: Any, at: Keys) -> Any:
        if name in ("identifiers", "facts"):
            return self.identifiers(value, at) if name == "identifiers" else self.facts(value, at)
        if name in _DATES:
            return self.date(value, at)
        if name in _LISTS and isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        if name == "lists":
            return ()
        if name == "uses" and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if isinstance(value, str) and name not in _LISTS | {"uses"} and (value or name not in ("id", "plan", "person")):
            return value
        wanted = "a list of texts" if name in _LISTS else "a whole number" if name == "uses" else "a text"
        return self.wrong("bad-value", f"{name} is {values.shown(str(value))}, not {wanted}", at, "see docs/how-to")

    def date(self, value: Any, at: Keys) -> date | None:
        try:
            day = values.day(value if type(value) is date else str(value)[:40])
        except values.BadValueError as error:
            self.wrong("bad-date", str(error), at, "write it as year-month-day")
            return None
        if not values.EARLIEST <= day <= values.LATEST:
            self.wrong("bad-date", f"{day} lies outside 1900 to 2199", at, "check the year; leave an open end out")
        return day

    def identifiers(self, value: Any, at: Keys) -> Mapping[str, str]:
        if not isinstance(value, dict) or not all(isinstance(one, str) and one for one in value.values()):
            mend = 'write numbers in quotes, so that leading zeros stay: identifiers = { ahv = "756…" }'
            self.wrong("bad-value", "identifiers are not a table of texts", at, mend)
            return {}
        for system, number in value.items():
            key = tidy(system, number)
            if key in self.numbers:
                message = f"{system} {number} belongs to somebody else in this file already"
                self.wrong("twice", message, (*at, system), "a number names one person", self.numbers[key])
            self.numbers[key] = (*at, system)
        return MappingProxyType(value)

    def facts(self, value: Any, at: Keys) -> Mapping[str, FactValue]:
        if not isinstance(value, dict):
            self.wrong("bad-value", "facts are not a table", at, "write facts = { franchise = 300 }")
            return {}
        return MappingProxyType({name: self.fact(one, (*at, name)) for name, one in value.items()})

    def fact(self, value: Any, at: Keys) -> FactValue:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        right = isinstance(value, (str, bool, int, date)) and not isinstance(value, datetime)
        if right or (isinstance(value, Decimal) and value.is_finite()):
            return value  # type: ignore[no-any-return]
        self.wrong(
            "bad-value", f"{values.shown(str(value))} is no fact", at, "a text, number, flag, date or list of texts"
        )
        return ""

    def tables(self, table: Mapping[str, Any], key: str, at: Keys) -> list[tuple[Mapping[str, Any], Keys]]:
        """The tables of an array of tables, each with its path."""
        found = table.get(key, [])
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            return [(one, (*at, key, index)) for index, one in enumerate(found)]
        self.wrong("bad-value", f"{key} is not a list of tables", (*at, key), f"write [[{key}]]")
        return []

    def only(self, table: Mapping[str, Any], known: set[str], at: Keys) -> None:
        for key in table.keys() - known:
            near = difflib.get_close_matches(key, known, 1)
            mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
            self.wrong("unknown-key", f"nothing reads {values.shown(key)}", (*at, key), mend)

    def add(self, records: dict[str, Any], record: Household | Provider | None, at: Keys) -> None:
        if record is not None and record.id in records:
            self.wrong("twice", f"{record.id} stands here twice", at, "give each an id of its own")
        elif record is not None:
            records[record.id] = record

    def wrong(self, code: str, message: str, at: Keys, mend: str, also: Keys | None = None) -> None:
        second = Place(self.file, line_of(self.text, also)) if also else None
        self.findings.append(Finding(code, message, Place(self.file, line_of(self.text, at)), mend, also=second))
