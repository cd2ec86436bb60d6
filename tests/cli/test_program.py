"""The program as people meet it: help, exit codes, faults in words, output for people and for machines."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import clausula
from clausula.cli import build_parser, main
from clausula.cli.console import Console
from tests.cli.world import PLANS, ROOT, SITUATION, ask, program, write

COMMANDS = ("check", "cases", "decide", "guide", "premium", "run", "show", "trace", "demo", "portfolio", "completion")


def test_the_program_tells_its_version() -> None:
    done = program("--version")
    assert (done.returncode, done.stdout) == (0, f"clausula {clausula.__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_and_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    told = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "examples:" in told
    assert f"clausula {command}" in told
    assert "exit codes:" in told


def test_a_word_that_is_no_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("devise") == 2
    assert "devise" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("decide", "missing.toml"), "missing.toml cannot be read"),
        (("show", "no-such-plan"), "looked for the plan 'no-such-plan'"),
        (("show", "deductible-share-ceiling", "zz"), "its clauses are d-1"),
        (("show", "deductible-share-celing"), "did you mean test/deductible-share-ceiling"),
        (("cases", "no-such-plan"), "no-such-plan"),
        (("check", "--source", "nowhere"), "looked for source texts at nowhere"),
        (("run", "--members", "none.toml", "--out", "x", "y.csv"), "none.toml"),
        (("demo", "--examples", "nowhere"), "looked for the examples in nowhere"),
    ],
)
def test_bad_input_is_told_in_words(
    words: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask(*words) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "text", ["[", "{", "lines = 5", "lines = [{}]", "x = 1", '{"lines": [{"service": NaN}]}', "\0"]
)
def test_a_broken_situation_is_bad_input(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("decide", write(tmp_path, "situation.toml", text), "--plan", "deductible-share-ceiling") == 2
    assert "clausula: " in capsys.readouterr().err


def test_a_situation_that_is_no_text_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"a = \xff")
    assert ask("decide", str(tmp_path / "bytes.toml")) == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_a_fault_of_the_program_is_told_as_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr("clausula.cli.show.run", broken)
    monkeypatch.delenv("CLAUSULA_TRACEBACK", raising=False)
    assert main(["show", "lamal"]) == 3
    err = capsys.readouterr().err
    assert "internal error: RuntimeError: out of cheese" in err
    assert "Traceback" not in err
    monkeypatch.setenv("CLAUSULA_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        main(["show", "lamal"])


def test_a_fault_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("--json", "show", "no-such-plan") == 2
    found = json.loads(capsys.readouterr().out)
    assert found["error"]["code"] == 2
    assert "no-such-plan" in found["error"]["messages"][0]


def test_stopping_the_program_leaves_words_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("clausula.cli.show.run", stopped)
    assert main(["show", "lamal"]) == 130
    assert "stopped" in capsys.readouterr().err


def test_options_stand_before_or_after_the_command() -> None:
    before = build_parser().parse_args(["--json", "--lang", "fr", "cases"])
    after = build_parser().parse_args(["cases", "--json", "--lang", "fr"])
    assert (before.json, before.lang) == (after.json, after.lang) == (True, "fr")


class Screen(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_colours_are_for_a_screen_and_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Console(out=Screen()).styled("x", "good") == "\033[32mx\033[0m"
    assert Console(out=io.StringIO()).styled("x", "good") == "x"
    assert Console(out=Screen(), color=False).styled("x", "good") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Console(out=Screen()).styled("x", "good") == "x"


def test_nothing_is_coloured_in_a_pipe() -> None:
    done = program("cases", str(PLANS))
    assert done.returncode == 0
    assert "\033[" not in done.stdout


def test_a_reader_that_stops_reading_is_no_fault() -> None:
    command = f"{sys.executable} -m clausula show lamal | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S602
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_is_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "clausula" in capsys.readouterr().out


def test_a_situation_may_come_from_a_pipe() -> None:
    done = program("decide", "-", "--plans", str(PLANS), "--json", input=SITUATION)
    assert [each["paid"] for each in json.loads(done.stdout)["decisions"]] == ["0.00", "80.00"]
