"""Plain Python closures: one function to match and one to pay for each benefit, running totals in a dictionary.

Also a second oracle: it shares no code and no plan text with Clausula, and must decide every line alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from .rules import (
    BENEFITS,
    CAUSES,
    CHANNELS,
    COVERS,
    DIAGNOSES,
    EPISODE,
    HOUSEHOLD_YEAR,
    PAPERS,
    PERSON,
    PERSON_YEAR,
    SERVICES,
    STACKS,
    Account,
    Benefit,
    candidates,
)
from .workload import Outputs, Ready, Workload

EPOCH = date(1970, 1, 1)


class Line(NamedTuple):
    """One line, as the columns of the workload say it."""

    household: int
    person: int
    stack: int
    served_on: int
    service: int
    channel: int
    cause: int
    diagnosis: int
    papers: int
    quantity: int
    charged: int
    episode: int
    born: int
    start: int


Totals = dict[tuple[int, ...], int]
"""Accounts of one household; a spaced account holds the last day on which something was granted."""

Row = tuple[int, int, int, int, int]
Match = Callable[[Line], bool]
Pay = Callable[[Line, int, Totals], int]


@cache
def day(number: int) -> date:
    """A day by its number."""
    return EPOCH + timedelta(days=number)


def age(line: Line) -> int:
    """Completed years on the day of service."""
    born, served = day(line.born), day(line.served_on)
    return served.year - born.year - ((served.month, served.day) < (born.month, born.day))


@cache
def months_before(number: int, months: int) -> int:
    """The same day of the month, so many months earlier; the last of a shorter month."""
    there = day(number)
    years, month = divmod(there.year * 12 + there.month - 1 - months, 12)
    last = (date(years + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return (date(years, month + 1, min(there.day, last)) - EPOCH).days


def key_of(account: Account | None) -> Callable[[Line], tuple[int, ...]]:
    """How an account is named for a line."""
    if account is None:
        return lambda _: ()
    number = account.number
    return {
        PERSON_YEAR: lambda line: (number, line.person, day(line.served_on).year),
        HOUSEHOLD_YEAR: lambda line: (number, line.household, day(line.served_on).year),
        EPISODE: lambda line: (number, line.episode),
        PERSON: lambda line: (number, line.person),
    }[account.scope]


def fits(benefit: Benefit) -> Match:
    """Whether a benefit is the one for a line of its services."""
    channels = {CHANNELS.index(each) for each in benefit.channels}
    causes = {CAUSES.index(each) for each in benefit.causes}
    diagnoses = {DIAGNOSES.index(each) for each in benefit.diagnoses}
    papers = sum(1 << PAPERS.index(each) for each in benefit.papers)
    age_from = benefit.age_from

    def match(line: Line) -> bool:
        return (
            line.channel in channels
            and line.cause in causes
            and line.diagnosis in diagnoses
            and line.papers & papers == papers
            and (age_from == 0 or age(line) >= age_from)
        )

    return match


def admits(benefit: Benefit) -> Match:
    """Whether a benefit that fits is granted: no exclusion, no waiting."""
    excluded = {DIAGNOSES.index(each) for each in benefit.excluded}
    waits = [benefit.wait(cause) for cause in CAUSES]
    age_to = benefit.age_to

    def admit(line: Line) -> bool:
        if line.diagnosis in excluded or line.served_on < line.start + waits[line.cause]:
            return False
        return age_to >= 200 or age(line) <= age_to

    return admit


def granting(benefit: Benefit) -> Callable[[Line, Totals], int]:
    """The units of a line that a run of units or a spacing grants."""
    run, spaced = key_of(benefit.units), key_of(benefit.spaced)
    after, up_to, months = benefit.units_after, benefit.units_to, benefit.spaced_months

    def grant(line: Line, totals: Totals) -> int:
        units = line.quantity
        if benefit.units:
            key = run(line)
            before = totals.get(key, 0)
            totals[key] = before + units
            units = max(0, min(before + units, up_to) - max(before, after))
        if benefit.spaced:
            key = spaced(line)
            if totals.get(key, -(10**9)) > months_before(line.served_on, months):
                return 0
            units = min(units, 1)
            totals[key] = line.served_on
        return units

    return grant


def paying(benefit: Benefit) -> Pay:
    """What a benefit pays of an amount, moving the accounts."""
    deductible, share = key_of(benefit.deductible), key_of(benefit.share)
    limits = [
        (key_of(account), most)
        for account, most in ((benefit.limit, benefit.limit_amount), (benefit.household, benefit.household_amount))
        if account
    ]
    grant = granting(benefit)

    def pay(line: Line, left: int, totals: Totals) -> int:
        units = grant(line, totals)
        amount = benefit.cash_each * units if benefit.cash_each else left * units // line.quantity
        amount = max(0, min(amount, benefit.cap_each * units) - benefit.less_each * units)
        if benefit.deductible:
            key = deductible(line)
            used = totals.get(key, 0)
            taken = min(amount, benefit.deductible_amount - used)
            totals[key] = used + taken
            amount -= taken
        if benefit.share:
            key = share(line)
            used = totals.get(key, 0)
            taken = min((amount * benefit.share_percent + 50) // 100, benefit.share_most - used)
            totals[key] = used + taken
            amount -= taken
        charged = [(named(line), most) for named, most in limits]
        for key, most in charged:
            amount = min(amount, most - totals.get(key, 0))
        for key, _ in charged:
            totals[key] = totals.get(key, 0) + amount
        return amount

    return pay


TABLE = [
    [
        [
            [
                (n, fits(BENEFITS[n]), admits(BENEFITS[n]), paying(BENEFITS[n]))
                for n in candidates(stack, cover, service)
            ]
            for service in SERVICES
        ]
        for cover in COVERS
    ]
    for stack in STACKS
]
"""By stack, cover and service: the benefits to try, each with its closures."""

CASH = [benefit.cash_each > 0 for benefit in BENEFITS]


def decide(line: Line, totals: Totals) -> Row:
    """Decide a line: (benefit of the base cover, of the plus cover, paid by each, borne)."""
    left = line.charged
    found = [-1, -1]
    paid = [0, 0]
    if line.served_on >= line.start:
        for cover, by_service in enumerate(TABLE[line.stack]):
            for number, match, admit, pay in by_service[line.service]:
                if not match(line):
                    continue
                if admit(line):
                    found[cover], paid[cover] = number, pay(line, left, totals)
                    left -= 0 if CASH[number] else paid[cover]
                break
    return found[0], found[1], paid[0], paid[1], left


def lines_of(workload: Workload) -> Iterator[Line]:
    """The columns as lines, some at a time, so that they do not all stand in memory as objects."""
    for low in range(0, len(workload), 50_000):
        columns = [workload[name][low : low + 50_000].tolist() for name in Line._fields]
        yield from map(Line._make, zip(*columns, strict=True))


def run(workload: Workload) -> list[Row]:
    """Decide all lines, household by household."""
    rows = []
    totals: Totals = {}
    home = -1
    for line in lines_of(workload):
        if line.household != home:
            home, totals = line.household, {}
        rows.append(decide(line, totals))
    return rows


def outputs_of(rows: list[Row]) -> Outputs:
    """Decisions as columns."""
    found = np.array(rows, np.int64).reshape(-1, 5)
    return Outputs(found[:, :2].astype(np.int16), found[:, 2:4], found[:, 4])


def prepare(workload: Workload) -> Ready:
    """Ready to decide the workload."""
    return Ready(lambda: run(workload), outputs_of)
