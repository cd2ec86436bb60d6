"""Void and replay: a line taken back, a late line and a corrected one change what came after, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clausula.adjudicate import adjudicate
from clausula.book import Book
from clausula.decision import Adjudication
from clausula.household import Enrolment, Household, Line, Person
from clausula.replay import History, replay
from tests.books import own
from tests.comparison import decided, holding
from tests.plan_texts import CATALOGUE, program_of
from tests.strategies import PROVIDERS, Dice, dices, lines, situation

PLAN = "test/deductible-share-ceiling"
BOOK = own()
HOME = Household("home", (Person("anna", date(1980, 5, 1)),), (Enrolment("anna", PLAN, date(2026, 1, 1)),))


def bill(name: str, day: int, amount: str) -> Line:
    """A bill of March 2026."""
    return Line(name, "anna", "outpatient/consultation", date(2026, 3, day), Decimal(amount))


LINES = [bill("first", 1, "100"), bill("second", 2, "50"), bill("third", 3, "200")]


def test_a_void_bill_gives_its_deductible_back_to_later_ones() -> None:
    # 100 deductible; 80 % of 50 = 40; 80 % of 200 = 160, at most 120 - 40 = 80. Without the first bill: the second
    # falls into the deductible (50), the third bears the other 50 and pays 80 % of 150 = 120.
    found = replay(BOOK, HOME, LINES, void=["first"])
    assert [(each.line, each.change("paid")) for each in found.differences] == [
        ("first", Decimal(0)),
        ("second", Decimal(-40)),
        ("third", Decimal(40)),
    ]
    assert found.differences[2].by_plan() == {PLAN: Decimal(40)}


def test_a_late_bill_of_an_earlier_day_changes_what_came_after() -> None:
    found = replay(BOOK, HOME, LINES[1:], late=[LINES[0]])
    assert [(each.line, each.change("paid")) for each in found.differences] == [
        ("first", Decimal(0)),
        ("second", Decimal(40)),
        ("third", Decimal(-40)),
    ]


def test_a_corrected_bill_takes_the_place_of_the_wrong_one() -> None:
    found = replay(BOOK, HOME, LINES, late=[bill("third", 3, "20")])
    assert [(each.line, each.change("charged"), each.change("paid")) for each in found.differences] == [
        ("third", Decimal(-180), Decimal(-64))
    ]


def test_what_did_not_change_is_not_named() -> None:
    assert replay(BOOK, HOME, LINES, void=["third"]).differences[0].line == "third"
    assert len(replay(BOOK, HOME, LINES, void=["third"]).differences) == 1


def test_a_line_that_never_stood_cannot_be_void() -> None:
    with pytest.raises(KeyError, match="no line 'ninth' stood"):
        replay(BOOK, HOME, LINES, void=["ninth"])


def amounts(result: Adjudication) -> list[tuple[Any, ...]]:
    """What decisions come to: by line, its outcome and what each cover pays."""
    return [
        (d.line.id, d.line, d.outcome, d.left, [(c.plan, c.outcome, c.paid, c.kept, c.advanced) for c in d.covers])
        for d in result.decisions
    ]


@settings(max_examples=30)
@given(amounts=st.lists(st.integers(1, 40000), min_size=1, max_size=6))
def test_voiding_a_bill_is_as_if_it_had_never_come(amounts: list[int]) -> None:
    lines = [bill(str(n), n, str(Decimal(amount) / 100)) for n, amount in enumerate(amounts, 1)]
    found = replay(BOOK, HOME, lines, void=["1"])
    never = adjudicate(BOOK, HOME, lines[1:])
    assert [d.as_dict() for d in found.adjudication.decisions] == [d.as_dict() for d in never.decisions]
    assert found.usage == never.usage
    assert sum(each.change("paid") for each in found.differences) == sum(d.paid for d in never.decisions) - sum(
        d.paid for d in adjudicate(BOOK, HOME, lines).decisions
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("plan_order", ["service", "reception"])
def test_a_history_can_be_corrected_again_and_again(plan_order: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(dice=dices())
    def corrected(dice: Dice) -> None:
        case = situation(dice, order=plan_order)
        book = Book(CATALOGUE, {}, {})
        book.programs[case.household.plans] = program_of(case.texts)
        history = History(book, case.household, case.lines, providers=PROVIDERS)
        stood = {decision.line.id: decision for decision in history.adjudication.decisions}
        for _ in range(3):
            void = dice.some([line.id for line in case.lines], 0, 2)
            late = [replace(line, id=dice.choice([line.id, f"late-{line.id}"])) for line in lines(dice, most=3)]
            found = history.replay(void=void, late=late)
            newer = {line.id: line for line in late}
            now = [newer.pop(line.id, line) for line in case.lines if line.id not in void] + list(newer.values())
            anew = adjudicate(book, replace(case.household), now, providers=PROVIDERS)
            assert decided(found.adjudication) == decided(anew)
            assert holding(found.usage) == holding(anew.usage)
            told = {line[0]: line[1:] for line in amounts(anew)}
            before = {line[0]: line[1:] for line in amounts(history.adjudication)}
            assert {each.line for each in found.differences} == {
                name for name in told.keys() | before.keys() if told.get(name) != before.get(name)
            }
            for each in found.differences:
                assert each.before is None or each.before.as_dict() == stood[each.line].as_dict()
                assert each.after is None or each.after.as_dict() == anew[each.line].as_dict()

    corrected()


def test_lines_that_carry_the_same_id_are_void_together() -> None:
    twice = [LINES[0], replace(LINES[1], id="first"), LINES[2]]
    found = replay(BOOK, HOME, twice, void=["first"])
    assert [decision.line.id for decision in found.adjudication.decisions] == ["third"]


def test_nothing_is_left_of_a_history_whose_lines_are_all_void() -> None:
    found = replay(BOOK, HOME, LINES, void=["first", "second", "third"])
    assert (found.adjudication.decisions, found.usage.amounts) == ((), {})
    assert [each.after for each in found.differences] == [None] * 3
