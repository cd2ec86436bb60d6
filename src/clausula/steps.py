"""Steps of calculations -> rows, and the accounts they move."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from clausula import codes as k
from clausula.conditions import Conditions
from clausula.facts import COUNTS, Spec, spec_of
from clausula.findings import Finding, Place, PlanError
from clausula.money import to_minor
from clausula.plan import (
    Benefit,
    Fact,
    FactRef,
    NamedStep,
    Per,
    Rule,
    Step,
    Value,
)
from clausula.program import (
    AccountSpec,
    Column,
    StepRow,
)

STEP_KINDS = {
    "amount": k.AMOUNT, "deductible": k.DEDUCTIBLE, "member_at_most": k.MEMBER_CAP, "units": k.UNITS,
    "tranches": k.TRANCHES, "round": k.ROUND, "at_least": k.FLOOR,
}  # fmt: skip
ENTITIES = {
    "person": k.PERSON, "household": k.HOUSEHOLD, "stay": k.STAY, "episode": k.EPISODE, "indication": k.INDICATION,
    "provider": k.VISITS, "claim": k.CLAIM,
}  # fmt: skip
PERIOD_FACTS = {"calendar year": "year", "plan year": "plan_year", "month": "month", "day": "served_on"}


class Steps(Conditions):
    """Steps and accounts, on the ground of columns and conditions."""

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
        own = step.account or (step.id or f"{rule.id}.{number}")
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
        """The column of whose account it is: a person, a household, a stay …, or what a fact of the line names (a
        tooth)."""
        if scope in ENTITIES:
            return ENTITIES[scope]
        spec = self.spec(scope)
        key = (f"entity-{scope}", "entity")  # a name of its own: the fact may stand in another column too
        if key not in self.columns:
            self.columns[key] = Column(
                self.common, Spec(key[0], spec.kind, spec.of, "entity", (), (scope,)), block=False
            )
            self.common += 1
        return self.columns[key].index

    def home(self, step: Step) -> str:
        """The plan an account belongs to: where a plan it extends already has the account a step names, that plan."""
        if step.account:
            for rule in self.plan.rules:
                pays = (
                    (rule.step,)
                    if isinstance(rule, NamedStep)
                    else rule.pays or ()
                    if isinstance(rule, Benefit)
                    else ()
                )
                for other in pays:
                    if isinstance(other, Step) and step.account in (other.account, other.id):
                        return other.plan
        return step.plan

    def same_verb(self, step: Step, name: str) -> None:
        """An account without a name of its own is known by its place in `pays`; refuse an edition that moves it."""
        known = self.account_verbs.setdefault(name, step.verb)
        if known != step.verb and not (step.account or step.id):
            message = f"the account of this step, {name}, belongs to {known} in another edition or rule"
            raise PlanError(
                [Finding("account-moved", message, step.place, "give the steps ids, the same in all editions")]
            )

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
        """Operand a of a step: an amount, or of a fact its share (parts per million) or the amount for each of it
        (negative)."""
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
            return k.COPAY, minor, self.money(step.at_most, k.FOREVER), 0
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
            flat = [
                x for b in step.bands for x in (int(b.low or 0), k.FOREVER if b.high is None else int(b.high), b.share)
            ]
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
