"""Plans -> Program: rules become rows of small tables. Nothing is decided here, and nothing is left to decide by place.

The order of candidates follows declared precedence only (exceptions before what they override). What each test, step and
requirement means is documented on the kernel that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from clausula import codes as k
from clausula.book import Book, Slice
from clausula.bounds import combinations, refuse_explosion
from clausula.catalogue import Catalogue
from clausula.facts import COUNTS, Atoms, Spec, chosen, misfit, spec_of
from clausula.findings import Finding, Place, PlanError
from clausula.money import to_minor
from clausula.plan import (
    Alternatives,
    Benefit,
    Eligibility,
    Ending,
    Exclusion,
    Fact,
    FactRef,
    NamedStep,
    Parameter,
    Per,
    Plan,
    Premium,
    Requirement,
    Rule,
    ServiceLevel,
    Step,
    Value,
    Waiting,
    Want,
)
from clausula.precedence import in_order
from clausula.program import (
    AccountSpec,
    BenefitRow,
    Column,
    Cover,
    ExclusionRow,
    Program,
    RequirementRow,
    StepRow,
    Tables,
    TestRow,
)
from clausula.values import FAILURE_NAMES, OUTCOMES

BLOCK = 1 << 20
"""Columns from here on are offsets in a cover's block until the width of the line is known."""

PEND = {"skip": 0, **{name: number for number, name in enumerate(OUTCOMES, 1)}}
STEP_KINDS = {
    "amount": k.AMOUNT, "deductible": k.DEDUCTIBLE, "member_at_most": k.MEMBER_CAP, "units": k.UNITS,
    "tranches": k.TRANCHES, "round": k.ROUND, "at_least": k.FLOOR,
}  # fmt: skip
ENTITIES = {
    "person": k.PERSON, "household": k.HOUSEHOLD, "stay": k.STAY, "episode": k.EPISODE, "indication": k.INDICATION,
    "provider": k.VISITS, "claim": k.CLAIM,
}  # fmt: skip
PERIOD_FACTS = {"calendar year": "year", "plan year": "plan_year", "month": "month", "day": "served_on"}
FIXED_COLUMNS = {
    "service": k.SERVICE, "charged": k.CHARGED, "paid_by_others": k.OTHERS, "served_on": k.SERVED, "quantity": k.QUANTITY,
    "paid_before": k.SPENT,
}  # fmt: skip
SAME = {
    "specialty": k.SAME_SPECIALTY, "episode": k.SAME_EPISODE, "indication": k.SAME_INDICATION,
    "provider": k.SAME_PROVIDER, "claim": k.SAME_CLAIM, "services": k.SAME_SERVICE,
}  # fmt: skip


def compile_book(book: Book, plans: Iterable[str]) -> Program:
    """The program for a set of plans of a book; the same set gives the same program (kept in the book)."""
    wanted = frozenset(plans)
    if wanted not in book.programs:
        slices = [each for plan in sorted(wanted) for each in book.slices(plan)]
        book.programs[wanted] = Compiler(book.catalogue, slices).program()
    found: Program = book.programs[wanted]
    return found


def tree_order(services: Iterable[str]) -> dict[str, int]:
    """Services numbered so that what lies under a node follows it without a gap."""
    return {node: number for number, node in enumerate(sorted(services, key=lambda node: node.split("/")))}


