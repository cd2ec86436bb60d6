"""Invented portfolios: what is made can be decided, the same seed makes the same, and blocks change nothing."""

import json
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from clausula.batch.run import Job
from clausula.batch.run import run as run_job
from clausula.batch.tally import Tally
from clausula.cli import main
from clausula.household import Provider
from clausula.intake import Roster, read_roster
from clausula.plan import Fact
from clausula.portfolio import FAMILIES, Order, write
from clausula.portfolio.line_columns import Layout
from clausula.portfolio.shapes import Family, load
from clausula.values import OUTCOMES
from tests.books import bundled

LINES = 1_200
MEMBERS = ("people", "enrolments", "evidence", "providers")


def make(folder: Path, order: Order) -> Path:
    folder.mkdir(parents=True)
    write(order, folder)
    return folder


def lines_of(folder: Path) -> pa.Table:
    """All lines, words plain, so that tables can be compared whatever their dictionaries."""
    parts = [pq.read_table(part) for part in sorted((folder / "lines").iterdir())]
    return pa.concat_tables([plain(part) for part in parts]).combine_chunks()


def plain(table: pa.Table) -> pa.Table:
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names)


def member_table(folder: Path, name: str) -> pa.Table:
    return plain(pq.read_table(folder / "members" / f"{name}.parquet"))


@cache
def home() -> Path:
    """Where this process makes its portfolios."""
    return Path(mkdtemp())


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """Nothing stays of them."""
    yield
    rmtree(home())
    for kept in (home, made, roster_of):
        kept.cache_clear()


@cache
def made(family: str) -> Path:
    return make(home() / family, Order(LINES, seed=3, families=(family,), faulty=20_000))


@cache
def roster_of(family: str) -> Roster:
    return read_roster(made(family) / "members")


def decided(family: str) -> Tally:
    """Line by line and not in bulk: the lines are fewer than bulk asks for."""
    folder = made(family)
    inputs = tuple(sorted((folder / "lines").iterdir()))
    return run_job(Job(bundled(), roster_of(family), inputs, home() / "out" / family, folder / "members"))


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "portfolio.json").read_text(encoding="utf-8"))
    return found


# --- what is made can be decided ---


@pytest.mark.no_cover
def test_every_line_is_decided_but_those_spoilt_on_purpose_and_every_outcome_is_seen() -> None:
    seen: Counter[str] = Counter()
    for family in FAMILIES:  # in one test, so that each is decided once, whichever process runs it
        tally, wrong = decided(family), told(made(family))["made"]["lines_to_be_listed"]
        outcomes = tally.all.outcomes
        assert tally.all.lines == LINES == tally.all.decided + tally.all.listed, family
        assert dict(tally.reasons) == wrong, family
        assert len(wrong) == 4, family
        assert 12 < tally.all.listed < 40, family  # 2 % of 1200
        waiting = sum(outcomes[name] for name in ("needs_document", "needs_authorisation", "needs_person"))
        assert 0 < waiting < LINES / 4, family
        assert outcomes["covered"] + outcomes["partly"] > LINES / 4, family
        assert outcomes["not_covered"] > LINES / 100, family
        tally.check()
        seen.update(outcomes)
    assert not set(OUTCOMES) - set(+seen)


@pytest.mark.parametrize("family", FAMILIES)
def test_members_hold_the_plans_of_the_family_in_every_combination(family: str) -> None:
    shapes = load(family)
    wanted = {frozenset(each) for one in shapes.cover for each in (one.holder, one.others) if each}
    held: dict[str, set[str]] = {}
    for household in roster_of(family).households.values():
        for enrolment in household.enrolments:
            held.setdefault(enrolment.person, set()).add(enrolment.plan)
    assert {frozenset(plans) for plans in held.values()} == wanted
    assert len(held) == len(member_table(made(family), "people"))


# --- every value is one that the plans know ---


