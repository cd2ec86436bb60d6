"""The questions that every line must answer, and lines that come twice."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clausula.household import Line
from clausula.intake import Coding, Desk, Listed, Sought, Stated, read_all
from tests.intake.world import desk, invoice, lines, reasons, total, write


def stated(**parts: Any) -> Stated:
    given: dict[str, Any] = {
        "origin": "t.csv:2", "id": "1", "sought": Sought(person="nora"), "day": "2026-03-12", "amount": "10.00",
        "currency": "CHF", "service": "outpatient", **parts,
    }  # fmt: skip
    return Stated(**given)


def reason(taken: Line | Listed) -> str:
    return taken.code if isinstance(taken, Listed) else ""


def test_a_complete_line_is_taken(tmp_path: Path) -> None:
    line = desk().take(stated())
    assert isinstance(line, Line)
    assert (line.person, line.charged) == ("nora", Decimal("10.00"))


def test_a_service_outside_the_catalogue_is_listed(tmp_path: Path) -> None:
    place = desk()
    place.services = {"outpatient"}
    assert reason(place.take(stated())) == ""
    assert reason(place.take(stated(id="2", service="outpatiant"))) == "unknown-service"


def test_codes_that_mean_different_things_are_ambiguous(tmp_path: Path) -> None:
    two = (Coding("402", "1"), Coding("001", "00.0010"))
    assert reason(desk().take(stated(service="", codings=two))) == "ambiguous-service"


def test_a_currency_in_which_no_plan_pays_is_foreign(tmp_path: Path) -> None:
    place = desk({"ch/assura/plusmed": "CHF"})
    assert reason(place.take(stated(currency="EUR"))) == "foreign-currency"
    assert reason(place.take(stated())) == ""
    assert reason(place.take(stated(sought=Sought(person="avery"), currency="USD"))) == ""


@pytest.mark.parametrize("others", ["-1", "1.005", "x"])
def test_what_others_paid_must_be_an_amount(tmp_path: Path, others: str) -> None:
    assert reason(desk().take(stated(paid_by_others=others))) == "bad-amount"


def test_an_amount_beyond_all_bounds_is_listed_with_its_amount(tmp_path: Path) -> None:
    listed = desk().take(stated(amount="99999999999999"))
    assert isinstance(listed, Listed)
    assert (listed.code, listed.amount) == ("bad-amount", Decimal(99999999999999))
    assert str(listed).startswith("t.csv:2: ")


def test_the_day_of_receipt_is_given_where_none_is_stated(tmp_path: Path) -> None:
    place = Desk(desk().roster, desk().codes, received_on=date(2026, 5, 1))
    line = place.take(stated())
    assert isinstance(line, Line)
    assert line.received_on == date(2026, 5, 1)


def test_a_line_that_comes_twice_is_decided_once(tmp_path: Path) -> None:
    place = desk()
    taken = [place.take(stated()), place.take(stated(amount="10")), place.take(stated(amount="11"))]
    assert [reason(one) for one in taken] == ["", "duplicate-line", "conflicting-line"]


def test_equal_numbers_of_other_people_or_claims_are_other_lines(tmp_path: Path) -> None:
    place = desk()
    for parts in ({}, {"sought": Sought(person="luc")}, {"claim": "c2"}, {"provider": "p2"}):
        assert reason(place.take(stated(**parts))) == ""


def test_a_file_given_twice_and_its_copy_are_listed(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.xml", invoice()), write(tmp_path, "b.xml", invoice())
    reads = list(read_all([first, first, second], desk()))
    assert len(lines(reads)) == 2
    assert reasons(reads).count("duplicate-line") == 4
    assert total(reads) == 3 * Decimal("32.06")


def test_a_code_outside_the_values_of_its_fact_is_listed() -> None:
    place = desk()
    place.fact_values = {"cause": ("illness", "accident"), "adl": ("moving",)}
    assert reason(place.take(stated(facts={"cause": "illness", "adl": ("moving",)}))) == ""
    assert reason(place.take(stated(id="2", facts={"cause": "boredom"}))) == "bad-value"
    assert reason(place.take(stated(id="3", facts={"adl": ("moving", "flying")}))) == "bad-value"
    assert reason(place.take(stated(id="4", facts={"reference_tariff": Decimal("1.005")}))) == "bad-value"
