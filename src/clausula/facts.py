"""What may be known of a line, and how it becomes a whole number.

Facts come from the catalogue and from plans; a few are built in because they follow from a line's own fields. A small
registry of encoders turns each kind into an int (or MISSING); derived facts are whole-number arithmetic on other facts,
so that one value and a whole column share the same source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any

from clausula import dates
from clausula.codes import MISSING
from clausula.money import MoneyError, to_minor
from clausula.plan import Fact, Parameter, Want


class FactError(ValueError):
    """A stated fact that is not of its kind: which fact, what was found, what is expected."""

    def __init__(self, fact: str, message: str) -> None:
        super().__init__(f"{fact}: {message}")
        self.fact = fact


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A fact that follows from a line's own fields: its kind, whose it is, and how it is derived from other facts."""

    kind: str
    of: str = "line"
    derive: str = ""
    args: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    doc: str = ""


BUILT_IN: Mapping[str, BuiltIn] = {
    "served_on": BuiltIn("date", doc="day of service"),
    "received_on": BuiltIn("date", doc="day the claim was received"),
    "born": BuiltIn("date", "person", doc="date of birth"),
    "start": BuiltIn("date", "enrolment", doc="first day of the enrolment"),
    "until": BuiltIn("date", "enrolment", doc="last day of the enrolment"),
    "covers_before": BuiltIn("set", "enrolment", doc="plans of the person that decide before this one on the line"),
    "age": BuiltIn("number", "line", "years", ("born", "served_on"), doc="completed years on the day of service"),
    "days_in_force": BuiltIn(
        "number", "enrolment", "days", ("start", "served_on"), doc="days from the start to the service"
    ),
    "plan_year": BuiltIn(
        "number", "enrolment", "plan-year", ("start", "served_on"), doc="plan year, by its first calendar year"
    ),
    "nights": BuiltIn("number", "line", "days", ("admitted_on", "discharged_on"), doc="nights of the stay"),
    "days": BuiltIn(
        "number", "line", "days", ("admitted_on", "discharged_on"), doc="days of the stay, discharge day not counted"
    ),
    "days_inclusive": BuiltIn(
        "number", "line", "days+1", ("admitted_on", "discharged_on"), doc="days, both ends counted"
    ),
    "year": BuiltIn("number", "line", "year", ("served_on",), doc="calendar year of the service"),
    "month": BuiltIn(
        "number", "line", "month", ("served_on",), doc="calendar month of the service, counted from the year 0"
    ),
    "weekday": BuiltIn("number", "line", "weekday", ("served_on",), doc="1 Monday to 7 Sunday"),
    "day_kind": BuiltIn(
        "code", values=("working", "saturday", "sunday", "holiday"), doc="kind of day, by the public holidays"
    ),
    "time": BuiltIn("time", doc="local time of day"),
    "entry": BuiltIn(
        "code",
        values=("with-holder", "first-anniversary", "later-anniversary", "other"),
        doc="when somebody enters, seen from the holder's start (applications only)",
    ),
    "role": BuiltIn("code", "person", doc="holder, spouse, partner or child"),
    "sex": BuiltIn("code", "person", doc="female, male or other"),
    "service": BuiltIn("code", doc="node of the service tree"),
    "quantity": BuiltIn("number", doc="units of the line"),
    "charged": BuiltIn("money", doc="full charge"),
    "paid_by_others": BuiltIn("money", doc="already paid by third parties that are no covers here"),
    **{
        f"year-from-{name}": BuiltIn(
            "number", "line", f"12 months from {number}", ("served_on",), doc=f"year that begins in {name}"
        )
        for number, name in enumerate(dates.MONTHS, 1)
    },
    "half-year": BuiltIn("number", "line", "6 months from 1", ("served_on",), doc="half of the calendar year"),
    "quarter": BuiltIn("number", "line", "3 months from 1", ("served_on",), doc="quarter of the calendar year"),
    "week": BuiltIn("number", "line", "week", ("served_on",), doc="week, Monday to Sunday, counted from the year 1"),
    "paid_before": BuiltIn("money", doc="paid by earlier covers on the same line"),
    "provider": BuiltIn("code", doc="id of the treating provider"),
    "provider.role": BuiltIn("code", doc="role of the treating provider"),
    "provider.lists": BuiltIn("set", doc="lists the treating provider stands on that day"),
}

