"""Rules in words: what a benefit pays, when, after what. English sentences with names in the language asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clausula import plan as p
from clausula.catalogue import Catalogue
from clausula.money import PPM, show_share


@dataclass(frozen=True)
class _Terms:
    """What the words of a rule are made with: the names of the catalogue in a language, and the plan's currency."""

    catalogue: Catalogue
    currency: str
    language: str

    def names(self, category: str, ids: Iterable[str]) -> list[str]:
        return ["every service" if each == "*" else self.catalogue.name(category, each, self.language) for each in ids]


def rule_in_words(rule: p.Rule, catalogue: Catalogue, currency: str, language: str) -> list[str]:
    """A rule as a few lines, the first with its kind and name."""
    name = rule.name.get(language) or rule.name.get("en") or ""
    kind = (
        type(rule)
        .__name__.replace("NamedStep", "step")
        .replace("PremiumClass", "premium class")
        .replace("ServiceLevel", "service level")
    )
    head = f"{kind.lower()} {rule.id}".strip() + (f": {name}" if name and name != rule.id else "")
    tell: Callable[..., Iterable[str]] | None = _TELL.get(type(rule))
    lines = tell(rule, _Terms(catalogue, currency, language)) if tell else _plainly(rule, language)
    return [f"• {head}", *(f"    {line}" for line in lines)]


def condition(when: p.Alternatives) -> str:
    """A condition in words; "" where there is none."""
    return " or ".join(" and ".join(map(want, conjunction)) for conjunction in when)


def want(each: p.Want) -> str:
    """One test in words."""
    fact, values = each.fact.replace("_", " "), ", ".join(each.values)
    if each.op in ("in", "any"):
        return fact if values == "true" else f"{fact} is {values}"
    if each.op in ("not-in", "none"):
        return f"{fact} is not {values}"
    if each.op == "all":
        return f"{fact} has all of {values}"
    if each.op == "known":
        return f"{fact} is {'' if each.low else 'not '}known"
    if each.op == "between" and each.closed and each.low == each.high and each.low in (0, 1):
        return fact if each.low else f"not {fact}"
    if each.op in ("below-fact", "at-most-fact"):
        return f"{fact} is {'below' if each.op == 'below-fact' else 'at most'} {each.other.replace('_', ' ')}"
    subject = f"what is used of {each.other}" if each.op == "used" else fact
    return f"{subject} is {_range(each)}" if each.op != "outside" else f"{subject} is not {_range(each)}"


def _range(each: p.Want) -> str:
    low = f"{'above' if each.above else 'at least'} {each.low}" if each.low is not None else ""
    high = f"{'at most' if each.closed else 'below'} {each.high}" if each.high is not None else ""
    return " and ".join(filter(None, (low, high))) or "anything"


def step_in_words(step: p.Step | str, currency: str) -> str:
    """One step of a calculation in words."""
    if isinstance(step, str):
        return f"step {step}" if step not in ("in full", "nothing") else step
    value = _value(step.value, currency) if step.value is not None else ""
    most = _value(step.at_most, currency) if step.at_most is not None else ""
    least = _value(step.at_least, currency) if step.at_least is not None else ""
    share = show_share(step.share) if step.share is not None else ""
    parts = [step.verb.replace("_", " ").replace("-", " "), share, value, step.of.replace("_", " ")]
    if step.bands:
        parts.append("; ".join(_band(band) for band in step.bands))
    parts += [
        f"each {step.count}" if step.count else "",
        f"at least {least}" if least else "",
        f"at most {most}" if most else "",
    ]
    if step.per:
        scope = "" if step.per.scope == "person" else f"{step.per.scope} and "
        parts.append(f"per {scope}{step.per.period}")
    parts += [
        f"when {condition(step.when)}" if step.when else "",
        f"unless {condition(step.unless)}" if step.unless else "",
    ]
    return " ".join(filter(None, parts))


def _value(value: p.Value | None, currency: str) -> str:
    return (
        f"the {value.fact.replace('_', ' ')} of the enrolment or line"
        if isinstance(value, p.FactRef)
        else f"{value} {currency}"
    )


def _band(band: p.Band) -> str:
    low = f"from {band.low} " if band.low is not None else ""
    high = f"to {band.high} " if band.high is not None else "on "
    return f"{low}{high}{show_share(band.share)}" if band.share != PPM else f"{low}{high}in full"