class Compiler:
    """Collects rows while it walks the slices; `program` puts them together."""

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
            raise PlanError([Finding("unknown-fact", f"nobody knows the fact {fact!r}", place, "declare it as a [[fact]]")])
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
            return TestRow({k.ANY: k.NONE, k.NONE: k.ANY, k.ALL: k.ALL}[kind] if negate else kind, column, mask, 0, self.pend)
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
        for rows, tested_wants in zip(alternatives, wants, strict=True):
            ranges += [len(self.tests), len(self.tests) + len(rows)]
            self.tests += rows
            self.test_rules += [(want, self.rule) for want in tested_wants]
        at = len(self.index)
        self.index += [len(alternatives), *ranges]
        return at

    def lists_numbers(self, want: Want) -> bool:
        """Whether a test stands for one test for each of its numbers."""
        return want.op in ("in", "not-in") and want.fact != "service" and self.spec(want.fact).kind in ("number", "money")

    def expand(self, alternative: tuple[Want, ...]) -> list[tuple[Want, ...]]:
        """A list of numbers becomes alternatives, one for each number; "not" a list of numbers becomes a test for each."""
        choices: list[list[tuple[Want, ...]]] = []
        for want in alternative:
            choices.append([(want,)])
            if self.lists_numbers(want):
                op = "between" if want.op == "in" else "outside"
                each = tuple(replace(want, op=op, low=self.figure(v), high=self.figure(v), closed=True, values=()) for v in want.values)
                choices[-1] = [(one,) for one in each] if want.op == "in" else [each]
        return [tuple(want for group in chosen for want in group) for chosen in product(*choices)]

    def figure(self, word: str) -> int:
        """A number out of a list of wanted values. Raises PlanError for a word."""
        if not word.isdigit():
            message = f"{word!r} is compared with a number"
            raise PlanError([Finding("wrong-kind", message, getattr(self.rule, "place", Place()), "write it without quotes")])
        return int(word)

    def scope_test(self, services: Sequence[str]) -> TestRow | None:
        """A test that the service lies under one of the nodes; None for all services."""
        if not services or "*" in services:
            return None
        self.atoms.setdefault("service", Atoms())
        return TestRow(k.ONE_OF, k.SERVICE, self.set_of("service", services, negate=False), 0, 0)

    # --- steps and accounts ---

    def account(self, step: Step, name: str) -> int:
        """Number of the account a step moves. Raises PlanError when the same name is used with another period."""
        per = step.per or Per()
        period = per.label()
        key = (name, per.scope, "by day" if per.by_day() else period)
        if key not in self.accounts:
            if any(spec.name == name for spec in self.account_specs):
                message = f"the account {name} is used with two different periods"
                mend = "give every use the same per, or this step an id or account of its own"
                raise PlanError([Finding("account-twice", message, step.place, mend)])
            self.accounts[key] = len(self.account_specs)
            money = step.verb not in ("units", "tranches")
            self.account_specs.append(AccountSpec(name, per.scope, period, money))
        return self.accounts[key]

    def step(self, step: Step, rule: Rule, number: int) -> int:
        """Add one step; returns its row."""
        self.rule = step
        own = step.account or (step.id if step.id else f"{rule.id}.{number}")
        per = step.per
        account = entity = period = window = -1
        if per is not None and not (step.verb == "less" and step.at_most is None):
            name = own if own.startswith("/") else f"{self.home(step) or rule.plan}#{own}"
            account, entity = self.account(step, name), self.entity(per.scope)
            self.same_verb(step, name)
            fact = PERIOD_FACTS.get(per.period, per.period.replace(" ", "-"))
            if per.by_day():
                window = self.window(per)
            elif per.period != "life":
                period = self.column(fact)
        kind, a, b, c = self.verb(step)
        count = -1
        if step.count:
            count = self.column(COUNTS.get(step.count, step.count if self.is_count(step.count) else "quantity"))
        a_fact = -1
        if isinstance(step.value, FactRef):
            a_fact = self.column(step.value.fact)
        if step.verb == "of" and step.of not in ("charged", "left"):
            self.amount_fact(step)
            a_fact = self.column(step.of)
        condition = self.condition(step.when, step.unless) if step.when or step.unless else -1
        row = StepRow(kind, account, entity, period, window, count, a, a_fact, b, c, condition, k.KEEPS * step.keeps)
        self.steps.append(row)
        self.step_rules.append((step, rule))
        return len(self.steps) - 1

    def amount_fact(self, step: Step) -> None:
        """Check that `of` names an amount. Raises PlanError."""
        if self.spec(step.of).kind not in ("money", "number"):
            message = f"{step.of} is no amount"
            raise PlanError([Finding("wrong-kind", message, step.place, "of takes charged, left or a money fact")])

    def entity(self, scope: str) -> int:
        """The column of whose account it is: a person, a household, a stay …, or what a fact of the line names (a tooth)."""
        if scope in ENTITIES:
            return ENTITIES[scope]
        spec = self.spec(scope)
        key = (f"entity-{scope}", "entity")  # a name of its own: the fact may stand in another column too
        if key not in self.columns:
            self.columns[key] = Column(self.common, Spec(key[0], spec.kind, spec.of, "entity", (), (scope,)), block=False)
            self.common += 1
        return self.columns[key].index

    def home(self, step: Step) -> str:
        """The plan an account belongs to: where a plan it extends already has the account a step names, that plan."""
        if step.account:
            for rule in self.plan.rules:
                pays = (rule.step,) if isinstance(rule, NamedStep) else rule.pays or () if isinstance(rule, Benefit) else ()
                for other in pays:
                    if isinstance(other, Step) and step.account in (other.account, other.id):
                        return other.plan
        return step.plan

    def same_verb(self, step: Step, name: str) -> None:
        """An account without a name of its own is known by its place in `pays`; refuse an edition that moves it."""
        known = self.account_verbs.setdefault(name, step.verb)
        if known != step.verb and not (step.account or step.id):
            message = f"the account of this step, {name}, belongs to {known} in another edition or rule"
            raise PlanError([Finding("account-moved", message, step.place, "give the steps ids, the same in all editions")])

    def is_count(self, word: str) -> bool:
        """Whether a word of `each` is a fact that counts."""
        own: dict[str, Fact] = {rule.id: rule for rule in self.plan.of(Fact)}
        found = spec_of(word, (own, self.catalogue.facts))
        return found is not None and found.kind == "number"

    def window(self, per: Per) -> int:
        """The column with the day a rolling window begins after."""
        name = f"window {per.label()}"
        key = (name, "window")
        if key not in self.columns:
            spec = Spec(name, "date", "line", "window", (), (str(per.months), str(per.days), per.period))
            self.columns[key] = Column(self.common, spec, block=False)
            self.common += 1
        return self.columns[key].index

    def money(self, value: Decimal | None, otherwise: int) -> int:
        """An amount of the plan in minor units."""
        return otherwise if value is None else to_minor(value, self.plan.currency)

    def operand(self, value: Value | None) -> int:
        """Operand a of a step: an amount, or of a fact its share (parts per million) or the amount for each of it (negative)."""
        if isinstance(value, FactRef):
            return value.share or -self.money(value.amount, 0)
        return self.money(value, 0)

    def verb(self, step: Step) -> tuple[int, int, int, int]:
        """Kind and operands a, b, c of a step."""
        minor = self.operand(step.value)
        if step.verb == "of":
            kind = k.OF_CHARGED if step.of == "charged" else k.OF_FACT
            return (k.CAP, k.FOREVER, 0, 0) if step.of == "left" else (kind, 0, 0, 0)
        if step.verb == "share":
            return (k.SHARE if (step.share or 0) <= k.PPM else k.MULTIPLE), step.share or 0, 0, 0
        if step.verb == "at_most":
            return (k.CAP if step.per is None else k.LIMIT if step.measures == "payment" else k.COST_LIMIT), minor, 0, 0
        if step.verb == "proportion":
            return k.PROPORTION, minor, self.column(step.of), 0
        if step.verb == "less":
            if step.of == "paid_before":
                return k.LESS_BEFORE, 0, 0, 0
            borne = (k.COPAY, minor, self.money(step.at_most, k.FOREVER), 0)
            return borne
        if step.verb == "member_pays":
            if step.bands or step.at_least is not None or (step.at_most is not None and step.per is None):
                at = len(self.index)
                bands = [(band.high, band.share) for band in step.bands] or [(None, step.share or 0)]
                flat = [x for high, share in bands for x in (self.money(high, k.FOREVER // k.PPM), share)]
                self.index += [len(bands), *flat]
                return k.BANDS, self.money(step.at_least, 0), self.money(step.at_most, k.FOREVER // k.PPM), at
            return k.COINSURANCE, step.share or 0, self.money(step.at_most, k.FOREVER), 0
        if step.verb == "units":
            band = step.bands[0]
            return k.UNITS, int(band.low or 0), k.FOREVER if band.high is None else int(band.high), 0
        if step.verb == "tranches":
            at = len(self.index)
            flat = [x for b in step.bands for x in (int(b.low or 0), k.FOREVER if b.high is None else int(b.high), b.share)]
            self.index += [len(step.bands), *flat]
            return k.TRANCHES, 0, 0, at
        if step.verb == "round":
            return k.ROUND, minor, ("half up", "up", "down").index(step.mode), 0
        if step.verb == "nothing":
            return k.CAP, 0, 0, 0
        return STEP_KINDS[step.verb], minor, 0, 0

    def named_step(self, step_id: str) -> int:
        """Row of a step by its id, for tests on its account. Raises PlanError where no step has that id."""
        key = (self.plan.id, step_id)
        if key not in self.named:
            rule, pend = self.rule, self.pend
            found = [(s.step, s) for s in self.plan.of(NamedStep) if s.id == step_id] or [
                (step, benefit)
                for benefit in self.plan.of(Benefit)
                for step in benefit.pays or ()
                if isinstance(step, Step) and step.id == step_id
            ]
            if not found or found[0][0].per is None:
                message = f"no step with the id {step_id!r} keeps an account"
                raise PlanError([Finding("unknown-step", message, getattr(rule, "place", Place()))])
            self.named[key] = self.step(replace(found[0][0], when=(), unless=()), found[0][1], 0)
            self.rule, self.pend = rule, pend
        return self.named[key]

    # --- rules ---

    def exclusion(self, rule: Exclusion | Waiting) -> int:
        """Add an exclusion or a waiting time; returns its row."""
        self.rule = rule
        if isinstance(rule, Waiting):
            when = tuple((*each, self.waits(rule)) for each in rule.when or ((),))
            at = self.condition(when, rule.unless, rule.services, rule.if_missing)
            self.exclusions.append(ExclusionRow(at, k.NOT_COVERED))
        else:
            at = self.condition(rule.when, rule.unless, rule.services, rule.if_missing)
            self.exclusions.append(ExclusionRow(at, PEND[rule.outcome]))
        self.exclusion_rules.append(rule)
        return len(self.exclusions) - 1

    def waits(self, rule: Waiting) -> Want:
        """The test that the time has not passed yet, on a derived fact of its own."""
        unit, count = ("months", rule.months) if rule.months else ("days", rule.days)
        name = f"{unit}-from-{rule.counts_from}-to-{rule.counts_to}"
        own = Fact(id=name, **{f"{unit}_from": rule.counts_from}, to=rule.counts_to)
        if not any(fact.id == name for fact in self.plan.of(Fact)):
            self.plan = replace(self.plan, rules=(*self.plan.rules, own))
        return Want(name, "between", low=None, high=count, place=rule.place)

    def requirement(self, rule: Requirement) -> int:
        """Add a requirement; returns its row."""
        self.rule = rule
        condition = self.condition(rule.when, rule.unless, rule.services)
        exempt = []
        for each in rule.exempt:
            exempt.append(self.condition(each.when, pend="skip"))
        at = len(self.index)
        self.index += exempt
        outcomes = len(self.index)
        self.index += [k.COVERED, *(self.outcome(rule, failure) for failure in FAILURE_NAMES[1:])]
        flags = sum(SAME[word] for word in rule.same)
        flags |= k.PROPOSES * rule.proposes_provider | k.USES_LEFT * rule.uses_left
        flags |= k.MUST_BE_GRANTED * (rule.status == "granted")
        dated = rule.dated
        advance = self.condition(rule.advance_when, pend="skip") if rule.advance_when else -1
        self.requirements.append(
            RequirementRow(
                condition, at, at + len(exempt), sum({self.bit("evidence", kind) for kind in rule.evidence}), flags,
                *(sum({self.bit(f"issuer {word}", v) for v in rule.issued_by.get(word, ())}) for word in ("list", "role", "specialty")),
                sum({self.bit("named", name) for name in rule.names}),
                self.column(dated.fact) if dated else k.SERVED,
                -k.FOREVER if dated is None or dated.earliest is None else dated.earliest,
                k.FOREVER if dated is None or dated.latest is None else dated.latest,
                outcomes, k.PPM if rule.reduced is None else rule.reduced, advance,
            )
        )  # fmt: skip
        self.requirement_rules.append(rule)
        return len(self.requirements) - 1

    def outcome(self, rule: Requirement, failure: str) -> int:
        """What one way to fail leads to; COVERED stands for "paid at a reduced share"."""
        if rule.reduced is not None and failure not in rule.otherwise:
            return k.COVERED
        return PEND[rule.otherwise.get(failure, rule.otherwise.get("otherwise", "not_covered"))]

    def benefit(self, rule: Benefit, exclusions: Mapping[str, int], requirements: Mapping[str, int]) -> int:
        """Add a benefit with what excludes it and what it requires; returns its row."""
        self.rule = rule
        steps = self.settling(rule)
        condition = self.condition(rule.when, rule.unless, (), rule.if_missing)
        at = len(self.index)
        self.index += [row for key, row in exclusions.items() if not {key, key.split("#")[1]} & set(rule.overrides)]
        middle = len(self.index)
        for need in rule.requires:
            if need not in requirements:
                message = f"no requirement has the id {need!r}"
                raise PlanError([Finding("unknown-requirement", message, rule.place, "declare it as a [[requirement]]")])
        bound = {
            row
            for key, row in requirements.items()
            if key in rule.requires or _touch(self.requirement_rules[row].services, rule.services)
        }
        self.index += sorted(bound, key=lambda row: (self.requirement_rules[row].order, row))
        end = len(self.index)
        first = len(self.steps)
        for number, step in enumerate(steps, 1):
            self.step(step, rule, number)
        self.benefits.append(BenefitRow(condition, at, middle, middle, end, first, len(self.steps), self.kind(rule, steps)))
        self.benefit_rules.append(rule)
        return len(self.benefits) - 1

    def settling(self, rule: Benefit) -> list[Step]:
        """The steps of a benefit, named ones spelled out; steps that guards refer to get their rows now, not in the run."""
        named = {each.id: each.step for each in self.plan.of(NamedStep)}
        steps: list[Step] = []
        for entry in rule.pays or ():
            if isinstance(entry, str) and entry not in named:
                raise PlanError([Finding("unknown-step", f"no [[step]] has the id {entry!r}", rule.place, "declare it")])
            steps.append(named[entry] if isinstance(entry, str) else entry)
        for step in steps:
            for want in (want for each in (*step.when, *step.unless) for want in each if want.op == "used"):
                self.named_step(want.other)
        return steps

    @staticmethod
    def kind(rule: Benefit, steps: Sequence[Step]) -> int:
        """Expense, indemnity (by default where the first step sets an amount for each unit), in kind, or a choice."""
        if rule.better_of:
            return k.BETTER_OF
        if rule.kind:
            return {"expense": k.EXPENSE, "indemnity": k.INDEMNITY, "service": k.IN_KIND}[rule.kind]
        return k.INDEMNITY if steps and any(step.verb == "amount" and step.count for step in steps) else k.EXPENSE

    # --- all together ---

    def slice(self, each: Slice) -> list[list[int]]:
        """Compile one slice; returns, for each lane, its benefit rows in order of precedence."""
        self.plan = each.plan
        requirements = {rule.id: self.requirement(rule) for rule in each.plan.of(Requirement)}
        rules = [*each.plan.of(Waiting), *each.plan.of(Exclusion)]
        exclusions = {f"{rule.plan}#{rule.id}": self.exclusion(rule) for rule in rules}
        self.cover_exclusions.append([row for key, row in exclusions.items() if isinstance(self.exclusion_rules[row], Exclusion)])
        lanes: list[list[int]] = [[], []]
        rows: dict[str, int] = {}
        ordered = in_order(each.plan.of(Benefit))
        for rule in [b for b in ordered if not b.better_of] + [b for b in ordered if b.better_of]:
            self.rule = rule
            if rule.better_of:
                rows[rule.id] = self.choice(rule, rows)
            else:
                rows[rule.id] = self.benefit(rule, exclusions, requirements)
        grouped = {member for rule in ordered for member in rule.better_of}
        for rule in ordered:
            if rule.id not in grouped:
                lanes[rule.beside].append(rows[rule.id])
        self.asked(each)
        return lanes

    def asked(self, each: Slice) -> None:
        """Compile the conditions that are asked of people rather than of bills."""
        for rule in each.plan.rules:
            asked: dict[str, Alternatives] = {}
            pend = "needs_person"
            if isinstance(rule, Eligibility):
                asked, pend = {"when": rule.when, "must": rule.must}, rule.if_missing
            elif isinstance(rule, Premium | Ending):
                asked = {"for": rule.who}
            elif isinstance(rule, ServiceLevel):
                asked = {"when": rule.when}
            self.rule = rule
            for part, alternatives in asked.items():
                at = self.condition(alternatives, pend=pend)
                self.conditions[rule.plan, rule.id, part, each.plan.id, each.start] = at

    def choice(self, rule: Benefit, rows: Mapping[str, int]) -> int:
        """Add a group of benefits of which the member gets the better."""
        condition = self.condition(rule.when, rule.unless, (), rule.if_missing)
        at = len(self.index)
        self.index += [rows[member] for member in rule.better_of]
        self.benefits.append(BenefitRow(condition, 0, 0, 0, 0, at, at + len(rule.better_of), k.BETTER_OF))
        self.benefit_rules.append(rule)
        return len(self.benefits) - 1

    def program(self) -> Program:
        """Compile all slices and put the tables together."""
        covers: list[Cover] = []
        lanes: list[list[int]] = []
        excluded: list[list[int]] = []
        for each in self.slices:
            for lane, rows in enumerate(self.slice(each)):
                if lane == 0 or rows:
                    covers.append(Cover(each.plan, each.start, each.until, lane))
                    lanes.append(rows)
                    excluded.append(self.cover_exclusions[-1] if lane == 0 else [])
        candidates = self.candidates(lanes)
        cover_list = self.ranges(excluded)
        depth = max(1, sum(1 + any(c.lane and c.plan.id == p for c in covers) for p in {c.plan.id for c in covers}))
        sets, starts = self.sets()
        tables = self.relocated(Tables(
            self.tests, self.steps, self.benefits, self.exclusions, self.requirements, self.index, sets,
            self.common, self.block, depth, len(self.nodes), candidates, cover_list,
        ), starts)  # fmt: skip
        return self.finished(tables, covers)

    def candidates(self, lanes: Sequence[Sequence[int]]) -> int:
        """For every cover and service, the benefits that may apply, in order: ranges in `index`."""
        rows: list[list[int]] = []
        for lane in lanes:
            scopes = [(row, self.benefit_rules[row].services) for row in lane]
            for node in self.nodes:
                rows.append([row for row, scope in scopes if "*" in scope or any(_under(node, each) for each in scope)])
        return self.ranges(rows)

    def ranges(self, rows: Sequence[Sequence[int]]) -> int:
        """Write lists into `index` as a table of their starts; returns where that table stands."""
        starts = []
        for row in rows:
            starts.append(len(self.index))
            self.index += row
        starts.append(len(self.index))
        at = len(self.index)
        self.index += starts
        return at

    def sets(self) -> tuple[list[int], list[int]]:
        """The table of code sets, and where each set begins in it."""
        sets: list[int] = []
        starts = []
        for fact, values, negate in self.wanted_sets:
            starts.append(len(sets))
            if fact == "service":
                members = [int(any(_under(node, value) for value in values)) for node in self.nodes]
            else:
                members = self.atoms[fact].covered(values)
                members[0] = int("*" in values)
            sets += [member ^ negate for member in members]
        return sets or [0], starts

    def relocated(self, tables: Tables, starts: Sequence[int]) -> Tables:
        """The tables with block columns moved behind the common ones and sets at their places."""

        def moved(column: int) -> int:
            return column - BLOCK + self.common if column >= BLOCK else column

        tests = []
        for test in tables.tests:
            a = moved(test.a) if test.kind in (k.BELOW_FACT, k.AT_MOST_FACT) else test.a
            a = starts[a] if test.kind == k.ONE_OF else a
            tests.append(test._replace(fact=test.fact if test.kind == k.USED else moved(test.fact), a=a))
        steps = [
            step._replace(
                period=moved(step.period), count=moved(step.count), a_fact=moved(step.a_fact),
                b=moved(step.b) if step.kind == k.PROPORTION else step.b,
            )
            for step in tables.steps
        ]  # fmt: skip
        requirements = [row._replace(dated=moved(row.dated)) for row in tables.requirements]
        return tables._replace(tests=tests, steps=steps, requirements=requirements)

    def finished(self, tables: Tables, covers: Sequence[Cover]) -> Program:
        """The program with everything that leads from rows back to rules."""
        columns = [replace(c, index=c.index - BLOCK if c.block else c.index) for c in self.columns.values()]
        longest = max((row.step_end - row.step for row in self.benefits), default=0)
        needs = max((row.requirement_end - row.requirement for row in self.benefits), default=0)
        widest = max((len(rule.better_of) for rule in self.benefit_rules), default=0) or 1
        per_cover = 2 * len(self.benefits) + 4 + (longest + needs + 4) * (widest + 1)
        currencies = {each.plan.currency for each in self.slices}
        orders = {each.plan.order for each in self.slices}
        if len(currencies) > 1 or len(orders) > 1:
            what = "currencies" if len(currencies) > 1 else "orders of lines"
            raise PlanError([Finding("mixed", f"these plans cannot be decided together: they have different {what}", Place())])
        return Program(
            tables=tables, plans=tuple(sorted({c.plan.id for c in covers})), covers=tuple(covers), columns=tuple(columns),
            atoms=self.atoms, service_order=self.order,
            set_names={name: known for name, known in self.bits.items() if " " not in name},
            evidence_kinds=self.bits.get("evidence", {}), roles=self.bits.get("issuer role", {}),
            lists=self.bits.get("issuer list", {}), specialties=self.bits.get("issuer specialty", {}),
            named=self.bits.get("named", {}), accounts=tuple(self.account_specs),
            currency=min(currencies, default=""), order=min(orders, default="service"),
            tests=self.test_rules, steps=self.step_rules, benefits=self.benefit_rules, exclusions=self.exclusion_rules,
            requirements=self.requirement_rules, conditions=self.conditions, room=k.NOTE * tables.depth * per_cover,
            moves=(2 * longest + needs + 2) * (widest + 1) + 4,
        )  # fmt: skip


def _under(node: str, parent: str) -> bool:
    return node == parent or node.startswith(parent + "/")


def _touch(scope: Sequence[str], services: Sequence[str]) -> bool:
    """Whether two scopes of services have a node in common; an empty scope touches nothing."""
    return bool(scope) and any(a == "*" or b == "*" or _under(a, b) or _under(b, a) for a in scope for b in services)


def _no_plan() -> Plan:
    return Plan("", {}, "", "", "", "en", "", date.min, None, 0, "service", "", "", "", (), (), Place())


__all__ = ["Compiler", "Parameter", "compile_book", "tree_order"]
