"""The benchmark "peers side by side": its plans are sound, and plain Python decides its lines as Clausula does.

The closures read no plan and share no code with the engine; they are a second opinion on a workload of their own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.peers import closures, columns_numpy, ours
from bench.peers.rules import BENEFITS, NUMBERS
from bench.peers.workload import Difference, Outputs, Workload, draw
from clausula.adjudicate import adjudicate
from clausula.checker import check
from clausula.codes import ROW_BENEFIT
from clausula.compiler import compile_book
from clausula.decision import Decision


def by_closures(workload: Workload) -> Outputs:
    ready = closures.prepare(workload)
    return ready.read(ready.run())


def one_household_after_another(workload: Workload) -> Outputs:
    """The engine itself, interpreted, without the batch: what a benchmark process measures line by line."""
    from bench.peers.one_by_one import outputs_of, stated

    plans, lines = ours.book(), stated(workload)
    homes = workload["household"]
    decisions: list[Decision] = []
    for home in ours.households(workload):
        mine = [lines[n] for n in np.flatnonzero(homes == int(home.id[1:])).tolist()]
        decisions += adjudicate(plans, home, mine).decisions
    return outputs_of(decisions)


def test_the_plans_of_the_workload_have_no_errors() -> None:
    report = check(ours.book(), ours.PLAN_IDS)
    assert [finding for finding in report.findings if finding.severity == "error"] == []


def test_every_benefit_of_the_plans_is_in_the_rules_of_the_peers() -> None:
    program = compile_book(ours.book(), set(ours.PLAN_IDS))
    assert {(program.clause(ROW_BENEFIT << 24 | n)[0], rule.id) for n, rule in enumerate(program.benefits)} == set(
        NUMBERS
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plain_python_decides_every_line_as_the_engine_does(seed: int) -> None:
    workload = draw(800, seed)
    assert Difference.between(one_household_after_another(workload), by_closures(workload)) == Difference(0, 0)


def test_the_batch_decides_the_workload_as_plain_python_does() -> None:
    workload = draw(800, 4)
    assert Difference.between(ours.ours(workload), by_closures(workload)) == Difference(0, 0)


def test_running_sums_choose_the_same_benefits_and_nearly_always_the_same_amounts() -> None:
    workload = draw(20_000, 5)
    ready = columns_numpy.prepare(workload)
    difference = Difference.between(by_closures(workload), ready.read(ready.run()))
    assert difference.benefits == 0
    assert 0 < (difference.amounts or 0) < 20, "a limit after a limit is charged too much, and only that"


def test_a_workload_meets_every_benefit_and_is_the_same_for_the_same_seed() -> None:
    workload = draw(30_000, 6)
    assert set(np.unique(by_closures(workload).benefit)) == {-1, *range(len(BENEFITS))}
    again = draw(30_000, 6)
    assert all((workload[name] == again[name]).all() for name in workload.columns)


def test_a_workload_is_stored_and_its_head_cuts_no_household(tmp_path: Path) -> None:
    workload = draw(2_000, 7)
    workload.save(tmp_path / "lines.parquet")
    stored = Workload.load(tmp_path / "lines.parquet")
    assert all((workload[name] == stored[name]).all() for name in workload.columns)
    head = workload.head(500)
    assert 0 < len(head) <= 500
    assert head["household"][-1] != workload["household"][len(head)]


def test_a_difference_counts_lines_and_cents() -> None:
    workload = draw(500, 8)
    mine = by_closures(workload)
    assert mine.paid is not None
    paid = mine.paid.copy()
    paid[0, 0] += 5
    assert Difference.between(mine, replace(mine, paid=paid)) == Difference(0, 1, 5)
