"""Dated tables and the catalogue: the value of the day, and what is wrong with a file that cannot be read."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clausula.catalogue import load_catalogue
from clausula.findings import PlanError
from clausula.tables import load_tables

TABLE = """
[table]
id = "rates"
unit = "EUR"
[[value]]
key = "a"
from = 2025-01-01
until = 2025-12-31
value = 10
[[value]]
key = "a"
from = 2026-02-01
value = 12.50
[[place]]
name = "here"
"""


def folder(path: Path, text: str) -> Path:
    (path / "file.toml").write_text(text, encoding="utf-8")
    return path


def test_a_table_gives_the_value_of_the_day(tmp_path: Path) -> None:
    rates = load_tables(folder(tmp_path, TABLE))["rates"]
    assert rates.on("a", date(2025, 6, 1)) == 10
    assert rates.on("a", date(2026, 2, 1)) == Decimal("12.50")
    assert rates.changes("a") == [date(2025, 1, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert rates.rows == ({"name": "here"},)


def test_a_day_without_a_value_has_none(tmp_path: Path) -> None:
    rates = load_tables(folder(tmp_path, TABLE))["rates"]
    for key, day in (("a", date(2026, 1, 15)), ("a", date(2024, 12, 31)), ("b", date(2025, 6, 1))):
        with pytest.raises(KeyError):
            rates.on(key, day)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[table", "not-toml"),
        ("[[value]]\nkey = 'a'\n", "no-table"),
        ("[table]\nid = 'x'\n[[value]]\nkey = 'a'\nvalue = 5\n", "bad-value"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_tables(folder(tmp_path, text))
    assert [each.code for each in caught.value.findings] == [code]
    assert "file.toml" in str(caught.value)


def test_a_catalogue_names_what_plans_speak_of(tmp_path: Path) -> None:
    text = """
[[service]]
id = "care/visit"
name = { en = "visit", de = "Besuch" }
[[fact]]
id = "ward"
kind = "code"
values = ["general", "private"]
"""
    known = load_catalogue(folder(tmp_path, text))
    assert known.name("service", "care/visit", "de") == "Besuch"
    assert known.name("service", "care/visit", "it") == "visit"
    assert known.name("service", "care/home-visit") == "home visit"
    assert known.facts["ward"].values == ("general", "private")
    assert known.has_service("care/visit")
    assert not known.has_service("care/drug")
    assert known.with_services({"care/drug": {"en": "drug"}}).has_service("care/drug")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("= 5", "not-toml"),
        ("[[fact]]\nid = 'x'\ncolour = 'red'\n", "bad-fact"),
        ("[[fact]]\nkind = 'code'\n", "bad-fact"),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_catalogue(folder(tmp_path, text))
    assert [each.code for each in caught.value.findings] == [code]
