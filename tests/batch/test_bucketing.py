"""Buckets are made of members and lines read piece by piece: how the pieces are cut, and in which order they come,
changes nothing; nobody is lost, and what is wrong is told with its place."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from clausula.batch import bucketing, dealing, member_pieces, roll, spool
from clausula.batch.bucketing import make_buckets
from clausula.batch.buckets import Buckets, read_buckets
from clausula.batch.marks import marks
from clausula.batch.running import run_buckets, usage_pieces
from clausula.batch.usage_tables import SCHEMA
from clausula.batch.vetting import UnfitError
from clausula.book import load_plans
from clausula.cli import main
from clausula.compiled import available
from clausula.intake import InputError
from clausula.intake.member_layout import ENROLMENTS, EVIDENCE, PEOPLE
from clausula.portfolio import FAMILIES, Order, write
from tests.batch.decided import tables

pytestmark = pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel")

BOOK = load_plans()
FILES = ("people", "enrolments", "evidence", "lines")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 100 people of all families, with lines that cannot be decided and lines that come twice."""
    out = tmp_path_factory.mktemp("made")
    write(Order(2000, seed=3, families=FAMILIES, faulty=20_000, shuffle=True), out)
    return out


def inputs(portfolio: Path) -> list[Path]:
    return sorted((portfolio / "lines").glob("*.parquet"))


def dealt(portfolio: Path, out: Path, members: Path | None = None, **options: Any) -> Buckets:
    """The buckets of a portfolio, in a folder that is made."""
    out.mkdir()
    return make_buckets(BOOK, members or portfolio / "members", inputs(portfolio), out, **{"lines": 300, **options})


