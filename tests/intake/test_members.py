"""The members file: what it may say, and how it is told that something is wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clausula.intake import InputError, read_roster
from tests.intake.world import roster, write

GOOD = """
[[household]]
id = "h"
[[household.person]]
id = "p"
born = 2000-02-29
identifiers = { ahv = "7561234500016" }
[[household.enrolment]]
person = "p"
plan = "ch/lamal"
start = 2026-01-01
facts = { franchise = 300, share = 0.5, chosen = true, lists = ["a"], since = 2020-01-01 }
"""


def test_the_example_members_are_read() -> None:
    found = roster()
    assert found.person("luc").born == date(2016, 2, 29)
    assert found.household_of("luc").id == "exemple"
    assert [one.plan for one in found.household_of("luc").enrolments][:2] == [
        "ch/assura/plusmed",
        "ch/assura/ultra-varia",
    ]
    assert found.households["exemple"].evidence[0].issuer == "dr-exemple"
    assert found.providers["dr-exemple"].lists[0].holds(date(2026, 1, 1))


def test_facts_keep_their_kind(tmp_path: Path) -> None:
    facts = read_roster(write(tmp_path, "m.toml", GOOD)).households["h"].enrolments[0].facts
    assert dict(facts) == {
        "franchise": 300, "share": Decimal("0.5"), "chosen": True, "lists": ("a",), "since": date(2020, 1, 1),
    }  # fmt: skip


def test_json_of_the_same_shape_is_read(tmp_path: Path) -> None:
    text = '{"household": [{"id": "h", "person": [{"id": "p", "born": "2000-02-29"}]}]}'
    assert read_roster(write(tmp_path, "m.json", text)).person("p").born == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("born = 2000-02-29", "", 4, "person without born"),
        ("born = 2000-02-29", 'born = "29.02.2000"', 6, "not a full date"),
        ("born = 2000-02-29", "born = 0001-01-01", 6, "1900 to 2199"),
        ("born =", "brn =", 6, "did you mean born"),
        ('"7561234500016"', "7561234500016", 7, "in quotes"),
        ('person = "p"', 'person = "q"', 9, "not of this household"),
        ('plan = "ch/lamal"', "plan = 3", 10, "plan is '3', not a text"),
        ("start = 2026-01-01", "start = 2026-01-01\nuntil = 2025-01-01", 8, "before 2026-01-01"),
        ("franchise = 300", "franchise = nan", 12, "is no fact"),
        ("born = 2000-02-29", "born = 2000-02-30", 6, "not TOML"),
        ('id = "h"', "", 2, "no id"),
        ("[[household]]", "[household]", 2, "not a list of tables"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=said) as caught:
        read_roster(write(tmp_path, "m.toml", GOOD.replace(old, new, 1)))
    assert caught.value.findings[0].place.line == line
    assert caught.value.findings[0].mend


def test_all_errors_are_shown_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("born =", "brn =").replace('plan = "ch/lamal"', "plan = 3")
    with pytest.raises(InputError) as caught:
        read_roster(write(tmp_path, "m.toml", text))
    assert len(caught.value.findings) == 3


@pytest.mark.parametrize(
    "change", ['id = "q"\nborn = 1990-01-01\nidentifiers = { ahv = "756.1234.5000.16" }', 'id = "p"\nborn = 1990-01-01']
)
def test_a_number_or_id_names_one_person(tmp_path: Path, change: str) -> None:
    second = f'\n[[household]]\nid = "h2"\n[[household.person]]\n{change}\n'
    with pytest.raises(InputError) as caught:
        read_roster(write(tmp_path, "m.toml", GOOD + second))
    assert caught.value.findings[0].code == "twice"
    assert caught.value.findings[0].also is not None


@pytest.mark.parametrize(
    "text", ["", "a = 1", "[[household]]\nid = 'h'", "x = [", b"\xff\xfe", "[members]\nwhatever = 1"]
)
def test_a_file_without_members_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InputError):
        read_roster(write(tmp_path, "m.toml", text))


def test_a_json_list_is_no_members_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="object with households"):
        read_roster(write(tmp_path, "m.json", "[]"))
