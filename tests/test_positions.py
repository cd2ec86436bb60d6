"""Where keys stand in a TOML text, whatever strings and brackets lie around them."""

from clausula.findings import Place
from clausula.positions import Positions

TEXT = '''a = 1
[[rule]]
id = "one" # id = "comment"
when = { ward = "general", cause = ["x",
  "y"] }
[[rule]]
text = """
id = "no key, but text"
[[rule]]
"""
note = "a [bracket and a \\\\" quote"
id = 'two'
'''


def test_keys_and_entries_are_found_where_they_stand() -> None:
    where = Positions(TEXT, "plan.md", 10)
    assert where.place(where.entry("", 0), "a") == Place("plan.md", 10, 1, 1)
    assert where.place(where.entry("rule", 0), "id") == Place("plan.md", 12, 1, 2)
    assert where.place(where.entry("rule", 1)).line == 15


def test_a_key_inside_a_value_is_found_by_name() -> None:
    where = Positions(TEXT, "plan.md")
    assert where.place(where.entry("rule", 0), "when", "cause") == Place("plan.md", 4, 28, 5)


def test_texts_of_several_lines_hold_no_keys() -> None:
    where = Positions(TEXT, "plan.md")
    assert len(where.by_name["rule"]) == 2
    assert where.place(where.entry("rule", 1), "id").line == 12


def test_what_is_not_there_is_the_head_of_the_text() -> None:
    assert Positions("", "plan.md").place(Positions("", "plan.md").entry("rule", 3)) == Place("plan.md", 1, 1, 1)
    where = Positions(TEXT, "plan.md")
    assert where.place(where.entry("rule", 7), "id") == Place("plan.md", 1, 1, 5)