def values_of(shapes: Family) -> Iterable[tuple[str, object]]:
    for source in (shapes.facts, *(kind.facts for kind in shapes.kind)):
        yield from source.items()
    for course in shapes.course:
        yield from ((name, value) for name, weights in course.choices.items() for value in weights)
    for stated in (*shapes.person, *shapes.enrolment):
        yield from ((stated.id, part) for value in stated.choices for part in value.split("|"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_fact_and_value_is_in_the_catalogue_or_in_the_plans(family: str) -> None:
    book, shapes = bundled(), load(family)
    plans = {plan for cover in shapes.cover for plan in (*cover.holder, *cover.others)}
    own = [fact for plan in plans for piece in book.slices(plan) for fact in piece.plan.of(Fact)]
    facts = {fact.id: fact for fact in (*book.catalogue.facts.values(), *own)}
    names = book.catalogue.names
    for name, value in values_of(shapes):
        assert name in facts, name
        if value != "" and facts[name].values:
            assert value in facts[name].values, (name, value)
        if facts[name].kind == "flag":
            assert value in (True, False, "true", "false"), (name, value)
        if name in ("indication", "specialty", "requested_specialty", "prescribed_by_specialty") and value:
            assert value in names["specialty" if "specialty" in name else name], (name, value)
    for kind in shapes.kind:
        assert kind.service in names["service"], kind.service
        assert not set(kind.shares) - set(facts)
    for course in shapes.course:
        assert not {paper.kind for paper in course.evidence} - set(names["evidence"]), course.id
        for phase in course.phase:
            assert not {*phase.dates, *phase.weeks} - set(facts)


@pytest.mark.parametrize("family", FAMILIES)
def test_providers_have_roles_and_specialties_of_the_catalogue(family: str) -> None:
    names = bundled().catalogue.names
    providers: Iterable[Provider] = roster_of(family).providers.values()
    assert {each.role for each in providers} <= set(names["role"])
    assert {each.specialty for each in providers} - {""} <= set(names["specialty"])


# --- shapes ---


def test_lines_are_skewed_and_few_on_sundays() -> None:
    table = lines_of(made("ch"))
    many = sorted(Counter(table["person"].to_pylist()).values())
    assert many[-1] > 4 * many[len(many) // 2]
    days = Counter(day.weekday() for day in table["served_on"].to_pylist())
    assert days[6] < days[0] / 4
    assert {day.year for day in table["served_on"].to_pylist() if day.year > 2020} == {2025, 2026}


def test_a_stay_is_discharged_after_it_is_admitted_and_nobody_is_treated_before_birth() -> None:
    table = lines_of(made("ch"))
    stays = table.filter(pc.is_valid(table["discharged_on"]))
    assert len(stays)
    assert pc.all(pc.greater_equal(stays["discharged_on"], stays["admitted_on"])).as_py()
    born = {person.id: person.born for home in roster_of("ch").households.values() for person in home.people}
    early = [line for line in table.to_pylist() if line["served_on"] < born.get(line["person"], line["served_on"])]
    assert len(early) == told(made("ch"))["made"]["lines_to_be_listed"]["before-birth"]


# --- the same seed, blocks, order ---


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_makes_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    first, again, other = (make(tmp_path / name, Order(3000, seed=seed)) for name, seed in
                           (("first", 5), ("again", 5), ("other", 6)))  # fmt: skip
    assert files(first) == files(again)
    assert files(first)["members/people.parquet"] != files(other)["members/people.parquet"]


def test_blocks_and_parts_do_not_change_what_is_made(tmp_path: Path) -> None:
    one = make(tmp_path / "one", Order(8000, faulty=10_000))
    many = make(tmp_path / "many", Order(8000, faulty=10_000, block=37, part=1000))
    assert lines_of(one).equals(lines_of(many))
    assert all(member_table(one, name).equals(member_table(many, name)) for name in MEMBERS)
    assert len(list((many / "lines").iterdir())) > 4


def test_a_part_holds_whole_households_in_their_order(tmp_path: Path) -> None:
    folder = make(tmp_path / "parts", Order(8000, block=37, part=1000))
    people = member_table(folder, "people")
    home = dict(zip(people["person"].to_pylist(), people["household"].to_pylist(), strict=True))
    parts = [[home[one] for one in pq.read_table(part)["person"].to_pylist()]
             for part in sorted((folder / "lines").iterdir())]  # fmt: skip
    assert all(part == sorted(part) for part in parts)
    assert all(first[-1] < second[0] for first, second in pairwise(parts))


def test_shuffled_lines_are_the_same_lines_as_they_were_received(tmp_path: Path) -> None:
    ordered, shuffled = make(tmp_path / "a", Order(5000)), make(tmp_path / "b", Order(5000, shuffle=True))
    received = lines_of(shuffled)["received_on"].to_pylist()
    assert received == sorted(received)
    assert lines_of(shuffled).sort_by("line_id").equals(lines_of(ordered))
    assert not lines_of(shuffled).equals(lines_of(ordered))


def test_a_portfolio_has_exactly_the_lines_asked_for_and_only_their_members(tmp_path: Path) -> None:
    folder = make(tmp_path / "few", Order(777, families=("fr",)))
    lines, people = lines_of(folder), member_table(folder, "people")
    assert len(lines) == told(folder)["made"]["lines"] == 777
    last = people["household"].to_pylist()[-1]
    assert lines["person"].to_pylist()[-1] in {
        person.id for person in read_roster(folder / "members").households[last].people
    }
    counted = {name: told(folder)["made"][name] for name in ("people", "enrolments", "documents", "providers")}
    assert counted == {name: len(member_table(folder, "evidence" if name == "documents" else name)) for name in counted}


def test_what_is_made_and_written_at_a_time_does_not_grow_with_the_portfolio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: set[int] = set()
    most: dict[int, tuple[int, int]] = {}
    whole = Layout.table

    def table(self: Any, block: Any) -> Any:
        alive.add(id(block))
        weakref.finalize(block, alive.discard, id(block))
        rows, blocks = most.get(size, (0, 0))
        most[size] = max(rows, len(block.rows)), max(blocks, len(alive))
        return whole(self, block)

    monkeypatch.setattr(Layout, "table", table)
    for size in (2000, 16_000):
        make(tmp_path / str(size), Order(size, block=32))
    assert most[16_000][0] < 2 * most[2000][0] < 4000
    assert most[16_000][1] <= 2


# --- the command ---


def test_the_command_makes_a_portfolio_and_may_replace_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made"
    command = ["portfolio", "--out", str(out), "--lines", "2_000", "--family", "nl", "--bad", "0.05"]
    assert main(command) == 0
    assert "clausula run --members" in capsys.readouterr().out
    assert main([*command, "--json", "--shuffle"]) == 0
    assert json.loads(capsys.readouterr().out)["made"]["lines"] == 2000


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear", encoding="utf-8")
    assert main(["portfolio", "--out", str(tmp_path / "mine"), "--lines", "10"]) == 2
    assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--lines", "0"), ("--bad", "half"), ("--bad", "0.5"), ("--bad", "nan")])
def test_a_number_that_makes_no_sense_is_refused(
    tmp_path: Path, option: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["portfolio", "--out", str(tmp_path / "x"), "--lines", "10", *option])
    assert caught.value.code == 2
    assert option[0] in capsys.readouterr().err
