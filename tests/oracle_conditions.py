"""The first half of the oracle: what is known of a line, which conditions hold, what speaks against a benefit.

To teach it a new construct: a fact goes into `Facts.built_in`, a test into `World.holds`, a way to fail into
`World.failures`. Steps and the order of covers are in `oracle.py`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from clausula.book import Slice
from clausula.household import Enrolment, Evidence, Household, Line, Provider
from clausula.plan import (
    Alternatives,
    Benefit,
    Exclusion,
    Fact,
    NamedStep,
    Parameter,
    Per,
    Plan,
    Requirement,
    Step,
    Waiting,
    Want,
)

Truth = bool | None
"""None: it cannot be told, because a fact is missing."""

Key = tuple[str, tuple[str, ...], int]
"""An account: name, whose it is, period."""

FAILURES = ("missing", "status", "names", "issuer", "scope", "specialty", "proposal", "dated", "expired", "uses")
PENDING = ("needs_document", "needs_authorisation", "needs_person")
WHOLE_SHARE = 1_000_000
UNITS_OF_THE_STAY = {
    "night": "nights",
    "nights": "nights",
    "day": "days",
    "days": "days",
    "day_inclusive": "days_inclusive",
}
MONTHS = [name.lower() for name in calendar.month_name[1:]]
PLACES = {"JPY": 0, "KWD": 3}


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves up."""
    return floor(value + Fraction(1, 2))


def part_of(amount: int, share: int) -> int:
    """A share in parts per million of an amount, rounded half up."""
    return half_up(Fraction(amount * share, WHOLE_SHARE))


def under(node: str, parent: str) -> bool:
    """Whether a node is another or lies below it in a tree."""
    return node == parent or node.startswith(parent + "/")


def fits(code: str, pattern: str) -> bool:
    """Whether a code is what a pattern says: exactly it, below it, or beginning with it ("F*")."""
    return under(code, pattern) or (pattern.endswith("*") and code.startswith(pattern[:-1]))


