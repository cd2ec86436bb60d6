"""Members as a folder of Parquet tables: the same roster as the members file, for many people.

`member_layout` says which tables and columns there are; only people.parquet must be there. The checks are those of the
members file: every fault is told with file, row, what was found and how to mend it, and a folder that is wrong anywhere
is not used at all. The layout in full: docs/how-to/bring-in-claims.md.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from clausula.findings import Place
from clausula.household import NO_FACTS, Enrolment, Evidence, Facts, FactValue, Household, Listing, Person, Provider
from clausula.intake import values
from clausula.intake.errors import InputError, refusal
from clausula.intake.member_columns import ID, Findings, Sheet
from clausula.intake.member_layout import (
    ENROLMENTS,
    EVIDENCE,
    FILES,
    LISTING,
    OF_ENROLMENTS,
    OF_PEOPLE,
    OF_PROVIDERS,
    PEOPLE,
    PROVIDERS,
    SETTINGS,
    enrolments_of,
    evidence_of,
    people_of,
)
from clausula.intake.roster import Identifier, Roster, tidy
from clausula.intake.whole import read_text

NEAR = 1000
"""People among whom a likely name is sought for one that nobody has."""


def read_member_tables(folder: Path) -> Roster:
    """The roster of a folder of member tables. Raises InputError with every finding."""
    reading = _Reading(folder)
    roster = reading.roster()
    found = reading.findings.all()
    if found:
        raise InputError(found)
    return roster


def read_directory(folder: Path, findings: Findings) -> dict[str, Provider]:
    """The directory of a folder of member tables, which is looked over: what is wrong with the directory is among the
    findings. Raises InputError where there are no people, or a file that nobody reads."""
    reading = _Reading(folder, findings)
    reading.check_files()
    reading.settings()
    return reading.providers()


def read_provider_table(folder: Path) -> dict[str, Provider]:
    """The directory of a folder of member tables alone. Raises InputError with every finding."""
    reading = _Reading(folder)
    providers = reading.providers()
    found = reading.findings.all()
    if found:
        raise InputError(found)
    return providers


@dataclass(slots=True)
class _Reading:
    """One reading of one folder. people, home: row and household of each person."""

    folder: Path
    findings: Findings = field(default_factory=Findings)
    people: dict[str, int] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)

    def roster(self) -> Roster:
        self.check_files()
        match_by_name = self.settings()
        providers = self.providers()
        people = self.read_people()
        enrolments: dict[str, list[Enrolment]] = {home: [] for home in people}
        evidence: dict[str, list[Evidence]] = {home: [] for home in people}
        for enrolment in self.enrolments():
            enrolments[self.home[enrolment.person]].append(enrolment)
        for paper in self.evidence():
            evidence[self.home[paper.person]].append(paper)
        if self.findings.found:
            return Roster()
        households = {
            home: Household(home, tuple(each), tuple(enrolments[home]), tuple(evidence[home]))
            for home, each in people.items()
        }
        return Roster(households, providers, match_by_name=match_by_name)

    def check_files(self) -> None:
        """Raises InputError where there are no people, or a table that nobody reads."""
        names = {path.name for path in self.folder.iterdir() if path.suffix in (".parquet", ".toml")}
        if PEOPLE not in names:
            message = f"there is no {PEOPLE} in this folder"
            raise refusal("no-households", message, str(self.folder), "see docs/how-to/bring-in-claims.md")
        for name in sorted(names.difference(FILES)):
            near = difflib.get_close_matches(name, FILES, 1)
            mend = f"did you mean {near[0]}?" if near else f"the tables are {', '.join(FILES)}"
            raise refusal("unknown-key", f"nobody reads {name}", str(self.folder / name), mend)

    def settings(self) -> bool:
        """Whether name and date of birth may identify a person."""
        path = self.folder / SETTINGS
        if not path.exists():
            return False
        try:
            found = tomllib.loads(read_text(path))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise refusal("broken-toml", f"this is not TOML: {error}", str(path), "mend it at this place") from None
        head = found.pop("members", {})
        head = head if isinstance(head, dict) else {}
        for key in (*found, *(set(head) - {"match_by_name", "title"})):
            mend = "here stand match_by_name and title under [members]; people stand in the tables"
            raise refusal("unknown-key", f"nothing reads {values.shown(key)}", str(path), mend)
        return head.get("match_by_name") is True

    def sheet(self, name: str) -> Sheet | None:
        path = self.folder / name
        return Sheet.whole(path, self.findings) if path.exists() else None

    # --- people ---

    def read_people(self) -> dict[str, list[Person]]:
        """People by household, in the order of their rows."""
        sheet = Sheet.whole(self.folder / PEOPLE, self.findings)
        table = people_of(sheet)
        facts, numbers = sheet.further(OF_PEOPLE)
        identifiers = _numbers(table, numbers)
        self.check_numbers(sheet, identifiers, numbers)
        found: dict[str, list[Person]] = {}
        columns = (_texts(table, name) for name in ("household", "person", "name", "sex", "role"))
        rows = zip(*columns, _values(table.column("born")), identifiers, _facts(table, facts), strict=True)
        for row, (home, person, name, sex, role, born, known, stated) in enumerate(rows):
            if person in self.people:
                sheet.findings.add(**twice(person, sheet.place(self.people[person]), sheet.place(row)))
            elif person and home and born is not None:
                self.people[person], self.home[person] = row, home
                found.setdefault(home, []).append(Person(person, born, name, sex, role, known, stated))
        return found

    def check_numbers(self, sheet: Sheet, identifiers: Sequence[Mapping[str, str]], columns: Sequence[str]) -> None:
        """Note numbers that belong to two."""
        owners: dict[Identifier, int] = {}
        for row, each in enumerate(identifiers if columns else ()):
            for system, number in each.items():
                first = owners.setdefault(tidy(system, number), row)
                if first != row:
                    sheet.findings.add(**owned_twice(system, number, sheet.place(first), sheet.place(row)))

    def owner(self, sheet: Sheet, row: int, person: str) -> bool:
        """Whether a person stands in the table of people; else a finding, unless the cell is empty."""
        if person in self.home:
            return True
        if person:
            sheet.findings.add(*unknown_person(person, list(self.home), sheet.place(row)), column="person")
        return False

    # --- what belongs to people ---

    def enrolments(self) -> list[Enrolment]:
        sheet = self.sheet(ENROLMENTS)
        if sheet is None:
            return []
        table = enrolments_of(sheet)
        facts = _facts(table, sheet.further(OF_ENROLMENTS)[0])
        columns = (
            _texts(table, "person"),
            _texts(table, "plan"),
            *(_values(table.column(n)) for n in ("start", "until")),
        )
        found = []
        for row, (person, plan, start, until, stated) in enumerate(zip(*columns, facts, strict=True)):
            if self.owner(sheet, row, person) and plan and start is not None:
                found.append(Enrolment(person, plan, start, until, stated))
        return found

    def evidence(self) -> list[Evidence]:
        sheet = self.sheet(EVIDENCE)
        if sheet is None:
            return []
        table = evidence_of(sheet)
        found = []
        for row, cells in enumerate(zip(*(_cells(table.column(name)) for name in table.column_names), strict=True)):
            kind, person, issued = cells[:3]
            if self.owner(sheet, row, person) and kind and issued is not None:
                found.append(Evidence(*cells))
        return found

    # --- providers ---

    def providers(self) -> dict[str, Provider]:
        sheet = self.sheet(PROVIDERS)
        if sheet is None:
            return {}
        sheet.check_columns(OF_PROVIDERS, ("id",), open_to_facts=True)
        facts, numbers = sheet.further(OF_PROVIDERS)
        columns = {name: sheet.words(name) for name in (*OF_PROVIDERS[1:-1], *numbers)}
        columns |= {"id": sheet.words("id", needed="provider"), **{name: sheet.fact(name) for name in facts}}
        table = pa.table(columns)
        identifiers = _numbers(table, numbers)
        self.check_numbers(sheet, identifiers, numbers)
        found: dict[str, Provider] = {}
        rows: dict[str, int] = {}
        lists = [tuple(self.listing(sheet, row, one) for one in each)
                 for row, each in enumerate(sheet.structures("lists", LISTING))]  # fmt: skip
        plain = (_texts(table, name) for name in OF_PROVIDERS[:-1])
        for row, cells in enumerate(zip(*plain, lists, identifiers, _facts(table, facts), strict=True)):
            if cells[0] in found:
                message = f"{cells[0]} stands here twice"
                sheet.wrong("twice", message, "give each an id of its own", row, column="id", also=rows[cells[0]])
            elif cells[0]:
                rows[cells[0]], found[cells[0]] = row, Provider(*cells)
        return found

    def listing(self, sheet: Sheet, row: int, stated: Mapping[str, Any]) -> Listing:
        """One entry on a list."""
        name, start, until = (stated.get(part) for part in LISTING)
        if not name:
            sheet.wrong("missing-key", "listing without list", "say which list", row, column="lists")
        for day in (start, until):
            if isinstance(day, date) and not values.EARLIEST <= day <= values.LATEST:
                mend = "check the year; leave an open end empty"
                sheet.wrong("bad-date", f"{day} lies outside 1900 to 2199", mend, row, column="lists")
        return Listing(name or "", start, until)


def unknown_person(person: str, known: Sequence[str], place: Place) -> tuple[str, str, Place, str]:
    """What is said of somebody who is not in the table of people."""
    near = difflib.get_close_matches(person, known[:NEAR], 1)
    mend = f"did you mean {near[0]}?" if near else f"add a row to {PEOPLE}, or leave this one out"
    return "unknown-person", f"{person!r} is not in {PEOPLE}", place, mend


def twice(person: str, first: Place, place: Place) -> dict[str, Any]:
    """What is said of somebody who stands in the table of people twice."""
    return {"code": "twice", "message": f"person {person} stands here twice", "place": place,
            "mend": "give each person an id", "column": "person", "also": first}  # fmt: skip


def owned_twice(system: str, number: str, first: Place, place: Place) -> dict[str, Any]:
    """What is said of a number that belongs to two."""
    message = f"{system} {number} belongs to somebody else in this table already"
    return {"code": "twice", "message": message, "place": place, "mend": "a number names one person",
            "column": system, "also": first}  # fmt: skip


def _texts(table: pa.Table, name: str) -> list[str]:
    """A column of texts; an empty cell is ""."""
    column = table.column(name).combine_chunks()
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [*coded.dictionary.to_pylist(), ""]
    return [words[which] for which in coded.indices.fill_null(-1).to_pylist()]


def _values(column: Any) -> list[Any]:
    """A column of anything else, equal values shared; an empty cell is None."""
    column = column.combine_chunks()
    if pa.types.is_list(column.type):
        return _tuples(column)
    if pa.types.is_dictionary(column.type) or pa.types.is_null(column.type):
        found: list[Any] = column.to_pylist()
        return found
    coded = column.dictionary_encode()
    known = [*coded.dictionary.to_pylist(), None]
    return [known[which] for which in coded.indices.fill_null(-1).to_pylist()]


def _tuples(column: Any) -> list[tuple[str, ...] | None]:
    """Lists of texts as tuples, equal ones shared; None where a cell is empty."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    lists = column.to_pylist() if column.null_count < len(column) else [None] * len(column)
    return [None if each is None else known.setdefault(tuple(each), tuple(each)) for each in lists]


