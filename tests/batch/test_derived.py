"""What follows from days in columns is what follows from each day alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clausula.batch.derived import CALENDAR, derived
from clausula.codes import MISSING
from clausula.facts import DERIVATIONS, Spec
from clausula.sources import window

DAYS = st.one_of(
    st.just(MISSING),
    st.sampled_from([date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31)]).map(date.toordinal),
    st.integers(date(2020, 1, 1).toordinal(), date(2026, 1, 1).toordinal()),
    st.integers(CALENDAR[0] - 400, CALENDAR[1] + 400),
)
TWO = {"days", "days+1", "less", "months", "years", "plan-year"}


def spec_of(derive: str, values: tuple[str, ...] = ()) -> Spec:
    return Spec("fact", "number", "line", values=values, derive=derive, args=("served_on",))


@pytest.mark.parametrize("derive", sorted(DERIVATIONS))
@settings(max_examples=30)
@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=30))
def test_columns_of_days_say_what_single_days_say(derive: str, days: list[tuple[int, int]]) -> None:
    columns = [np.array(column, np.int64) for column in zip(*days, strict=True)][: 2 if derive in TWO else 1]
    found = derived(spec_of(derive), columns).tolist()
    for row, told in zip(zip(*(column.tolist() for column in columns), strict=True), found, strict=True):
        assert told == (MISSING if MISSING in row else DERIVATIONS[derive](*row))


@pytest.mark.parametrize(
    "values", [("12", "0", "rolling"), ("0", "30", "rolling"), ("24", "0", "year"), ("1", "0", "rolling")]
)
@given(st.lists(DAYS, min_size=1, max_size=30))
def test_windows_of_many_days_begin_as_those_of_one(values: tuple[str, ...], days: list[int]) -> None:
    spec = spec_of("window", values)
    found = derived(spec, [np.array(days, np.int64)]).tolist()
    assert found == [MISSING if day == MISSING else window(spec, day) for day in days]


@given(DAYS, DAYS)
def test_a_column_of_one_entry_stays_one(start: int, end: int) -> None:
    found = derived(spec_of("years"), [np.broadcast_to(np.int64(day), 5) for day in (start, end)])
    assert found.strides == (0,)
    assert found[0] == (MISSING if MISSING in (start, end) else DERIVATIONS["years"](start, end))
