"""Where a fact of a line is read from: the line itself, else where it belongs, else what follows from a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from clausula import dates
from clausula.facts import Spec
from clausula.household import Enrolment, Line, Person, Provider


class Context(NamedTuple):
    """What a line's facts are read from. `before`: plans that decide earlier on the line."""

    line: Line
    person: Person
    provider: Provider | None
    enrolment: Enrolment | None
    before: tuple[str, ...] = ()


class LineError(ValueError):
    """A line that cannot be decided as it is stated: which line, which fact, why."""

    def __init__(self, line: Line, fact: str, message: str) -> None:
        super().__init__(f"line {line.id}{f' ({line.origin})' if line.origin else ''}: {fact}: {message}")
        self.line, self.fact, self.message = line, fact, message


Source = Callable[[Context], Any]


def _lists(context: Context) -> tuple[str, ...] | None:
    """Lists the provider stands on, on the day of admission where there is one, else of service."""
    if context.provider is None:
        return None
    admitted = context.line.facts.get("admitted_on")
    day = admitted if isinstance(admitted, date) else context.line.served_on
    return tuple(entry.list for entry in context.provider.lists if entry.holds(day))


def is_dated(provider: Provider | None) -> bool:
    """Whether the lists a provider stands on depend on the day."""
    return provider is not None and any(entry.start or entry.until for entry in provider.lists)


_FIELDS: Mapping[str, Source] = {
    "received_on": lambda c: c.line.received_on,
    "born": lambda c: c.person.born,
    "role": lambda c: c.person.role,
    "sex": lambda c: c.person.sex or None,
    "start": lambda c: c.enrolment and c.enrolment.start,
    "until": lambda c: c.enrolment and c.enrolment.until,
    "covers_before": lambda c: tuple(plan for plan in c.before if c.enrolment and plan != c.enrolment.plan),
    "time": lambda c: c.line.time,
    "provider": lambda c: c.line.provider or None,
    "specialty": lambda c: (c.provider and c.provider.specialty) or None,
    "episode": lambda c: c.line.episode or None,
    "stay": lambda c: c.line.stay or None,
    "indication": lambda c: c.line.indication or None,
    "provider.role": lambda c: (c.provider and c.provider.role) or None,
    "provider.lists": _lists,
}


@lru_cache(maxsize=4096)
def elsewhere(fact: str, of: str) -> Source:
    """Reads a fact the line itself does not state; None where nobody does."""
    field = _FIELDS.get(fact)
    if fact.startswith("provider."):
        name = fact.removeprefix("provider.")
        return field or (lambda c: c.provider.facts.get(name) if c.provider else None)

    def read(context: Context) -> Any:
        value = None
        if of == "person":
            value = context.person.facts.get(fact)
        elif of == "enrolment" and context.enrolment is not None:
            value = context.enrolment.facts.get(fact)
        if value is None and context.provider is not None:
            value = context.provider.facts.get(fact)
        return field(context) if value is None and field else value

    return read


def raw(fact: str, of: str, context: Context) -> Any:
    """A fact as stated, or None."""
    value = context.line.facts.get(fact)
    return elsewhere(fact, of)(context) if value is None else value


@lru_cache(maxsize=8)
def _calendar(country: str, subdivision: str) -> Any:
    import holidays  # noqa: PLC0415 - a large library, loaded only where a plan asks for public holidays

    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        return holidays.country_holidays(country) if country else {}


def day_kind(day: date, country: str, subdivision: str = "") -> str:
    """working, saturday, sunday or holiday by the public holidays of a country (ISO 3166)."""
    if country and day in _calendar(country, subdivision):
        return "holiday"
    return {6: "saturday", 7: "sunday"}.get(day.isoweekday(), "working")


def day_kind_of(context: Context, country: str) -> str:
    """Kind of day of a line's service: in the country of the service, else of residence, else of the plan; the feast of
    the municipality's patron saint (person fact `patron_saint_day`, "10-04") counts as a holiday."""
    line, facts = context.line, context.person.facts
    country = str(line.facts.get("country") or facts.get("residence_country") or country)
    canton = str(facts.get("residence_canton", "")) if country == "CH" else ""
    if facts.get("patron_saint_day") == line.served_on.strftime("%m-%d"):
        return "holiday"
    return day_kind(line.served_on, country, canton)


def window(spec: Spec, served: Any) -> Any:
    """The day a window begins after: months or days back, or months before the year of the service."""
    months, days = map(int, spec.values[:2])
    if spec.values[2] == "rolling":
        return dates.add_months(served, -months) if months else served - days
    return dates.add_months(dates.ordinal(dates.year_of(served), 1, 1), -months) - 1
