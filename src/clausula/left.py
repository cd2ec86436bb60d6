"""What is left: every limit, deductible and count of a person's covers on a day, used and remaining."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from clausula import codes as k
from clausula import dates
from clausula.book import Book
from clausula.compiler import compile_book
from clausula.encoder import Encoder
from clausula.facts import BUILT_IN, DERIVATIONS
from clausula.household import Enrolment, Household, Line
from clausula.kernel import band_share
from clausula.money import to_minor
from clausula.plan import Benefit, FactRef, Step
from clausula.probe import Probe
from clausula.program import AccountSpec, Program
from clausula.usage import Usage

KINDS = {
    k.LIMIT: "limit", k.COST_LIMIT: "limit", k.DEDUCTIBLE: "deductible", k.COINSURANCE: "coinsurance", k.COPAY: "copay",
    k.MEMBER_CAP: "member-cap", k.UNITS: "units", k.TRANCHES: "units", k.BANDS: "member-bands",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Left:
    """One account: kind (limit, deductible, coinsurance, copay, units …), its top, what is used and left.

    Amounts are whole minor units (counts: units). entity names whose it is; a stay or an episode only shows once it has
    been used. `benefits` are the benefits that move it.
    """

    account: str
    kind: str
    entity: tuple[str, ...]
    period: int
    top: int
    used: int
    money: bool
    step: Step
    plan: str
    clause: str
    benefits: tuple[Benefit, ...]

    @property
    def left(self) -> int:
        """What is left of it, never below zero."""
        return max(0, self.top - self.used)


def left(book: Book, household: Household, person: str, on: date, usage: Usage | None = None) -> tuple[Left, ...]:
    """Every account of a person's covers on a day, in the order of the plans' clauses.

    Accounts per stay, episode, indication or claim are listed for those already used. Raises PlanError.
    """
    usage = usage or Usage()
    program = compile_book(book, household.plans)
    mine = [
        e for e in household.enrolments if e.person == person and e.start <= on and (e.until is None or on <= e.until)
    ]
    found: dict[tuple[str, tuple[str, ...], int], Left] = {}
    for enrolment in mine:
        plan = book.plan(enrolment.plan, on)
        may_apply = _guards(program, household, enrolment, on, usage)
        for number, row in enumerate(program.tables.steps):
            step, rule = program.steps[number]
            if row.account < 0 or rule not in plan.rules or row.kind not in KINDS or not may_apply(row.condition):
                continue
            spec = program.accounts[row.account]
            top = _top(program, number, enrolment)
            if top is None:
                continue
            for entity, period, moved in _entities(spec, household, person, enrolment, on, usage):
                banded = row.kind == k.BANDS
                used = band_share(program.tables.index, row.c, moved, row.a, row.b) if banded else moved
                key = (spec.name, entity, period)
                earlier = found[key].benefits if key in found else ()
                benefits = (*earlier, rule) if isinstance(rule, Benefit) and rule not in earlier else earlier
                found[key] = Left(
                    spec.name, KINDS[row.kind], entity, period, top, used, spec.money, step, step.plan or rule.plan,
                    step.clause or rule.clause, benefits,
                )  # fmt: skip
    return tuple(found.values())


def _guards(
    program: Program, household: Household, enrolment: Enrolment, on: date, usage: Usage
) -> Callable[[int], bool]:
    """Whether a guarded step can concern this person at all, by what is known without a bill: age, sex, deductible.
    Without it an adult would be shown a child's maximum. What a bill would say is unknown here and rules nothing
    out."""
    encoder, tables = Encoder(program, household, {}), program.tables
    row = encoder.row(Line("left", enrolment.person, next(iter(program.service_order)), on), full=True)
    for column in program.columns:
        if column.spec.of in ("line", "provider") and not column.spec.derive:
            row[column.index] = k.MISSING
    for fixed in (k.SERVICE, k.CHARGED, k.OTHERS, k.QUANTITY, k.SPENT):
        row[fixed] = k.MISSING
    shifts = [number * tables.width for number in range(tables.depth)]
    mine = [
        s
        for s in shifts
        if row[tables.columns + s] >= 0 and program.covers[row[tables.columns + s]].plan.id == enrolment.plan
    ]
    probe = Probe(program, row, encoder, usage)

    def may_apply(condition: int) -> bool:
        return not mine or probe.truth(condition, mine[0])[0] != k.FALSE

    return may_apply


def _top(program: Program, number: int, enrolment: Enrolment) -> int | None:
    row, (step, _) = program.tables.steps[number], program.steps[number]
    if isinstance(step.value, FactRef):
        value = enrolment.facts.get(step.value.fact)
        if value is None or step.value.amount is not None:
            return None if value is None else int(str(value)) * -row.a
        whole = to_minor(str(value), program.currency)
        return whole if step.value.share is None else (whole * step.value.share + k.PPM // 2) // k.PPM
    if row.kind in (k.COINSURANCE, k.COPAY, k.UNITS, k.BANDS):
        return row.b if row.b < k.FOREVER else None
    if row.kind == k.TRANCHES:
        high = step.bands[-1].high
        return None if high is None else int(high)
    return int(row.a)


def _since(period: str, today: int) -> int:
    """The day a rolling window, or a calendar year with months before it, begins after."""
    count, unit = period.removeprefix("calendar year and ").split()[:2]
    if period.startswith("calendar year"):
        return int(dates.add_months(dates.ordinal(dates.year_of(today), 1, 1), -int(count))) - 1
    return int(dates.add_months(today, -int(count))) if unit == "months" else today - int(count)


def _entities(
    spec: AccountSpec, household: Household, person: str, enrolment: Enrolment, on: date, usage: Usage
) -> list[tuple[tuple[str, ...], int, int]]:
    """Entities and periods of an account to show, with what is used."""
    today = on.toordinal()
    periods = {
        "calendar year": on.year, "plan year": int(dates.plan_year(enrolment.start.toordinal(), today)),
        "month": int(dates.month_index(today)), "day": today, "life": 0,
    }  # fmt: skip
    word = spec.period.replace(" ", "-")
    if word in BUILT_IN and spec.period not in periods:
        periods[spec.period] = int(DERIVATIONS[BUILT_IN[word].derive](today))
    if spec.scope in ("person", "household"):
        entity = ("person", person) if spec.scope == "person" else ("household", household.id)
        if spec.period in periods:
            period = periods[spec.period]
            return [(entity, period, usage.used(spec.name, *entity, period=period))]
        since = _since(spec.period, today)
        used = sum(
            v
            for key, v in usage.amounts.items()
            if key.account == spec.name and key.entity == entity and key.period > since
        )
        return [(entity, 0, used)]
    seen = {key.entity for key in usage.amounts if key.account == spec.name and key.entity[1] == person}
    period = periods.get(spec.period, 0)
    return [(entity, period, usage.used(spec.name, *entity, period=period)) for entity in sorted(seen)]
