"""JSON with exact numbers and lines."""

from decimal import Decimal

import pytest

from clausula.intake import InputError, json_text


def test_objects_know_their_line_and_numbers_stay_exact() -> None:
    value = json_text.parse('{"a": [\n {"b": 0.10},\n {"c": 1}\n]}', "x.json")
    assert [one.line for one in value["a"]] == [2, 3]
    assert str(value["a"][0]["b"]) == "0.10"
    assert isinstance(value["a"][0]["b"], Decimal)


def test_escapes_and_words_are_read() -> None:
    assert json_text.parse('["\\u00e9\\n", true, false, null, [], {}]', "x") == ["é\n", True, False, None, [], {}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "a": 2}', "stands twice"),
        ("[NaN]", "expected a value"),
        ("[1, ]", "expected a value"),
        ('{"a" 1}', "expected a ':'"),
        ("{a: 1}", "expected a text"),
        ('{"a": 1}}', "nothing more"),
        ('["\\ud800"]', "valid"),
        ('["\\x"]', "valid"),
        ('["a\nb"]', "expected a text"),
        ("[" * 101 + "]" * 101, "levels deep"),
        ('{"a":' * 200, "levels deep"),
        ("[1" + "0" * 300 + "]", "expected a value"),
        ("", "the end of the file"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        json_text.parse(text, "x.json")


def test_an_error_names_line_and_column() -> None:
    with pytest.raises(InputError) as caught:
        json_text.parse('{\n  "a": ?\n}', "x.json")
    place = caught.value.findings[0].place
    assert (place.file, place.line, place.column) == ("x.json", 2, 8)