def completed_years(start: date, end: date) -> int:
    """Birthdays passed."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def completed_months(start: date, end: date) -> int:
    """Monthly days passed."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def months_before(day: date, months: int) -> date:
    """The same day number some months earlier, the last of the month where there is none."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def both(truths: Iterable[Truth]) -> Truth:
    """Three-valued and: false wins, then unknown."""
    known = list(truths)
    return False if False in known else None if None in known else True


def negated(truth: Truth) -> Truth:
    """Three-valued not."""
    return None if truth is None else not truth


def either(truths: Iterable[Truth]) -> Truth:
    """Three-valued or: true wins, then unknown."""
    return negated(both(negated(truth) for truth in truths))


class StillOpen(Exception):  # noqa: N818 - an answer that cannot be given yet, not an error
    """The answer is open, or it is no: the outcome, why, and (with a clause of advance) what is paid to the
    provider."""

    def __init__(self, outcome: str, reasons: Iterable[str], advance: bool = False) -> None:
        super().__init__(outcome)
        self.outcome, self.reasons, self.advance = outcome, frozenset(reasons), advance


@dataclass
class Facts:
    """What is known of a line, seen by one cover."""

    world: World
    plan: Plan
    line: Line
    enrolment: Enrolment | None
    before: int = 0
    earlier: frozenset[str] = frozenset()

    def get(self, name: str) -> Any:
        """A fact in its natural form (money: minor units, sets: frozensets); None where it is missing."""
        if name.startswith("$"):
            return next(each.value for each in self.plan.of(Parameter) if each.id == name[1:])
        declared = {**self.world.facts, **{fact.id: fact for fact in self.plan.of(Fact)}}.get(name)
        kind, owner = (declared.kind, declared.of) if declared else ("", "line")
        stated = self.stated(name, owner)
        if stated is not None:
            return self.natural(kind, stated)
        found = self.derived(declared) if declared else None
        if found is None and (declared is None or not is_derived(declared)):
            found = self.built_in(name)
        if found is None and declared is not None and declared.unless_stated is not None:
            return self.natural(kind, declared.unless_stated)
        return found

    def stated(self, name: str, owner: str) -> Any:
        """A fact somebody wrote down: on the line first, then where it belongs."""
        person = self.world.household.person(self.line.person)
        places: list[Mapping[str, Any]] = [self.line.facts]
        if owner == "person":
            places.append(person.facts)
        if owner == "enrolment" and self.enrolment:
            places.append(self.enrolment.facts)
        provider = self.world.providers.get(self.line.provider)
        if provider and not name.startswith("provider."):
            places.append(provider.facts)
        return next((place[name] for place in places if name in place), None)

    def natural(self, kind: str, value: Any) -> Any:
        """A stated value: money in minor units, sets as sets."""
        if kind == "money":
            return self.world.minor(value, self.plan)
        if kind == "set":
            return frozenset([value] if isinstance(value, str) else value)
        return value

    def derived(self, fact: Fact) -> Any:
        """A fact the plan reckons from dates."""
        if fact.count_of:
            whole, part = self.get(fact.count_of), self.get(fact.minus)
            return None if whole is None or part is None else whole - part
        start, end = self.get(fact.days_from or fact.months_from or fact.years_from or "-"), self.get(fact.to)
        if fact.days_from or fact.months_from or fact.years_from:
            if start is None or end is None:
                return None
            if fact.days_from:
                return (end - start).days
            return completed_months(start, end) if fact.months_from else completed_years(start, end)
        if fact.year_of and (day := self.get(fact.year_of)) is not None:
            return day.year
        if fact.weekday_of and (day := self.get(fact.weekday_of)) is not None:
            return day.isoweekday()
        return None

    def built_in(self, name: str) -> Any:
        """What follows from the fields of a line, of its person, enrolment and provider."""
        line, person, enrolment = self.line, self.world.household.person(self.line.person), self.enrolment
        provider = self.world.providers.get(line.provider)
        seen_on: Any = line.facts.get("admitted_on", line.served_on)
        lists = frozenset(entry.list for entry in provider.lists if entry.holds(seen_on)) if provider else None
        start = enrolment.start if enrolment else None
        begin, end = line.facts.get("admitted_on"), line.facts.get("discharged_on")
        stay = (end - begin).days if isinstance(begin, date) and isinstance(end, date) else None
        return {
            "served_on": line.served_on,
            "received_on": line.received_on,
            "born": person.born,
            "start": start,
            "until": enrolment.until if enrolment else None,
            "age": completed_years(person.born, line.served_on),
            "days_in_force": (line.served_on - start).days if start else None,
            "plan_year": start.year + completed_years(start, line.served_on) if start else None,
            "nights": stay,
            "days": stay,
            "days_inclusive": None if stay is None else stay + 1,
            "year": line.served_on.year,
            "month": line.served_on.year * 12 + line.served_on.month - 1,
            "weekday": line.served_on.isoweekday(),
            "time": line.time,
            "role": person.role,
            "sex": person.sex or None,
            "service": line.service,
            "quantity": line.quantity,
            "charged": self.world.minor(line.charged, self.plan),
            "paid_by_others": self.world.minor(line.paid_by_others, self.plan),
            "paid_before": self.before,
            "provider": line.provider or None,
            "provider.role": (provider.role or None) if provider else None,
            "provider.lists": lists,
            "covers_before": self.earlier,
            "specialty": (provider.specialty or None) if provider else None,
            "episode": line.episode or None,
            "stay": line.stay or None,
            "indication": line.indication or None,
        }.get(name)

    def entity(self, scope: str) -> tuple[str, ...] | None:
        """Whose account: the person's, the household's, the stay's …; None where the line does not say."""
        line = self.line
        if scope == "person":
            return ("person", line.person)
        if scope == "household":
            return ("household", self.world.household.id)
        known = {
            "stay": line.stay or str(line.facts.get("admitted_on", "")),
            "episode": line.episode,
            "claim": line.claim,
            "indication": line.indication or str(line.facts.get("indication", "")),
            "provider": line.provider,
        }
        stated = self.stated(scope, "line")
        name = known[scope] if scope in known else "" if stated is None else str(stated)
        return ("visits" if scope == "provider" else scope, line.person, name) if name else None

    def period(self, per: Per) -> int | None:
        """The period an amount of this line belongs to."""
        served = self.line.served_on
        month = served.year * 12 + served.month - 1
        if per.months or per.days or per.period == "day":
            return served.toordinal()
        if per.period == "plan year":
            return int(self.get("plan_year"))
        if per.period.startswith("year from "):
            return (month - MONTHS.index(per.period.removeprefix("year from "))) // 12
        return {
            "calendar year": served.year,
            "half-year": month // 6,
            "quarter": month // 3,
            "month": month,
            "week": (served.toordinal() + 6) // 7,
        }.get(per.period, 0)

    def key(self, step: Step, owner: str, number: int) -> Key | None:
        """The account of a step for this line; None where the line does not say whose."""
        own = step.account or step.id or f"{owner}.{number}"
        name = own if own.startswith("/") else f"{step.plan or self.plan.id}#{own}"
        per = step.per or Per()
        entity, period = self.entity(per.scope), self.period(per)
        return None if entity is None or period is None else (name, entity, period)

    def standing(self, step: Step, key: Key) -> int:
        """What stands on an account; for a rolling one, in the window that ends on the day of the line."""
        per, usage = step.per or Per(), self.world.usage
        if not (per.months or per.days):
            return usage.get(key, 0)
        served = self.line.served_on
        if per.period == "rolling":
            after = months_before(served, per.months) if per.months else served - timedelta(days=per.days)
        else:
            after = months_before(date(served.year, 1, 1), per.months) - timedelta(days=1)
        return sum(v for (name, who, day), v in usage.items() if (name, who) == key[:2] and day > after.toordinal())


