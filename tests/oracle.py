"""The meaning of a plan, told slowly: an independent reference for the engine. Test-only, never fast.

It reads the plan records (`clausula.plan`), one line at a time, with dicts, sets and Fractions; it never looks at the
compiled
tables, the kernel or the encoder. Money is whole minor units. Where this and the engine differ, one of them is wrong.

To teach it a new construct: a step goes into `Settling.verb`; facts, tests and requirements are in
`oracle_conditions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

from clausula.book import Slice
from clausula.catalogue import Catalogue
from clausula.household import Enrolment, Household, Line, Provider
from clausula.plan import Benefit, Exclusion, Fact, FactRef, NamedStep, Plan, Step
from clausula.usage import AccountKey, Usage
from tests.oracle_conditions import (
    PENDING,
    UNITS_OF_THE_STAY,
    WHOLE_SHARE,
    Facts,
    Key,
    StillOpen,
    World,
    half_up,
    part_of,
)

ROUNDINGS: dict[str, Callable[[Fraction], int]] = {"half up": half_up, "up": ceil, "down": floor}
NUMBERS = {
    "age",
    "days_in_force",
    "plan_year",
    "nights",
    "days",
    "days_inclusive",
    "year",
    "month",
    "weekday",
    "quantity",
}


@dataclass(frozen=True)
class Ruling:
    """What one cover decided on a line. `reasons`: the codes it may name (several where a condition has
    alternatives)."""

    plan: str
    benefit: str
    outcome: str
    paid: int = 0
    kept: int = 0
    advanced: int = 0
    cash: bool = False
    reasons: frozenset[str] = frozenset()
    moves: tuple[tuple[Key, int], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The covers' rulings on a line, and what the member bears of it."""

    line: Line
    rulings: tuple[Ruling, ...]
    left: int


@dataclass
class Burden:
    """What one step lets the member bear."""

    amount: int
    key: Key | None
    keeps: bool


