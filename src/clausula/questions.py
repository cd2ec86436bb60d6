"""What a golden case can ask besides the decision on lines, each answered by the engine's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from clausula.book import Book
from clausula.codes import TRUE
from clausula.decision import Adjudication
from clausula.enrolment import Asking, ends_on, enrol
from clausula.guide import guide
from clausula.left import left
from clausula.plan import Contact, Plan, ServiceLevel
from clausula.premium import premium, premium_class
from clausula.service_levels import is_open, kept
from clausula.situation import InputError, Situation, amount, day, fact, whole
from clausula.sources import day_kind

EXTRA = {"on", "facts", "born", "level", "since", "done", "now", "stopped_days", "contact", "at", "person", "intent"}
"""Keys of `given` that belong to these questions and not to the situation."""

MOST_STOPPED = 3660
"""Days for which a clock may have stood still."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is asked of: the book, the plan of the case, what is given, read and decided."""

    book: Book
    plan: str
    given: Mapping[str, Any]
    situation: Situation
    done: Adjudication


Answer = Callable[[Asked], Any]


def _stated(given: Mapping[str, Any], key: str, what: str) -> Any:
    """What a question needs. Raises InputError where it is not given."""
    if key not in given:
        raise InputError(f"given.{key}", f"{what} is missing", f"write given.{key} = 2026-01-01")
    return given[key]


def _facts(given: Mapping[str, Any]) -> dict[str, Any]:
    facts = given.get("facts", {})
    if not isinstance(facts, Mapping):
        raise InputError("given.facts", f"expected a table, found {facts!r}")
    return {name: fact(value, f"given.facts.{name}") for name, value in facts.items()}


def _on(given: Mapping[str, Any]) -> date:
    return day(_stated(given, "on", "the day of the question"), "given.on")


def _moment(value: Any, where: str) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(day(value, where), datetime.min.time())


def _plan(asked: Asked) -> Plan:
    slices = asked.book.slices(asked.plan)
    return asked.book.plan(asked.plan, _on(asked.given)) if "on" in asked.given else slices[-1].plan


def _left(asked: Asked) -> Any:
    on = _on(asked.given) if "on" in asked.given else max(d.line.served_on for d in asked.done.decisions)
    person = str(asked.given.get("person", asked.situation.household.people[0].id))
    found = left(asked.book, asked.situation.household, person, on, asked.done.usage)
    return {entry.account.partition("#")[2] or entry.account: entry.left for entry in found}


def _premium(asked: Asked) -> Any:
    return premium(asked.book, asked.situation.household, _on(asked.given), _facts(asked.given)).total


def _premium_class(asked: Asked) -> Any:
    born = day(asked.given["born"], "given.born") if "born" in asked.given else asked.situation.household.people[0].born
    return premium_class(asked.book, asked.plan, born, _on(asked.given))


def _enrolment(asked: Asked) -> Any:
    answers = enrol(
        asked.book,
        asked.situation.household,
        _on(asked.given),
        _facts(asked.given),
        plan=asked.plan,
        providers=asked.situation.providers,
    )
    return {answer.person: {"outcome": answer.outcome, "reason": answer.reason} for answer in answers}


def _ends(asked: Asked) -> Any:
    mine = [each for each in asked.situation.household.enrolments if each.plan == asked.plan]
    return {each.person: ends_on(asked.book, asked.situation.household, each) for each in mine}


def _kept(asked: Asked) -> Any:
    levels = [level for level in _plan(asked).of(ServiceLevel) if level.id == asked.given.get("level")]
    if not levels:
        raise InputError("given.level", f"there is no service level {asked.given.get('level')!r}")
    since = _moment(_stated(asked.given, "since", "the moment the clock started"), "given.since")
    asking = Asking(asked.book, asked.situation.household, since.date(), _facts(asked.given), asked.situation.providers)
    mine = [each for each in asked.situation.household.enrolments if each.plan == asked.plan]
    if levels[0].when and not any(asking.truth(levels[0], "when", each)[0] == TRUE for each in mine):
        return None
    finished = _moment(asked.given["done"], "given.done") if "done" in asked.given else None
    now = _moment(asked.given.get("now", asked.given.get("done", since)), "given.now")
    stopped = whole(asked.given.get("stopped_days", 0), "given.stopped_days")
    if not 0 <= stopped <= MOST_STOPPED:
        raise InputError("given.stopped_days", f"{stopped} is out of range: 0 to {MOST_STOPPED}")
    return kept(levels[0], since, finished, now, timedelta(days=stopped))


def _due(asked: Asked) -> Any:
    found = _kept(asked)
    return found and found.due.date()


def _late(asked: Asked) -> Any:
    found = _kept(asked)
    return bool(found and found.late)


def _open(asked: Asked) -> Any:
    plan = _plan(asked)
    contacts = [contact for contact in plan.of(Contact) if contact.id == asked.given.get("contact")]
    if not contacts:
        raise InputError("given.contact", f"there is no contact {asked.given.get('contact')!r}")
    moment = _moment(_stated(asked.given, "at", "the moment of the call"), "given.at")
    holiday = day_kind(moment.date(), contacts[0].holidays) == "holiday"
    return is_open(contacts[0], moment.date(), moment.hour * 60 + moment.minute, holiday=holiday)


def _guide(asked: Asked) -> Any:
    if not asked.situation.lines:
        raise InputError("given.lines", "the guide needs a line that says what is intended")
    found = guide(
        asked.book,
        asked.situation.household,
        asked.situation.lines[0],
        usage=asked.done.usage,
        providers=asked.situation.providers,
    )
    return {
        "outcome": found.outcome,
        "missing": [step.id for step in found.steps if step.state == "missing"],
        "done": [step.id for step in found.steps if step.state == "done"],
        "exempt": [step.id for step in found.steps if step.state == "exempt"],
        "contacts": [step.contact.id for step in found.steps if step.state == "missing" and step.contact],
        "from": found.covered_from,
    }


ANSWERS: Mapping[str, Answer] = {
    "left": _left,
    "premium": _premium,
    "premium_class": _premium_class,
    "enrolment": _enrolment,
    "ends": _ends,
    "due": _due,
    "late": _late,
    "open": _open,
    "guide": _guide,
}


def differences(key: str, wanted: Any, found: Any) -> Iterable[str]:
    """What differs between what was expected and what came out; a table expects only the keys it names."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for inner, value in wanted.items():
            yield from differences(f"{key}.{inner}", value, found.get(inner))
        return
    if isinstance(found, Mapping) and len(found) == 1:
        found = next(iter(found.values()))
    if isinstance(found, Mapping) and not isinstance(wanted, Mapping) and "outcome" in found:
        found = found["outcome"]
    same = found == wanted
    if isinstance(found, Decimal) and not isinstance(wanted, bool):
        same = found == amount(wanted, key)
    if wanted == "never":
        same = found is None
    if not same:
        yield f"{key} is {found}, expected {wanted}"
