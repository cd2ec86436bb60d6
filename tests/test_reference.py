"""The reference page is what the code says."""

from pathlib import Path

from clausula.payments import VERBS
from clausula.reader import BLOCKS, HEAD
from clausula.reference import HEAD as TOLD
from clausula.reference import allowed, reference

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "plan-language.md"
WRITE = "print(clausula.reference.reference(), end='') into docs/reference/plan-language.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), f"write it anew: {WRITE}"


def test_every_block_key_and_verb_is_told() -> None:
    page = reference()
    assert set(TOLD) == set(HEAD)
    assert all(f"## [[{word}]]" in page for word in BLOCKS)
    assert all(f"{{ {verb} = " in page for verb in (*VERBS, "at_most", "at_least"))


def test_words_of_closed_lists_are_read_off_the_readers() -> None:
    assert allowed("fact-of") == ("line", "person", "enrolment", "provider")
    assert "specialty" in allowed("same")