@pytest.fixture(scope="module")
def buckets(portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "buckets"
    dealt(portfolio, out)
    return out


def content(folder: Path, name: str) -> dict[str, list[str]]:
    """What stands in the tables of a bucket, columns that say nothing left out."""
    found = {}
    for file in FILES:
        if (folder / name / f"{file}.parquet").is_file():
            rows = pq.read_table(folder / name / f"{file}.parquet").to_pylist()
            found[file] = [repr({key: cell for key, cell in row.items() if cell is not None}) for row in rows]
    return found


def listed(folder: Path) -> list[list[str]]:
    with (folder / "listed.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.reader(file))


def assert_same(found: Path, expected: Path, arranged: Callable[[list[str]], list[str]] = list) -> None:
    """The same buckets, rows arranged as told, the same list and the same totals."""
    assert read_buckets(found).buckets == read_buckets(expected).buckets
    assert (read_buckets(found).came_in, read_buckets(found).listed) == (
        read_buckets(expected).came_in, read_buckets(expected).listed,
    )  # fmt: skip
    for bucket in read_buckets(expected).buckets:
        rows = content(found, bucket.name)
        for file, table in content(expected, bucket.name).items():
            assert arranged(rows[file]) == arranged(table), f"{bucket.name}/{file}"
    assert listed(found) == listed(expected)


def nothing_left(folder: Path) -> bool:
    return not list(folder.rglob(".*"))


@pytest.mark.parametrize("rows", [1, 7, 64])
def test_small_pieces_give_the_buckets_of_large_ones(
    portfolio: Path, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(member_pieces, "PIECE", rows)
    monkeypatch.setattr(bucketing, "PIECE", 11 * rows)
    dealt(portfolio, tmp_path / "out")
    assert_same(tmp_path / "out", buckets)
    assert nothing_left(tmp_path / "out")


def test_more_buckets_than_files_may_be_open_are_made_all_the_same(
    portfolio: Path, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "OPEN", 2)
    monkeypatch.setattr(bucketing, "PIECE", 50)
    dealt(portfolio, tmp_path / "out")
    assert_same(tmp_path / "out", buckets)


def test_members_are_never_held_all_at_once(portfolio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_pieces, "PIECE", 16)
    held: list[int] = []
    whole = dealing.DealtMembers.take

    def take(self: dealing.DealtMembers, bucket: int) -> Any:
        held.append(len((found := whole(self, bucket)).home))
        return found

    monkeypatch.setattr(dealing.DealtMembers, "take", take)
    seen = [table.num_rows for _, table in member_pieces.MemberPieces(portfolio / "members").people()]
    made = dealt(portfolio, tmp_path / "out", lines=200)
    assert max(seen) == 16
    assert sum(held) == sum(each.people for each in made.buckets) == sum(seen)
    assert max(held) < sum(held) / 5


def shuffled(portfolio: Path, folder: Path) -> Path:
    """The same members, the rows of every table in another order."""
    (folder / "members").mkdir()
    for number, path in enumerate(sorted((portfolio / "members").iterdir())):
        table = pq.read_table(path)
        order = np.random.default_rng(number).permutation(table.num_rows)
        pq.write_table(
            table if path.stem == "providers" else table.take(pa.array(order)), folder / "members" / path.name
        )
    return folder / "members"


def test_members_may_come_in_any_order_and_households_in_several_pieces(
    portfolio: Path, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One household after the other stands in people.parquet of a bucket, wherever its people came; every household is
    in one bucket; every line is decided as before."""
    monkeypatch.setattr(member_pieces, "PIECE", 10)
    out = tmp_path / "out"
    made = dealt(portfolio, out, shuffled(portfolio, tmp_path))
    homes = []
    for bucket in made.buckets:
        column = pq.read_table(out / bucket.name / PEOPLE).column("household").to_pylist()
        assert [home for n, home in enumerate(column) if n == 0 or home != column[n - 1]] == list(dict.fromkeys(column))
        homes += list(dict.fromkeys(column))
    assert len(homes) == len(set(homes)) == sum(each.households for each in read_buckets(buckets).buckets)
    assert listed(out) == listed(buckets)
    run_buckets(BOOK, out, tmp_path / "found")
    run_buckets(BOOK, buckets, tmp_path / "expected")
    columns = ("outcome", "paid", "borne", "reason_clause")
    found, expected = (
        {row["line"]: [row[name] for name in columns]
         for rows in tables(tmp_path / name, "decisions").values() for row in rows}
        for name in ("found", "expected")
    )  # fmt: skip
    assert found == expected


def test_accounts_go_to_the_bucket_of_their_household(portfolio: Path, buckets: Path, tmp_path: Path) -> None:
    run_buckets(BOOK, buckets, tmp_path / "before")
    pieces = list(usage_pieces(tmp_path / "before/usage"))
    made = dealt(portfolio, tmp_path / "out", lines=500, usage=iter(pieces[::-1]))
    rows = 0
    for bucket in made.buckets:
        usage = pq.read_table(tmp_path / "out" / bucket.name / "usage.parquet")
        people = pq.read_table(tmp_path / "out" / bucket.name / PEOPLE)
        assert pc.all(pc.is_in(usage.column("household").cast(pa.string()), people.column("household"))).as_py() in (
            True, None,
        )  # fmt: skip
        rows += usage.num_rows
    assert rows == sum(each.num_rows for each in pieces) > 0


def test_people_whose_marks_are_the_same_are_told_apart(
    portfolio: Path, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With marks of so few bits that two people have the same one, others are taken until none have."""
    tried: list[int] = []

    def few(words: Any, seed: int) -> Any:
        tried.append(seed)
        return marks(words, seed) & np.uint64(0x3F if seed == 0 else 0xFFFFFFFF)

    monkeypatch.setattr(roll, "marks", few)
    dealt(portfolio, tmp_path / "out")
    assert max(tried) > 0
    assert_same(tmp_path / "out", buckets)


def as_marked(monkeypatch: pytest.MonkeyPatch, stranger: str, known: str) -> None:
    """Give somebody unknown the mark of somebody known."""

    def same(words: Any, seed: int) -> Any:
        column = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
        return marks(pa.array([known if each == stranger else each for each in column.to_pylist()], pa.string()), seed)

    monkeypatch.setattr(roll, "marks", same)


def test_a_line_of_nobody_is_listed_even_where_the_mark_is_somebody_elses(
    portfolio: Path, buckets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = next(row for row in listed(buckets) if row[2] == "unknown-member")
    stranger = unknown[3].removeprefix("no member has ")
    as_marked(monkeypatch, stranger, pq.read_table(portfolio / "members" / PEOPLE).column("person")[0].as_py())
    dealt(portfolio, tmp_path / "out")
    assert_same(tmp_path / "out", buckets)


# --- members of our own ---

NOT_INSURED: dict[str, Any] = {
    "household": ["h", "h", "g"],
    "person": ["p", "q", "alone"],
    "born": [date(1980, 1, 1)] * 3,
}
ONE_PLAN: dict[str, Any] = {"person": ["p"], "plan": ["ch/lamal"], "start": [date(2025, 1, 1)], "franchise": [300]}
DOCUMENT: dict[str, Any] = {"kind": ["prescription"], "person": ["p"], "issued_on": [date(2026, 1, 1)]}
VISIT = {"line_id": "1", "person": "p", "served_on": date(2026, 3, 1), "charged": Decimal("100.00"), "currency": "CHF",
         "service": "outpatient/consultation"}  # fmt: skip


def world(folder: Path, lines: list[dict[str, Any]], **changed: dict[str, Any]) -> tuple[Path, list[Path]]:
    """Members and lines in a folder."""
    (folder / "members").mkdir()
    stated = {"people": NOT_INSURED, "enrolments": ONE_PLAN, "evidence": DOCUMENT} | changed
    for name, table in stated.items():
        pq.write_table(pa.table(table), folder / "members" / f"{name}.parquet")
    pq.write_table(pa.Table.from_pylist([VISIT | each for each in lines]), folder / "lines.parquet")
    (folder / "out").mkdir()
    return folder / "members", [folder / "lines.parquet"]


def reasons(folder: Path) -> list[str]:
    return [f"{row[1].rpartition(':')[2]} {row[2]}" for row in listed(folder) if row[0] != "input"]


def test_lines_of_households_without_a_plan_are_listed_for_what_is_wrong_with_them(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{}, {"person": "alone", "charged": Decimal("-1.00")}, {"person": "nobody"}])
    made = make_buckets(BOOK, members, lines, tmp_path / "out")
    assert [(each.people, each.lines) for each in made.buckets] == [(2, 1)]
    assert reasons(tmp_path / "out") == ["row 2 negative-amount", "row 3 unknown-member"]
    assert (made.came_in["lines"], made.listed["lines"]) == (3, 2)
    assert made.came_in["amount"] == {"CHF": "199.00"}


def test_a_line_of_a_household_without_a_plan_that_could_be_taken_ends_it(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{}, {"person": "alone"}])
    with pytest.raises(UnfitError, match=r"the desk takes .*lines.parquet:row 2"):
        make_buckets(BOOK, members, lines, tmp_path / "out")


def test_accounts_of_whoever_is_in_no_bucket_are_left_out(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{}])
    row = {"account": "ch/lamal/franchise", "person": None, "name": None, "period": 2025, "used": 5}
    usage = [pa.Table.from_pylist([{"household": home} | row], SCHEMA) for home in ("g", "h", "unknown")]
    [bucket] = make_buckets(BOOK, members, lines, tmp_path / "out", usage=usage).buckets
    table = pq.read_table(tmp_path / "out" / bucket.name / "usage.parquet")
    assert [(each["household"], each["used"]) for each in table.to_pylist()] == [("h", 5)]
    assert nothing_left(tmp_path / "out")


def test_whoever_lives_with_somebody_insured_is_in_the_bucket(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{"person": "q"}])
    [bucket] = make_buckets(BOOK, members, lines, tmp_path / "out").buckets
    assert (bucket.households, bucket.people, bucket.lines) == (1, 2, 1)


def test_a_line_that_comes_twice_is_listed_though_another_piece_brought_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucketing, "PIECE", 1)
    members, lines = world(tmp_path, [{}, {"line_id": "2"}, {}, {"charged": Decimal("7.00")}])
    make_buckets(BOOK, members, lines, tmp_path / "out")
    assert reasons(tmp_path / "out") == ["row 3 duplicate-line", "row 4 conflicting-line"]


