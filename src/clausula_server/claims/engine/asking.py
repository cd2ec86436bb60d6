"""What else the engine is asked: what is left, what is owed when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import clausula
from clausula import service_levels
from clausula.left import Left, left
from clausula.plan import ServiceLevel
from clausula.usage import AccountKey
from clausula_server.claims.engine.deciding import situation
from clausula_server.claims.world import Usage, World
from clausula_server.enrolment.catalogue.editions import combined, edition


@dataclass(frozen=True, slots=True)
class LeftOver:
    """One account of a person's covers: kind (limit, deductible, coinsurance, units …), top, used, left. In minor
    units where `money`, else in units. names: of its benefits or its step, in the five languages."""

    account: str
    kind: str
    entity: tuple[str, ...]
    period: int
    top: int
    used: int
    left: int
    money: bool
    currency: str
    plan: str
    clause: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Promise:
    """A time within which something is owed, and whether it was kept (late: None while it is open and not yet due)."""

    plan: str
    rule: str
    clause: str
    due: datetime
    late: bool | None


def what_is_left(world: World, person: str, on: date, usage: Usage) -> list[LeftOver]:
    """Every limit, deductible and count of a person's covers on a day, in the order of the plans' clauses."""
    at = situation(world, on)
    book = combined(each.digest for each in at.read).book
    told = clausula.Usage({AccountKey(*key): amount for key, amount in usage.items()})
    return list(left_over(left(book, at.household, person, on, told), at.program.currency))


def left_over(found: Iterable[Left], currency: str) -> tuple[LeftOver, ...]:
    """What the engine says is left, as plain values."""
    return tuple(
        LeftOver(
            each.account, each.kind, each.entity, each.period, each.top, each.used, each.left, each.money,
            currency, each.plan, each.clause, dict(each.step.name or _first_name(each.benefits)),
        )
        for each in found
    )  # fmt: skip


def _first_name(benefits: Any) -> Mapping[str, str]:
    return benefits[0].name if benefits else {}


def promises(
    digests: list[str], on: date, online: bool, since: datetime, done: datetime | None, now: datetime,
    stopped: timedelta,
) -> list[Promise]:  # fmt: skip
    """The service levels of editions for a claim: since when it was complete, when it was decided, how long the clock
    stood still because something was awaited from the member. Of post nothing is promised (NS-12)."""
    found: dict[tuple[str, str], Promise] = {}
    for digest in digests:
        for level in edition(digest).on(on).of(ServiceLevel):
            if level.to != "assessment communicated" or not (online or not level.when):
                continue
            kept = service_levels.kept(level, since, done, now, stopped)
            promise = Promise(level.plan, level.id, level.clause, kept.due, kept.late)
            found.setdefault((level.plan, level.id), promise)
    return list(found.values())
