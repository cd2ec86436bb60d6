"""What a golden case can ask besides the decision on lines, each answered by the engine's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from clausula.adjudicate import Adjudication
from clausula.book import Book
from clausula.codes import TRUE
from clausula.enrolment import Asking, ends_on, enrol
from clausula.guide import guide
from clausula.left import left
from clausula.plan import Contact, Plan, ServiceLevel
from clausula.premium import premium, premium_class
from clausula.service_levels import is_open, kept
from clausula.situation import InputError, Situation, amount, day
from clausula.sources import day_kind

EXTRA = {"on", "facts", "born", "level", "since", "done", "now", "stopped_days", "contact", "at", "person", "intent"}
"""Keys of `given` that belong to these questions and not to the situation."""

Answer = Callable[[Book, str, Mapping[str, Any], Situation, Adjudication], Any]


def _on(given: Mapping[str, Any]) -> date:
    if "on" not in given:
        raise InputError("given.on", "the day of the question is missing", "write given.on = 2026-01-01")
    return day(given["on"], "given.on")


def _moment(value: Any, where: str) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(day(value, where), datetime.min.time())


def _plan(book: Book, plan: str, given: Mapping[str, Any]) -> Plan:
    slices = book.slices(plan)
    return book.plan(plan, _on(given)) if "on" in given else slices[-1].plan


def _left(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    on = _on(given) if "on" in given else max(d.line.served_on for d in done.decisions)
    person = str(given.get("person", situation.household.people[0].id))
    found = left(book, situation.household, person, on, done.usage)
    return {entry.account.partition("#")[2] or entry.account: entry.left for entry in found}


def _premium(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    return premium(book, situation.household, _on(given), given.get("facts")).total


def _premium_class(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    born = day(given["born"], "given.born") if "born" in given else situation.household.people[0].born
    return premium_class(book, plan, born, _on(given))


def _enrolment(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    facts = {key: tuple(value) if isinstance(value, list) else value for key, value in given.get("facts", {}).items()}
    answers = enrol(book, situation.household, _on(given), facts, plan=plan, providers=situation.providers)
    return {answer.person: {"outcome": answer.outcome, "reason": answer.reason} for answer in answers}


def _ends(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    mine = [each for each in situation.household.enrolments if each.plan == plan]
    return {each.person: ends_on(book, situation.household, each) for each in mine}


def _kept(book: Book, plan: str, given: Mapping[str, Any], situation: Situation) -> Any:
    levels = [level for level in _plan(book, plan, given).of(ServiceLevel) if level.id == given.get("level")]
    if not levels:
        raise InputError("given.level", f"there is no service level {given.get('level')!r}")
    since = _moment(given["since"], "given.since")
    asking = Asking(book, situation.household, since.date(), given.get("facts", {}), situation.providers)
    mine = [each for each in situation.household.enrolments if each.plan == plan]
    if levels[0].when and not any(asking.truth(levels[0], "when", each)[0] == TRUE for each in mine):
        return None
    done = _moment(given["done"], "given.done") if "done" in given else None
    now = _moment(given.get("now", given.get("done", given["since"])), "given.now")
    return kept(levels[0], since, done, now, timedelta(days=int(given.get("stopped_days", 0))))


def _due(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    found = _kept(book, plan, given, situation)
    return found and found.due.date()


def _late(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    found = _kept(book, plan, given, situation)
    return bool(found and found.late)


def _open(book: Book, plan_id: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    plan = _plan(book, plan_id, given)
    contacts = [contact for contact in plan.of(Contact) if contact.id == given.get("contact")]
    if not contacts:
        raise InputError("given.contact", f"there is no contact {given.get('contact')!r}")
    moment = _moment(given["at"], "given.at")
    holiday = day_kind(moment.date(), contacts[0].holidays) == "holiday"
    return is_open(contacts[0], moment.date(), moment.hour * 60 + moment.minute, holiday=holiday)


def _guide(book: Book, plan: str, given: Mapping[str, Any], situation: Situation, done: Adjudication) -> Any:
    if not situation.lines:
        raise InputError("given.lines", "the guide needs a line that says what is intended")
    found = guide(book, situation.household, situation.lines[0], usage=done.usage, providers=situation.providers)
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