def test_tables_of_lines_may_have_different_columns(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{}])
    coded = pa.table({name: pa.array([value]) for name, value in (VISIT | {"line_id": "2", "claim": "c"}).items()})
    coded = coded.set_column(1, "person", coded.column("person").dictionary_encode())
    pq.write_table(coded, tmp_path / "more.parquet")
    [bucket] = make_buckets(BOOK, members, [*lines, tmp_path / "more.parquet"], tmp_path / "out").buckets
    table = pq.read_table(tmp_path / "out" / bucket.name / "lines.parquet")
    assert table.select(["line_id", "person", "claim"]).to_pylist() == [
        {"line_id": "1", "person": "p", "claim": None}, {"line_id": "2", "person": "p", "claim": "c"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "file", "row", "said"),
    [
        ({"people": NOT_INSURED | {"person": ["p", "q", "p"]}}, PEOPLE, 3, "person p stands here twice"),
        ({"people": NOT_INSURED | {"id.ahv": ["756.1", None, "7561"]}}, PEOPLE, 3, "ahv 7561 belongs to somebody else"),
        ({"people": NOT_INSURED | {"id.fhir": ["é/1", None, "é/1 "]}}, PEOPLE, 3, "belongs to somebody else"),
        ({"people": NOT_INSURED | {"born": [None, *NOT_INSURED["born"][1:]]}}, PEOPLE, 1, "person without born"),
        ({"people": NOT_INSURED | {"born": [*NOT_INSURED["born"][1:], date(1, 1, 1)]}}, PEOPLE, 3, "1900 to 2199"),
        ({"people": NOT_INSURED | {"Sex": ["f"] * 3}}, PEOPLE, 0, "did you mean sex"),
        ({"enrolments": ONE_PLAN | {"person": ["t"]}}, ENROLMENTS, 1, "'t' is not in people.parquet"),
        ({"enrolments": ONE_PLAN | {"until": [date(2020, 1, 1)]}}, ENROLMENTS, 1, "ends 2020-01-01, before 2025-01-01"),
        ({"evidence": DOCUMENT | {"person": ["t"]}}, EVIDENCE, 1, "'t' is not in people.parquet"),
        ({"evidence": DOCUMENT | {"uses": [-1]}}, EVIDENCE, 1, "not a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_members_is_told_with_its_row_whatever_the_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], file: str, row: int, said: str
) -> None:
    monkeypatch.setattr(member_pieces, "PIECE", 1)
    members, lines = world(tmp_path, [{}], **changed)
    with pytest.raises(InputError, match=said) as caught:
        make_buckets(BOOK, members, lines, tmp_path / "out")
    [finding] = caught.value.findings
    assert (finding.place.file, finding.place.line) == (str(members / file), row)


def test_everything_that_is_wrong_with_members_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_pieces, "PIECE", 2)
    members, lines = world(
        tmp_path, [{}], people=NOT_INSURED | {"person": ["p", "p", ""]}, enrolments=ONE_PLAN | {"plan": [""]},
        evidence=DOCUMENT | {"person": ["s"]},
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        make_buckets(BOOK, members, lines, tmp_path / "out")
    assert sorted(each.code for each in caught.value.findings) == [
        "missing-key", "missing-key", "twice", "unknown-person",
    ]  # fmt: skip


def test_a_document_of_somebody_whose_mark_is_somebody_elses_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members, lines = world(tmp_path, [{}], evidence=DOCUMENT | {"person": ["t"]})
    as_marked(monkeypatch, "t", "p")
    with pytest.raises(InputError, match=r"'t' is not in people.parquet"):
        make_buckets(BOOK, members, lines, tmp_path / "out")


def test_a_household_with_plans_of_several_currencies_is_refused_whichever_pieces_they_are_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member_pieces, "PIECE", 1)
    plans = {"person": ["p", "alone", "q"], "plan": ["ch/lamal", "ch/lamal", "it/faremutua/noisalute-base"],
             "start": [date(2025, 1, 1)] * 3}  # fmt: skip
    members, lines = world(tmp_path, [{}], enrolments=plans)
    with pytest.raises(InputError, match="household h has plans of several currencies"):
        make_buckets(BOOK, members, lines, tmp_path / "out")


def test_the_command_makes_buckets_of_a_folder_and_of_accounts_and_tells_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    members, [lines] = world(tmp_path, [{}, {"line_id": "2", "person": "nobody"}])
    command = ["bucket", "--members", str(members), str(lines), "--out"]
    assert main([*command, str(tmp_path / "first")]) == 0
    assert "2 lines in = 1 in 1 buckets + 1 listed" in capsys.readouterr().out
    assert main(["run", str(tmp_path / "first"), "--out", str(tmp_path / "results")]) == 0
    again = [*command, str(tmp_path / "second"), "--usage", str(tmp_path / "results/usage")]
    assert main(again) == 0
    assert pq.read_table(tmp_path / "second/0000/usage.parquet").num_rows > 0
    capsys.readouterr()
    assert main([*command, str(tmp_path / "third"), "--usage", str(members)]) == 2
    assert "enrolments.parquet has no column household" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "third"), "--usage", str(tmp_path / "results")]) == 2
    assert "these are no accounts of an earlier run over buckets: there is no table" in capsys.readouterr().err
    pq.write_table(pa.table(NOT_INSURED | {"person": ["p", "p", "q"]}), members / PEOPLE)
    assert main([*command, str(tmp_path / "third")]) == 2
    assert "person p stands here twice" in capsys.readouterr().err
    assert not (tmp_path / "third").exists()


def test_a_members_file_gives_the_buckets_of_the_tables(tmp_path: Path) -> None:
    members, lines = world(tmp_path, [{}])
    text = """
[[household]]
id = "h"
person = [{ id = "p", born = 1980-01-01 }, { id = "q", born = 1980-01-01 }]
enrolment = [{ person = "p", plan = "ch/lamal", start = 2025-01-01, facts = { franchise = 300 } }]
evidence = [{ kind = "prescription", person = "p", issued_on = 2026-01-01 }]
[[household]]
id = "g"
person = [{ id = "alone", born = 1980-01-01 }]
"""
    (tmp_path / "members.toml").write_text(text, encoding="utf-8")
    (tmp_path / "other").mkdir()
    make_buckets(BOOK, members, lines, tmp_path / "out")
    make_buckets(BOOK, tmp_path / "members.toml", lines, tmp_path / "other")
    assert_same(tmp_path / "out", tmp_path / "other")