def _services(rule: p.Benefit | p.Exclusion | p.Waiting | p.Requirement, terms: _Terms) -> Iterable[str]:
    if rule.services:
        yield f"for {', '.join(terms.names('service', rule.services))}"


def _conditions(rule: Any) -> list[str]:
    found = [f"when {condition(rule.when)}"] if rule.when else []
    return found + ([f"unless {condition(rule.unless)}"] if rule.unless else [])


def _benefit(rule: p.Benefit, terms: _Terms) -> Iterable[str]:
    yield from _services(rule, terms)
    yield from _conditions(rule)
    for words, ids in (
        ("exception to", rule.exception_to), ("goes before", rule.before), ("needs", rule.requires),
        ("holds against", rule.overrides), ("the better of", rule.better_of),
    ):  # fmt: skip
        if ids:
            yield f"{words} {', '.join(ids)}"
    if rule.pays is not None and not rule.pays:
        yield "pays in full"
    elif rule.pays:
        yield "pays " + ", then ".join(step_in_words(step, terms.currency) for step in rule.pays)


def _exclusion(rule: p.Exclusion, terms: _Terms) -> Iterable[str]:
    yield from _services(rule, terms)
    yield from _conditions(rule)
    yield f"then {rule.outcome.replace('_', ' ')}"


def _waiting(rule: p.Waiting, terms: _Terms) -> Iterable[str]:
    yield from _services(rule, terms)
    time = f"{rule.months} months" if rule.months else f"{rule.days} days"
    since, at = rule.counts_from.replace("_", " "), rule.counts_to.replace("_", " ")
    yield f"not covered before {time} from {since}, measured at {at}"
    yield from _conditions(rule)


def _requirement(rule: p.Requirement, terms: _Terms) -> Iterable[str]:
    yield from _services(rule, terms)
    yield from _conditions(rule)
    kinds = " or ".join(terms.names("evidence", rule.evidence))
    if kinds:
        yield f"needs {kinds}"
    if rule.issued_by:
        yield "issued by " + ", ".join(f"{key} {' or '.join(values)}" for key, values in rule.issued_by.items())
    if rule.same:
        yield f"for the same {', '.join(rule.same)}"
    for exempt in rule.exempt:
        yield f"not due when {condition(exempt.when)}"
    if rule.given_by:
        yield f"given by {rule.given_by}"
    for failure, outcome in rule.otherwise.items():
        yield f"if {failure.replace('otherwise', 'not so')}: {outcome.replace('_', ' ')}"


def _named_step(rule: p.NamedStep, terms: _Terms) -> Iterable[str]:
    yield step_in_words(rule.step, terms.currency)


def _question(rule: p.Question, _: _Terms) -> Iterable[str]:
    yield f"asks the {rule.to}: {rule.asks}"
    yield f"read as: {rule.reading}" + (f" (parameter {rule.parameter})" if rule.parameter else "")


def _plainly(rule: p.Rule, language: str) -> Iterable[str]:
    """The fields of a rule that say something, one a line."""
    hidden = {"id", "name", "clause", "plan", "place", "advice", "to"}
    for key in rule.__dataclass_fields__:
        value = getattr(rule, key)
        if key in hidden or value in (None, "", (), {}) or value is False:
            continue
        if isinstance(value, Mapping):
            value = (
                value.get(language) or value.get("en") or ", ".join(f"{name} {each}" for name, each in value.items())
            )
        yield f"{key.replace('_', ' ')}: {_plain(value)}"


def _plain(value: Any) -> str:
    if (
        isinstance(value, tuple)
        and value
        and isinstance(value[0], tuple)
        and value[0]
        and isinstance(value[0][0], p.Want)
    ):
        return condition(value)
    if isinstance(value, tuple) and value and isinstance(value[0], p.Opening):
        return "; ".join(f"{_days(each.days)} {_clock(each.start)}-{_clock(each.end)}" for each in value)
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, p.FactRef):
        return f"the {value.fact.replace('_', ' ')}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | Decimal | date) else repr(value)


def _days(days: tuple[int, ...]) -> str:
    names = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "holidays")
    return ",".join(names[day] for day in days)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


_TELL: dict[type[p.Rule], Callable[..., Iterable[str]]] = {
    p.Benefit: _benefit, p.Exclusion: _exclusion, p.Waiting: _waiting, p.Requirement: _requirement,
    p.NamedStep: _named_step, p.Question: _question,
}  # fmt: skip
