"""Guard: every word a rule uses is known, and what it wants of a fact is possible."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from clausula.checking.ground import Ground, did_you_mean
from clausula.facts import COUNTS, Spec, misfit
from clausula.money import MoneyError, to_minor
from clausula.plan import (
    Benefit,
    Contact,
    Exclusion,
    Fact,
    FactRef,
    NamedStep,
    Parameter,
    Premium,
    PremiumClass,
    Question,
    Requirement,
    Rule,
    Step,
    Waiting,
    Want,
)
from clausula.values import SCOPES

UNITS = frozenset(
    [
        "visit",
        "session",
        "item",
        "treatment",
        "unit",
        "month",
        "journey",
        "kilometre",
        "meal",
        "pair",
        "piece",
        "hour",
        "package",
        "prescription",
        "year",
        "test",
    ]
)
"""Words of `each` and `count` that are known to mean the quantity of the line."""

CATALOGUED = {
    "specialty": "specialty",
    "prescribed_by_specialty": "specialty",
    "indication": "indication",
    "provider.role": "role",
}
"""Code facts whose values are ids of the catalogue, where the fact itself lists none."""


def guard(ground: Ground) -> None:
    """Look up every word of the plan's own rules."""
    ids = _ids(ground)
    for rule in ground.own:
        _services(ground, rule)
        _fields(ground, rule, ids)
        for _, want in ground.wants(rule):
            _want(ground, rule, want)
        for step in ground.steps(rule):
            _step(ground, rule, step)
    for requirement in ground.rules(Requirement):
        _requirement(ground, requirement)
    for premium in ground.rules(Premium):
        _premium(ground, premium)


def _unknown(ground: Ground, what: str, word: str, rule: Rule, known: Iterable[str], otherwise: str) -> None:
    if word not in ground.known_ids:
        mend = did_you_mean(word, known, otherwise)
        ground.wrong(f"unknown-{what}", f"nobody knows the {what} {word!r}", ground.spot(rule.place, word), mend)


def _services(ground: Ground, rule: Rule) -> None:
    tree = ground.catalogue.names.get("service", {})
    for node in getattr(rule, "services", ()):
        if node != "*" and node not in tree:
            _unknown(ground, "service", node, rule, tree, "add it to the catalogue, or use a node above it")


def _ids(ground: Ground) -> dict[type[Rule], set[str]]:
    """The ids rules may refer to."""
    kinds: tuple[type[Rule], ...] = (Benefit, Requirement, NamedStep, Contact, Parameter)
    ids: dict[type[Rule], set[str]] = {kind: {each.id for each in ground.of(kind)} for kind in kinds}
    stops = [each for kind in (Exclusion, Waiting) for each in ground.of(kind)]
    ids[Exclusion] = {each.id for each in stops} | {f"{each.plan}#{each.id}" for each in stops}
    return ids


def _fields(ground: Ground, rule: Rule, ids: Mapping[type[Rule], set[str]]) -> None:
    """Ids of other rules, and facts, that stand in fields of their own."""
    for spec in dataclasses.fields(rule):
        value = getattr(rule, spec.name)
        if spec.metadata.get("read") == "fact" and value:
            count = spec.name in ("count_of", "minus")
            plain = isinstance(rule, Fact) and spec.name == "to" and not _derived(rule)
            _fact(ground, rule, value, "number" if count else "" if plain else "date")
    if isinstance(rule, Benefit):
        _benefit(ground, rule, ids)
    for name in ("contact", "given_by"):
        contact = getattr(rule, name, "")
        if contact and contact not in ids[Contact]:
            _unknown(ground, "contact", contact, rule, ids[Contact], "declare it as a [[contact]]")
    if isinstance(rule, Question) and rule.parameter and rule.parameter not in ids[Parameter]:
        _unknown(ground, "parameter", rule.parameter, rule, ids[Parameter], "declare it as a [[parameter]]")


def _derived(rule: Rule) -> bool:
    return bool(isinstance(rule, Fact) and (rule.days_from or rule.months_from or rule.years_from))