@dataclass
class Settling:
    """The steps of one benefit on one line: the amount as it stands, and what is to be written to the accounts."""

    facts: Facts
    rule: Benefit
    left: int
    in_kind: bool
    amount: int = 0
    burdens: list[Burden] = field(default_factory=list)
    counts: list[tuple[Key, int]] = field(default_factory=list)
    caps: list[tuple[Key, int]] = field(default_factory=list)
    limits: list[Key] = field(default_factory=list)
    rooms: list[tuple[int, str]] = field(default_factory=list)
    granted: dict[str, int] = field(default_factory=dict)
    used_up: bool = False
    cut: str = ""

    @property
    def borne(self) -> int:
        """What the steps so far let the member bear."""
        return sum(burden.amount for burden in self.burdens)

    def moves(self, paid: int) -> list[tuple[Key, int]]:
        """What goes to the accounts: units that arrived, what the member bears in the end, and, once for each limit,
        what is paid in the end."""
        found = list(self.counts)
        found += [(burden.key, burden.amount) for burden in self.burdens if burden.key is not None]
        found += [(key, sum(burden.amount for burden in self.burdens[:until])) for key, until in self.caps]
        return found + [(key, paid) for key in dict.fromkeys(self.limits)]

    def code(self, step: Step) -> str:
        """The name of a step as a reason."""
        return step.id or f"{self.rule.id}:{step.verb}"

    def run(self, steps: Sequence[Step]) -> None:
        """Take the steps in order. Raises StillOpen where one cannot be taken."""
        self.amount = self.left
        for number, step in enumerate(steps, 1):
            truth, names = self.facts.world.condition(self.facts, step.when, step.unless)
            if truth is None:
                raise StillOpen("needs_person", (f"{step.id or 'step'}:{name}" for name in names))
            if not truth:
                continue
            before, fresh = self.amount, step.verb == "amount" or (step.verb == "of" and step.of == "charged")
            self.take(step, number)
            less = self.amount < before and not fresh and not self.in_kind
            if (self.used_up or less) and not self.cut:
                self.cut = self.code(step)
        for room, code in sorted(self.rooms, key=lambda each: each[0])[:1]:
            if (
                self.amount > room and not self.in_kind
            ):  # a later step lifted the amount again: the limit holds for what is finally paid
                self.amount, self.cut = room, self.cut or code

    def take(self, step: Step, number: int) -> None:
        """Take one step."""
        value, units = self.value(step), self.units(step)
        key, total = None, 0
        keeps_account = step.per is not None and not (step.verb == "less" and step.at_most is None)
        if keeps_account:
            key = self.facts.key(step, self.rule.id, number)
        if value is None or value < 0 or units is None or units < 0 or (keeps_account and key is None):
            raise StillOpen("needs_person", [self.code(step)])
        if key is not None:
            total = self.facts.standing(step, key) + sum(amount for other, amount in self.moves(0) if other == key)
        self.verb(step, value, units, key, total)

    def value(self, step: Step) -> int | None:
        """The figure of a step in minor units; None where the fact it names is missing."""
        world, plan = self.facts.world, self.facts.plan
        if step.verb == "proportion" and self.facts.get(step.of) is None:
            return None
        if step.verb == "of" and step.of not in ("charged", "left"):
            found = self.facts.get(step.of)
            return None if found is None else int(found)
        if isinstance(step.value, FactRef):
            found = self.facts.get(step.value.fact)
            if found is None:
                return None
            if step.value.share is not None:
                return part_of(int(found), step.value.share)
            each = step.value.amount
            return int(found) if each is None else int(found) * world.minor(each, plan)
        return 0 if step.value is None else world.minor(step.value, plan)

    def counted(self, step: Step) -> str:
        """The fact a step counts."""
        declared = {**self.facts.world.facts, **{fact.id: fact for fact in self.facts.plan.of(Fact)}}
        is_number = declared[step.count].kind == "number" if step.count in declared else step.count in NUMBERS
        return UNITS_OF_THE_STAY.get(step.count, step.count if is_number else "quantity")

    def units(self, step: Step) -> int | None:
        """Units of a step: those granted by an earlier one that counted the same, else those of the line."""
        if not step.count:
            return 1
        name = self.counted(step)
        found = self.granted[name] if name in self.granted else self.facts.get(name)
        return None if found is None else int(found)

    def most(self, step: Step) -> int | None:
        """The ceiling of a step in minor units."""
        return None if step.at_most is None else self.facts.world.minor(step.at_most, self.facts.plan)

    def verb(self, step: Step, value: int, units: int, key: Key | None, total: int) -> None:
        """What each verb does to the amount."""
        verb, amount = step.verb, self.amount
        if verb == "of":
            if step.of == "charged":
                self.amount = self.facts.get("charged")
            elif step.of != "left":
                self.amount = min(amount, value)
        elif verb == "amount":
            self.amount = value * units
        elif verb == "nothing":
            self.amount = 0
        elif verb == "at_most" and step.per is None:
            self.amount = min(amount, value * units)
        elif verb == "at_most":
            self.amount = min(amount, max(0, value - total))
            assert key is not None
            if step.measures == "cost":
                self.counts.append((key, self.amount))
            else:
                self.limits.append(key)
                self.rooms.append((max(0, value - total), self.code(step)))
        elif verb == "at_least":
            self.amount = max(amount, value * units) if amount else 0
        elif verb == "proportion":
            whole = self.facts.get(step.of)
            self.amount = amount if value >= whole else half_up(Fraction(amount * value, whole))
        elif verb == "less" and step.of == "paid_before":
            self.amount = max(0, amount - self.facts.before)
        elif verb == "round":
            turns = Fraction(amount, value)
            self.amount = ROUNDINGS[step.mode](turns) * value
        elif verb in ("units", "tranches"):
            assert key is not None
            self.count(step, units, key, total)
        elif verb == "member_at_most":
            assert key is not None
            self.give_back(max(0, self.borne - max(0, value - total)))
            self.caps.append((key, len(self.burdens)))
        else:
            self.bear(step, value, units, key, total)

    def count(self, step: Step, units: int, key: Key, total: int) -> None:
        """Look at each unit by its number: in which run it falls, and what share of its part of the amount is paid."""
        runs = [0] * len(step.bands)
        for number in range(total + 1, total + units + 1):
            for place, band in enumerate(step.bands):
                if number > int(band.low or 0) and (band.high is None or number <= int(band.high)):
                    runs[place] += 1
        one_run_from_the_first = step.verb == "units" and not step.bands[0].low
        refused_does_not_count = one_run_from_the_first and step.per is not None and step.per.by_day()
        self.counts.append((key, sum(runs) if refused_does_not_count else units))
        self.used_up = self.used_up or (units > 0 and not sum(runs))
        self.granted = {self.counted(step): sum(runs)}
        paid, done = 0, 0
        for run, band in zip(runs, step.bands, strict=True):
            part = floor(Fraction(self.amount * (done + run), units or 1)) - floor(
                Fraction(self.amount * done, units or 1)
            )
            paid += part if step.verb == "units" else part_of(part, band.share)
            done += run
        self.amount = paid

    def bear(self, step: Step, value: int, units: int, key: Key | None, total: int) -> None:
        """The verbs that let the member bear a part."""
        amount, most = self.amount, self.most(step)
        room = max(0, most - total) if most is not None else None
        if step.verb == "share":
            self.amount = part_of(amount, step.share or 0)
            if self.amount <= amount:
                self.burdens.append(Burden(amount - self.amount, None, step.keeps))
            return
        if step.verb == "deductible":
            take = max(0, value - total)
        elif step.verb == "less":
            take = value * units if room is None else min(value * units, room)
        elif step.bands or step.at_least is not None or (most is not None and key is None):
            after, before = (self.of_running_total(step, each, units) for each in (total + amount, total))
            take = max(0, after - before)
            self.counts += [] if key is None else [(key, amount)]
            key = None
        else:
            take = part_of(amount, step.share or 0)
            take = take if room is None else min(take, room)
        take = min(take, amount)
        self.amount -= take
        self.burdens.append(Burden(take, key, step.keeps))

    def of_running_total(self, step: Step, total: int, units: int) -> int:
        """What the member bears of a running total, by bands, not less than the floor, not more than the ceiling."""
        world, plan, most = self.facts.world, self.facts.plan, self.most(step)
        share, low = Fraction(0), 0
        for high, part in [(band.high, band.share) for band in step.bands] or [(None, step.share or 0)]:
            top = total if high is None else min(total, world.minor(high, plan))
            share += Fraction(max(0, top - low) * part, WHOLE_SHARE)
            low = max(low, top)
        least = 0 if step.at_least is None else world.minor(step.at_least, plan)
        borne = max(half_up(share), least * units)
        return min(borne, total) if most is None else min(borne, most * units, total)

    def give_back(self, excess: int) -> None:
        """What the member would bear too much, taken back from the latest step first."""
        self.amount += excess
        for burden in reversed(self.burdens):
            part = min(excess, burden.amount)
            burden.amount -= part
            excess -= part