COUNTS = {"night": "nights", "day": "days", "nights": "nights", "days": "days", "day_inclusive": "days_inclusive"}
"""Words of `each` and `count` that count something other than the quantity of the line."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A fact as the compiler uses it: kind, owner, derivation, closed values and default."""

    id: str
    kind: str
    of: str = "line"
    derive: str = ""
    args: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    unless_stated: Any = None


def spec_of(fact_id: str, declared: Iterable[Mapping[str, Fact]]) -> Spec | None:
    """What a fact is: the plan's own, else the catalogue's, else built in; None where nobody knows it."""
    for facts in declared:
        if fact_id in facts:
            return _declared(facts[fact_id])
    known = BUILT_IN.get(fact_id)
    return Spec(fact_id, known.kind, known.of, known.derive, known.args, known.values) if known else None


def chosen(parameter: Parameter) -> Spec:
    """A parameter of a plan as a fact: a condition can ask which reading holds, `{ "$breach_policy" = "advance" }`."""
    value = parameter.value
    kind = "flag" if isinstance(value, bool) else "code" if isinstance(value, str) else "number"
    values = tuple(parameter.choices) if kind == "code" else ()
    return Spec(f"${parameter.id}", kind, "plan", values=values, unless_stated=value)


def _declared(fact: Fact) -> Spec:
    if fact.count_of:
        return Spec(fact.id, "number", fact.of, "less", (fact.count_of, fact.minus))
    for derive, start in (("days", fact.days_from), ("months", fact.months_from), ("years", fact.years_from)):
        if start:
            return Spec(fact.id, "number", fact.of, derive, (start, fact.to))
    for derive, day in (("year", fact.year_of), ("weekday", fact.weekday_of)):
        if day:
            return Spec(fact.id, "number", fact.of, derive, (day,))
    return Spec(fact.id, fact.kind, fact.of, "", (), tuple(fact.values), fact.unless_stated)


_KIND_OF_TEST = {
    "in": ("code", "flag", "set", "number", "money"), "not-in": ("code", "flag", "set", "number", "money"),
    "any": ("set",),
    "all": ("set",), "none": ("set",), "between": ("flag", "number", "money", "date", "time"),
    "outside": ("flag", "number", "money", "date", "time"), "below-fact": ("number", "money", "date", "time"),
    "at-most-fact": ("number", "money", "date", "time"),
}  # fmt: skip


def misfit(want: Want, spec: Spec) -> tuple[str, str] | None:
    """Why a test cannot be put to a fact of that kind, with how to mend it; None where it can. Without this a condition
    that means nothing (emergency = "yes", cause = true) would only never hold."""
    what = {"code": "a code in quotes", "flag": "true or false", "set": "names in quotes"}.get(
        spec.kind, f"a {spec.kind}"
    )
    if spec.kind not in _KIND_OF_TEST.get(want.op, (spec.kind,)):
        return f"{want.fact} is {what}, and is not compared like this", f"write {want.fact} = …, with {what}"
    if spec.kind == "flag":
        bounds = want.op not in ("between", "outside") or ({want.low, want.high} <= {0, 1} and want.closed)
        if not bounds or (want.values and not set(want.values) <= {"true", "false"}):
            return f"{want.fact} is true or false", f"write {want.fact} = true"
    if spec.kind in ("code", "set") and spec.values:
        for value in want.values:
            if (
                not value.startswith("list:")
                and "*" not in value
                and not any(v == value or v.startswith(value + "/") for v in spec.values)
            ):
                near = get_close_matches(value, spec.values, 1)
                return f"{want.fact} is never {value!r}", f"did you mean {near[0]}?" if near else "it is " + ", ".join(
                    spec.values
                )
    if spec.kind in ("number", "money", "date", "time") and want.op in ("between", "outside"):
        for bound in (want.low, want.high):
            if bound is not None and isinstance(bound, date) is not (spec.kind == "date"):
                return (
                    f"{want.fact} is {what}, compared with {bound}",
                    f"write {want.fact} = {{ at_least = … }} with {what}",
                )
    return None


