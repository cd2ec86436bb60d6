"""A first look: the demo runs from a clone alone, on examples in every format."""

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from clausula.cli import main
from clausula.values import OUTCOMES
from tests.cli.world import ROOT
from tests.intake.samples import DATA, needs_samples


def test_the_demo_leaves_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    told = capsys.readouterr().out
    page = tmp_path / "demo/examples/report/index.html"
    assert f"report: {page}" in told
    assert "lines in = " in told
    assert (page.parent / "nora.fr.html").is_file()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the demo tells a program of the examples."""
    with redirect_stdout(StringIO()) as out:
        assert main(["demo", "--out", str(tmp_path_factory.mktemp("demo")), "--json"]) == 0
    return json.loads(out.getvalue())["examples"]


@pytest.mark.no_cover
def test_the_demo_reads_every_format(found: Any) -> None:
    assert {Path(name).suffix for name in found["inputs"]} >= {".xml", ".json", ".ndjson", ".csv"}
    assert all(each["lines"] == each["decided"] + each["listed"] for each in found["inputs"].values())
    assert {each["currency"] for each in found["paid_by_plan"]} == {"CHF", "EUR", "USD"}


@needs_samples
@pytest.mark.samples
def test_the_demo_decides_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path), "--samples", str(DATA), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["samples"]
    assert found["total"]["decided"] > 0
    assert sum(found["listed_by_reason"].values()) == found["total"]["listed"]


def test_samples_that_are_not_there_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path / "out"), "--samples", str(tmp_path)]) == 2
    assert "nothing is there" in capsys.readouterr().err


def test_the_example_plan_of_our_own_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(ROOT / "examples/plans")]) == 0
    assert "4 of 4 cases hold" in capsys.readouterr().out


def test_the_example_situation_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    situation, plans = ROOT / "examples/situations/first-decision.toml", ROOT / "examples/plans"
    assert main(["decide", str(situation), "--plans", str(plans)]) == 0
    assert "4 lines: charged 351.50, paid 118.25, borne 233.25 USD" in capsys.readouterr().out


@pytest.mark.no_cover
def test_the_demo_shows_every_outcome_and_many_reasons(found: Any) -> None:
    assert set(found["total"]["outcomes"]) == set(OUTCOMES)
    assert len(found["listed_by_reason"]) >= 8
    amounts = {(each["plan"], each["currency"]): each["paid"] for each in found["paid_by_plan"]}
    assert amounts["nl/zilveren-kruis/basis-plus-module", "EUR"] == "85.00"  # sessions 19 and 20
    assert amounts["it/faremutua/noisalute-piu", "EUR"] == "990.00"  # 250 physiotherapy, 60 hygiene, 8 nights at 85
    assert amounts["ch/assura/ultra-varia", "CHF"] == "6750.00"  # the private ward, and 5 days at 150
