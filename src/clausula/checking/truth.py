"""Whether conditions can hold together: exact on every single fact, by trying one value of each kind its tests know.

A fact's tests cut its values into finitely many pieces on which all of them agree; a condition can hold when, for every
fact it names, one piece passes. Alternatives and negations are searched with a bounded number of tries. Facts are taken
as independent of each other (a date of birth does not bind an age here), so "can both apply" may be said once too
often, never too seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from clausula.checking.ground import Ground
from clausula.facts import Spec, _closest
from clausula.money import MoneyError, to_minor
from clausula.plan import Alternatives, Want

Literal = tuple[Want, bool]
"""A test, and whether it is negated."""
Group = tuple[tuple[Literal, ...], ...]
"""Alternatives of conjunctions, one of which must hold."""

NOT_BELOW_ZERO = {"age", "quantity", "nights", "days", "days_inclusive", "days_in_force", "year", "month"}
TRIES = 20_000


class TooHard(Exception):  # noqa: N818 - not an error of the plan, an answer that was not reached
    """Raised when the tries are used up."""


@dataclass(slots=True)
class Tries:
    """How many tries are left."""

    left: int = TRIES

    def use(self, count: int = 1) -> None:
        """Use some. Raises TooHard when none are left."""
        self.left -= count
        if self.left < 0:
            raise TooHard


def groups_of(when: Alternatives, unless: Alternatives = ()) -> list[Group]:
    """A condition as groups that must all hold: one of `when`; of every alternative of `unless` one test fails."""
    found: list[Group] = []
    if when:
        found.append(tuple(tuple((want, False) for want in each) for each in when))
    found += [tuple(((want, True),) for want in each) for each in unless]
    return found


def negations_of(when: Alternatives, unless: Alternatives) -> list[list[Group]]:
    """The ways in which a condition does not hold, each as groups that must all hold."""
    ways: list[list[Group]] = []
    if when:
        ways.append([tuple(((want, True),) for want in each) for each in when])
    if unless:
        ways.append([tuple(tuple((want, False) for want in each) for each in unless)])
    return ways


@dataclass(slots=True)
class Truth:
    """Answers whether groups of tests can hold together, for the facts of one plan."""

    ground: Ground
    nodes: dict[str, int] = field(default_factory=dict)
    _sets: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    _under: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes = {node: number for number, node in enumerate(self.ground.catalogue.names.get("service", {}))}

    # --- services as bits ---

    def scope(self, services: Iterable[str]) -> int:
        """The nodes of the service tree a list of services covers, as bits."""
        found = 0
        for each in services:
            if each not in self._under:
                every = each == "*"
                self._under[each] = sum(
                    1 << number
                    for node, number in self.nodes.items()
                    if every or node == each or node.startswith(each + "/")
                )
            found |= self._under[each]
        return found

    # --- search ---

    def possible(self, groups: Sequence[Group], scope: int, tries: Tries) -> bool:
        """Whether one alternative of every group can be chosen so that all tests hold together on a service of `scope`.

        Raises TooHard when the tries are used up before the answer is known.
        """
        ordered = sorted(groups, key=lambda group: (group[0][0][1] if group and group[0] else False, len(group)))
        literals: dict[str, list[Literal]] = {}

        def search(level: int) -> bool:
            if level == len(ordered):
                return True
            for alternative in ordered[level]:
                tries.use(1 + len(alternative))
                for literal in alternative:
                    literals.setdefault(literal[0].fact, []).append(literal)
                facts = {want.fact for want, _ in alternative}
                fits = all(self._agree(fact, literals[fact], scope, tries) for fact in facts)
                if fits and not self._crossed(alternative, literals) and search(level + 1):
                    return True
                for literal in alternative:
                    literals[literal[0].fact].remove(literal)
            return False

        if scope == 0:
            return False
        if len(ordered) > 400:
            raise TooHard
        return search(0)

    def _crossed(self, alternative: Sequence[Literal], literals: dict[str, list[Literal]]) -> bool:
        """Whether a comparison of two facts contradicts another one chosen before."""
        for want, negated in alternative:
            if want.op not in ("below-fact", "at-most-fact"):
                continue
            below = (want.op == "below-fact") != negated
            low, high = (want.other, want.fact) if negated else (want.fact, want.other)
            for other, denied in [*literals.get(low, []), *literals.get(high, [])]:
                if other.op in ("below-fact", "at-most-fact"):
                    strict = (other.op == "below-fact") != denied
                    first, second = (other.other, other.fact) if denied else (other.fact, other.other)
                    if (first, second) == (high, low) and (below or strict):
                        return True
        return False

    def _agree(self, fact: str, literals: Sequence[Literal], scope: int, tries: Tries) -> bool:
        """Whether one value of a fact passes all its tests (or its absence does, where it is asked for)."""
        tries.use(len(literals))
        if fact == "service":
            for want, negated in literals:
                mask = self.scope(want.values)
                scope &= ~mask if negated != (want.op == "not-in") else mask
            return scope != 0
        known = [(want.low != 0) != negated for want, negated in literals if want.op == "known"]
        tests = [each for each in literals if each[0].op not in ("known", "below-fact", "at-most-fact")]
        if False in known and (True in known or len(known) < len(literals)):
            return False
        spec = self.ground.spec(fact)
        if not tests or (spec is None and not fact.startswith("used:")):
            return True
        kind = spec.kind if spec else "number"
        if kind == "set":
            return _sets_agree(tests)
        if kind == "code":
            return any(self._code_passes(code, tests) for code in self._codes(spec, tests, tries))
        points = _points(spec, kind, tests, self.ground.plan.currency)
        tries.use(len(points))
        return any(
            all(_passes(value, want, kind, self.ground.plan.currency) != no for want, no in tests) for value in points
        )

    def _codes(self, spec: Spec | None, tests: Sequence[Literal], tries: Tries) -> Iterable[str]:
        if spec is not None and spec.values:
            tries.use(len(spec.values))
            return spec.values
        found = {code for want, _ in tests for code in self._listed(want.values)}
        tries.use(min(len(found), 200))
        return {*found, "\0other"}

    def _listed(self, values: tuple[str, ...]) -> frozenset[str]:
        if values not in self._sets:
            found: set[str] = set()
            for value in values:
                listed = self.ground.catalogue.lists.get(value[5:]) if value.startswith("list:") else None
                found |= set(listed.codes) if listed else {value}
            self._sets[values] = frozenset(found)
        return self._sets[values]

    def _code_passes(self, code: str, tests: Sequence[Literal]) -> bool:
        near = list(_closest(code))
        for want, negated in tests:
            if want.op in ("in", "not-in"):
                wanted = self._listed(want.values)
                if any(each in wanted for each in near) == (negated != (want.op == "not-in")):
                    return False
        return True


def _sets_agree(tests: Sequence[Literal]) -> bool:
    """Whether the fullest set without anything forbidden holds all, and one of each, that is wanted."""
    forbidden: set[str] = set()
    wanted: list[set[str]] = []
    for want, negated in tests:
        names = set(want.values)
        if (want.op in ("none", "not-in")) != negated:
            forbidden |= names
        else:
            wanted += [{name} for name in names] if want.op == "all" else [names]
    return all(names - forbidden for names in wanted)


def whole(value: int | Decimal | date | None, kind: str, currency: str) -> int | None:
    """A bound as a whole number; None where there is none or it cannot be one."""
    if value is None:
        return None
    if isinstance(value, date):
        return value.toordinal()
    try:
        return to_minor(value, currency) if kind == "money" else int(value)
    except MoneyError:
        return None


def _bounds(want: Want, kind: str, currency: str) -> tuple[int | None, int | None]:
    """Lower bound inclusive, upper bound exclusive."""
    low, high = whole(want.low, kind, currency), whole(want.high, kind, currency)
    return None if low is None else low + want.above, None if high is None else high + want.closed


def _listed_number(word: str, kind: str, currency: str) -> int:
    """A number out of a list of wanted values; -1 for a word that is none."""
    if kind == "flag":
        return int(word == "true")
    return (whole(int(word), kind, currency) or 0) if word.isdecimal() and len(word) < 12 else -1


def _passes(value: int, want: Want, kind: str, currency: str) -> bool:
    if want.op in ("in", "not-in"):
        return (value in {_listed_number(each, kind, currency) for each in want.values}) == (want.op == "in")
    low, high = _bounds(want, kind, currency)
    inside = (low is None or low <= value) and (high is None or value < high)
    return inside != (want.op == "outside")


def _points(spec: Spec | None, kind: str, tests: Sequence[Literal], currency: str) -> list[int]:
    """One value of every piece the tests cut the fact's values into."""
    if kind == "flag":
        return [0, 1]
    cuts = {0}
    for want, _ in tests:
        for bound in _bounds(want, kind, currency):
            if bound is not None:
                cuts |= {bound}
        if want.op in ("in", "not-in"):
            cuts |= {
                int(each) + more
                for each in want.values
                if each.lstrip("-").isdecimal() and len(each) < 12
                for more in (0, 1)
            }
    points = {*cuts, min(cuts) - 1}
    if kind == "time":
        return [point for point in points if 0 <= point < 1440]
    if kind == "money" or spec is None or spec.id in NOT_BELOW_ZERO:
        return [point for point in points if point >= 0]
    if spec.derive == "weekday":
        return [1, 2, 3, 4, 5, 6, 7]
    return sorted(points)
