"""Facts and conditions -> columns and rows of tests: the ground the compiler builds rules on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

from clausula import codes as k
from clausula.book import Slice
from clausula.bounds import combinations, refuse_explosion
from clausula.catalogue import Catalogue
from clausula.facts import Atoms, Spec, chosen, misfit, spec_of
from clausula.findings import Finding, Place, PlanError
from clausula.money import to_minor
from clausula.plan import (
    Alternatives,
    Benefit,
    Fact,
    Parameter,
    Plan,
    Requirement,
    Rule,
    Step,
    Want,
)
from clausula.program import (
    AccountSpec,
    BenefitRow,
    Column,
    ExclusionRow,
    RequirementRow,
    StepRow,
    TestRow,
)
from clausula.values import OUTCOMES

BLOCK = 1 << 20
"""Columns from here on are offsets in a cover's block until the width of the line is known."""

PEND = {"skip": 0, **{name: number for number, name in enumerate(OUTCOMES, 1)}}
FIXED_COLUMNS = {
    "service": k.SERVICE, "charged": k.CHARGED, "paid_by_others": k.OTHERS, "served_on": k.SERVED,
    "quantity": k.QUANTITY,
    "paid_before": k.SPENT,
}  # fmt: skip
SAME = {
    "specialty": k.SAME_SPECIALTY, "episode": k.SAME_EPISODE, "indication": k.SAME_INDICATION,
    "provider": k.SAME_PROVIDER, "claim": k.SAME_CLAIM, "services": k.SAME_SERVICE,
}  # fmt: skip


def tree_order(services: Iterable[str]) -> dict[str, int]:
    """Services numbered so that what lies under a node follows it without a gap."""
    return {node: number for number, node in enumerate(sorted(services, key=lambda node: node.split("/")))}