@dataclass
class Cover:
    """One plan deciding one line: the benefits of one lane (those beside the others have their own)."""

    world: World
    facts: Facts
    left: int
    beside: bool

    @property
    def plan(self) -> Plan:
        """The plan as it stands on the day."""
        return self.facts.plan

    def benefits(self) -> list[Benefit]:
        """The benefits for the service, each after all that go before it; members of a choice stand for
        nothing alone."""
        known = {rule.id: rule for rule in self.plan.of(Benefit)}
        ready = [inherited(rule, known) for rule in known.values()]
        grouped = {member for rule in ready for member in rule.better_of}
        waiting, ordered = list(ready), []
        while waiting:
            following = {name for rule in waiting for name in (*rule.exception_to, *rule.before)}
            first = next(rule for rule in waiting if rule.id not in following)
            waiting.remove(first)
            ordered.append(first)
        return [
            rule
            for rule in ordered
            if rule.id not in grouped
            and rule.beside == self.beside
            and rule.services
            and self.world.in_scope(self.facts.line.service, rule.services)
        ]

    def decide(self) -> Ruling:
        """The first benefit that applies decides; one that cannot be told leaves the answer open."""
        missed: frozenset[str] = frozenset()
        for rule in self.benefits():
            truth, names = self.world.condition(self.facts, rule.when, rule.unless, (), rule.if_missing)
            if truth is None:
                reasons = frozenset(f"{rule.id}:{name}" for name in names)
                return Ruling(self.plan.id, rule.id, rule.if_missing, reasons=reasons)
            ruling = (self.better(rule) if rule.better_of else self.weigh(rule)) if truth else None
            if ruling is not None:
                return ruling
            missed = missed or frozenset(f"{rule.id}:{name}" for name in names)
        for exclusion in self.plan.of(Exclusion) if not self.beside else ():
            if exclusion.outcome == "not_covered" and self.world.stands(exclusion, self.facts)[0]:
                return Ruling(self.plan.id, "", "not_covered", reasons=frozenset([exclusion.id]))
        return Ruling(self.plan.id, "", "not_covered", reasons=missed or frozenset(["no-benefit"]))

    def better(self, group: Benefit) -> Ruling | None:
        """Of several benefits the one that pays most; an open answer is better than a refusal; the first on a tie."""
        known = {rule.id: rule for rule in self.plan.of(Benefit)}
        rulings: list[Ruling] = []
        for name in group.better_of:
            rule = inherited(known[name], known)
            truth, names = self.world.condition(self.facts, rule.when, rule.unless, (), rule.if_missing)
            if truth is None:
                reasons = frozenset(f"{rule.id}:{fact}" for fact in names)
                return Ruling(self.plan.id, rule.id, rule.if_missing, reasons=reasons)
            rulings += [self.weigh(rule)] if truth else []

        def worth(ruling: Ruling) -> tuple[int, int]:
            grade = 0 if ruling.outcome == "not_covered" else 1 if ruling.outcome in PENDING else 2
            return grade, ruling.paid if grade == 2 else 0

        return max(rulings, key=worth, default=None)

    def weigh(self, rule: Benefit) -> Ruling:
        """What a benefit whose condition holds gives."""
        ruling = Ruling(self.plan.id, rule.id, "not_covered")
        named = {each.id: each.step for each in self.plan.of(NamedStep)}
        steps = [named[each] if isinstance(each, str) else each for each in rule.pays or ()]
        kind = rule.kind or ("indemnity" if any(s.verb == "amount" and s.count for s in steps) else "expense")
        settling = Settling(self.facts, rule, self.left, in_kind=kind == "service")
        try:
            self.world.refused(rule, self.facts)
            reduced, rests_on = self.world.required(rule, self.facts)
            settling.run(steps)
        except StillOpen as answer:
            advanced = self.left if answer.advance else 0
            return replace(ruling, outcome=answer.outcome, advanced=advanced, reasons=answer.reasons)
        paid = settling.amount if reduced == WHOLE_SHARE else part_of(settling.amount, reduced)
        paid = min(paid, self.left) if kind == "expense" else paid
        paid = 0 if kind == "service" else paid
        documents = [(key, self.facts.line.quantity) for key in sorted(rests_on)]
        moves = tuple(documents + settling.moves(paid))
        ruling = replace(ruling, reasons=frozenset([settling.cut]), moves=moves)
        if kind == "service":
            return replace(ruling, outcome="not_covered" if settling.used_up else "covered")
        if paid == 0 and settling.borne == 0 and self.left > 0:
            return ruling
        if kind == "indemnity":
            return replace(ruling, outcome="covered" if paid else "not_covered", paid=paid, cash=True)
        kept = min(sum(burden.amount for burden in settling.burdens if burden.keeps), self.left - paid)
        return replace(ruling, outcome="covered" if paid == self.left else "partly", paid=paid, kept=kept)