def is_derived(fact: Fact) -> bool:
    """Whether a declared fact is reckoned from dates."""
    return bool(
        fact.count_of or fact.days_from or fact.months_from or fact.years_from or fact.year_of or fact.weekday_of
    )


@dataclass
class World:
    """A household with its plans and accounts, and the questions that may be asked of them."""

    slices: Sequence[Slice]
    facts: Mapping[str, Fact]
    lists: Mapping[str, Any]
    household: Household
    providers: Mapping[str, Provider]
    usage: dict[Key, int] = field(default_factory=dict)

    def minor(self, value: Any, plan: Plan) -> int:
        """Currency units as minor units."""
        return int(Fraction(value) * 10 ** PLACES.get(plan.currency, 2))

    # --- conditions ---

    def holds(self, want: Want, facts: Facts) -> Truth:
        """Truth of one test."""
        if want.op == "used":
            step = self.step_called(want.other, facts.plan)
            key = facts.key(step, "", 0)
            money = step.verb not in ("units", "tranches")
            return None if key is None else self.within(facts.standing(step, key), want, facts.plan, money)
        value = facts.get(want.fact)
        if want.op == "known":
            return (value is not None) == bool(want.low)
        if value is None:
            return None
        if want.op in ("between", "outside"):
            inside = self.within(value, want, facts.plan, self.is_money(want.fact, facts.plan))
            return inside if want.op == "between" else not inside
        if want.op in ("below-fact", "at-most-fact"):
            other = facts.get(want.other)
            return None if other is None else bool(value < other if want.op == "below-fact" else value <= other)
        wanted = {c for v in want.values for c in (self.lists[v[5:]].codes if v.startswith("list:") else [v])}
        if isinstance(value, frozenset):
            every, some = wanted <= value, bool(wanted & value)
            return {"in": some, "any": some, "all": every, "none": not some, "not-in": not some}[want.op]
        if isinstance(value, int) and not isinstance(value, bool):
            factor = 10 ** PLACES.get(facts.plan.currency, 2) if self.is_money(want.fact, facts.plan) else 1
            return (value in {int(word) * factor for word in wanted}) == (want.op == "in")
        text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        return any(fits(text, pattern) for pattern in wanted) == (want.op == "in")

    def is_money(self, name: str, plan: Plan) -> bool:
        """Whether a fact is an amount, so that its bounds are written in currency units."""
        declared = {**self.facts, **{fact.id: fact for fact in plan.of(Fact)}}.get(name)
        return declared.kind == "money" if declared else name in ("charged", "paid_by_others", "paid_before")

    def within(self, value: Any, want: Want, plan: Plan, money: bool) -> bool:
        """Whether a value lies between the bounds of a test."""

        def bound(raw: Any) -> Any:
            return raw if isinstance(raw, date) else self.minor(raw, plan) if money else raw

        high_enough = want.low is None or (value > bound(want.low) if want.above else value >= bound(want.low))
        low_enough = want.high is None or (value <= bound(want.high) if want.closed else value < bound(want.high))
        return bool(high_enough and low_enough)

    def step_called(self, step_id: str, plan: Plan) -> Step:
        """The step of a plan with that id."""
        found: list[Step] = [named.step for named in plan.of(NamedStep) if named.id == step_id]
        found += [s for b in plan.of(Benefit) for s in b.pays or () if isinstance(s, Step) and s.id == step_id]
        return found[0]

    def condition(
        self,
        facts: Facts,
        when: Alternatives,
        unless: Alternatives = (),
        services: Sequence[str] = (),
        if_missing: str = "needs_person",
    ) -> tuple[Truth, frozenset[str]]:
        """Truth of `services and when and not unless`, and the facts of tests that may have decided it."""
        wanted = [[(want.fact, self.holds(want, facts)) for want in alternative] for alternative in when] or [[]]
        denied = [[(want.fact, self.holds(want, facts)) for want in alternative] for alternative in unless]
        scope = self.in_scope(facts.line.service, services)
        truth = both(
            [
                scope,
                either(both(truth for _, truth in each) for each in wanted),
                negated(either(both(truth for _, truth in each) for each in denied)) if denied else True,
            ]
        )
        if if_missing == "skip":
            truth = truth or False
        if truth is True:
            return True, frozenset()
        if not scope:
            return False, frozenset(["service"])
        held = (True, None) if if_missing != "skip" else (True,)
        if truth is False and len(wanted) == 1 and not denied:
            return False, frozenset([next(name for name, found in wanted[0] if found not in held)])
        if truth is False:
            misses = [name for each in wanted for name, found in each if found not in held]
            broken = (True, None) if if_missing == "skip" else (True,)
            return False, frozenset(misses + [name for each in denied for name, found in each if found in broken])
        return None, frozenset(name for each in (*wanted, *denied) for name, found in each if found is None)

    @staticmethod
    def in_scope(service: str, services: Sequence[str]) -> bool:
        """Whether a service lies in a scope; an empty scope is everything."""
        return not services or "*" in services or any(under(service, node) for node in services)

    # --- what speaks against a benefit ---

    def refused(self, benefit: Benefit, facts: Facts) -> None:
        """Raise StillOpen where a waiting time or an exclusion stands against a benefit."""
        for rule in (*facts.plan.of(Waiting), *facts.plan.of(Exclusion)):
            if {rule.id, f"{rule.plan}#{rule.id}"} & set(benefit.overrides):
                continue
            outcome = rule.outcome if isinstance(rule, Exclusion) else "not_covered"
            truth, names = self.stands(rule, facts)
            if truth is None and rule.if_missing != "skip":
                raise StillOpen(rule.if_missing, (f"{rule.id}:{name}" for name in names))
            if truth:
                raise StillOpen(outcome, [rule.id])

    def stands(self, rule: Waiting | Exclusion, facts: Facts) -> tuple[Truth, frozenset[str]]:
        """Whether an exclusion holds, or a waiting time has not passed."""
        truth, names = self.condition(facts, rule.when, rule.unless, rule.services)
        if isinstance(rule, Exclusion):
            return truth, names
        start, end = facts.get(rule.counts_from), facts.get(rule.counts_to)
        waits: Truth = None
        if start is not None and end is not None:
            done, needed = (
                (completed_months(start, end), rule.months) if rule.months else ((end - start).days, rule.days)
            )
            waits = done < needed
        unit = "months" if rule.months else "days"
        name = f"{unit}-from-{rule.counts_from}-to-{rule.counts_to}"
        return both([truth, waits]), names | ({name} if waits is not True else set())

    def bound(self, benefit: Benefit, plan: Plan) -> list[Requirement]:
        """The requirements of a benefit: those it names and those on its services, by order."""

        def touches(scope: Sequence[str]) -> bool:
            pairs = [(a, b) for a in scope for b in benefit.services]
            return any("*" in (a, b) or under(a, b) or under(b, a) for a, b in pairs)

        rules = [rule for rule in plan.of(Requirement) if rule.id in benefit.requires or touches(rule.services)]
        return sorted(rules, key=lambda rule: rule.order)

    def required(self, benefit: Benefit, facts: Facts) -> tuple[int, set[Key]]:
        """Share of the payment left by unmet requirements that only reduce it, and the documents the line uses up.
        Raises StillOpen where a requirement is not met."""
        reduced, rests_on = WHOLE_SHARE, set()
        for rule in self.bound(benefit, facts.plan):
            truth, names = self.condition(facts, rule.when, rule.unless, rule.services)
            if truth is False or any(self.condition(facts, each.when)[0] for each in rule.exempt):
                continue
            if truth is None:
                raise StillOpen("needs_person", (f"{rule.id}:{name}" for name in names))
            failure, evidence = self.met(rule, facts)
            if evidence is not None:
                if rule.uses_left and evidence.uses is not None:
                    rests_on.add(evidence_key(evidence))
                continue
            if rule.reduced is not None and failure not in rule.otherwise:
                reduced = reduced * rule.reduced // WHOLE_SHARE
                continue
            outcome = rule.otherwise.get(failure, rule.otherwise.get("otherwise", "not_covered"))
            reason = rule.reasons.get(failure) or rule.reasons.get("otherwise") or f"{rule.id}:{failure}"
            advance = bool(
                outcome == "not_covered" and rule.advance_when and self.condition(facts, rule.advance_when)[0]
            )
            raise StillOpen(outcome, [reason], advance)
        return reduced, rests_on

    def met(self, rule: Requirement, facts: Facts) -> tuple[str, Evidence | None]:
        """The first document that meets a requirement, or the nearest miss."""
        nearest = "missing"
        for evidence in self.household.evidence:
            if evidence.person == facts.line.person and evidence.kind in rule.evidence:
                failure = next(self.failures(rule, evidence, facts), None)
                if failure is None:
                    return "", evidence
                nearest = max(nearest, failure, key=FAILURES.index)
        return nearest, None

    def failures(self, rule: Requirement, evidence: Evidence, facts: Facts) -> Any:
        """The ways a document fails a requirement, in order."""
        line = facts.line
        issuer = self.providers.get(evidence.issuer, Provider(""))
        stands_for = {
            "list": {each.list for each in issuer.lists if each.holds(evidence.issued_on)} | set(evidence.issuer_lists),
            "role": {issuer.role, evidence.issuer_role},
            "specialty": {issuer.specialty, evidence.issuer_specialty},
        }
        provider = self.providers.get(line.provider)
        specialty = line.facts.get("specialty") or line.facts.get("prescribed_by_specialty")
        specialty = specialty or (provider.specialty if provider else "")
        same = {
            "episode": line.episode,
            "provider": line.provider,
            "claim": line.claim,
            "indication": line.indication or line.facts.get("indication", ""),
        }
        if rule.status == "granted" and evidence.status not in ("", "granted"):
            yield "status"
        if not set(rule.names) <= set(evidence.names):
            yield "names"
        if any(not set(wanted) & stands_for[word] for word, wanted in rule.issued_by.items()):
            yield "issuer"
        if "services" in rule.same and not self.in_scope(line.service, evidence.services):
            yield "scope"
        if any(word in rule.same and getattr(evidence, word) not in ("", value) for word, value in same.items()):
            yield "scope"
        if "specialty" in rule.same and evidence.specialty not in ("", specialty):
            yield "specialty"
        if rule.proposes_provider and (not line.provider or line.provider not in evidence.proposals):
            yield "proposal"
        if rule.dated is not None:
            day = facts.get(rule.dated.fact)
            away = None if day is None else (evidence.issued_on - day).days
            early = away is not None and rule.dated.earliest is not None and away < rule.dated.earliest
            late = away is not None and rule.dated.latest is not None and away > rule.dated.latest
            if away is None or early or late:
                yield "dated"
        if (evidence.valid_from and line.served_on < evidence.valid_from) or (
            evidence.valid_until and line.served_on > evidence.valid_until
        ):
            yield "expired"
        spent = self.usage.get(evidence_key(evidence), 0) + line.quantity
        if rule.uses_left and evidence.uses is not None and spent > evidence.uses:
            yield "uses"


def evidence_key(evidence: Evidence) -> Key:
    """The account of the uses of a document: by its id, else by who has it from whom and when."""
    name = evidence.id or f"{evidence.person}/{evidence.kind}/{evidence.issued_on}/{evidence.issuer}"
    return "evidence", ("evidence", name), 0
