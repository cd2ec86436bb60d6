"""Foreign codes: exact before prefix before list; what no row covers stays unmapped."""

from pathlib import Path

import pytest

from clausula.intake import Coding, InputError, read_codes
from tests.intake.world import write

TABLE = """
[codes]
system = "a"
[[map]]
list = "001"
service = "all"
[[map]]
list = "001"
prefix = "39."
service = "imaging"
[[map]]
list = "001"
prefix = "39.1"
service = "imaging/x-ray"
[[map]]
list = "001"
code = "39.10"
service = "imaging/ct"
[[map]]
code = "X"
service = "whole-system"
"""


@pytest.mark.parametrize(
    ("code", "service"), [("39.10", "imaging/ct"), ("39.11", "imaging/x-ray"), ("39.2", "imaging"), ("00.1", "all")]
)
def test_the_most_specific_row_counts(tmp_path: Path, code: str, service: str) -> None:
    assert read_codes([write(tmp_path, "a.toml", TABLE)]).services(Coding("001", code)) == {service}


def test_without_a_list_the_system_is_the_list(tmp_path: Path) -> None:
    codes = read_codes([write(tmp_path, "a.toml", TABLE)])
    assert codes.services(Coding("a", "X")) == {"whole-system"}
    assert codes.services(Coding("a", "Y")) == set()
    assert codes.services(Coding("1", "39.10")) == set()


def test_lists_of_two_systems_are_told_apart_by_the_system(tmp_path: Path) -> None:
    other = '[codes]\nsystem = "b"\n[[map]]\nlist = "001"\ncode = "39.10"\nservice = "other"\n'
    codes = read_codes([write(tmp_path, "a.toml", TABLE), write(tmp_path, "b.toml", other)])
    assert codes.services(Coding("001", "39.10")) == {"imaging/ct", "other"}
    assert codes.services(Coding("001", "39.10", "b")) == {"other"}
    only = read_codes([tmp_path / "a.toml", tmp_path / "b.toml"], systems={"b"})
    assert only.services(Coding("001", "39.10")) == {"other"}


@pytest.mark.parametrize(
    "text",
    [
        "[[map]]\ncode = '1'\nservice = 's'",
        "[codes]\nsystem = 'a'\n[[map]]\ncode = 1\nservice = 's'",
        "[codes]\nsystem = 'a'\n[[map]]\ncode = '1'",
        "[codes]\nsystem = 'a'\n[[map]]\ncode = '1'\nprefix = '1'\nservice = 's'",
        "[codes",
    ],
)
def test_a_broken_map_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_codes([write(tmp_path, "a.toml", text)])
    assert caught.value.findings[0].mend
