"""Areas: a postcode that reaches three communes is asked about, never guessed; PlusMed by canton and region."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clausula.tables import Table
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.actions.locality import load_localities, read_localities
from clausula_server.enrolment.areas import Choice, Settled, Unknown, area_of
from clausula_server.enrolment.catalogue.asking import _listed
from clausula_server.enrolment.models import Locality
from clausula_server.enrolment.queries import dossier_on
from clausula_server.people.models import FamilyRole
from tests.insured import D, a_home, faults_of, registered

pytestmark = pytest.mark.django_db
PLACES = """country,postcode,town,commune,commune_name,canton,region
CH,2814,Ederswiler,6713,Ederswiler,JU,0
CH,2814,Kleinlützel,2619,Kleinlützel,SO,0
CH,2814,Roggenburg,2790,Roggenburg,BL,2
CH,1066,Épalinges,5589,Épalinges,VD,1
CH,1066,Lausanne,5586,Lausanne,VD,1
CH,8001,Zürich,261,Zürich,ZH,1
"""


@pytest.fixture(autouse=True)
def places(as_system: None) -> None:
    load_localities(read_localities(PLACES), D)


def test_one_postcode_three_cantons_is_asked() -> None:
    found = area_of("CH", "2814", D)
    assert isinstance(found, Choice)
    assert [(area.canton, area.region) for area in found.areas] == [("JU", 0), ("SO", 0), ("BL", 2)]
    assert found.question == (
        "2814 reaches 3 communes: Ederswiler (JU), Kleinlützel (SO), Roggenburg (BL). "
        "In which of them does the person live?"
    )


@pytest.mark.parametrize("said", [{"town": "Roggenburg"}, {"commune": "2790"}, {"commune": "roggenburg"}])
def test_town_or_commune_settles_it(said: dict[str, str]) -> None:
    found = area_of("CH", "2814", D, **said)
    assert isinstance(found, Settled)
    assert (found.area.canton, found.area.commune, found.area.region) == ("BL", "2790", 2)


def test_communes_of_one_region_are_asked_for_all_the_same() -> None:
    assert isinstance(area_of("CH", "1066", D), Choice), "the commune counts for plans by commune"


def test_one_place_needs_no_question_and_none_is_told() -> None:
    assert isinstance(area_of("CH", " 8001 ", D), Settled)
    assert isinstance(area_of("CH", "9999", D), Unknown)
    assert isinstance(area_of("CH", "8001", date(2025, 12, 31)), Unknown), "the list holds from a day on"


def test_a_town_nobody_knows_narrows_nothing() -> None:
    assert isinstance(area_of("CH", "2814", D, town="Nowhere"), Choice)


def test_commune_and_postcode_do_not_contradict_each_other() -> None:
    found = faults_of(lambda: area_of("CH", "2814", D, commune="Zürich"))
    assert found == {"commune": "2814 does not reach “Zürich”."}


def test_a_new_list_takes_the_place_of_the_old_one_from_its_day_on() -> None:
    merged = PLACES.replace("2619,Kleinlützel", "2790,Roggenburg")
    load_localities(read_localities(merged), date(2027, 1, 1))
    assert isinstance(area_of("CH", "2814", date(2026, 12, 31), town="Kleinlützel"), Settled)
    after = area_of("CH", "2814", date(2027, 1, 1), town="Kleinlützel")
    assert isinstance(after, Settled)
    assert after.area.commune == "2790"
    load_localities(read_localities(PLACES), date(2027, 1, 1))
    assert Locality.objects.filter(during__contains=date(2027, 6, 1)).count() == 6


def test_a_list_with_faults_is_refused_by_line(tmp_path: Path) -> None:
    assert "line 1" in faults_of(lambda: read_localities("postcode\n1"))
    bad = PLACES.replace("JU,0", "JU,zero").replace("BL,2", "BL,2\nCH,,x,1,x,BE,1")
    assert set(faults_of(lambda: read_localities(bad))) == {"line 2, region", "line 5, postcode"}
    assert "places" in faults_of(lambda: load_localities([], D))
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")
    call_command("load_localities", str(tmp_path / "places.csv"), "2028-01-01")
    with pytest.raises(CommandError):
        call_command("load_localities", str(tmp_path / "none.csv"), "2028-01-01")


def test_the_premium_region_follows_from_the_commune() -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 1, 1))}, country="CH", canton="BL", commune="2790")
    (jonas,) = dossier_on(home.household.id, D).members
    assert jonas.facts == {
        "residence_country": "CH", "residence_canton": "BL", "commune": "2790", "premium_region": 2,
    }  # fmt: skip


def test_where_somebody_lives_is_not_stated_as_a_fact() -> None:
    registered()
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 1, 1))}, country="CH")
    assert "premium_region" in faults_of(lambda: state_fact(home.people["jonas"], "premium_region", 2, "said so", D))


@pytest.mark.parametrize(
    ("home", "listed"),
    [
        ({"residence_canton": "LU"}, True),
        ({"residence_canton": "VD"}, None),
        ({"residence_canton": "BE"}, None),
        ({"residence_canton": "ZH"}, None),
        ({"residence_canton": "ZH", "premium_region": 1}, True),
        ({"residence_canton": "ZH", "premium_region": 2}, False),
        ({"residence_canton": "ZH", "premium_region": 2, "commune": "261"}, True),
    ],
)
def test_an_area_is_listed_by_region_or_commune_or_not_known(home: dict[str, object], listed: bool | None) -> None:
    rows = (
        {"canton": "LU", "available": True, "needs_region": False},
        {"canton": "ZH", "available": True, "needs_region": True},
        {"canton": "BE", "available": True, "needs_region": True},
        {"canton": "ZH", "premium_region": 1},
        {"canton": "ZH", "commune": "261"},
        {"canton": "ZH", "premium_region": 3, "until": date(2025, 12, 31)},
    )
    known = {"commune": "1", **home} if "premium_region" in home else home
    assert _listed(Table("ch/plusmed-areas", "", "", None, {}, rows), known, D) is listed


def test_a_fact_of_a_person_is_dated_known_and_of_its_kind() -> None:
    registered()
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 1, 1))}, country="CH")
    jonas = home.people["jonas"]
    state_fact(jonas, "in_education", True, "student card", date(2025, 9, 1))
    state_fact(jonas, "in_education", False, "said so", date(2026, 7, 1))
    assert dossier_on(home.household.id, date(2026, 6, 30)).members[0].facts["in_education"] is True
    assert dossier_on(home.household.id, date(2026, 7, 1)).members[0].facts["in_education"] is False
    state_fact(jonas, "in_education", True, "said so", date(2025, 1, 1))
    assert jonas.facts.count() == 1, "said anew from an earlier day, it holds from then on"
    assert "basis" in faults_of(lambda: state_fact(jonas, "in_education", True, " ", D))
    assert "start" in faults_of(lambda: state_fact(jonas, "in_education", True, "x", date(1989, 1, 1)))
    assert "in_education" in faults_of(lambda: state_fact(jonas, "in_education", "maybe", "x", D))
    assert "in_eduction" in faults_of(lambda: state_fact(jonas, "in_eduction", True, "x", D))
