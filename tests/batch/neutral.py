"""Lines as a table in the neutral layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clausula.household import Line

FIELDS = (
    "person",
    "service",
    "served_on",
    "currency",
    "quantity",
    "claim",
    "stay",
    "episode",
    "indication",
    "provider",
)


def cell(value: Any) -> Any:
    """A fact as a cell of the neutral table."""
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def table_of(lines: Iterable[Line], currency: str) -> pa.Table:
    """Lines in the neutral layout: facts as texts, money as decimals, empty cells where nothing is stated.

    currency: of lines that do not state one.
    """
    rows = list(lines)
    facts = sorted({name for line in rows for name in line.facts})
    columns: dict[str, Any] = {"line_id": [line.id for line in rows]}
    for name in FIELDS:
        columns[name] = [getattr(line, name) or None for line in rows]
    columns["quantity"] = [line.quantity for line in rows]
    columns["currency"] = [line.currency or currency for line in rows]
    for name in ("charged", "paid_by_others"):
        columns[name] = pa.array([Decimal(getattr(line, name)) for line in rows], pa.decimal128(18, 2))
    columns["received_on"] = pa.array([line.received_on for line in rows], pa.date32())
    columns["time"] = [None if line.time is None else f"{line.time // 60:02d}:{line.time % 60:02d}" for line in rows]
    for name in facts:
        columns[name] = [cell(line.facts[name]) if name in line.facts else None for line in rows]
    return pa.table(columns)


def sayable(line: Line) -> Line:
    """The line without facts that a table cannot state: an empty set is an empty cell, and so a missing fact."""
    return replace(line, facts={name: value for name, value in line.facts.items() if value != ()})
