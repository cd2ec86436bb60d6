"""What is kept for a household changes nothing: lines are decided as by an encoder that has never seen one, from
several threads too, and accounts survive the way into numbers and back."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from clausula import compiled as form
from clausula.decision import Adjudication
from clausula.encoder import MOST_FORMS, Encoder, Interner
from clausula.household import Enrolment, Household, Line, Person
from clausula.usage import AccountKey, Usage
from tests.comparison import decided, holding
from tests.engines import compiled, interpreted
from tests.plan_texts import Table, program_of, text_of
from tests.strategies import PROVIDERS, Situation, situations

ANNA = Person("anna", date(1980, 6, 15))
HOME = Household("home", (ANNA,), (Enrolment("anna", "test/first", date(2025, 1, 1)),))
HEAD = {"id": "test/first", "name": "Plan", "currency": "EUR", "from": date(2024, 1, 1)}


def text(**keys: Any) -> str:
    """A plan of one benefit."""
    benefit: Table = {"id": "b", "services": ["*"], **keys}
    return text_of(HEAD, [("benefit", benefit)])


TEXT = text(pays=[{"deductible": 50, "per": "stay"}, {"share": "80 %"}])


def lines(count: int) -> list[Line]:
    """Bills of 100 and some cents, each of a stay of its own."""
    first = date(2026, 1, 1)
    return [
        Line(f"{n}", "anna", "care/visit", first + timedelta(n % 300), Decimal(10_000 + n) / 100, stay=f"stay-{n}")
        for n in range(count)
    ]


def told(result: Adjudication) -> list[Any]:
    """All that decisions say, step by step."""
    return [(decision.as_dict(), decision.steps) for decision in result.decisions]


@pytest.mark.no_cover
@settings(max_examples=100, deadline=None)
@given(situations())
def test_a_household_that_is_known_is_decided_like_one_that_comes_for_the_first_time(case: Situation) -> None:
    program = program_of(case.texts)
    first = interpreted(program, case.household, case.lines)
    again = interpreted(program, case.household, [replace(line) for line in case.lines])
    assert told(again) == told(first)
    assert again.usage == first.usage
    for line in case.lines:
        known, new = (interpreted(program, home, [line]) for home in (case.household, replace(case.household)))
        assert decided(known) == decided(new)
        assert holding(known.usage) == holding(new.usage)


def test_compiled_says_the_same_as_interpreted_to_the_last_step() -> None:
    pytest.importorskip("numba")

    @settings(max_examples=60, deadline=None)
    @given(situations())
    def same(case: Situation) -> None:
        program = program_of(case.texts)
        for usage in (None, interpreted(program, case.household, case.lines).usage):
            one, other = (engine(program, case.household, case.lines, usage) for engine in (interpreted, compiled))
            assert told(one) == told(other)
            assert one.usage == other.usage

    same()


@pytest.fixture(params=[False, True], ids=["interpreted", "compiled"])
def _form(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each form of the kernel, and threads that take turns all the time."""
    if request.param and not form.available():
        pytest.skip("Numba is not installed")
    turns = sys.getswitchinterval()
    form.use(on=request.param)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(turns)
    form.use(on=False)


@pytest.mark.usefixtures("_form")
def test_several_threads_may_decide_lines_of_one_household_at_once() -> None:
    program = program_of((TEXT,))
    bills = lines(400)
    alone = [decided(interpreted(program, replace(HOME), [bill])) for bill in bills]
    home = replace(HOME)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda bill: interpreted(program, home, [bill]), bills))
    assert [decided(each) for each in together] == alone
    assert [next(iter(each.usage.amounts)).entity for each in together] == [
        ("stay", "anna", bill.stay) for bill in bills
    ]


def test_a_number_is_given_once_however_many_ask_for_it() -> None:
    interner, turns = Interner(), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: interner.number("stay", f"{n // 4}"), range(4000)))
    sys.setswitchinterval(turns)
    assert [interner.names[number] for number in found] == [("stay", f"{n // 4}") for n in range(4000)]
    assert len(set(found)) == 1000


@settings(max_examples=60, deadline=None)
@given(situations())
def test_accounts_are_the_same_after_the_way_into_numbers_and_back(case: Situation) -> None:
    program = program_of(case.texts)
    usage = interpreted(program, case.household, case.lines).usage
    usage.amounts[AccountKey("another/plan#limit", ("person", "anna"), 2026)] = 7
    encoder = Encoder(program, case.household, PROVIDERS)
    assert encoder.closing(usage, array("q", encoder.accounts(usage))) == usage
    assert Usage.of(usage.rows()) == usage


def test_more_kinds_of_lines_than_are_kept_are_decided_all_the_same() -> None:
    program = program_of((TEXT,))
    many = [replace(line, provider=f"dr-{n}", stay="s") for n, line in enumerate(lines(MOST_FORMS + 10))]
    encoder = Encoder(program, HOME, {})
    rows = [encoder.row(line) for line in many]
    assert [encoder.row(line) for line in many[:5]] == rows[:5]


def test_a_fact_that_is_stated_as_nothing_is_not_stated() -> None:
    program = program_of((text(pays="in full", when={"cause": "illness"}),))
    (line,) = lines(1)
    nothing: Any = {"cause": None}
    for facts, outcome in (({"cause": "illness"}, "covered"), (nothing, "needs_person"), ({}, "needs_person")):
        assert interpreted(program, HOME, [replace(line, facts=facts)]).decisions[0].outcome == outcome
