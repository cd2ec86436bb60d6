"""The main job: what goes in comes out, decided or listed, and nothing is half written."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clausula.batch.folder import MARK
from clausula.batch.tally import Tally, TotalsError
from tests.cli.world import LINES, MEMBERS, PLAN, document, run_in, write

TOTALS = "6 lines in = 3 decided + 3 listed (1 of them state no readable amount); CHF 7.00 = 0.00 + 7.00; EUR 310.05 = "


def test_the_table_says_what_came_in_and_where_it_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in(tmp_path) == 0
    told = capsys.readouterr().out
    assert TOTALS + "300.05 + 10.00" in told
    assert [PLAN, "80.04", "EUR"] in [line.split() for line in told.splitlines()]
    assert "unknown-member" in told
    assert f"report: {tmp_path / 'out/report/index.html'}" in told


def test_the_same_totals_are_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in(tmp_path, "--json") == 0
    found = document(capsys)
    assert found["total"]["lines"] == 6
    assert found["total"]["outcomes"] == {"partly": 3}
    assert found["paid"] == {"EUR": "80.04"}
    assert found["listed_by_reason"] == {"bad-amount": 1, "foreign-currency": 1, "unknown-member": 1}


def test_decisions_are_written_as_lines_and_as_columns(tmp_path: Path) -> None:
    run_in(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "out/decisions.jsonl").read_text().splitlines()]
    rows = pq.read_table(tmp_path / "out/decisions.parquet").to_pylist()
    assert [each["paid"] for each in lines] == ["0.00", "80.00", "0.04"]
    assert [row["paid"] for row in rows] == [Decimal("0.000"), Decimal("80.000"), Decimal("0.040")]
    assert rows[1]["clauses"] == [f"{PLAN}#d-1"]
    assert rows[1]["rules"][0] == f"{PLAN}#care"
    assert rows[0]["reason"] == "care:deductible"
    assert rows[1]["origin"].endswith("lines.csv:3")


def test_what_is_listed_names_file_and_line(tmp_path: Path) -> None:
    run_in(tmp_path)
    with (tmp_path / "out/listed.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["reason"], row["origin"].rsplit("/", 1)[-1]) for row in rows] == [
        ("unknown-member", "lines.csv:5"),
        ("foreign-currency", "lines.csv:6"),
        ("bad-amount", "lines.csv:7"),
    ]


def test_a_line_that_the_engine_refuses_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = LINES + "7,ada,2026-03-06,outpatient/consultation,50.00,EUR,\n"
    lines = lines.replace("provider\n", "provider,paid_by_others\n").replace("50.00,EUR,\n", "50.00,EUR,,60.00\n")
    lines = "\n".join(line if line.count(",") == 7 else line + "," for line in lines.splitlines())
    assert run_in(tmp_path, "--json", lines=lines) == 0
    found = document(capsys)
    assert found["total"]["decided"] == 3
    assert found["listed_by_reason"]["bad-amount"] == 2


def test_a_second_run_goes_on_from_the_usage_of_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_in(tmp_path)
    usage = write(tmp_path, "usage.json", (tmp_path / "out/usage.json").read_text())
    capsys.readouterr()
    later = "line_id,person,served_on,service,charged,currency\n9,ada,2026-04-01,outpatient/consultation,100.00,EUR\n"
    assert run_in(tmp_path, "--usage", usage, "--json", lines=later) == 0
    assert document(capsys)["paid"] == {"EUR": "40.00"}  # 80 % of 100 would be 80; 120 - 80 are left


@pytest.mark.parametrize("text", ["[", "[1]", '[{"household": "x"}]', "{}x"])
def test_accounts_that_are_none_are_bad_input(text: str, tmp_path: Path) -> None:
    assert run_in(tmp_path, "--usage", write(tmp_path, "usage.json", text)) == 2
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_where_an_input_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in(tmp_path, write(tmp_path, "broken.xml", "<a>")) == 2
    assert "broken.xml" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.xml", "lines.csv", "members.toml"]


def test_an_unknown_plan_of_a_member_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in(tmp_path, members=MEMBERS.replace(PLAN, "test/nowhere", 1)) == 2
    assert "ada enrolled in 'test/nowhere': there is no such plan" in capsys.readouterr().err


def test_totals_that_disagree_are_a_fault_and_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clausula.batch.run.Tally.was_listed", lambda *_: None)
    monkeypatch.delenv("CLAUSULA_TRACEBACK", raising=False)
    assert run_in(tmp_path) == 3
    assert "6 lines in, 3 decided + 0 listed" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.csv", "members.toml"]


def test_amounts_that_disagree_are_found() -> None:
    tally = Tally()
    tally.opened("a")
    tally.came_in("a", Decimal(3), "EUR")
    tally.was_listed("a", "no-id", Decimal(2), "EUR")
    with pytest.raises(TotalsError, match="3 EUR in, 2 decided"):
        tally.check()


def test_a_folder_of_ours_is_replaced_and_another_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_in(tmp_path) == 0
    (tmp_path / "out/old").touch()
    assert run_in(tmp_path) == 0
    assert not (tmp_path / "out/old").exists()
    (tmp_path / "out" / MARK).unlink()
    assert run_in(tmp_path) == 2
    assert "--force" in capsys.readouterr().err
    assert run_in(tmp_path, "--force") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.csv", "members.toml", "out"]


def test_the_inputs_are_never_replaced_by_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    inside = write(tmp_path / "out", "more.csv", LINES)
    assert run_in(tmp_path, "--force", inside) == 2
    assert "lies in" in capsys.readouterr().err
    assert Path(inside).exists()


def test_a_file_in_the_place_of_the_results_stays(tmp_path: Path) -> None:
    write(tmp_path, "out", "mine")
    assert run_in(tmp_path, "--force") == 2
    assert (tmp_path / "out").read_text() == "mine"


def test_the_same_run_writes_the_same_bytes(tmp_path: Path) -> None:
    def all_bytes() -> dict[str, bytes]:
        return {
            str(path.relative_to(tmp_path)): path.read_bytes()
            for path in (tmp_path / "out").rglob("*")
            if path.is_file()
        }

    run_in(tmp_path)
    first = all_bytes()
    run_in(tmp_path)
    assert all_bytes() == first


def test_no_cell_of_the_list_is_a_formula(tmp_path: Path) -> None:
    run_in(tmp_path, lines=LINES.replace("4,nobody", "=1+1,nobody"))
    assert ",'=1+1," in (tmp_path / "out/listed.csv").read_text()


def test_a_long_run_shows_its_progress_where_somebody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    assert run_in(tmp_path) == 0
    assert "deciding" in screen.getvalue()
