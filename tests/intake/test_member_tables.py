"""Members as a folder of tables: the same roster as the members file gives, and the same faults, each with its row."""

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clausula.household import Enrolment, Evidence, Household, Listing, Person, Provider
from clausula.intake import InputError, Roster, read_roster
from clausula.intake.member_columns import MANY
from clausula.intake.member_layout import OF_ENROLMENTS, OF_PEOPLE, OF_PROVIDERS
from clausula.intake.member_writing import kind_of, write_member_tables
from tests.intake.world import ROOT, roster

PEOPLE: dict[str, Any] = {
    "household": ["h", "h", "k"], "person": ["p", "q", "r"],
    "born": [date(2000, 2, 29), date(1999, 1, 1), date(1950, 6, 1)],
}  # fmt: skip
ENROLMENTS: dict[str, Any] = {"person": ["p"], "plan": ["ch/lamal"], "start": [date(2026, 1, 1)]}
EVIDENCE: dict[str, Any] = {"kind": ["referral"], "person": ["q"], "issued_on": [date(2026, 1, 2)]}
PROVIDERS: dict[str, Any] = {"id": ["a"], "role": ["hospital"]}

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(str.strip)
perhaps = st.just("") | words
FACTS = {
    "amount": st.decimals(-10**6, 10**6, places=2) | st.integers(-10**6, 10**6), "count": st.integers(-10**30, 10**30),
    "chosen": st.booleans(), "since": days, "canton": words, "data": st.lists(words, max_size=3).map(tuple),
}  # fmt: skip
facts = st.fixed_dictionaries({}, optional=FACTS)
papers = st.builds(
    Evidence, kind=words, person=st.just("?"), issued_on=days, id=perhaps, valid_from=st.none() | days,
    valid_until=st.none() | days, issuer=perhaps, issuer_lists=st.lists(words, max_size=2).map(tuple),
    specialty=perhaps, services=st.lists(words, max_size=2).map(tuple), uses=st.none() | st.integers(0, 99),
    proposals=st.lists(words, max_size=2).map(tuple), status=st.sampled_from(["", "granted", "refused"]),
)  # fmt: skip
providers = st.builds(
    Provider, id=words, name=perhaps, role=perhaps, specialty=perhaps, facts=facts,
    lists=st.lists(st.builds(Listing, words, st.none() | days, st.none() | days), max_size=2).map(tuple),
)  # fmt: skip


def write(folder: Path, **tables: Any) -> Path:
    """A folder of the tables above, some of them replaced (None: left out)."""
    given = {"people": PEOPLE, "enrolments": ENROLMENTS, "evidence": EVIDENCE, "providers": PROVIDERS} | tables
    for name, columns in given.items():
        if columns is not None:
            table = columns if isinstance(columns, pa.Table) else pa.table(columns)
            pq.write_table(table, folder / f"{name}.parquet")
    return folder


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    ids = draw(st.lists(words, min_size=1, max_size=6, unique=True))
    homes: dict[str, list[Person]] = {}
    for number, one in enumerate(ids):
        home = draw(st.sampled_from(["home", "house", "flat"]))
        known = {"ahv": f"{number}"} if draw(st.booleans()) else {}
        role = draw(st.sampled_from(["holder", "child"]))
        person = Person(one, draw(days), draw(perhaps), draw(st.sampled_from(["", "female"])), role, known, draw(facts))
        homes.setdefault(home, []).append(person)
    households = {}
    for home, people in homes.items():
        own = st.sampled_from([person.id for person in people])
        enrolments = []
        for _ in range(draw(st.integers(0, 3))):
            first, last = sorted((draw(days), draw(days)))
            until = last if draw(st.booleans()) else None
            enrolments.append(Enrolment(draw(own), draw(words), first, until, draw(facts)))
        evidence = [_of(each, draw(own)) for each in draw(st.lists(papers, max_size=3))]
        households[home] = Household(home, tuple(people), tuple(enrolments), tuple(evidence))
    directory = {one.id: one for one in draw(st.lists(providers, max_size=3, unique_by=lambda one: one.id))}
    return Roster(households, directory, match_by_name=draw(st.booleans()))