def inherited(rule: Benefit, known: Mapping[str, Benefit]) -> Benefit:
    """An exception with what it takes over from the first benefit it overrides."""
    if not rule.exception_to:
        return rule
    general = inherited(known[rule.exception_to[0]], known)
    return replace(
        rule,
        services=rule.services or general.services,
        requires=rule.requires or general.requires,
        kind=rule.kind or general.kind,
        overrides=rule.overrides or general.overrides,
        beside=rule.beside or general.beside,
        pays=with_accounts_of(general) if rule.pays is None else rule.pays,
    )


def with_accounts_of(general: Benefit) -> tuple[Step | str, ...]:
    """The steps of a benefit for its exception, on the same accounts."""
    return tuple(
        replace(step, account=step.account or step.id or f"{general.id}.{number}")
        if isinstance(step, Step) and step.per
        else step
        for number, step in enumerate(general.pays or (), 1)
    )


def covers_of(world: World, line: Line) -> Iterable[tuple[Slice, Enrolment, bool]]:
    """The covers of a person on the day of a line: by rank, what is beside the others after them."""
    found: dict[tuple[int, str], tuple[Slice, Enrolment]] = {}
    for enrolment in world.household.enrolments:
        inside = enrolment.start <= line.served_on and (enrolment.until is None or line.served_on <= enrolment.until)
        if enrolment.person == line.person and inside:
            for each in world.slices:
                if each.plan.id == enrolment.plan and each.holds(line.served_on):
                    found.setdefault((each.plan.rank, each.plan.id), (each, enrolment))
    for _, (each, enrolment) in sorted(found.items(), key=lambda item: item[0]):
        yield each, enrolment, False
        known = {rule.id: rule for rule in each.plan.of(Benefit)}
        grouped = {member for rule in known.values() for member in rule.better_of}
        if any(inherited(rule, known).beside and rule.id not in grouped for rule in known.values()):
            yield each, enrolment, True


