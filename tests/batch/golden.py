"""All golden cases as one portfolio: a household a case, and what the engine decides of each alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clausula.adjudicate import adjudicate
from clausula.batch.bucketing import make_buckets
from clausula.batch.usage_tables import SCHEMA
from clausula.book import Book
from clausula.cases import Case, load_cases
from clausula.household import Evidence, Household, Line, Provider
from clausula.intake import Roster
from clausula.intake.member_writing import write_member_tables
from clausula.questions import EXTRA
from clausula.situation import InputError, Situation, read_situation
from clausula.usage import AccountKey, Usage
from tests.batch.decided import Told, said, tables
from tests.batch.neutral import sayable, table_of

PLANS = Path("plans")


@dataclass
class Golden:
    """Cases of one reading of the plans, in buckets. lines, accounts: what each line and each account must be."""

    book: Book
    folder: Path
    cases: list[Case] = field(default_factory=list)
    lines: dict[str, Told] = field(default_factory=dict)
    accounts: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def assert_decided(self, out: Path) -> None:
        """A run over the buckets said of every line and every account what the engine says of each case alone."""
        rows = {row["line"]: row for found in tables(out, "decisions").values() for row in found}
        assert rows.keys() == self.lines.keys()
        for line, expected in self.lines.items():
            assert {name: rows[line][name] for name in expected} == expected, self.cases[int(line.split("-")[0])]
        kept = [row for found in tables(out, "usage").values() for row in found]
        assert {tuple(row[name] for name in SCHEMA.names[:-1]): row["used"] for row in kept if row["used"]} == (
            self.accounts
        )


def readings(book: Book) -> Iterator[tuple[Book, list[Case]]]:
    """The bundled cases by the parameters they are asked with, those of the plans as they are first."""
    found: dict[str, tuple[Book, list[Case]]] = {"": (book, [])}
    for path in sorted(PLANS.rglob("cases.toml")):
        plan = path.parent.relative_to(PLANS).as_posix()
        for case in load_cases(path, plan):
            key = f"{plan} {case.parameters}" if case.parameters else ""
            if key not in found:
                found[key] = (book.with_parameters({plan: case.parameters}), [])
            found[key][1].append(case)
    yield from ((book, cases) for book, cases in found.values() if any(asked(book, case) for case in cases))


def golden(book: Book, cases: Iterable[Case], folder: Path) -> Golden:
    """The cases among these that have lines, dealt to buckets in a folder. Lines that a table cannot state are left."""
    made = Golden(book, folder / "buckets")
    lines, opening = list[pa.Table](), list[dict[str, Any]]()
    homes, everywhere = dict[str, Household](), dict[str, Provider]()
    for case in cases:
        situation = asked(book, case)
        if situation is None:
            continue
        prefix = f"{len(made.cases)}-"
        made.cases.append(case)
        done = adjudicate(book, situation.household, situation.lines, situation.usage, providers=situation.providers)
        made.lines |= {prefix + decision.line.id: said(decision) for decision in done.decisions}
        home, theirs, providers = renamed(prefix, situation)
        homes[home.id] = home
        everywhere |= providers
        currency = next(book.slices(plan)[0].plan.currency for plan in sorted(home.plans))
        lines.append(table_of(theirs, currency))
        opening += accounts_of(prefix, home.id, situation.usage)
        closing = accounts_of(prefix, home.id, done.usage)
        made.accounts |= {tuple(row[name] for name in SCHEMA.names[:-1]): row["used"] for row in closing if row["used"]}
    path = folder / "lines.parquet"
    pq.write_table(pa.concat_tables(lines, promote_options="permissive"), path)
    made.folder.mkdir()
    usage = pa.Table.from_pylist(opening, SCHEMA)
    members = folder / "members"
    write_member_tables(Roster(homes, everywhere), members)
    found = make_buckets(book, members, [path], made.folder, lines=250, usage=[usage])
    assert not found.listed["lines"], (made.folder / "listed.csv").read_text(encoding="utf-8")
    return made


def asked(book: Book, case: Case) -> Situation | None:
    """What a case asks of lines; None where it asks of none, or of what no table of lines can hold."""
    given = {key: value for key, value in case.given.items() if key not in EXTRA}
    try:
        found = read_situation(given, book, "given", case.plan)
    except InputError:
        return None
    if not found.lines:
        return None
    papers = tuple(  # the name that the engine gives to a document without one
        replace(each, id=each.id or f"{each.person}/{each.kind}/{each.issued_on}/{each.issuer}")
        for each in found.household.evidence
    )
    return replace(found, household=replace(found.household, evidence=papers))


def renamed(prefix: str, situation: Situation) -> tuple[Household, list[Line], Mapping[str, Provider]]:
    """A case under names that no other case has."""

    def own(name: str) -> str:
        return prefix + name if name else name

    def paper(each: Evidence) -> Evidence:
        return replace(
            each, id=own(each.id), person=own(each.person), issuer=own(each.issuer), provider=own(each.provider),
            proposals=tuple(own(name) for name in each.proposals),
        )  # fmt: skip

    home = situation.household
    lines = [
        sayable(replace(line, id=own(line.id), person=own(line.person), provider=own(line.provider)))
        for line in situation.lines
    ]
    providers = {own(name): replace(each, id=own(name)) for name, each in situation.providers.items()}
    people = tuple(replace(each, id=own(each.id)) for each in home.people)
    enrolments = tuple(replace(each, person=own(each.person)) for each in home.enrolments)
    return Household(own(home.id), people, enrolments, tuple(map(paper, home.evidence))), lines, providers


def accounts_of(prefix: str, home: str, usage: Usage) -> list[dict[str, Any]]:
    """Accounts of a case as rows of a table."""
    return [row_of(prefix, home, key, used) for key, used in usage.amounts.items()]


def row_of(prefix: str, home: str, key: AccountKey, used: int) -> dict[str, Any]:
    """An account as a row: whose it is stands in two columns."""
    scope, *whose = key.entity
    person, name = (None, None) if scope == "household" else (prefix + whose[0], *whose[1:], None)[:2]
    if scope == "evidence":
        person, name = None, prefix + whose[0]
    return {
        "household": home,
        "account": key.account,
        "person": person,
        "name": name,
        "period": key.period,
        "used": used,
    }