def _benefit(ground: Ground, rule: Benefit, ids: Mapping[type[Rule], set[str]]) -> None:
    for field in ("exception_to", "before", "better_of"):
        for other in getattr(rule, field):
            if other not in ids[Benefit]:
                _unknown(ground, "benefit", other, rule, ids[Benefit], "name a benefit of this plan")
    for need in rule.requires:
        if need not in ids[Requirement]:
            _unknown(ground, "requirement", need, rule, ids[Requirement], "declare it as a [[requirement]]")
    for other in rule.overrides:
        if other not in ids[Exclusion]:
            _unknown(
                ground, "exclusion", other, rule, ids[Exclusion], "name an [[exclusion]] or a [[waiting]] of this plan"
            )
    for entry in rule.pays or ():
        if isinstance(entry, str) and entry not in ids[NamedStep]:
            otherwise = 'write pays = "nothing" alone' if entry == "nothing" else "declare it as a [[step]]"
            _unknown(ground, "step", entry, rule, ids[NamedStep], otherwise)


def _fact(ground: Ground, rule: Rule, fact: str, kind: str = "") -> Spec | None:
    """A fact by name, of a kind if one is wanted; tells what is wrong with it."""
    spec = ground.spec(fact)
    if spec is None:
        _unknown(ground, "fact", fact, rule, ground.facts(), "declare it as a [[fact]]")
    elif kind and spec.kind != kind and not (kind == "money" and spec.kind == "number"):
        message = f"{fact} is a {spec.kind}, and a {kind} is wanted here"
        ground.wrong("wrong-kind", message, ground.spot(rule.place, fact), f"name a fact of the kind {kind}")
    return spec


def _want(ground: Ground, rule: Rule, want: Want) -> None:
    if want.op == "used":
        _account(ground, rule, want)
        return
    spec = _fact(ground, rule, want.fact)
    if spec is None:
        return
    place = ground.spot(rule.place, want.fact)
    if wrong := misfit(want, spec) or _fraction(want, spec):
        code = "impossible-value" if " is never " in wrong[0] else "wrong-kind"
        spot = (
            place if code == "wrong-kind" else ground.spot(rule.place, wrong[0].rpartition(" is never ")[2].strip("'"))
        )
        ground.wrong(code, wrong[0], spot, wrong[1])
        ground.doubtful.add(rule.id)
        return
    if want.other:
        other = _fact(ground, rule, want.other)
        if other is not None and other.kind != spec.kind:
            message = f"{want.fact} is a {spec.kind} and {want.other} a {other.kind}; they cannot be compared"
            ground.wrong("wrong-kind", message, place, "compare facts of the same kind")
    for bound in (want.low, want.high):
        if spec.kind == "money" and bound is not None and not isinstance(bound, date):
            _money(ground, rule, bound)
    _values(ground, rule, want, spec)
    if want.low is not None and want.high is not None and want.op == "between" and _empty(want):
        mend = "a lower bound lies above the upper one; turn them round or write two alternatives"
        ground.wrong("impossible-value", f"no {want.fact} can be that", place, mend)


def _empty(want: Want) -> bool:
    low, high = want.low, want.high
    assert low is not None
    assert high is not None
    same_kind = isinstance(low, date) == isinstance(high, date)
    strict = want.above or not want.closed
    return same_kind and (low > high or (strict and low == high))  # type: ignore[operator]


def _fraction(want: Want, spec: Spec) -> tuple[str, str] | None:
    """Why a fraction cannot be compared with a fact that counts; None where there is none."""
    if spec.kind not in ("number", "time"):
        return None
    for bound in (want.low, want.high):
        if isinstance(bound, Decimal) and bound != bound.to_integral_value():
            return f"{want.fact} is a whole number, compared with {bound}", "write a whole number"
    if want.op in ("in", "not-in") and not all(value.lstrip("-").isdecimal() for value in want.values):
        return f"{want.fact} is a number", f"write {want.fact} = 18 without quotes, or {want.fact} = {{ below = 18 }}"
    return None


def _values(ground: Ground, rule: Rule, want: Want, spec: Spec) -> None:
    """The codes that are wanted: of the fact's own closed list, or of the catalogue."""
    known: Iterable[str] = spec.values or ground.catalogue.names.get(CATALOGUED.get(want.fact, ""), {})
    tree = ground.catalogue.names.get("service", {})
    for value in want.values if spec.kind == "code" else ():
        if value.startswith("list:"):
            if value[5:] not in ground.catalogue.lists:
                _unknown(ground, "list", value[5:], rule, ground.catalogue.lists, "put the list into catalogue/lists")
        elif want.fact == "service" and value != "*" and value not in tree:
            _unknown(ground, "service", value, rule, tree, "use a node of the service tree")
        elif known and want.fact in CATALOGUED and not spec.values and value not in known:
            _unknown(ground, CATALOGUED[want.fact], value, rule, known, "add it to the catalogue")


