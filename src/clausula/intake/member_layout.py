"""The layout of member tables: their files and columns, and any table that may be read as such in one form.

    people.parquet       household, person, born; role, sex, name (or given_name and family_name); id.SYSTEM; facts
    enrolments.parquet   person, plan, start; until; facts
    evidence.parquet     the fields of `clausula.Evidence`
    providers.parquet    id; name, role, specialty, lists; id.SYSTEM; facts
    members.toml         [members] match_by_name = true, where wanted

Whoever reads a table, or a piece of one, gets its columns by `people_of`, `enrolments_of` and `evidence_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clausula.household import Evidence
from clausula.intake.member_columns import ID, TEXTS, WORD, Sheet

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
LISTING = {"list": "string", "start": "date32[day]", "until": "date32[day]"}
LISTINGS = pa.list_(pa.struct([("list", pa.string()), ("start", pa.date32()), ("until", pa.date32())]))
NEEDED_EVIDENCE = frozenset({"kind", "person", "issued_on"})


def people_schema(further: Iterable[tuple[str, Any]] = ()) -> pa.Schema:
    """The columns of people.parquet, and further ones: facts, and numbers (id.SYSTEM)."""
    kinds = {"household": pa.string(), "person": pa.string(), "born": pa.date32(), "name": pa.string()}
    shown = [name for name in OF_PEOPLE if name not in ("given_name", "family_name")]
    return pa.schema([*((name, kinds.get(name, WORD)) for name in shown), *further])


def enrolments_schema(further: Iterable[tuple[str, Any]] = ()) -> pa.Schema:
    """The columns of enrolments.parquet, and further ones: facts."""
    kinds = dict(zip(OF_ENROLMENTS, (pa.string(), WORD, pa.date32(), pa.date32()), strict=True))
    return pa.schema([*kinds.items(), *further])


def evidence_schema() -> pa.Schema:
    """The columns of evidence.parquet: the fields of Evidence."""
    kinds = {"person": pa.string(), "id": pa.string(), "uses": pa.int64()}
    return pa.schema(
        [
            (name, kinds.get(name, pa.date32() if name in DAYS else TEXTS if name in LISTS else WORD))
            for name in OF_EVIDENCE
        ]
    )


def providers_schema(further: Iterable[tuple[str, Any]] = ()) -> pa.Schema:
    """The columns of providers.parquet, and further ones: facts, and numbers (id.SYSTEM)."""
    kinds = dict(zip(OF_PROVIDERS, (pa.string(), pa.string(), WORD, WORD, LISTINGS), strict=True))
    return pa.schema([*kinds.items(), *further])


def people_of(sheet: Sheet) -> pa.Table:
    """The columns of a table of people, or a piece of it; what cannot be used is among the sheet's findings."""
    sheet.check_columns(OF_PEOPLE, ("household", "person", "born"), open_to_facts=True)
    facts, numbers = sheet.further(OF_PEOPLE)
    if not sheet.rows:
        sheet.wrong("no-households", "there is nobody in this table", "add a row a person")
    found = {name: sheet.words(name, needed="person") for name in ("household", "person")}
    found["born"] = sheet.days("born", needed="person")
    found["role"] = pc.fill_null(_as(sheet.words("role"), pa.string()), "holder")
    found |= {"sex": sheet.words("sex"), "name": _names(sheet)}
    further = {name: _as(sheet.words(name), pa.string()) for name in numbers}
    further |= {name: sheet.fact(name) for name in facts}
    return _laid_out(people_schema(_kinds(further)), found | further)


def enrolments_of(sheet: Sheet) -> pa.Table:
    """The columns of a table of enrolments, or a piece of it; findings as of `people_of`."""
    sheet.check_columns(OF_ENROLMENTS, OF_ENROLMENTS[:3], open_to_facts=True)
    what = "enrolment"
    found = {name: sheet.words(name, needed=what) for name in ("person", "plan")}
    found |= {"start": sheet.days("start", needed=what), "until": sheet.days("until")}
    facts, numbers = sheet.further(OF_ENROLMENTS)
    further = {name: sheet.fact(name) for name in facts}
    for name in numbers:
        sheet.wrong("columns", f"nobody reads the column {name}", f"numbers of people stand in {PEOPLE}")
    swapped = pc.fill_null(pc.less(found["until"], found["start"]), fill_value=False)
    for row in pc.indices_nonzero(swapped).to_pylist():
        message = f"this enrolment ends {found['until'][row]}, before {found['start'][row]}"
        sheet.wrong("ends-before-start", message, "swap them", row, column="until")
    return _laid_out(enrolments_schema(_kinds(further)), found | further)


def evidence_of(sheet: Sheet) -> pa.Table:
    """The columns of a table of documents, or a piece of it; findings as of `people_of`."""
    sheet.check_columns(OF_EVIDENCE, sorted(NEEDED_EVIDENCE), open_to_facts=False)
    found = {}
    for name in OF_EVIDENCE:
        what = "evidence" if name in NEEDED_EVIDENCE else ""
        if name in DAYS:
            found[name] = sheet.days(name, needed=what)
        elif name in LISTS:
            found[name] = sheet.lists(name)
        else:
            found[name] = sheet.counts(name) if name == "uses" else sheet.words(name, needed=what)
    return _laid_out(evidence_schema(), found)


def _kinds(columns: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, WORD if pa.types.is_string(column.type) and not name.startswith(ID) else column.type)
            for name, column in columns.items()]  # fmt: skip


def _laid_out(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    return pa.table([_as(columns[each.name], each.type) for each in schema], schema=schema)


def _as(column: Any, kind: Any) -> Any:
    """A column of texts, coded by a dictionary or not as is wanted; others as they are."""
    coded = pa.types.is_dictionary(column.type)
    if kind == WORD:
        return column if coded else column.dictionary_encode()
    return column.cast(kind) if coded else column


def _names(sheet: Sheet) -> Any:
    """Full names: as they stand in `name`, else given and family name."""
    name, given, family = (_as(sheet.words(part), pa.string()) for part in ("name", "given_name", "family_name"))
    if given.null_count == family.null_count == sheet.rows:
        return name
    joined = pc.binary_join_element_wise(given, family, " ", null_handling="skip")
    return pc.coalesce(name, pc.if_else(pc.equal(joined, ""), None, joined))
