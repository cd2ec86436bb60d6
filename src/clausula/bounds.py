"""Bounds on what a plan may become when it is compiled, so that a hostile one ends with a finding."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from clausula.findings import Finding, Place, PlanError
from clausula.plan import Alternatives, Want

MOST_ALTERNATIVES = 4_000
"""Combinations of alternatives and exceptions one condition may stand for."""
MOST_TESTS = 400_000
"""Tests all conditions of a set of plans may stand for."""


def combinations(when: Alternatives, unless: Alternatives, lists_numbers: Callable[[Want], bool]) -> int:
    """How many conjunctions a condition stands for: every alternative times every way to escape every exception.

    lists_numbers: whether a test stands for one test for each of its values. Beyond MOST_TESTS the count is cut off.
    """
    rows = 0
    for alternative in when or ((),):
        rows += prod(len(want.values) for want in alternative if want.op == "in" and lists_numbers(want))
    for alternative in unless:
        repeats = prod(len(want.values) for want in alternative if want.op == "in" and lists_numbers(want))
        ways = sum(len(want.values) if want.op == "not-in" and lists_numbers(want) else 1 for want in alternative)
        for _ in range(min(repeats, 64)):
            rows = min(rows * max(1, ways), MOST_TESTS)
    return rows


def refuse_explosion(rows: int, tests: int, place: Place) -> None:
    """Raise PlanError where a condition, or all conditions so far, stand for too many tests."""
    if rows <= MOST_ALTERNATIVES and tests <= MOST_TESTS:
        return
    message = f"this condition stands for more than {MOST_ALTERNATIVES} combinations of alternatives and exceptions"
    if tests > MOST_TESTS:
        message = f"the conditions of these plans stand for more than {MOST_TESTS} tests"
    mend = "split the rule in two, or name fewer alternatives in unless"
    raise PlanError([Finding("too-many-alternatives", message, place, mend)])
