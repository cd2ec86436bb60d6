"""Demand follows the member's share: not at all with an elasticity of 0, and the more the larger it is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clausula.simulate.behaviour import RAND, factor, responses
from clausula.simulate.effects import BORNE_BASE, BORNE_CHANGE, CHARGED, MEASURES, PAID_CHANGE

shares = st.fractions(0, 1, max_denominator=100)
elasticities = st.fractions(Fraction(-99, 100), 0, max_denominator=100)


@given(shares, shares)
def test_without_elasticity_nobody_moves(base: Fraction, change: Fraction) -> None:
    assert factor(Fraction(0), base, change) == 1


@given(elasticities, shares)
def test_the_same_share_moves_nobody(elasticity: Fraction, share: Fraction) -> None:
    assert factor(elasticity, share, share) == 1


@given(elasticities, shares, shares)
def test_it_is_an_arc_there_and_back(elasticity: Fraction, base: Fraction, change: Fraction) -> None:
    assert factor(elasticity, base, change) * factor(elasticity, change, base) == 1


@given(elasticities, elasticities, shares, shares)
def test_more_elasticity_moves_more(one: Fraction, other: Fraction, base: Fraction, change: Fraction) -> None:
    strong, weak = sorted((one, other))
    if change >= base:
        assert factor(strong, base, change) <= factor(weak, base, change) <= 1
    else:
        assert factor(strong, base, change) >= factor(weak, base, change) >= 1


def test_the_figure_of_the_experiment_by_hand() -> None:
    # the share doubles from 25 % to 50 %: a = 1/3, (1 - 1/15) / (1 + 1/15) = 14/16
    assert factor(RAND, Fraction(1, 4), Fraction(1, 2)) == Fraction(7, 8)


@pytest.mark.parametrize("wrong", [Fraction(-1), Fraction(1, 10), Fraction(-3)])
def test_what_is_no_elasticity_of_demand_is_refused(wrong: Fraction) -> None:
    with pytest.raises(ValueError, match="not between -1 and 0"):
        factor(wrong, Fraction(0), Fraction(1))


def test_a_benefit_responds_with_what_is_charged_paid_and_borne() -> None:
    sums = np.zeros(len(MEASURES), np.int64)
    sums[[CHARGED, BORNE_BASE, BORNE_CHANGE, PAID_CHANGE]] = 80_000, 20_000, 40_000, 40_000
    (found,) = responses({("p", "care"): sums, ("p", "none"): np.zeros(len(MEASURES), np.int64)}, RAND)
    assert (found.factor, found.charged, found.paid, found.borne) == (Fraction(7, 8), -10_000, -5_000, -5_000)