def _of(each: Evidence, who: str) -> Evidence:
    parts = {name: getattr(each, name) for name in Evidence.__dataclass_fields__}
    return Evidence(**parts | {"person": who})


@settings(deadline=None, max_examples=40)
@given(rosters())
def test_a_roster_written_as_tables_is_read_as_the_same_roster(known: Roster) -> None:
    with TemporaryDirectory() as name:
        write_member_tables(known, Path(name))
        assert read_roster(Path(name)) == known


@pytest.mark.parametrize("members", ["examples/inputs/members.toml", "examples/samples/members.toml"])
def test_the_example_members_are_the_same_as_tables(tmp_path: Path, members: str) -> None:
    known = read_roster(ROOT / members)
    write_member_tables(known, tmp_path)
    assert read_roster(tmp_path) == known


def test_facts_keep_their_kind(tmp_path: Path) -> None:
    stated = ENROLMENTS | {
        "franchise": pa.array([Decimal("300.00")], pa.decimal128(10, 2)), "chosen": [True], "times": [3],
        "since": [date(2020, 1, 1)], "lists": [["a", "b"]], "canton": pa.array(["BE"]).dictionary_encode(),
    }  # fmt: skip
    found = dict(read_roster(write(tmp_path, enrolments=stated)).households["h"].enrolments[0].facts)
    assert found == {"franchise": 300, "chosen": True, "times": 3, "since": date(2020, 1, 1), "lists": ("a", "b"),
                     "canton": "BE"}  # fmt: skip
    assert [type(found[name]) for name in ("franchise", "chosen", "times")] == [Decimal, bool, int]


def test_an_empty_cell_is_nothing_stated(tmp_path: Path) -> None:
    stated = PEOPLE | {
        "canton": pa.array(["BE", None, ""]),
        "role": pa.array(["child", None, ""]),
        "id.ahv": ["1", None, ""],
    }
    found = read_roster(write(tmp_path, people=stated))
    assert [dict(found.person(name).facts) for name in "pqr"] == [{"canton": "BE"}, {}, {}]
    assert [found.person(name).role for name in "pqr"] == ["child", "holder", "holder"]
    assert [dict(found.person(name).identifiers) for name in "pqr"] == [{"ahv": "1"}, {}, {}]


def test_people_alone_are_a_roster_and_names_may_stand_in_two_columns(tmp_path: Path) -> None:
    stated = PEOPLE | {
        "given_name": ["Ada", "Ben", None],
        "family_name": ["Exemple"] * 3,
        "name": [None, "B. Exemple", None],
    }
    found = read_roster(write(tmp_path, people=stated, enrolments=None, evidence=None, providers=None))
    assert [found.person(name).name for name in "pqr"] == ["Ada Exemple", "B. Exemple", "Exemple"]


def test_the_settings_say_whether_names_may_identify(tmp_path: Path) -> None:
    assert not read_roster(write(tmp_path)).match_by_name
    (tmp_path / "members.toml").write_text("[members]\nmatch_by_name = true\n", encoding="utf-8")
    assert read_roster(tmp_path).match_by_name


