"""Intervals for what a sample of households says of a larger portfolio.

Estimate: the ratio estimator. What changes per member here, times the members there; groups likewise, as domains of the
whole (Cochran 1977, chapters 2 and 6). Intervals: the bootstrap (Efron 1979, Annals of Statistics 7), drawing whole
households, because the members of one share limits and habits; each household comes into a draw as often as a Poisson
number of mean 1 says (Hanley and MacGibbon 2006), which needs no second look at the data. The middle 95 % of 1 000
draws are the interval. Where the sample is a good part of the whole, deviations shrink by the square root of the part
that is missing (the finite population correction).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]

DRAWS = 1000
AT_ONCE = 4096
"""Households drawn for at a time; part of the definition of a draw, so that a seed gives the same intervals."""
FEWEST = 30
"""Households below which an interval deserves a word of caution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate for the whole portfolio with the middle 95 % of its draws, in minor units."""

    estimate: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Clusters:
    """Sums by household, in sparse form: `values[i]` belongs to household `homes[i]` and figure `figures[i]`.

    members: of each household, those without a line too.
    """

    members: npt.NDArray[np.int64]
    homes: npt.NDArray[np.int64]
    figures: npt.NDArray[np.int64]
    values: npt.NDArray[np.int64]


def intervals(clusters: Clusters, count: int, population: int, seed: int, draws: int = DRAWS) -> list[Interval]:
    """Estimates of `count` figures for a portfolio of `population` members, each with its interval.

    The same clusters and seed give the same numbers. Without members here there is nothing to go by: zeros.
    """
    here = int(clusters.members.sum())
    if not here:
        return [Interval(0, 0, 0)] * count
    order = np.argsort(clusters.homes, kind="stable")
    homes, figures, values = (part[order] for part in (clusters.homes, clusters.figures, clusters.values))
    rng = np.random.default_rng(seed)
    sums, weights = np.zeros((draws, count)), np.zeros(draws)
    total = np.zeros(count, np.int64)
    np.add.at(total, figures, values)
    for first in range(0, len(clusters.members), AT_ONCE):
        last = min(first + AT_ONCE, len(clusters.members))
        drawn = rng.poisson(1.0, (draws, last - first)).astype(np.float64)
        low, high = np.searchsorted(homes, [first, last])
        piece = np.zeros((last - first, count))
        np.add.at(piece, (homes[low:high] - first, figures[low:high]), values[low:high].astype(np.float64))
        sums += drawn @ piece
        weights += drawn @ clusters.members[first:last].astype(np.float64)
    estimate = total / here * population
    ratios = sums / np.maximum(weights, 1.0)[:, None] * population
    missing = np.sqrt(max(0.0, 1.0 - here / population))
    around = estimate + (ratios - estimate) * missing
    low_end, high_end = np.percentile(around, [2.5, 97.5], axis=0)
    return [
        Interval(round(float(mid)), round(float(low)), round(float(high)))
        for mid, low, high in zip(estimate, low_end, high_end, strict=True)
    ]