def _cells(column: Any) -> list[Any]:
    """A column as the fields of records: no text is "", no list is empty."""
    kind, found = column.type, _values(column)
    if pa.types.is_list(kind):
        return [each or () for each in found]
    return [each or "" for each in found] if pa.types.is_string(kind) or pa.types.is_dictionary(kind) else found


def _numbers(table: pa.Table, names: Sequence[str]) -> list[Mapping[str, str]]:
    """The numbers of each row by system, from columns id.SYSTEM."""
    if not names:
        return [MappingProxyType({})] * table.num_rows
    systems = [name.removeprefix(ID) for name in names]
    return [
        MappingProxyType({system: number for system, number in zip(systems, row, strict=True) if number})
        for row in zip(*(_texts(table, name) for name in names), strict=True)
    ]


def _facts(table: pa.Table, names: Sequence[str]) -> list[Facts]:
    """The facts of each row; rows that state the same share one mapping."""
    if not names:
        return [NO_FACTS] * table.num_rows
    known: dict[tuple[FactValue | None, ...], Facts] = {}
    found: list[Facts] = []
    for row in zip(*(_values(table.column(name)) for name in names), strict=True):
        facts = known.get(row)
        if facts is None:
            stated = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            facts = known[row] = MappingProxyType(stated)
        found.append(facts)
    return found
