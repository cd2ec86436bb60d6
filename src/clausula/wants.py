"""How conditions are read: `when = { fact = wanted, … }`, a conjunction; a list of such tables, alternatives."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from clausula.findings import Place
from clausula.plan import Alternatives, Want
from clausula.values import LARGEST_NUMBER, SAID_FOR, PlanValueError, clock_time, flag, many, shown, text

LARGEST_RANGE = 2600
"""Codes a range may stand for."""

_CODE = re.compile(r"[A-Z]\d{1,3}")
_BOUNDS = {"at_least", "at_most", "below", "above"}


def _bound(value: Any) -> int | Decimal | date:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        raise PlanValueError(
            f"expected a number or a date, found {shown(value)}", "write it without quotes: 18, 2026-01-01"
        )
    if not isinstance(value, date) and not (Decimal(value).is_finite() and -LARGEST_NUMBER <= value <= LARGEST_NUMBER):
        raise PlanValueError("this number is too large", f"numbers go up to {LARGEST_NUMBER}")
    return value


def _between(fact: str, spec: dict[str, Any], place: Place) -> Want:
    low = spec.get("at_least", spec.get("above"))
    high = spec.get("at_most", spec.get("below"))
    return Want(
        fact,
        "between",
        low=None if low is None else _bound(low),
        high=None if high is None else _bound(high),
        above="above" in spec,
        closed="at_most" in spec,
        place=place,
    )


def _code_range(first: str, last: str, fact: str) -> tuple[str, ...]:
    """Codes from one to another, with all that begins like them: { from = "M40", to = "M54" } is M40* … M54*."""
    if len(first) != len(last) or first > last:
        raise PlanValueError(f"{first} to {last} is not a range of codes", 'write { from = "M40", to = "M54" }', fact)
    digits = len(first) - 1
    size = int("1" + "0" * digits)
    low, high = ((ord(code[0]) * size + int(code[1:])) for code in (first, last))
    if high - low > LARGEST_RANGE:
        raise PlanValueError(
            f"{first} to {last} are more than {LARGEST_RANGE} codes", 'name whole letters with a star: "C*"', fact
        )
    return tuple(f"{chr(code // size)}{code % size:0{digits}d}*" for code in range(low, high + 1))


def _table_want(fact: str, spec: dict[str, Any], place: Place) -> Want:
    keys = set(spec)
    if keys and keys <= _BOUNDS and not {"at_least", "above"} <= keys and not {"at_most", "below"} <= keys:
        return _between(fact, spec, place)
    if keys == {"from", "to"} and all(isinstance(spec[key], str) and _CODE.fullmatch(spec[key]) for key in keys):
        return Want(fact, "in", _code_range(spec["from"], spec["to"], fact), place=place)
    if keys == {"from", "to"}:
        low, high = clock_time(spec["from"]), clock_time(spec["to"])
        if low < high:
            return Want(fact, "between", low=low, high=high, place=place)
        return Want(fact, "outside", low=high, high=low, place=place)
    if keys == {"not"}:
        if isinstance(spec["not"], bool):
            return _plain_want(fact, not spec["not"], place)
        return Want(fact, "not-in", many(_word)(spec["not"], place), place=place)
    if keys in ({"list"}, {"not_list"}):
        (key, listed), *_ = spec.items()
        return Want(fact, "in" if key == "list" else "not-in", ("list:" + text(listed, place),), place=place)
    if keys == {"known"}:
        return Want(fact, "known", low=int(flag(spec["known"], place)), place=place)
    if keys in ({"less_than_fact"}, {"at_most_fact"}):
        (key, other), *_ = spec.items()
        return Want(
            fact, "below-fact" if key == "less_than_fact" else "at-most-fact", other=text(other, place), place=place
        )
    if len(keys) == 1 and keys <= {"any", "all", "none"}:
        (key, wanted), *_ = spec.items()
        return Want(fact, key, many(text)(wanted, place), place=place)
    if keys and keys <= set(SAID_FOR):
        meant = ", ".join(f"{SAID_FOR[key]} for {key}" for key in sorted(keys))
        raise PlanValueError(
            f"do not understand what is wanted of {fact}: {', '.join(sorted(keys))}", f"write {meant}", fact
        )
    raise PlanValueError(
        f"do not understand what is wanted of {fact}: {', '.join(sorted(keys)) or 'an empty table'}",
        "use at_least, at_most, below, above, from/to, not, list, not_list, known, any, all, none, less_than_fact, "
        "at_most_fact",
        fact,
    )


def _word(value: Any, _: Place) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise PlanValueError(
            f"expected a code in quotes, found {shown(value)}", 'write "general" or ["public", "private"]'
        )
    return value


def _plain_want(fact: str, spec: Any, place: Place) -> Want:
    if isinstance(spec, bool):
        return Want(fact, "between", low=int(spec), high=int(spec), closed=True, place=place)
    if isinstance(spec, int | Decimal | date):
        return Want(fact, "between", low=spec, high=spec, closed=True, place=place)
    if isinstance(spec, list) and not spec:
        raise PlanValueError(f"nothing is wanted of {fact}: the list is empty", "name at least one value", fact)
    if isinstance(spec, list) and all(isinstance(entry, int) and not isinstance(entry, bool) for entry in spec):
        return Want(fact, "in", tuple(str(entry) for entry in spec), place=place)
    return Want(fact, "in", many(_word)(spec, place), place=place)


def want(fact: str, spec: Any, place: Place) -> Want:
    """One test: a fact and what is wanted of it."""
    found = _table_want(fact, spec, place) if isinstance(spec, dict) else _plain_want(fact, spec, place)
    if fact.startswith("used:"):
        if found.op != "between":
            raise PlanValueError(f"{fact} is an amount or a count", "use at_least, at_most, below or above", fact)
        return Want(fact, "used", (), found.low, found.high, found.above, found.closed, fact[5:], place)
    return found


def when(value: Any, place: Place) -> Alternatives:
    """A condition: a table of tests, or a list of such tables (alternatives)."""
    tables = value if isinstance(value, list) else [value]
    for table in tables:
        if not isinstance(table, dict) or not table:
            raise PlanValueError(f"expected a table of facts, found {shown(table)}", "write when = { fact = … }")
    return tuple(tuple(want(fact, spec, place) for fact, spec in _dotted(table)) for table in tables)


def _dotted(table: dict[str, Any]) -> list[tuple[str, Any]]:
    """The facts of a table; `provider.lists = …`, which TOML reads as a table in a table, is the fact
    "provider.lists"."""
    found: list[tuple[str, Any]] = []
    for fact, spec in table.items():
        inner = fact == "provider" and isinstance(spec, dict)
        found += [(f"provider.{key}", value) for key, value in spec.items()] if inner else [(fact, spec)]
    return found