def tell(
    slices: Sequence[Slice],
    catalogue: Catalogue,
    household: Household,
    lines: Iterable[Line],
    usage: Usage | None = None,
    providers: Mapping[str, Provider] | None = None,
) -> tuple[list[Verdict], dict[Key, int]]:
    """Decide the lines of a household; returns the verdicts in order, and the accounts after them."""
    opening = {tuple(key): amount for key, amount in usage.amounts.items()} if usage else {}
    world = World(slices, catalogue.facts, catalogue.lists, household, providers or {}, opening)  # type: ignore[arg-type]
    if slices and slices[0].plan.order == "reception":
        ordered = sorted(lines, key=lambda line: (line.received_on or line.served_on, line.served_on))
    else:
        ordered = sorted(lines, key=lambda line: line.served_on)
    return [tell_line(world, line) for line in ordered], world.usage


def tell_line(world: World, line: Line) -> Verdict:
    """One line by all covers of its person; what one leaves flows to the next, save what the member must keep."""
    currency_of = world.slices[0].plan
    left = world.minor(line.charged, currency_of) - world.minor(line.paid_by_others, currency_of)
    before, kept, rulings, earlier = 0, 0, [], frozenset[str]()
    for each, enrolment, beside in covers_of(world, line):
        facts = Facts(world, each.plan, line, enrolment, before, earlier - {each.plan.id})
        earlier |= {each.plan.id}
        ruling = Cover(world, facts, left, beside).decide()
        rulings.append(ruling)
        for key, amount in ruling.moves:
            if amount:
                world.usage[key] = world.usage.get(key, 0) + amount
        if not ruling.cash:
            left -= ruling.paid + ruling.kept
            before += ruling.paid
            kept += ruling.kept
        if ruling.outcome in PENDING:
            break
    return Verdict(line, advanced_within(rulings, left + kept), left + kept)


def advanced_within(rulings: Sequence[Ruling], borne: int) -> tuple[Ruling, ...]:
    """What is advanced to the provider is a part of what the member bears, never more."""
    found = []
    for ruling in rulings:
        found.append(replace(ruling, advanced=min(ruling.advanced, borne)))
        borne -= found[-1].advanced
    return tuple(found)


def accounts(usage: Usage) -> dict[AccountKey, int]:
    """The accounts of a usage that hold something."""
    return {key: amount for key, amount in usage.amounts.items() if amount}