def columns(table: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {name.replace("__", "."): cells for name, cells in (table | changed).items() if cells is not None}


@pytest.mark.parametrize(
    ("tables", "file", "row", "code", "said"),
    [
        ({"people": columns(PEOPLE, person=["p", "q", "p"])}, "people", 3, "twice", "person p stands here twice"),
        ({"people": columns(PEOPLE, person=["p", None, "r"])}, "people", 2, "missing-key", "person without person"),
        ({"people": columns(PEOPLE, household=["h", "h", ""])}, "people", 3, "missing-key", "without household"),
        ({"people": columns(PEOPLE, born=[None, date(1999, 1, 1), date(1999, 1, 1)])}, "people", 1, "missing-key",
         "person without born"),
        ({"people": columns(PEOPLE, born=["2000-02-29", "29.02.2000", "1999-01-01"])}, "people", 2, "bad-date",
         "not a full date"),
        ({"people": columns(PEOPLE, born=[date(2000, 1, 1), date(1, 1, 1), date(2000, 1, 1)])}, "people", 2, "bad-date",
         "1900 to 2199"),
        ({"people": columns(PEOPLE, born=None, brn=PEOPLE["born"])}, "people", 0, "columns", "did you mean born"),
        ({"people": columns(PEOPLE, Sex=["f", "f", "f"])}, "people", 0, "columns", "did you mean sex"),
        ({"people": columns(PEOPLE, weight=[1.5, 2.0, 3.0])}, "people", 0, "columns", "type double"),
        ({"people": columns(PEOPLE, person=[1, 2, 3])}, "people", 0, "columns", "leading zeros"),
        ({"people": columns(PEOPLE, born=[1, 2, 3])}, "people", 0, "columns", "days as date32"),
        ({"people": columns(PEOPLE, id__ahv=["756.1", "7561", None])}, "people", 2, "twice", "belongs to somebody"),
        ({"people": columns(PEOPLE, id__ahv=[1, 2, 3])}, "people", 0, "columns", "numbers as text"),
        ({"people": pa.table(PEOPLE).slice(0, 0)}, "people", 0, "no-households", "nobody in this table"),
        ({"enrolments": columns(ENROLMENTS, person=["s"])}, "enrolments", 1, "unknown-person", "'s' is not in people"),
        ({"enrolments": columns(ENROLMENTS, plan=[""])}, "enrolments", 1, "missing-key", "enrolment without plan"),
        ({"enrolments": columns(ENROLMENTS, start=[None])}, "enrolments", 1, "missing-key", "enrolment without start"),
        ({"enrolments": columns(ENROLMENTS, until=[date(2025, 1, 1)])}, "enrolments", 1, "ends-before-start", "before"),
        ({"enrolments": columns(ENROLMENTS, id__ahv=["1"])}, "enrolments", 0, "columns", "people.parquet"),
        ({"enrolments": columns(ENROLMENTS, lists=[["a", None]])}, "enrolments", 1, "bad-value", "empty text"),
        ({"evidence": columns(EVIDENCE, person=["s"])}, "evidence", 1, "unknown-person", "'s' is not in people"),
        ({"evidence": columns(EVIDENCE, kind=[None])}, "evidence", 1, "missing-key", "evidence without kind"),
        ({"evidence": columns(EVIDENCE, uses=[-1])}, "evidence", 1, "bad-value", "not a whole number"),
        ({"evidence": columns(EVIDENCE, uses=["1"])}, "evidence", 0, "columns", "whole numbers"),
        ({"evidence": columns(EVIDENCE, services=["a"])}, "evidence", 0, "columns", "list<string>"),
        ({"evidence": columns(EVIDENCE, isuer=["a"])}, "evidence", 0, "columns", "did you mean issuer"),
        ({"evidence": columns(EVIDENCE, weather=["a"])}, "evidence", 0, "columns", "nobody reads"),
        ({"providers": columns(PROVIDERS, id=["a", "a"], role=["x", "y"])}, "providers", 2, "twice", "a stands here"),
        ({"providers": columns(PROVIDERS, id=[None])}, "providers", 1, "missing-key", "provider without id"),
        ({"providers": columns(PROVIDERS, lists=[["a"]])}, "providers", 0, "columns", "list<struct<list: string"),
        ({"providers": columns(PROVIDERS, lists=[[{"list": None}]])}, "providers", 1, "missing-key", "listing without"),
        ({"providers": columns(PROVIDERS, lists=[[{"list": "a", "start": date(1, 1, 1)}]])}, "providers", 1, "bad-date",
         "1900 to 2199"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_row(
    tmp_path: Path, tables: dict[str, Any], file: str, row: int, code: str, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_roster(write(tmp_path, **tables))
    finding = next(one for one in caught.value.findings if one.code == code)
    assert (finding.place.file, finding.place.line) == (str(tmp_path / f"{file}.parquet"), row)
    assert finding.mend


def test_the_first_of_many_faults_are_told_and_the_others_counted(tmp_path: Path) -> None:
    many = {"person": ["p"] * 50, "plan": [""] * 50, "start": [date(2026, 1, 1)] * 50}
    with pytest.raises(InputError, match="30 more of the same in the column plan") as caught:
        read_roster(write(tmp_path, enrolments=many))
    assert len(caught.value.findings) == MANY + 1


def stray(folder: Path) -> None:
    (folder / "enrolment.parquet").write_bytes(b"x")


def no_people(folder: Path) -> None:
    (folder / "people.parquet").unlink()


def broken(folder: Path) -> None:
    (folder / "evidence.parquet").write_bytes(b"PAR1")


def bad_settings(folder: Path) -> None:
    (folder / "members.toml").write_text("[[household]]\n", encoding="utf-8")


def not_toml(folder: Path) -> None:
    (folder / "members.toml").write_text("x = [", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [(stray, "did you mean enrolments"), (no_people, "there is no people.parquet"), (broken, "cannot be read"),
     (bad_settings, "nothing reads 'household'"), (not_toml, "not TOML")],
)  # fmt: skip
def test_a_folder_that_is_no_folder_of_members_is_refused(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    change(write(tmp_path))
    with pytest.raises(InputError, match=said):
        read_roster(tmp_path)


@pytest.mark.parametrize("stated", [["a", 1], [True, 1], [""], [("a", "")], [10**40], [date(2000, 1, 1), "x"]])
def test_a_fact_that_no_column_can_hold_is_refused(stated: list[Any]) -> None:
    with pytest.raises(ValueError, match="no column can hold the fact 'x'"):
        kind_of("x", stated)


def test_what_a_table_cannot_hold_is_refused(tmp_path: Path) -> None:
    for known in (
        Roster({"h": Household("h", ())}),
        Roster({"h": Household("h", (Person("p", date(2000, 1, 1), facts={"sex": "x"}),))}),
    ):
        with pytest.raises(ValueError, match=r"people|name of a column"):
            write_member_tables(known, tmp_path)


def test_no_fact_of_the_catalogue_looks_like_a_field_with_a_slip(tmp_path: Path) -> None:
    known = tomllib.loads((ROOT / "plans/catalogue/facts.toml").read_text(encoding="utf-8"))["fact"]
    of = {owner: [one["id"].removeprefix("provider.") for one in known if one["of"] == owner]
          for owner in ("person", "enrolment", "provider")}  # fmt: skip
    of["provider"] = [name for name in of["provider"] if name not in OF_PROVIDERS]  # role and lists are fields there
    cells = {owner: {name: ["x"] for name in names} for owner, names in of.items()}
    one = {"household": ["h"], "person": ["p"], "born": [date(2000, 1, 1)]}
    read_roster(
        write(
            tmp_path, people=one | cells["person"], enrolments=ENROLMENTS | cells["enrolment"], evidence=None,
            providers=cells["provider"] | PROVIDERS,
        )
    )  # fmt: skip
    assert not {*of["person"]} & {*OF_PEOPLE}
    assert not {*of["enrolment"]} & {*OF_ENROLMENTS}


def test_a_round_trip_keeps_what_the_other_tests_know_of_the_examples(tmp_path: Path) -> None:
    write_member_tables(roster(), tmp_path)
    assert read_roster(tmp_path).providers["dr-exemple"].lists[0].holds(date(2026, 1, 1))
