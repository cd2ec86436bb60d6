"""What a command is pointed at: situations that hold nothing, plans by file, folder, name; each fault with its mend."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from clausula.cli import inputs, main
from tests.cli.world import PLANS, SITUATION, ask, write

NOBODY = 'people = [{ id = "a", born = 1990-01-01 }]\nenrolments = []\n'


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the program says where it ends with bad input."""
    assert main([*words]) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("command", ["decide", "trace", "guide"])
def test_a_situation_without_lines_is_told(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = SITUATION.split("lines =")[0]
    assert ask(command, write(tmp_path, "s.toml", empty)) == 2
    assert "add lines = [{ service" in capsys.readouterr().err


def test_a_household_nobody_of_which_is_enrolled_owes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("premium", write(tmp_path, "s.toml", NOBODY), "--on", "2026-03-01") == 2
    assert "enrol" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("s.json", "[1]", "holds no table but list"),
        ("s.toml", '{"lines": [NaN]}', "is not TOML"),
        ("s.json", '{"people": [{"born": NaN}]}', "NaN is no number"),
        ("s.json", "{", "is not JSON"),
        ("s.toml", "a = 1\na = 2\n", "s.toml:2: this is not TOML"),
    ],
)
def test_a_file_that_is_no_situation_is_told(
    name: str, text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in told(capsys, "decide", write(tmp_path, name, text))


def test_a_situation_is_read_up_to_a_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "LARGEST", 10)
    assert "give claims in bulk to `clausula run`" in told(capsys, "decide", write(tmp_path, "s.toml", SITUATION))


def test_a_situation_from_a_pipe_is_read(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(SITUATION.encode())))
    assert ask("decide", "-") == 0
    assert "2 lines" in capsys.readouterr().out


def test_a_plan_is_named_by_its_text_its_folder_or_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check", str(PLANS / "plan.md")], ["check", str(PLANS)], ["check", "--plans", str(PLANS)]):
        assert main(words) == 0
        assert "test/deductible-share-ceiling" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--plans", "nowhere"], "looked for a folder of plans at nowhere: there is none"),
        (["ch/lamall"], "did you mean ch/lamal?"),
        (["nothing-like-it"], "plans of your own: --plans DIR"),
        (["--source", "nowhere"], "looked for source texts at nowhere: there is nothing"),
    ],
)
def test_a_plan_or_source_that_is_not_there_is_told(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in told(capsys, "check", *words)


def test_a_text_that_is_no_plan_and_one_of_another_folder_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is no plan: its text is called plan.md" in told(capsys, "check", write(tmp_path, "notes.md", "# Notes"))
    alien = write(tmp_path, "plan.md", (PLANS / "plan.md").read_text(encoding="utf-8"))
    assert f"does not lie in {PLANS}" in told(capsys, "check", alien, "--plans", str(PLANS))


def test_a_name_that_two_plans_end_with_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (PLANS / "plan.md").read_text(encoding="utf-8")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "plan.md", text.replace("test/deductible", f"{name}/deductible"))
    message = told(capsys, "show", "deductible-share-ceiling", "--plans", str(tmp_path))
    assert "name one in full" in message


def test_plans_without_cases_have_none_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "plan.md", (PLANS / "plan.md").read_text(encoding="utf-8"))
    assert "looked for cases.toml" in told(capsys, "cases", str(tmp_path))