def _account(ground: Ground, rule: Rule, want: Want) -> None:
    """A test on what has been used: the step must be there and keep an account."""
    steps = {rule.id: rule.step for rule in ground.of(NamedStep)}
    steps |= {step.id: step for each in ground.of(Benefit) for step in ground.steps(each) if step.id}
    found = steps.get(want.other)
    if found is None:
        _unknown(ground, "step", want.other, rule, steps, "name a [[step]], or a step with an id")
    elif found.per is None:
        message = f"the step {want.other!r} keeps no account, so nothing is ever used of it"
        ground.wrong(
            "no-account", message, ground.spot(rule.place, want.other), 'give that step a period: per = "calendar year"'
        )


def _step(ground: Ground, rule: Rule, step: Step) -> None:
    if isinstance(step.value, FactRef):
        _fact(ground, rule, step.value.fact, "money")
        if step.value.amount is not None:
            _money(ground, rule, step.value.amount)
    elif step.value is not None and step.verb not in ("units", "round"):
        _money(ground, rule, step.value)
    for amount in (step.at_least, step.at_most):
        if amount is not None:
            _money(ground, rule, amount)
    for band in step.bands if step.verb == "member_pays" else ():
        if band.high is not None:
            _money(ground, rule, band.high)
    if step.verb in ("of", "proportion") and step.of not in ("charged", "left"):
        _fact(ground, rule, step.of, "money")
    if step.per is not None and step.per.scope not in SCOPES:
        _fact(ground, rule, step.per.scope)
    if step.count and step.count not in COUNTS and step.count not in UNITS and ground.spec(step.count) is None:
        near = did_you_mean(step.count, {*COUNTS, *ground.facts()})
        if near:
            message = f"{step.count!r} is no fact, so it counts the quantity of the line"
            ground.warn("unknown-count", message, ground.spot(rule.place, step.count), near)


def _money(ground: Ground, rule: Rule, amount: int | Decimal) -> None:
    try:
        to_minor(amount, ground.plan.currency)
    except MoneyError as error:
        ground.wrong(
            "not-money", str(error), ground.spot(rule.place, str(amount)), "write it with the currency's decimals"
        )


def _requirement(ground: Ground, rule: Requirement) -> None:
    names = ground.catalogue.names
    for kind in rule.evidence:
        if kind not in names.get("evidence", {}):
            _unknown(ground, "evidence", kind, rule, names.get("evidence", {}), "add it to catalogue/evidence.toml")
    for word, kind in (("role", "role"), ("specialty", "specialty")):
        for value in rule.issued_by.get(word, ()):
            if value not in names.get(kind, {}):
                _unknown(ground, kind, value, rule, names.get(kind, {}), "add it to the catalogue")
    if rule.dated is not None:
        _fact(ground, rule, rule.dated.fact, "date")
    if not rule.evidence:
        ground.wrong(
            "missing-key", f"the requirement {rule.id!r} asks for no evidence", rule.place, 'write evidence = ["…"]'
        )
    if not rule.otherwise and rule.reduced is None:
        message = f"the requirement {rule.id!r} does not say what its absence means; the line is then not covered"
        ground.warn("no-else", message, rule.place, 'write else = "not_covered", "needs_document" …')


def _premium(ground: Ground, rule: Premium) -> None:
    if rule.table and rule.table not in ground.book.tables:
        _unknown(ground, "table", rule.table, rule, ground.book.tables, "put the table into the folder tables")
    if isinstance(rule.amount, FactRef):
        _fact(ground, rule, rule.amount.fact, "money")
    classes = {each.id for each in ground.of(PremiumClass)}
    for word in rule.by:
        if word not in classes and ground.spec(word) is None:
            _unknown(ground, "fact", word, rule, {*ground.facts(), *classes}, "name a fact or a [[premium_class]]")
    if rule.amount is None and not rule.table:
        ground.warn("no-amount", f"the premium {rule.id!r} says no amount", rule.place, "write amount = …, or a table")
