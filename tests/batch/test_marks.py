"""Marks: a word has the same mark wherever it stands, another word another one; where two have one, it is seen."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from clausula.batch.marks import Marked, marks, repeated

WORDS = st.lists(st.text(max_size=20), max_size=20)


@given(WORDS, st.integers(0, 3))
def test_a_word_has_one_mark_however_it_is_stored(words: list[str], seed: int) -> None:
    column = pa.array(words, pa.string())
    alone = [int(marks(pa.array([word]), seed)[0]) for word in words]
    for stored in (
        column, column.dictionary_encode(), column.cast(pa.large_string()), pa.array(["x", *words, "y"])[1:-1],
        pa.chunked_array([column.slice(0, 3), column.slice(3)]), pa.array(["x", *words]).dictionary_encode()[1:],
    ):  # fmt: skip
        assert marks(stored, seed).tolist() == alone


@given(WORDS)
def test_words_that_differ_have_marks_that_differ(words: list[str]) -> None:
    found = marks(pa.array(words, pa.string()), 0).tolist()
    assert len(set(found)) == len(set(words))


def test_an_empty_cell_is_the_empty_text_and_length_counts() -> None:
    found = marks(pa.array(["", None, "a", "a\0", "a" * 8, "a" * 8 + "\0"]), 0).tolist()
    assert found[0] == found[1]
    assert len(set(found)) == 5
    assert marks(pa.array([], pa.string()), 0).tolist() == []


def test_another_seed_gives_other_marks() -> None:
    words = pa.array([f"p{number}" for number in range(1000)])
    assert not set(marks(words, 0).tolist()) & set(marks(words, 1).tolist())


@given(st.lists(st.integers(0, 30), max_size=30))
def test_marks_that_are_there_more_than_once_are_found(numbers: list[int]) -> None:
    expected = [place for place, number in enumerate(numbers) if numbers.count(number) > 1]
    assert repeated(np.array(numbers, np.uint64)).tolist() == expected


@given(st.sets(st.integers(0, 50)), st.lists(st.integers(0, 60)))
def test_numbers_are_found_by_mark(known: set[int], sought: list[int]) -> None:
    table = Marked(np.array(list(known), np.uint64), np.arange(len(known)))
    expected = [list(known).index(each) if each in known else -1 for each in sought]
    assert table.of(np.array(sought, np.uint64)).tolist() == expected
