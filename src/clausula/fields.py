"""How every other field of a record is read, and the table that says which reader reads which field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from clausula.findings import Place
from clausula.payments import pays
from clausula.plan import Dated, Exempt, Names, Opening
from clausula.values import (
    FAILURE_NAMES,
    REFUSALS,
    PlanValueError,
    choice,
    clock_time,
    flag,
    ident,
    many,
    names,
    scalar,
    services,
    share,
    shown,
    text,
    texts_table,
    value_of,
    whole,
)
from clausula.wants import when


def dated(value: Any, place: Place) -> Dated:
    """How the date of evidence lies to a date fact: { not_after = "served_on", within_days = 30 }."""
    if not isinstance(value, dict):
        raise PlanValueError(f"expected a relation of dates, found {shown(value)}", 'write { not_after = "served_on" }')
    relations = {
        "before": (None, -1),
        "not_after": (None, 0),
        "on": (0, 0),
        "not_before": (0, None),
        "after": (1, None),
    }
    found = [key for key in relations if key in value]
    if len(found) != 1 or set(value) - {found[0], "within_days"}:
        raise PlanValueError(
            "say one relation of dates", f"use one of {', '.join(relations)}, and within_days if it is limited"
        )
    earliest, latest = relations[found[0]]
    if "within_days" in value:
        days = whole(value["within_days"], place)
        earliest, latest = (earliest, days) if earliest is not None else (-days, latest)
    return Dated(ident(value[found[0]], place), earliest, latest)


def issued_by(value: Any, place: Place) -> Mapping[str, tuple[str, ...]]:
    """List, role or specialty of who issued it."""
    if not isinstance(value, dict) or set(value) - {"list", "role", "specialty"}:
        raise PlanValueError("expected list, role or specialty", 'write { list = "plusmed" }')
    return {key: many(text)(entry, place) for key, entry in value.items()}


def failures(value: Any, place: Place) -> Mapping[str, str]:
    """Outcome by what is wrong: "needs_document", or { missing = …, dated = …, otherwise = … }."""
    if isinstance(value, str):
        return {"otherwise": choice(*REFUSALS)(value, place)}
    if not isinstance(value, dict):
        raise PlanValueError(f"expected an outcome, found {shown(value)}", "use " + ", ".join(REFUSALS))
    for key in value:
        if key not in (*FAILURE_NAMES[1:], "otherwise", "pays"):
            raise PlanValueError(
                f"{key!r} is no way to fail", "use " + ", ".join((*FAILURE_NAMES[1:], "otherwise")), key
            )
    return {key: choice(*REFUSALS)(entry, place) for key, entry in value.items() if key != "pays"}


def exempts(value: Any, place: Place) -> tuple[Exempt, ...]:
    """Who or what is exempt: a list of { when = …, name = … }."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict) or not {"when"} <= set(entry) <= {"when", "name", "clause"}:
            raise PlanValueError(f"an exemption is {{ when = {{ … }} }}, found {shown(entry)}")
        found.append(
            Exempt(when(entry["when"], place), names(entry.get("name", {}), place), entry.get("clause", ""), place)
        )
    return tuple(found)


def names_by_code(value: Any, place: Place) -> Mapping[str, Names]:
    """Names by code: { general = { en = "general ward", … }, … }."""
    if not isinstance(value, dict):
        raise PlanValueError(
            f"expected names by code, found {shown(value)}", 'write value_names.code = { en = "…", … }'
        )
    return {code: names(entry, place) for code, entry in value.items()}


_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7, "holiday": 8}


def hours(value: Any, place: Place) -> tuple[Opening, ...]:
    """Opening hours: "always", or tables { days = "mon-fri", from = "08:30", to = "19:30" }."""
    if value == "always":
        return (Opening((1, 2, 3, 4, 5, 6, 7, 8), 0, 1440),)
    found = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict) or set(entry) != {"days", "from", "to"}:
            raise PlanValueError(
                "opening hours have days, from and to", 'write { days = "mon-fri", from = "08:30", to = "19:30" }'
            )
        days: list[int] = []
        for part in text(entry["days"], place).replace(" ", "").split(","):
            first, _, last = part.partition("-")
            if first not in _DAYS or (last and last not in _DAYS):
                raise PlanValueError(f"do not know the days {shown(part)}", f"use {', '.join(_DAYS)}", "days")
            days += range(_DAYS[first], _DAYS[last or first] + 1)
        found.append(Opening(tuple(days), clock_time(entry["from"]), clock_time(entry["to"])))
    return tuple(found)


def duration(value: Any, place: Place) -> tuple[int, str]:
    """A length of time: "20 calendar days" -> (20, "days"), "180 seconds" -> (180, "seconds")."""
    found = re.fullmatch(r"(\d{1,6}) (?:calendar )?(second|minute|hour|day|month)s?", text(value, place))
    if not found:
        raise PlanValueError(f"{shown(value)} is not a length of time", 'write "20 calendar days" or "180 seconds"')
    return int(found[1]), found[2] + "s"


def refused(value: Any, _: Place) -> Any:
    """A field that is written in another way."""
    raise PlanValueError(f"cannot be written: {shown(value)}")


READERS: dict[str, Callable[[Any, Place], Any]] = {
    "text": text,
    "texts": many(text),
    "texts-table": texts_table,
    "ident": ident,
    "idents": many(ident),
    "names": names,
    "value-names": names_by_code,
    "flag": flag,
    "share": share,
    "whole": whole,
    "wholes": many(whole),
    "value": value_of,
    "scalar": scalar,
    "scalars": many(scalar),
    "fact": ident,
    "fact-kind": choice("code", "flag", "number", "money", "date", "time", "set"),
    "fact-of": choice("line", "person", "enrolment", "provider"),
    "services": services,
    "when": when,
    "pays": pays,
    "benefit-kind": choice("expense", "indemnity", "service"),
    "if-missing": choice("needs_person", "needs_document", "needs_authorisation", "not_covered", "skip"),
    "outcome": choice(*REFUSALS),
    "same": many(choice("specialty", "episode", "indication", "provider", "claim", "services")),
    "status": choice("granted"),
    "dated": dated,
    "issued-by": issued_by,
    "exempts": exempts,
    "failures": failures,
    "hours": hours,
    "duration": duration,
    "hidden": refused,
}
