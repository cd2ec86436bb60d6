"""Chance by counting: draws that hang on nothing but the seed and on what they are for; tables of slots."""

import numpy as np
import pytest

from clausula.portfolio import chance
from clausula.portfolio.shapes import load
from clausula.portfolio.world import World


def test_a_draw_hangs_on_seed_and_number_alone() -> None:
    whole = chance.start(7, np.arange(1000))
    assert (chance.start(7, np.arange(400, 500)) == whole[400:500]).all()
    assert (chance.start(8, np.arange(1000)) != whole).all()
    assert len(np.unique(whole)) == 1000


def test_streams_have_nothing_in_common() -> None:
    words = chance.start(1, np.arange(20_000))
    first, second = (chance.slot(chance.branch(words, stream)) for stream in (1, 2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.03
    assert abs(first.mean() / chance.SLOTS - 0.5) < 0.01


def test_a_range_holds_both_ends_and_nothing_else() -> None:
    drawn = chance.between(chance.start(1, np.arange(5000)), -2, 3)
    assert set(drawn.tolist()) == {-2, -1, 0, 1, 2, 3}


def test_weights_are_shares_of_slots_and_the_smallest_has_one() -> None:
    table = chance.choices([9000, 3000, 1, 0])
    assert len(table) == chance.SLOTS
    assert np.bincount(table, minlength=4).tolist() == [3071, 1024, 1, 0]


@pytest.mark.parametrize("weights", [[0, 0], [1, -1]])
def test_weights_that_choose_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="choose nothing"):
        chance.choices(weights)


def test_amounts_are_log_normal_around_the_median_in_whole_coins() -> None:
    table = chance.amounts("142.00", 45, 5)
    assert np.median(table) == pytest.approx(14200, abs=10)
    assert (table % 5 == 0).all()
    assert np.log(table / 14200).std() == pytest.approx(0.45, rel=0.02)


def test_counts_have_the_mean_and_spread_of_a_negative_binomial() -> None:
    table = chance.counts(5.0, 0.8)
    assert table.mean() == pytest.approx(5.0, rel=0.03)
    assert table.var() == pytest.approx(5.0 + 25 / 0.8, rel=0.12)


def test_all_families_stand_in_one_world_and_are_told_apart() -> None:
    world = World([load("nl"), load("fr")])
    assert {world.families[int(n)].family for n in world.family} == {"nl", "fr"}
    assert len(world.charge) == len(world.kinds) == len(world.family_of_kind)
