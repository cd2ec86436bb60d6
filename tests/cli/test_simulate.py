"""clausula simulate on the command line: what it prints, what it leaves, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clausula.cli import main
from tests.simulate.portfolio import PLAN, lines, members, plan


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plan(tmp_path / "base")
    plan(tmp_path / "change", limit=60)
    (tmp_path / "portfolio").mkdir()
    members(tmp_path / "portfolio/members.toml")
    lines(tmp_path / "portfolio/lines.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words: str) -> int:
    """The exit code of `clausula simulate` on the base, without plots."""
    try:
        return main(["simulate", "--base", "base", "--no-plots", *words])
    except SystemExit as stopped:
        return int(stopped.code or 0)


ALL = ("--change", "change", "--portfolio", "portfolio", "--out", "out")


def test_it_tells_what_changes_for_whom(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(*ALL) == 0
    told = capsys.readouterr().out
    rows = [line.split() for line in told.splitlines()]
    assert ["paid", "by", "the", "covers", "210.00", "160.00", "−50.00", "−23.8", "%"] in rows
    assert [PLAN, "1", "Care", "care", "care", "2", "−50.00"] in rows
    assert ["covered", "→", "partly", "2", "−50.00"] in rows
    assert ["bear", "more", "2", "50.0", "%", "+50.00"] in rows
    assert "Behaviour is off" in told
    assert {each.name for each in (world / "out").iterdir()} == {
        "index.html", "simulation.json", "changed.parquet", "base", "change", "clausula-run.json",
    }  # fmt: skip
    assert ask(*ALL) == 0, "a folder of ours may be replaced"


def test_the_document_is_the_file(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = ("--members", "portfolio/members.toml", "portfolio/lines.csv")
    assert ask("--change", "change", "--out", "out", "--json", "--population", "40", "--behaviour=-0.2", *named) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("out") == "out"
    assert found.pop("report") == "out/index.html"
    assert found == json.loads((world / "out/simulation.json").read_text(encoding="utf-8"))
    assert found["behaviour"] == {"on": True, "elasticity": "-0.2"}


def test_a_sample_and_behaviour_are_told_beside(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(*ALL, "--sample", "10 %", "--behaviour", "-0.2") == 0
    told = capsys.readouterr().out
    assert "For all 40 members: paid −500.00 (95 %: " in told
    assert "Beside it, if demand follows the member's share: paid −53.33 EUR" in told
    assert "Behaviour is off" not in told


def test_the_same_plans_are_told_as_the_same(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("--change", "base", "--portfolio", "portfolio", "--out", "out") == 0
    told = capsys.readouterr().out
    assert "The plans read the same" in told
    assert "no line is decided otherwise" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--change", "nowhere", "--portfolio", "portfolio"), "looked for a folder of plans at nowhere"),
        (("--change", "change"), "no portfolio is given"),
        (("--change", "change", "--members", "portfolio/members.toml"), "no claims are given"),
        (("--change", "change", "--portfolio", "base"), "looked for members.toml in base"),
        (("--change", "change", "--portfolio", "empty"), "empty holds no claims"),
        (("--change", "change", "--portfolio", "portfolio", "x.csv"), "names members and claims already"),
        (("--change", "change", "--portfolio", "portfolio", "--sample", "120 %"), "not a part of a whole"),
        (("--change", "change", "--portfolio", "portfolio", "--sample", "some"), "is not a number"),
        (("--change", "change", "--portfolio", "portfolio", "--population", "none"), "not a number of members"),
        (("--change", "change", "--portfolio", "portfolio", "--behaviour", "0.2"), "not an elasticity of demand"),
        (("--change", "other", "--portfolio", "portfolio"), "nobody here is enrolled in it"),
        (("--change", "foreign", "--portfolio", "portfolio"), "4 lines are decided under the base, 0 under the change"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(
    world: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    plan(world / "other", name="test/other")
    text = (plan(world / "foreign") / "limit/plan.md").read_text(encoding="utf-8")
    (world / "foreign/limit/plan.md").write_text(text.replace('"EUR"', '"CHF"'), encoding="utf-8")
    (world / "empty").mkdir()
    members(world / "empty/members.toml")
    before = sorted(each.name for each in world.iterdir())
    assert ask(*words, "--out", "out") == 2
    assert told in capsys.readouterr().err
    assert sorted(each.name for each in world.iterdir()) == before


def test_help_shows_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--help"])
    told = capsys.readouterr().out
    for words in ("clausula simulate --change my/change", "--behaviour ELASTICITY", "exit codes:", "--population N"):
        assert words in told
