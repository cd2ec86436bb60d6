"""Members as a folder of Parquet tables: the same roster as the members file, for many people.

    people.parquet       household, person, born; role, sex, name (or given_name and family_name); id.SYSTEM; facts
    enrolments.parquet   person, plan, start; until; facts
    evidence.parquet     the fields of `clausula.Evidence`
    providers.parquet    id; name, role, specialty, lists; id.SYSTEM; facts
    members.toml         [members] match_by_name = true, where wanted

Only people.parquet must be there. The checks are those of the members file: every fault is told with file, row, what
was found and how to mend it, and a folder that is wrong anywhere is not used at all. The layout in full:
docs/how-to/bring-in-claims.md.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from clausula.household import Enrolment, Evidence, Household, Listing, Person, Provider
from clausula.intake import values
from clausula.intake.errors import InputError, refusal
from clausula.intake.member_columns import Findings, Sheet
from clausula.intake.roster import Identifier, Roster, tidy
from clausula.intake.whole import read_text

PEOPLE, ENROLMENTS, EVIDENCE, PROVIDERS = (
    "people.parquet",
    "enrolments.parquet",
    "evidence.parquet",
    "providers.parquet",
)
SETTINGS = "members.toml"
FILES = (PEOPLE, ENROLMENTS, EVIDENCE, PROVIDERS, SETTINGS)

OF_PEOPLE = ("household", "person", "born", "role", "sex", "name", "given_name", "family_name")
OF_ENROLMENTS = ("person", "plan", "start", "until")
OF_EVIDENCE = tuple(one.name for one in fields(Evidence))
OF_PROVIDERS = ("id", "name", "role", "specialty", "lists")
LISTS = frozenset({"issuer_lists", "services", "proposals", "names"})
DAYS = frozenset({"issued_on", "valid_from", "valid_until"})
_LISTING = {"list": "string", "start": "date32[day]", "until": "date32[day]"}


def read_member_tables(folder: Path) -> Roster:
    """The roster of a folder of member tables. Raises InputError with every finding."""
    reading = _Reading(folder)
    roster = reading.roster()
    found = reading.findings.all()
    if found:
        raise InputError(found)
    return roster


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
        return Sheet(path, self.findings) if path.exists() else None

    # --- people ---

    def read_people(self) -> dict[str, list[Person]]:
        """People by household, in the order of their rows."""
        sheet = Sheet(self.folder / PEOPLE, self.findings)
        sheet.check_columns(OF_PEOPLE, ("household", "person", "born"), open_to_facts=True)
        facts, numbers = sheet.further(OF_PEOPLE)
        if not sheet.rows:
            sheet.wrong("no-households", "there is nobody in this table", "add a row a person")
        homes, ids = sheet.words("household", needed="person"), sheet.words("person", needed="person")
        born, identifiers = sheet.days("born", needed="person"), sheet.numbers(numbers)
        roles = sheet.words("role") if "role" in sheet.table.column_names else ["holder"] * sheet.rows
        self.check_numbers(sheet, identifiers, numbers)
        found: dict[str, list[Person]] = {}
        rows = zip(
            homes, ids, born, _names(sheet), sheet.words("sex"), roles, identifiers, sheet.facts(facts), strict=True
        )
        for row, (home, person, day, name, sex, role, known, stated) in enumerate(rows):
            if person in self.people:
                message = f"person {person} stands here twice"
                sheet.wrong("twice", message, "give each person an id", row, column="person", also=self.people[person])
            elif person and home and day is not None:
                self.people[person], self.home[person] = row, home
                found.setdefault(home, []).append(Person(person, day, name, sex, role or "holder", known, stated))
        return found

    def check_numbers(self, sheet: Sheet, identifiers: Sequence[Mapping[str, str]], columns: Sequence[str]) -> None:
        """Note numbers that belong to two."""
        owners: dict[Identifier, int] = {}
        for row, each in enumerate(identifiers if columns else ()):
            for system, number in each.items():
                first = owners.setdefault(tidy(system, number), row)
                if first != row:
                    message = f"{system} {number} belongs to somebody else in this table already"
                    sheet.wrong("twice", message, "a number names one person", row, column=system, also=first)

    def owner(self, sheet: Sheet, row: int, person: str) -> bool:
        """Whether a person stands in the table of people; else a finding, unless the cell is empty."""
        if person in self.home:
            return True
        if person:
            near = difflib.get_close_matches(person, list(self.home)[:1000], 1)
            mend = f"did you mean {near[0]}?" if near else f"add a row to {PEOPLE}, or leave this one out"
            sheet.wrong("unknown-person", f"{person!r} is not in {PEOPLE}", mend, row, column="person")
        return False

    # --- what belongs to people ---

    def enrolments(self) -> list[Enrolment]:
        sheet = self.sheet(ENROLMENTS)
        if sheet is None:
            return []
        sheet.check_columns(OF_ENROLMENTS, OF_ENROLMENTS[:3], open_to_facts=True)
        what = "enrolment"
        people, plans = sheet.words("person", needed=what), sheet.words("plan", needed=what)
        starts, ends, facts = (
            sheet.days("start", needed=what),
            sheet.days("until"),
            sheet.facts(sheet.further(OF_ENROLMENTS)[0]),
        )
        for name in sheet.further(OF_ENROLMENTS)[1]:
            sheet.wrong("columns", f"nobody reads the column {name}", f"numbers of people stand in {PEOPLE}")
        found = []
        for row, (person, plan, start, until, stated) in enumerate(
            zip(people, plans, starts, ends, facts, strict=True)
        ):
            known = self.owner(sheet, row, person)
            if start is not None and until is not None and until < start:
                message = f"this enrolment ends {until}, before {start}"
                sheet.wrong("ends-before-start", message, "swap them", row, column="until")
            if known and plan and start is not None:
                found.append(Enrolment(person, plan, start, until, stated))
        return found

    def evidence(self) -> list[Evidence]:
        sheet = self.sheet(EVIDENCE)
        if sheet is None:
            return []
        needed = {"kind", "person", "issued_on"}
        sheet.check_columns(OF_EVIDENCE, sorted(needed), open_to_facts=False)
        columns: list[Sequence[Any]] = []
        for name in OF_EVIDENCE:
            what = "evidence" if name in needed else ""
            if name in DAYS:
                columns.append(sheet.days(name, needed=what))
            elif name in LISTS:
                columns.append(sheet.lists(name))
            else:
                columns.append(sheet.counts(name) if name == "uses" else sheet.words(name, needed=what))
        found = []
        for row, cells in enumerate(zip(*columns, strict=True)):
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
        identifiers = sheet.numbers(numbers)
        self.check_numbers(sheet, identifiers, numbers)
        found: dict[str, Provider] = {}
        rows: dict[str, int] = {}
        lists = [tuple(self.listing(sheet, row, one) for one in each)
                 for row, each in enumerate(sheet.structures("lists", _LISTING))]  # fmt: skip
        columns = (sheet.words("id", needed="provider"), *map(sheet.words, ("name", "role", "specialty")))
        for row, cells in enumerate(zip(*columns, lists, identifiers, sheet.facts(facts), strict=True)):
            if cells[0] in found:
                message = f"{cells[0]} stands here twice"
                sheet.wrong("twice", message, "give each an id of its own", row, column="id", also=rows[cells[0]])
            elif cells[0]:
                rows[cells[0]], found[cells[0]] = row, Provider(*cells)
        return found

    def listing(self, sheet: Sheet, row: int, stated: Mapping[str, Any]) -> Listing:
        """One entry on a list."""
        name, start, until = (stated.get(part) for part in _LISTING)
        if not name:
            sheet.wrong("missing-key", "listing without list", "say which list", row, column="lists")
        for day in (start, until):
            if isinstance(day, date) and not values.EARLIEST <= day <= values.LATEST:
                mend = "check the year; leave an open end empty"
                sheet.wrong("bad-date", f"{day} lies outside 1900 to 2199", mend, row, column="lists")
        return Listing(name or "", start, until)


def _names(sheet: Sheet) -> list[str]:
    """Full names: as they stand in `name`, else given and family name."""
    parts = zip(sheet.words("name"), sheet.words("given_name"), sheet.words("family_name"), strict=True)
    return [name or " ".join(part for part in (given, family) if part) for name, given, family in parts]
