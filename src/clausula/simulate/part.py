"""What a simulation found in one currency: sums, members, winners and losers, contributions, behaviour, estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from clausula.simulate.behaviour import Response
from clausula.simulate.causes import Cause
from clausula.simulate.contributions import Contributions, whole
from clausula.simulate.effects import CHARGED, MEASURES, PAID_BASE, PAID_CHANGE, Effects, summed
from clausula.simulate.figures import Money
from clausula.simulate.gains import Gains, gains
from clausula.simulate.members import Grouping, Members
from clausula.simulate.pairs import Ints
from clausula.simulate.question import Sample
from clausula.simulate.sampling import Clusters, Interval, intervals

Figure = tuple[str, ...]
"""Names a figure: ("total", "paid_change"), ("group", "age", "0–17"), ("cause", "3")."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Contributions of all members, in minor units, and winners and losers when they are counted in."""

    base: int
    change: int
    unknown: tuple[int, int]
    gains: Gains


@dataclass(frozen=True, slots=True)
class Group:
    """One group of members: how many, of how many households, and their sums (by MEASURES)."""

    name: str
    members: int
    households: int
    gain: int
    lose: int
    sums: Ints


@dataclass(slots=True)
class Part:
    """One currency. causes: with their sums, the largest change first. population: members in the whole, where the
    portfolio is a sample. estimates: by figure; empty where the portfolio is the whole."""

    effects: Effects
    members: Members
    money: Money
    causes: list[tuple[Cause, Ints]]
    gains: Gains
    by_plan: Mapping[str, tuple[int, int]]
    owed: Owed | None = None
    responses: list[Response] | None = None
    population: int | None = None
    estimates: dict[Figure, Interval] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """Its currency."""
        return self.effects.currency

    @property
    def sums(self) -> Ints:
        """All lines together, by MEASURES."""
        return self.effects.total

    @property
    def saved(self) -> int:
        """How much less the covers pay under the change; negative: more."""
        return int(self.sums[PAID_BASE] - self.sums[PAID_CHANGE])

    @property
    def households(self) -> int:
        """Households with a member."""
        return len(np.unique(self.members.homes))

    def groups(self, grouping: Grouping) -> list[Group]:
        """The groups of a grouping that have a member, in order."""
        count = len(grouping.names)
        sums = np.zeros((count, len(MEASURES)), np.int64)
        np.add.at(sums, grouping.places, self.effects.members[self.members.at])
        sizes = np.bincount(grouping.places, minlength=count)
        less = np.bincount(grouping.places[self.gains.differences < 0], minlength=count)
        more = np.bincount(grouping.places[self.gains.differences > 0], minlength=count)
        return [
            Group(
                name,
                int(sizes[n]),
                len(np.unique(self.members.homes[grouping.places == n])),
                int(less[n]),
                int(more[n]),
                sums[n],
            )
            for n, name in enumerate(grouping.names)
            if sizes[n]
        ]


def owed(part: Part, found: Contributions) -> Owed:
    """The contributions of a part's members, and their winners and losers with them."""
    base, change = found.of(part.currency, part.members.at)
    each = np.array([whole(amount) for amount in (change - base).tolist()], np.int64)
    return Owed(
        whole(base.sum()),
        whole(change.sum()),
        (found.unknown[0], found.unknown[1]),
        gains(part.gains.differences + each, part.money),
    )


def estimate(part: Part, sample: Sample, order: list[Cause], found: Contributions | None) -> None:
    """Fill in the estimates for the whole that the portfolio is a sample of; none where it is the whole."""
    population = sample.members(len(part.members))
    if population <= len(part.members):
        return
    part.population = population
    homes, at = np.unique(part.members.homes, return_inverse=True)
    place = dict(zip(homes.tolist(), range(len(homes)), strict=True))
    figures: list[Figure] = []
    pieces: list[tuple[Ints, int | Ints, Ints]] = []

    def add(name: Figure, values: Ints) -> None:
        pieces.append((at, len(figures), values))
        figures.append(name)

    rows = part.effects.members[part.members.at]
    moved = rows[:, PAID_CHANGE] - rows[:, PAID_BASE]
    for name, values in _totals(part, rows, moved, found).items():
        add(("total", name), values)
    for grouping in part.members.groupings:
        first = len(figures)
        figures += [("group", grouping.key, name) for name in grouping.names]
        pieces.append((at, first + grouping.places, moved))
    first = len(figures)
    figures += [("cause", str(number)) for number in range(len(order))]
    households, causes, amounts = summed(part.effects.clusters)
    pieces.append((np.array([place[home] for home in households.tolist()], np.int64), first + causes, amounts))
    clusters = Clusters(
        np.bincount(at, minlength=len(homes)).astype(np.int64),
        np.concatenate([where for where, _, _ in pieces]),
        np.concatenate([np.broadcast_to(np.asarray(number, np.int64), where.shape) for where, number, _ in pieces]),
        np.concatenate([values for _, _, values in pieces]),
    )
    found_intervals = intervals(clusters, len(figures), population, sample.seed)
    part.estimates = dict(zip(figures, found_intervals, strict=True))


def _totals(part: Part, rows: Ints, moved: Ints, found: Contributions | None) -> dict[str, Ints]:
    named = {"charged": rows[:, CHARGED], "paid_base": rows[:, PAID_BASE], "paid_change": rows[:, PAID_CHANGE]}
    named["paid_difference"] = moved
    if found is not None:
        base, change = (each // 12 for each in found.of(part.currency, part.members.at))
        named |= {"contributions_base": base, "contributions_change": change}
        named |= {"contributions_difference": change - base, "net_difference": moved - (change - base)}
    return named
