"""Facts as people state them: which an edition asks for, how they are kept, how the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from clausula import facts
from clausula.plan import Fact, Parameter
from clausula_server.enrolment.catalogue.editions import Edition, combined, edition
from clausula_server.enrolment.dossier import Facts
from clausula_server.lib.refusals import Fault

WORKED_OUT = frozenset({"household_complete", "holder_start", "continuous_since", "membership", "enrolled_from_birth"})
"""Facts of an enrolment that this room works out or decides; nobody states them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact an edition asks of an enrolment: kind, closed values, what holds when nobody says, the question."""

    fact: str
    kind: str
    values: tuple[str, ...]
    otherwise: Any
    question: Mapping[str, str]


def asked_of(digest: str) -> list[Asked]:
    """What an edition asks of an enrolment, by fact id. What the room works out itself is not asked."""
    read, program = edition(digest), combined([digest]).program
    plan = read.slices[-1].plan
    own = {each.id: each for each in plan.of(Fact)}
    readings = {each.id for each in plan.of(Parameter)}
    found = []
    for column in program.columns:
        spec = column.spec
        if spec.of != "enrolment" or spec.derive or spec.id in facts.BUILT_IN or spec.id in WORKED_OUT | readings:
            continue
        declared = own.get(spec.id) or read.catalogue.facts.get(spec.id)
        question = declared.ask or declared.name if declared else {}
        found.append(Asked(spec.id, spec.kind, tuple(spec.values), spec.unless_stated, dict(question)))
    return sorted(found, key=lambda each: each.fact)


def knows_fact(digest: str, fact: str) -> bool:
    """Whether a rule of the edition looks at a fact."""
    return any(column.spec.id == fact for column in combined([digest]).program.columns)


def knows_stated(digest: str, fact: str, of: str) -> bool:
    """Whether an edition, or the catalogue it was registered with, has a fact that can be stated of somebody."""
    spec = facts.spec_of(fact, (_own(digest)[0], edition(digest).catalogue.facts))
    return spec is not None and spec.of == of and not spec.derive and fact not in facts.BUILT_IN


@lru_cache(maxsize=256)
def _own(digest: str) -> tuple[dict[str, Fact], frozenset[str]]:
    """The facts an edition has of its own, and the names of its readings."""
    plan = edition(digest).slices[-1].plan
    return {each.id: each for each in plan.of(Fact)}, frozenset(each.id for each in plan.of(Parameter))


def check_facts(digest: str, stated: Facts, place: str, of: str = "enrolment") -> tuple[dict[str, Any], list[Fault]]:
    """Facts as they are kept, and what is wrong with them: unknown, not stated by anybody, not of their kind."""
    read, kept, faults = edition(digest), {}, []
    plan, (own, readings) = read.slices[-1].plan, _own(digest)
    for fact, value in stated.items():
        spec = facts.spec_of(fact, (own, read.catalogue.facts))
        where = f"{place}.{fact}" if place else fact
        if spec is None or spec.of != of or spec.derive or fact in facts.BUILT_IN:
            asked = [each.fact for each in asked_of(digest)] if of == "enrolment" else []
            near = get_close_matches(fact, asked or read.catalogue.facts, 1)
            mend = f"Did you mean {near[0]}?" if near else f"It asks for {', '.join(asked) or 'nothing'}."
            faults.append(Fault(where, f"{read.plan} knows no such fact of {_whose(of)}.", mend))
        elif fact in WORKED_OUT or fact in readings:
            faults.append(Fault(where, "this is not stated, it follows from plan and household.", "Leave it out."))
        else:
            try:
                kept[fact] = _kept(spec, value, plan.currency)
            except ValueError as error:
                wrong = str(error).removeprefix(f"{fact}: ")
                faults.append(Fault(where, f"{wrong}.", f"It is a {spec.kind}: {_example(spec)}."))
    return kept, faults


def _whose(of: str) -> str:
    return "an enrolment" if of == "enrolment" else f"a {of}"


def _example(spec: facts.Spec) -> str:
    if spec.values and spec.kind in ("code", "set"):
        return "one of " + ", ".join(spec.values)
    return {"money": "300.00", "date": "2026-01-31", "flag": "true or false", "number": "2"}.get(spec.kind, "a text")


def _kept(spec: facts.Spec, value: Any, currency: str) -> Any:
    """A fact as JSON. Raises ValueError where it is not of its kind."""
    if isinstance(value, float):
        raise facts.FactError(spec.id, f"{value!r} is not exact; write it in quotes")
    told = _told(spec.kind, value)
    facts.encode(spec, told, currency, {}, None)
    if spec.kind == "set" and spec.values and (strange := sorted(set(told) - set(spec.values))):
        raise facts.FactError(spec.id, f"{strange[0]!r} is none of {', '.join(spec.values)}")
    if spec.kind == "money":
        return str(told)
    if spec.kind == "date":
        return told.isoformat()
    return sorted(told) if spec.kind == "set" else told


def _told(kind: str, value: Any) -> Any:
    """A fact as the engine takes it. Raises ValueError where it cannot be read."""
    try:
        if kind == "money":
            return Decimal(str(value))
        if kind == "date":
            return value if isinstance(value, date) else date.fromisoformat(value)
        if kind == "set":
            return (value,) if isinstance(value, str) else tuple(map(str, value))
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{value!r} is no {kind}") from None
    return value


def engine_facts(read: Iterable[Edition], stated: Facts) -> Iterator[tuple[str, Any]]:
    """Facts as the engine takes them, by the editions that know them."""
    kinds = _kinds(tuple(each.digest for each in read)) if stated else {}
    for fact, value in stated.items():
        yield fact, _told(kinds.get(fact, "code"), value)


@lru_cache(maxsize=256)
def _kinds(digests: tuple[str, ...]) -> Mapping[str, str]:
    """The kind of each fact these editions know; where several know it, as the last does."""
    known: dict[str, str] = {}
    for read in map(edition, digests):
        known |= {fact.id: fact.kind for fact in (*read.catalogue.facts.values(), *read.slices[-1].plan.of(Fact))}
    return known
