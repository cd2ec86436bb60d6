"""Buckets: whole households dealt, decided in any order and any number of threads, exactly as line by line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from clausula.adjudicate import adjudicate
from clausula.batch.bucketing import make_buckets
from clausula.batch.buckets import read_buckets
from clausula.batch.explaining import explain_line
from clausula.batch.gather import gather
from clausula.batch.running import run_buckets, usage_pieces
from clausula.batch.tally import Tally
from clausula.batch.usage_tables import SCHEMA
from clausula.compiled import available
from clausula.intake import InputError, Roster, read_roster
from clausula.portfolio import FAMILIES, Order, write
from clausula.usage import Usage
from tests.books import bundled

pytestmark = pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel")

BOOK = bundled()
LINES = 3000
COLUMNS = ("outcome", "paid", "cash", "borne", "advanced", "reason_plan", "reason_clause")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portfolio of all families with some lines that cannot be decided."""
    out = tmp_path_factory.mktemp("made") / "portfolio"
    out.mkdir()
    write(Order(LINES, seed=5, families=FAMILIES, faulty=10_000, shuffle=True), out)
    return out


@pytest.fixture(scope="module")
def roster(portfolio: Path) -> Roster:
    return read_roster(portfolio / "members")


@pytest.fixture(scope="module")
def buckets(portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("buckets")
    make_buckets(BOOK, portfolio / "members", inputs(portfolio), out, lines=700)
    return out


def inputs(portfolio: Path) -> list[Path]:
    return sorted((portfolio / "lines").glob("*.parquet"))


def decisions(out: Path) -> dict[str, dict[str, Any]]:
    """What a run wrote, by line."""
    rows = [row for path in sorted((out / "decisions").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return {str(row["line"]): row for row in rows}


def accounts(folder: Path) -> dict[tuple[Any, ...], int]:
    """The accounts that hold something."""
    rows = [row for table in usage_pieces(folder) for row in table.to_pylist()]
    return {tuple(row[name] for name in SCHEMA.names[:-1]): row["used"] for row in rows if row["used"]}


@pytest.mark.no_cover
def test_every_line_is_decided_as_line_by_line(portfolio: Path, roster: Roster, buckets: Path, tmp_path: Path) -> None:
    tally = run_buckets(BOOK, buckets, tmp_path)
    found = decisions(tmp_path)
    one_by_one = Tally()
    gathered = gather(inputs(portfolio), BOOK, roster, one_by_one)
    assert len(found) == sum(map(len, gathered.lines.values()))
    assert tally.all.listed == len(gathered.listed) > 0
    assert tally.all.lines == LINES == tally.all.decided + tally.all.listed
    for name, lines in gathered.lines.items():
        for decision in adjudicate(BOOK, roster.households[name], lines, providers=roster.providers).decisions:
            row = found[decision.line.id]
            then = [row[column] for column in COLUMNS]
            clause = decision.program.clause(decision.reason) if decision.reason >= 0 else ("", "")
            now = [decision.outcome, decision.paid, decision.cash, decision.borne, decision.advanced, *clause]
            assert then == now, decision.line


@pytest.mark.no_cover
def test_accounts_afterwards_are_those_of_line_by_line(
    portfolio: Path, roster: Roster, buckets: Path, tmp_path: Path
) -> None:
    run_buckets(BOOK, buckets, tmp_path)
    found = accounts(tmp_path / "usage")
    expected: dict[tuple[Any, ...], int] = {}
    for name, lines in gather(inputs(portfolio), BOOK, roster, Tally()).lines.items():
        usage: Usage = adjudicate(BOOK, roster.households[name], lines, providers=roster.providers).usage
        for key, used in usage.amounts.items():
            scope, *whose = key.entity
            person, thing = (None, None) if scope == "household" else (*whose, None)[:2]
            if scope == "evidence":
                person, thing = None, whose[0]
            if used:
                expected[name, key.account, person, thing, key.period] = used
    assert found == expected


def test_a_year_in_two_parts_is_decided_as_a_year(portfolio: Path, buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path / "whole")
    table = pa.concat_tables(pq.read_table(path) for path in inputs(portfolio))
    days = pc.sort_indices(table, sort_keys=[("served_on", "ascending")])
    middle = table.column("served_on").take(days)[len(days) // 2]
    usage = None
    for part, mine in (("first", pc.less(table.column("served_on"), middle)),
                       ("second", pc.greater_equal(table.column("served_on"), middle))):  # fmt: skip
        lines = tmp_path / f"{part}.parquet"
        pq.write_table(table.filter(mine), lines)
        (tmp_path / f"{part}-buckets").mkdir()
        make_buckets(BOOK, portfolio / "members", [lines], tmp_path / f"{part}-buckets", lines=900, usage=usage)
        run_buckets(BOOK, tmp_path / f"{part}-buckets", tmp_path / part)
        usage = usage_pieces(tmp_path / part / "usage")
    together = decisions(tmp_path / "first") | decisions(tmp_path / "second")
    whole = decisions(tmp_path / "whole")
    columns = ("outcome", "paid", "borne", "reason", "paid_1")
    assert {line: [row[c] for c in columns] for line, row in together.items()} == {
        line: [row[c] for c in columns] for line, row in whole.items()
    }
    assert accounts(tmp_path / "second" / "usage") == accounts(tmp_path / "whole" / "usage")


def test_any_line_can_be_explained_afterwards(buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path)
    found = decisions(tmp_path)
    for line in sorted(found)[::300]:
        [explained] = explain_line(BOOK, tmp_path, line)
        assert explained.decision.line.id == line
        assert explained.decision.paid == found[line]["paid"]
        assert explained.decision.steps or found[line]["outcome"] == "not_covered"


def test_a_decision_that_would_be_another_one_now_is_not_explained(buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path)
    path = tmp_path / "decisions/0000.parquet"
    table = pq.read_table(path)
    borne = [value + 1 for value in table.column("borne").to_pylist()]
    place = table.schema.get_field_index("borne")
    pq.write_table(
        table.set_column(place, table.schema.field("borne"), pa.array(borne, table.schema.field("borne").type)), path
    )
    with pytest.raises(InputError, match="is decided otherwise now: borne"):
        explain_line(BOOK, tmp_path, str(table.column("line")[0].as_py()))
    with pytest.raises(InputError, match="in no decision"):
        explain_line(BOOK, tmp_path, "no-such-line")


@pytest.fixture
def own(buckets: Path, tmp_path: Path) -> Iterator[Path]:
    """Buckets that a test may spoil."""
    shutil.copytree(buckets, tmp_path / "own")
    return tmp_path / "own"  # type: ignore[return-value]


def test_lines_out_of_order_are_refused(own: Path, tmp_path: Path) -> None:
    name = next(each.name for each in read_buckets(own).buckets if each.lines > 10)
    lines = pq.read_table(own / name / "lines.parquet")
    pq.write_table(pa.concat_tables([lines.slice(5), lines.slice(0, 5)]), own / name / "lines.parquet")
    with pytest.raises(InputError, match="the households are not whole, or their lines not in order"):
        run_buckets(BOOK, own, tmp_path / "out")
    assert not (tmp_path / "out" / "run.json").exists()
    assert not (tmp_path / "out" / "decisions" / f"{name}.parquet").exists()


def test_a_household_in_two_buckets_is_refused(own: Path, tmp_path: Path) -> None:
    first, second = (each.name for each in read_buckets(own).buckets[:2])
    people = [pq.read_table(own / name / "people.parquet") for name in (first, second)]
    both = pa.concat_tables([people[1].unify_dictionaries(), people[0].slice(0, 1).unify_dictionaries()])
    pq.write_table(both, own / second / "people.parquet")
    with pytest.raises(InputError, match="is in more than one bucket"):
        run_buckets(BOOK, own, tmp_path / "out")


def test_a_line_that_cannot_be_decided_is_refused(own: Path, tmp_path: Path) -> None:
    name = read_buckets(own).buckets[0].name
    lines = pq.read_table(own / name / "lines.parquet")
    currency = pa.array(["USD"] * len(lines)).dictionary_encode()
    pq.write_table(
        lines.set_column(lines.schema.get_field_index("currency"), "currency", currency), own / name / "lines.parquet"
    )
    with pytest.raises(InputError, match="row 1 cannot be decided as it stands"):
        run_buckets(BOOK, own, tmp_path / "out")


def test_a_missing_file_is_told(own: Path, tmp_path: Path) -> None:
    name = read_buckets(own).buckets[0].name
    (own / name / "people.parquet").unlink()
    with pytest.raises(InputError, match=f"{name}/people.parquet is missing"):
        run_buckets(BOOK, own, tmp_path / "out")


def test_what_is_done_is_not_done_again(buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path)
    files = {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "decisions").glob("*.parquet"))}
    first, second = list(files)[:2]
    note = second.with_suffix(".json")
    note.write_text(note.read_text(encoding="utf-8").replace('"key": "', '"key": "other'), encoding="utf-8")
    run_buckets(BOOK, buckets, tmp_path)
    assert first.stat().st_mtime_ns == files[first]
    assert second.stat().st_mtime_ns != files[second]


PROGRAM = "import sys; from clausula.cli import main; sys.exit(main(sys.argv[1:]))"


def test_a_run_that_was_killed_goes_on_and_ends_the_same(buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path / "whole")
    arguments = [sys.executable, "-c", PROGRAM, "run", str(buckets), "--out", str(tmp_path / "killed")]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wanted = tmp_path / "killed" / "decisions"
    for _ in range(600):
        if process.poll() is not None or len(list(wanted.glob("*.json"))) > 0:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = subprocess.run([*arguments, "--force"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert decisions(tmp_path / "killed") == decisions(tmp_path / "whole")
    assert accounts(tmp_path / "killed" / "usage") == accounts(tmp_path / "whole" / "usage")
    totals = [
        json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8"))["total"] for name in ("killed", "whole")
    ]
    assert totals[0] == totals[1]