class Conditions(ABC):
    """What the plans ask of lines: columns, tests and conditions, collected while the compiler walks the slices."""

    def __init__(self, catalogue: Catalogue, slices: Sequence[Slice]) -> None:
        self.catalogue, self.slices = catalogue, slices
        self.order = tree_order(catalogue.names.get("service", {}))
        self.nodes = list(self.order)
        self.tests: list[TestRow] = []
        self.test_rules: list[tuple[Want, Rule | Step]] = []
        self.steps: list[StepRow] = []
        self.step_rules: list[tuple[Step, Rule]] = []
        self.benefits: list[BenefitRow] = []
        self.benefit_rules: list[Benefit] = []
        self.exclusions: list[ExclusionRow] = []
        self.exclusion_rules: list[Rule] = []
        self.requirements: list[RequirementRow] = []
        self.requirement_rules: list[Requirement] = []
        self.index: list[int] = [0] * k.HEADER
        self.columns: dict[tuple[str, str], Column] = {}
        self.common, self.block = k.FIXED, 1
        self.atoms: dict[str, Atoms] = {}
        self.wanted_sets: dict[tuple[str, tuple[str, ...], bool], int] = {}
        self.bits: dict[str, dict[str, int]] = {}
        self.accounts: dict[tuple[str, str, str], int] = {}
        self.account_specs: list[AccountSpec] = [AccountSpec("evidence", "evidence", "life", money=False)]
        self.account_verbs: dict[str, str] = {}
        self.named: dict[tuple[str, str], int] = {}
        self.conditions: dict[tuple[str, str, str, str, date], int] = {}
        self.cover_exclusions: list[list[int]] = []
        self.plan: Plan = slices[0].plan if slices else _no_plan()
        self.rule: Rule | Step = Rule(id="")
        self.pend = 0

    # --- columns and tests ---

    def spec(self, fact: str) -> Spec:
        """What a fact is for the plan being compiled. Raises PlanError where nobody knows it."""
        own: dict[str, Fact] = {rule.id: rule for rule in self.plan.of(Fact)}
        choices = {f"${rule.id}": rule for rule in self.plan.of(Parameter)}
        found = chosen(choices[fact]) if fact in choices else spec_of(fact, (own, self.catalogue.facts))
        if found is None:
            place = getattr(self.rule, "place", Place())
            raise PlanError(
                [Finding("unknown-fact", f"nobody knows the fact {fact!r}", place, "declare it as a [[fact]]")]
            )
        return found

    def column(self, fact: str) -> int:
        """The column of a fact; derived facts bring the columns of their arguments with them."""
        if fact in FIXED_COLUMNS:
            return FIXED_COLUMNS[fact]
        spec = self.spec(fact)
        key = (fact, repr(spec))
        if key not in self.columns:
            block = self.in_block(spec)
            for argument in spec.args:
                self.column(argument)
            index = BLOCK + self.block if block else self.common
            self.block, self.common = self.block + block, self.common + (not block)
            self.columns[key] = Column(index, spec, block)
            if spec.kind == "code":
                self.atoms.setdefault(fact, Atoms())
        return self.columns[key].index

    def in_block(self, spec: Spec) -> bool:
        """Whether a fact differs from cover to cover of the same person."""
        return spec.of == "enrolment" or any(self.in_block(self.spec(argument)) for argument in spec.args)

    def bit(self, table: str, name: str) -> int:
        """The bit of a name in a set. Raises PlanError when a set has more than 60 names."""
        known = self.bits.setdefault(table, {})
        if name not in known:
            if len(known) >= 60:
                message = f"the plans together use more than 60 different {table}"
                raise PlanError([Finding("too-many-names", message, getattr(self.rule, "place", Place()))])
            known[name] = len(known)
        return 1 << known[name]

    def set_of(self, fact: str, values: Sequence[str], negate: bool) -> int:
        """Number of a set of codes; its place in the table of sets is known when all patterns are."""
        for value in values:
            self.atoms.setdefault(fact, Atoms()).add(value)
        return self.wanted_sets.setdefault((fact, tuple(sorted(values)), negate), len(self.wanted_sets))

    def listed(self, values: Iterable[str]) -> list[str]:
        """Codes with the code lists of the catalogue spelled out."""
        found: list[str] = []
        for value in values:
            found += self.catalogue.lists[value[5:]].codes if value.startswith("list:") else [value]
        return found

    @abstractmethod
    def named_step(self, step_id: str) -> int:
        """Row of the step with that id, for tests on its account."""

    def test(self, want: Want, negate: bool) -> TestRow:
        """One test as a row."""
        if want.op == "used":
            named = self.named_step(want.other)
            low, high = self.bounds(want, "money" if self.account_specs[self.steps[named].account].money else "number")
            kind_row = TestRow(k.USED, named, low, high, self.pend)
            if negate:
                raise PlanError([Finding("used-negated", "used: cannot stand in an unless", want.place, "use when")])
            return kind_row
        column, spec = self.column(want.fact), self.spec(want.fact)
        if wrong := misfit(want, spec):
            place = want.place if want.place.line else getattr(self.rule, "place", Place())
            raise PlanError([Finding("wrong-kind", wrong[0], place, wrong[1])])
        if want.op == "known":
            return TestRow(k.KNOWN, column, (want.low != 0) ^ negate, 0, 0)
        if want.op in ("below-fact", "at-most-fact"):
            other = self.column(want.other)
            if negate:
                kind = k.AT_MOST_FACT if want.op == "below-fact" else k.BELOW_FACT
                return TestRow(kind, other, column, 0, self.pend)
            return TestRow(k.BELOW_FACT if want.op == "below-fact" else k.AT_MOST_FACT, column, other, 0, self.pend)
        if spec.kind == "set":
            mask = sum({self.bit(want.fact, value) for value in want.values})
            kind = {"in": k.ANY, "any": k.ANY, "all": k.ALL, "none": k.NONE, "not-in": k.NONE}[want.op]
            if negate and kind == k.ALL:
                raise PlanError([Finding("all-negated", "all cannot stand in an unless", want.place, "use when")])
            return TestRow(
                {k.ANY: k.NONE, k.NONE: k.ANY, k.ALL: k.ALL}[kind] if negate else kind, column, mask, 0, self.pend
            )
        if want.op in ("in", "not-in"):
            if spec.kind == "flag":
                truth = ("true" in want.values) ^ (want.op == "not-in") ^ negate
                return TestRow(k.BETWEEN, column, int(truth), int(truth) + 1, self.pend)
            chosen = self.set_of(want.fact, self.listed(want.values), negate ^ (want.op == "not-in"))
            return TestRow(k.ONE_OF, column, chosen, 0, self.pend)
        low, high = self.bounds(want, spec.kind)
        kind = k.OUTSIDE if (want.op == "outside") ^ negate else k.BETWEEN
        return TestRow(kind, column, low, high, self.pend)

    def bounds(self, want: Want, kind: str) -> tuple[int, int]:
        """Lower bound inclusive, upper bound exclusive, as whole numbers of the fact's kind."""
        low = -k.FOREVER if want.low is None else self.whole(want.low, kind) + want.above
        high = k.FOREVER if want.high is None else self.whole(want.high, kind) + want.closed
        return low, high

    def whole(self, value: int | Decimal | date, kind: str) -> int:
        """A bound as a whole number: money in minor units, dates as ordinals."""
        if isinstance(value, date):
            return value.toordinal()
        if kind == "money":
            return to_minor(value, self.plan.currency)
        if value != int(value):
            message = f"{value} is compared with a whole number"
            raise PlanError([Finding("not-whole", message, getattr(self.rule, "place", Place()))])
        return int(value)

    def condition(
        self, when: Alternatives, unless: Alternatives = (), services: Sequence[str] = (), pend: str = "needs_person"
    ) -> int:
        """A condition in `index`: how many alternatives, then the range of tests of each; -1 for "always"."""
        self.pend = PEND[pend]
        rows = combinations(when, unless, self.lists_numbers)
        refuse_explosion(rows, len(self.tests), getattr(self.rule, "place", Place()))
        alternatives: list[list[TestRow]] = []
        wants: list[list[Want]] = []
        negations = [[(want, True) for want in each] for alternative in unless for each in self.expand(alternative)]
        for alternative in when or ((),):
            for plain in self.expand(alternative):
                for denied in product(*negations):
                    tested = [(want, False) for want in plain] + list(denied)
                    wants.append([want for want, _ in tested])
                    alternatives.append([self.test(want, negate) for want, negate in tested])
        scope = self.scope_test(services)
        if scope is not None:
            alternatives = [[scope, *each] for each in alternatives]
            wants = [[Want("service", "in", tuple(services)), *each] for each in wants]
        if alternatives == [[]]:
            return -1
        ranges: list[int] = []
        for tests, tested_wants in zip(alternatives, wants, strict=True):
            ranges += [len(self.tests), len(self.tests) + len(tests)]
            self.tests += tests
            self.test_rules += [(want, self.rule) for want in tested_wants]
        at = len(self.index)
        self.index += [len(alternatives), *ranges]
        return at

    def lists_numbers(self, want: Want) -> bool:
        """Whether a test stands for one test for each of its numbers."""
        return (
            want.op in ("in", "not-in") and want.fact != "service" and self.spec(want.fact).kind in ("number", "money")
        )

    def expand(self, alternative: tuple[Want, ...]) -> list[tuple[Want, ...]]:
        """A list of numbers becomes alternatives, one for each; "not" a list of numbers a test for each."""
        choices: list[list[tuple[Want, ...]]] = []
        for want in alternative:
            choices.append([(want,)])
            if self.lists_numbers(want):
                op = "between" if want.op == "in" else "outside"
                each = tuple(
                    replace(want, op=op, low=self.figure(v), high=self.figure(v), closed=True, values=())
                    for v in want.values
                )
                choices[-1] = [(one,) for one in each] if want.op == "in" else [each]
        return [tuple(want for group in chosen for want in group) for chosen in product(*choices)]

    def figure(self, word: str) -> int:
        """A number out of a list of wanted values. Raises PlanError for a word."""
        if not word.isdecimal():
            message = f"{word!r} is compared with a number"
            raise PlanError(
                [Finding("wrong-kind", message, getattr(self.rule, "place", Place()), "write it without quotes")]
            )
        return int(word)

    def scope_test(self, services: Sequence[str]) -> TestRow | None:
        """A test that the service lies under one of the nodes; None for all services."""
        if not services or "*" in services:
            return None
        self.atoms.setdefault("service", Atoms())
        return TestRow(k.ONE_OF, k.SERVICE, self.set_of("service", services, negate=False), 0, 0)


def under(node: str, parent: str) -> bool:
    """Whether a node of the service tree is another or lies under it."""
    return node == parent or node.startswith(parent + "/")


def _no_plan() -> Plan:
    return Plan("", {}, "", "", "", "en", "", date.min, None, 0, "service", "", "", "", (), (), Place())
