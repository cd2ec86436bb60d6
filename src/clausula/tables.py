"""Dated numbers shared by plans: `plans/tables/*.toml`. Every value has a day it holds from, a unit and a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clausula.catalogue import in_order, parse_toml, read_toml
from clausula.findings import Finding, Place, PlanError


@dataclass(frozen=True, slots=True)
class Dated:
    """One value of a table from a day on, until a day (inclusive) or until further notice."""

    start: date
    until: date | None
    value: Any


@dataclass(frozen=True, slots=True)
class Table:
    """A table of dated values by key."""

    id: str
    unit: str
    source: str
    checked_on: date | None
    values: dict[str, tuple[Dated, ...]]
    rows: tuple[dict[str, Any], ...] = ()

    def on(self, key: str, day: date) -> Any:
        """The value of a key on a day. Raises KeyError where the table has none."""
        for entry in reversed(self.values[key]):
            if entry.start <= day and (entry.until is None or day <= entry.until):
                return entry.value
        raise KeyError(key)

    def changes(self, key: str) -> list[date]:
        """The days from which a key's value changes."""
        days = {entry.start for entry in self.values.get(key, ())}
        days |= {date.fromordinal(entry.until.toordinal() + 1) for entry in self.values.get(key, ()) if entry.until}
        return sorted(days)


def load_tables(*folders: Path) -> dict[str, Table]:
    """Read every table of the folders by id. Raises PlanError."""
    findings: list[Finding] = []
    files = [path for folder in folders for path in sorted(folder.rglob("*.toml"))]
    return _tables([(str(path), read_toml(path, findings)) for path in files], findings)


def tables_of(texts: Mapping[str, str]) -> dict[str, Table]:
    """Read tables from texts by their path, in the order of the paths. Raises PlanError."""
    findings: list[Finding] = []
    return _tables([(path, parse_toml(texts[path], path, findings)) for path in in_order(texts)], findings)


def _tables(read: Iterable[tuple[str, dict[str, Any]]], findings: list[Finding]) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for file, data in read:
        head = data.get("table")
        if isinstance(head, dict) and "id" in head:
            rows = tuple(entry for key, entries in data.items() if key not in ("table", "value") for entry in entries)
            tables[head["id"]] = Table(
                head["id"], head.get("unit", ""), head.get("source", ""), head.get("checked_on"),
                _values(file, data.get("value", []), findings), rows,
            )  # fmt: skip
        elif data:
            findings.append(
                Finding("no-table", "this file has no [table] with an id", Place(file), "add [table] id = …")
            )
    if findings:
        raise PlanError(findings)
    return tables


def _values(file: str, entries: Iterable[dict[str, Any]], findings: list[Finding]) -> dict[str, tuple[Dated, ...]]:
    found: dict[str, list[Dated]] = {}
    for entry in entries:
        key, start, value = entry.get("key"), entry.get("from"), entry.get("value")
        if not isinstance(key, str) or not isinstance(start, date) or value is None or isinstance(value, float):
            findings.append(Finding("bad-value", f"a value needs key, from and value: {entry}", Place(file)))
            continue
        found.setdefault(key, []).append(
            Dated(start, entry.get("until"), Decimal(value) if isinstance(value, int) else value)
        )
    return {key: tuple(sorted(values, key=lambda each: each.start)) for key, values in found.items()}