DERIVATIONS: Mapping[str, Callable[..., Any]] = {
    "days": lambda start, end: end - start,
    "days+1": lambda start, end: end - start + 1,
    "less": lambda whole, part: whole - part,
    "months": dates.months_between,
    "years": dates.years_between,
    "plan-year": dates.plan_year,
    "year": dates.year_of,
    "month": dates.month_index,
    "weekday": dates.weekday,
    "week": dates.week,
    **{f"{months} months from {first}": partial(dates.span, months, first) for months, first in dates.SPANS},
}


@dataclass(slots=True)
class Atoms:
    """Codes of one fact as small numbers: classes of codes that no plan tells apart.

    A pattern is an exact code, a prefix ("F*") or a node that covers what lies under it ("imaging" covers
    "imaging/ct"). Class 0 holds the codes no plan names; class n the codes whose closest pattern is patterns[n - 1].
    """

    patterns: list[str] = field(default_factory=list)
    _number: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def add(self, pattern: str) -> None:
        """Make a pattern known; its class number is fixed from then on."""
        if pattern not in self._number:
            self.patterns.append(pattern)
            self._number[pattern] = len(self.patterns)
            self._seen.clear()

    def of(self, code: str) -> int:
        """Class of a code."""
        found = self._seen.get(code)
        if found is None:
            found = self._seen[code] = next((self._number[near] for near in _closest(code) if near in self._number), 0)
            if len(self._seen) > 100_000:
                self._seen.clear()
        return found

    def covered(self, wanted: Iterable[str]) -> list[int]:
        """For each class, 1 where any wanted pattern covers it."""
        asked = set(wanted)
        return [0, *(int(any(near in asked for near in _closest(pattern))) for pattern in self.patterns)]


def _closest(code: str) -> Iterable[str]:
    """Patterns that cover a code, the closest first: itself, its prefixes, its parents; "*" last."""
    yield code
    stem = code.removesuffix("*")
    for end in range(len(stem), 0, -1):
        if not (code.endswith("*") and end == len(stem)):
            yield stem[:end] + "*"
        if end < len(stem) and stem[end] == "/":
            yield stem[:end]
    yield "*"


def encode(spec: Spec, value: Any, currency: str, names: Mapping[str, int], atoms: Atoms | None) -> int:
    """A stated value as an int. Raises FactError when it is not of the fact's kind."""
    kind = spec.kind
    if kind == "code":
        code = ("true" if value else "false") if isinstance(value, bool) else value
        if not isinstance(code, str):
            raise FactError(spec.id, f"expected a code in quotes, found {value!r}")
        if spec.values and code not in spec.values:
            raise FactError(spec.id, f"{code!r} is none of {', '.join(spec.values)}")
        return atoms.of(code) if atoms else 0
    if kind == "flag":
        if isinstance(value, bool) or value in ("true", "false"):
            return int(value in (True, "true"))
        raise FactError(spec.id, f"expected true or false, found {value!r}")
    if kind == "money":
        try:
            return to_minor(value, currency)
        except MoneyError as error:
            raise FactError(spec.id, str(error)) from None
    if kind == "date":
        return _day(spec, value)
    if kind == "time":
        try:
            return value if type(value) is int and 0 <= value <= 1440 else dates.minutes(value)
        except (ValueError, AttributeError, TypeError):
            raise FactError(spec.id, f"expected a time like 08:30, found {value!r}") from None
    if kind == "set":
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, tuple | list | set | frozenset) or not all(
            isinstance(each, str) for each in entries
        ):
            raise FactError(spec.id, f"expected texts, found {value!r}")
        return sum(1 << names[entry] for entry in set(entries) if entry in names)
    return _number(spec, value)


def _day(spec: Spec, value: Any) -> int:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return int(date(day.year, day.month, day.day).toordinal())
    except (ValueError, AttributeError):
        raise FactError(spec.id, f"expected a date like 2026-03-12, found {value!r}") from None


def _number(spec: Spec, value: Any) -> int:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**11:
        raise FactError(spec.id, f"expected a whole number, found {value!r}")
    return value


def derive(spec: Spec, args: list[int]) -> int:
    """A derived fact from its arguments; missing where one of them is."""
    if MISSING in args:
        return MISSING
    return int(DERIVATIONS[spec.derive](*args))
