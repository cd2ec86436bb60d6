"""Registering a text runs the checker and the plan's golden cases; what speaks against it is the refusal."""

import os
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clausula_server.enrolment.actions.edition import editions_to_register, register_plans
from clausula_server.enrolment.catalogue import checking
from clausula_server.enrolment.catalogue.checking import BUILT, built, checked_when_built
from clausula_server.enrolment.catalogue.packing import pack
from clausula_server.enrolment.models import PlanEdition, PlanText
from clausula_server.events.models import Event
from tests.insured import faults_of, packed

CLINIC = Path(__file__).parents[3] / "examples/plans/us/example-clinic"
PLAN = "us/example-clinic"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A folder with one plan of somebody's own and its cases."""
    copytree(CLINIC, tmp_path / "clinic")
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / "clinic" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_comes_with_this_version_was_checked_when_it_was_built() -> None:
    """`CLAUSULA_REWRITE=1 pytest` of this file writes the list anew, once `./run clausula check` finds no error."""
    if os.environ.get("CLAUSULA_REWRITE"):
        BUILT.write_text(built(pack()), encoding="utf-8")
        checked_when_built.cache_clear()
    assert BUILT.read_text(encoding="utf-8") == built(packed()), "plans have changed: CLAUSULA_REWRITE=1"


@pytest.mark.django_db
def test_a_plan_that_holds_its_cases_is_registered_with_the_bundled_ones(as_system: None, clinic: Path) -> None:
    rows = register_plans(clinic)
    assert {row.plan for row in rows} == {each.plan for each in packed()} | {PLAN}
    assert register_plans(clinic) == []


@pytest.mark.django_db
def test_a_failing_case_refuses_all_with_its_place_and_what_came_out(as_system: None, clinic: Path) -> None:
    change(clinic, "plan.md", 'share = "80 %"', 'share = "70 %"')
    found = faults_of(lambda: register_plans(clinic))
    assert found
    assert all(place.startswith("clinic/cases.toml:") for place in found), "and nothing else speaks against it"
    assert (PlanEdition.objects.count(), PlanText.objects.count(), Event.objects.count()) == (0, 0, 0)
    with pytest.raises(CommandError, match=r"clinic/cases\.toml:\d+: The case .* fails: .* Mend the rule"):
        call_command("register_plans", str(clinic))


@pytest.mark.django_db
def test_an_error_of_the_checker_refuses_though_every_case_holds(as_system: None, clinic: Path) -> None:
    change(clinic, "plan.md", '"emergency", "imaging"]', '"emergency", "emergencies", "imaging"]')
    (place,) = faults_of(lambda: register_plans(clinic))
    assert place.startswith("clinic/plan.md:")


@pytest.mark.django_db
def test_warnings_do_not_refuse_and_are_kept(as_system: None, clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clinic / "clinic/cases.toml").unlink()
    call_command("register_plans", str(clinic), dry_run=True)
    said = capsys.readouterr().out
    assert "warning  clinic/plan.md:" in said
    assert "nothing is registered" in said
    assert PlanEdition.objects.count() == 0
    assert len(editions_to_register(clinic)) == len(packed()) + 1

    register_plans(clinic)
    row = PlanEdition.objects.get(plan=PLAN)
    assert [set(each) for each in row.warnings] == [{"place", "message", "mend"}] * len(row.warnings)
    assert any("has no cases" in each["message"] for each in row.warnings)
    assert PlanEdition.objects.exclude(plan=PLAN).exclude(warnings=[]).count() == 0
    call_command("register_plans", str(clinic))
    assert "0 new editions" in capsys.readouterr().out


@pytest.mark.django_db
def test_bundled_texts_are_not_checked_again(as_system: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "check", lambda *_: pytest.fail("the list says that they were checked"))
    assert len(register_plans()) == len(packed())
