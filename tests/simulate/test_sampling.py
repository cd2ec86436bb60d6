"""Intervals hold what they say, and groups of households stay together."""

from __future__ import annotations

import numpy as np
import pytest

from clausula.simulate.sampling import Clusters, Interval, intervals


def clusters(sizes: np.ndarray, values: np.ndarray) -> Clusters:
    """One figure, with one value a household."""
    homes = np.arange(len(sizes))
    return Clusters(sizes.astype(np.int64), homes, np.zeros(len(sizes), np.int64), values.astype(np.int64))


def test_the_estimate_is_what_a_member_differs_by_times_all_members() -> None:
    found = intervals(clusters(np.array([2, 1, 1]), np.array([-100, 0, -20])), 1, 400, seed=1)
    assert found[0].estimate == -12_000


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    sample = clusters(np.ones(50), np.arange(50))
    first, again, other = (intervals(sample, 1, 5000, seed)[0] for seed in (1, 1, 2))
    assert first == again != other


def test_a_portfolio_without_members_says_nothing() -> None:
    assert intervals(clusters(np.zeros(2), np.zeros(2)), 1, 10, 1) == [Interval(0, 0, 0)]


def test_the_whole_portfolio_has_no_error() -> None:
    (found,) = intervals(clusters(np.ones(40), np.arange(40)), 1, 40, seed=3)
    assert found.low == found.estimate == found.high == 780


@pytest.mark.parametrize("share", [0.02, 0.4])
def test_of_a_hundred_intervals_about_95_hold_the_truth(share: float) -> None:
    rng = np.random.default_rng(11)
    sizes = rng.integers(1, 6, 5000)
    values = np.where(rng.random(5000) < 0.6, 0, rng.gamma(1.2, 4000.0, 5000) * sizes)
    truth, held = int(values.astype(np.int64).sum()), 0
    for seed in range(120):
        chosen = rng.choice(5000, int(5000 * share), replace=False)
        (found,) = intervals(clusters(sizes[chosen], values[chosen]), 1, int(sizes.sum()), seed, draws=400)
        held += found.low <= truth <= found.high
    assert 106 <= held <= 120, f"{held} of 120 intervals hold the truth; 114 are expected"


def test_members_of_a_household_count_as_one_draw() -> None:
    rng = np.random.default_rng(2)
    each = rng.integers(0, 1000, 100)
    whole = clusters(np.full(100, 4), each * 4)
    alone = clusters(np.ones(400), np.repeat(each, 4))
    wide, narrow = (intervals(sample, 1, 40_000, 1)[0] for sample in (whole, alone))
    assert wide.high - wide.low > 1.6 * (narrow.high - narrow.low), "four alike are one piece of news, not four"
