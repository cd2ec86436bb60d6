"""Whom a document speaks of: found by number, never by likeness."""

from datetime import date

import pytest

from clausula.household import Household, Person, Provider
from clausula.intake import Roster, Sought

BORN = date(1984, 3, 15)
NORA = Person("nora", BORN, "Nora Exemple", identifiers={"ahv": "756.1234.5000.16", "insured:760": "0042"})
TWIN = Person("twin", BORN, "Anna Exemple", identifiers={"fhir": "Patient/1"})
NAMESAKE = Person("namesake", BORN, "anna  EXEMPLE")
DOCTOR = Provider("doctor", identifiers={"gln": "2000000001012"})


def known(*, match_by_name: bool = False) -> Roster:
    household = Household("h", (NORA, TWIN, NAMESAKE))
    return Roster({"h": household}, {"doctor": DOCTOR}, match_by_name=match_by_name)


@pytest.mark.parametrize(
    ("system", "number"),
    [("ahv", "7561234500016"), ("urn:oid:2.16.756.5.32", "756 1234 5000 16"), ("insured:760", "0042")],
)
def test_a_number_finds_its_person_however_it_is_written(system: str, number: str) -> None:
    assert known().find(Sought(((system, number),))).person == NORA


@pytest.mark.parametrize("number", [("insured:760", "42"), ("insured", "0042"), ("fhir", "patient/1"), ("ahv", "")])
def test_a_like_number_finds_nobody(number: tuple[str, str]) -> None:
    assert known().find(Sought((number,))).code == "unknown-member"


def test_numbers_of_two_people_find_nobody() -> None:
    match = known().find(Sought((("ahv", "7561234500016"), ("fhir", "Patient/1"))))
    assert match.code == "ambiguous-member"
    assert "nora, twin" in match.message


def test_another_date_of_birth_makes_doubtful() -> None:
    assert known().find(Sought((("ahv", "7561234500016"),), born=date(1990, 1, 1))).code == "member-differs"


def test_a_name_counts_only_where_it_is_declared_and_unique() -> None:
    sought = Sought(born=BORN, name="EXEMPLE Nora")
    assert known().find(sought).code == "unknown-member"
    assert known(match_by_name=True).find(sought).person == NORA
    assert known(match_by_name=True).find(Sought(born=BORN, name="Anna Exemple")).code == "ambiguous-member"
    assert known(match_by_name=True).find(Sought(born=BORN, name="Eva Exemple")).code == "unknown-member"


def test_a_provider_is_found_by_number_or_id() -> None:
    assert known().provider((("zsr", "C1"), ("gln", "2000000001012"))) == DOCTOR
    assert known().provider((("id", "doctor"),)) == DOCTOR
    assert known().provider((("id", "2000000001012"),)) is None
