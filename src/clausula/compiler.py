"""Plans -> Program: rules become rows of small tables. Nothing is decided here, and nothing is left to decide by place.

The order of candidates follows declared precedence only (exceptions before what they override). What each test, step
and requirement means is documented on the kernel that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clausula import codes as k
from clausula.book import Book, Slice
from clausula.conditions import BLOCK, PEND, SAME, tree_order, under
from clausula.findings import Finding, Place, PlanError
from clausula.plan import (
    Alternatives,
    Benefit,
    Eligibility,
    Ending,
    Exclusion,
    Fact,
    NamedStep,
    Parameter,
    Premium,
    Requirement,
    Rule,
    ServiceLevel,
    Step,
    Waiting,
    Want,
)
from clausula.precedence import in_order
from clausula.program import (
    BenefitRow,
    Cover,
    ExclusionRow,
    Program,
    RequirementRow,
    Tables,
)
from clausula.steps import Steps
from clausula.values import FAILURE_NAMES


def compile_book(book: Book, plans: Iterable[str]) -> Program:
    """The program for a set of plans of a book; the same set gives the same program (kept in the book)."""
    wanted = frozenset(plans)
    found: Program | None = book.programs.get(wanted)
    if found is None:
        slices = [each for plan in sorted(wanted) for each in book.slices(plan)]
        found = book.programs[wanted] = Compiler(book.catalogue, slices).program()
    return found


class Compiler(Steps):
    """Walks the slices and collects the rows of their rules; `program` puts them together."""

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
        own = Fact(id=name, months_from=rule.counts_from if rule.months else "", to=rule.counts_to)
        own = replace(own, days_from="" if rule.months else rule.counts_from)
        if not any(fact.id == name for fact in self.plan.of(Fact)):
            self.plan = replace(self.plan, rules=(*self.plan.rules, own))
        return Want(name, "between", low=None, high=count, place=rule.place)

    def requirement(self, rule: Requirement) -> int:
        """Add a requirement; returns its row."""
        self.rule = rule
        condition = self.condition(rule.when, rule.unless, rule.services)
        exempt = [self.condition(each.when, pend="skip") for each in rule.exempt]
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
                self.issuers(rule, "list"), self.issuers(rule, "role"), self.issuers(rule, "specialty"),
                sum({self.bit("named", name) for name in rule.names}),
                self.column(dated.fact) if dated else k.SERVED,
                -k.FOREVER if dated is None or dated.earliest is None else dated.earliest,
                k.FOREVER if dated is None or dated.latest is None else dated.latest,
                outcomes, k.PPM if rule.reduced is None else rule.reduced, advance,
            )
        )  # fmt: skip
        self.requirement_rules.append(rule)
        return len(self.requirements) - 1

    def issuers(self, rule: Requirement, word: str) -> int:
        """The lists, roles or specialties an issuer may have, as a set."""
        return sum({self.bit(f"issuer {word}", value) for value in rule.issued_by.get(word, ())})

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
                raise PlanError(
                    [Finding("unknown-requirement", message, rule.place, "declare it as a [[requirement]]")]
                )
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
        self.benefits.append(
            BenefitRow(condition, at, middle, middle, end, first, len(self.steps), self.kind(rule, steps))
        )
        self.benefit_rules.append(rule)
        return len(self.benefits) - 1

    def settling(self, rule: Benefit) -> list[Step]:
        """The steps of a benefit, named ones spelled out; steps that guards refer to get their rows now."""
        named = {each.id: each.step for each in self.plan.of(NamedStep)}
        steps: list[Step] = []
        for entry in rule.pays or ():
            if isinstance(entry, str) and entry not in named:
                raise PlanError(
                    [Finding("unknown-step", f"no [[step]] has the id {entry!r}", rule.place, "declare it")]
                )
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
        self.cover_exclusions.append([row for row in exclusions.values() if _refuses(self.exclusion_rules[row])])
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
            rows += [
                [row for row, scope in scopes if "*" in scope or any(under(node, each) for each in scope)]
                for node in self.nodes
            ]
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
                members = [int(any(under(node, value) for value in values)) for node in self.nodes]
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
                period=moved(step.period), counts=moved(step.counts), a_fact=moved(step.a_fact),
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
            raise PlanError(
                [Finding("mixed", f"these plans cannot be decided together: they have different {what}", Place())]
            )
        return Program(
            tables=tables, plans=tuple(sorted({c.plan.id for c in covers})), covers=tuple(covers),
            columns=tuple(columns), atoms=self.atoms, service_order=self.order,
            set_names={name: known for name, known in self.bits.items() if " " not in name},
            evidence_kinds=self.bits.get("evidence", {}), roles=self.bits.get("issuer role", {}),
            lists=self.bits.get("issuer list", {}), specialties=self.bits.get("issuer specialty", {}),
            named=self.bits.get("named", {}), accounts=tuple(self.account_specs),
            currency=min(currencies, default=""), order=min(orders, default="service"),
            tests=self.test_rules, steps=self.step_rules, benefits=self.benefit_rules, exclusions=self.exclusion_rules,
            requirements=self.requirement_rules, conditions=self.conditions, room=k.NOTE * tables.depth * per_cover,
            moves=(2 * longest + needs + 2) * (widest + 1) + 4,
        )  # fmt: skip


def _refuses(rule: Rule) -> bool:
    """Whether a rule is an exclusion that refuses, and so may be named where no benefit fits anyway."""
    return isinstance(rule, Exclusion) and rule.outcome == "not_covered"


def _touch(scope: Sequence[str], services: Sequence[str]) -> bool:
    """Whether two scopes of services have a node in common; an empty scope touches nothing."""
    return bool(scope) and any(a == "*" or b == "*" or under(a, b) or under(b, a) for a in scope for b in services)


__all__ = ["Compiler", "Parameter", "compile_book", "tree_order"]
