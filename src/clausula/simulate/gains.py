"""Winners and losers: how what each member bears differs, and who is touched most.

What a member bears is what the bills leave to the member, less what comes in cash beside them. As charges and what
others pay stay the same, the member's difference is the covers' difference with the other sign, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clausula.simulate.effects import BORNE_BASE, BORNE_CHANGE, CASH_BASE, CASH_CHANGE
from clausula.simulate.figures import Money
from clausula.simulate.pairs import Ints

QUANTILES = (0, 10, 25, 50, 75, 90, 100)
EDGES = 7
"""Borders of classes of differences on each side."""
SHOWN = 20
"""Members named in the list of the most touched."""


@dataclass(frozen=True, slots=True)
class Class:
    """Members whose difference lies in (low, high], in minor units; negative: they bear less. None: no border."""

    low: int | None
    high: int | None
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Most:
    """The tenth of all members whom the change touches most: how many, what their differences come to, what part of all
    differences that is (minor units of both), and the smallest of theirs."""

    members: int
    amount: int
    of_all: int
    least: int


@dataclass(frozen=True, slots=True)
class Gains:
    """Members who bear less, more and the same; amounts in minor units, both as positive numbers.

    quantiles: of the differences of those touched, lowest to highest. top: places of the most touched among the
    members.
    """

    differences: Ints
    gain: int
    lose: int
    same: int
    gained: int
    lost: int
    quantiles: tuple[tuple[int, int], ...]
    classes: tuple[Class, ...]
    most: Most
    top: tuple[int, ...]

    @property
    def members(self) -> int:
        """All members."""
        return self.gain + self.lose + self.same


def borne(sums: Ints) -> Ints:
    """What each member bears more under the change, from rows of sums; negative: less."""
    change = sums[:, BORNE_CHANGE] - sums[:, CASH_CHANGE]
    found: Ints = change - (sums[:, BORNE_BASE] - sums[:, CASH_BASE])
    return found


def gains(differences: Ints, money: Money) -> Gains:
    """Winners and losers of one difference a member."""
    less, more = differences[differences < 0], differences[differences > 0]
    touched = np.sort(differences[differences != 0])
    sizes = np.abs(differences)
    order = np.argsort(-sizes, kind="stable")
    count = min(-(-len(differences) // 10), len(touched))
    most = sizes[order[:count]]
    return Gains(
        differences, len(less), len(more), len(differences) - len(touched), int(-less.sum()), int(more.sum()),
        tuple((each, int(touched[(len(touched) - 1) * each // 100])) for each in QUANTILES) if len(touched) else (),
        tuple(_classes(differences, money)),
        Most(count, int(most.sum()), int(sizes.sum()), int(most[-1]) if count else 0),
        tuple(order[: min(SHOWN, len(touched))].tolist()),
    )  # fmt: skip


def _edges(largest: int, unit: int) -> Sequence[int]:
    """Borders at 1, 2, 5, 10 … units, the last EDGES of them below the largest difference."""
    series = [figure * 10**power * unit for power in range(12) for figure in (1, 2, 5)]
    return [edge for edge in series if edge < largest][-EDGES:]


def _classes(differences: Ints, money: Money) -> list[Class]:
    if not len(differences) or not np.any(differences):
        return []
    edges = _edges(int(np.abs(differences).max()), money.unit)
    ends: list[int | None] = [0, *edges, None]
    found: list[Class] = []
    for low, high in pairwise(ends):
        assert low is not None
        name = f"over {_whole(low, money)}" if high is None else f"{_whole(low, money)}–{_whole(high, money)}"
        name = f"up to {_whole(high, money)}" if low == 0 and high is not None else name if low else "any amount"
        inside = differences > low if high is None else (differences > low) & (differences <= high)
        found.append(Class(low, high, f"{name} more", int(np.count_nonzero(inside))))
        under = differences < -low if high is None else (differences < -low) & (differences >= -high)
        found.insert(0, Class(None if high is None else -high, -low, f"{name} less", int(np.count_nonzero(under))))
    found.insert(len(found) // 2, Class(0, 0, "the same", int(np.count_nonzero(differences == 0))))
    return found


def _whole(minor: int, money: Money) -> str:
    return f"{minor // money.unit:,}"
