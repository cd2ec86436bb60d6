"""Whatever comes in, only InputError comes out; and what a valid file is turned into stays countable.

Each reader is tried on the same inputs in every run, and then for a while on new ones: a minute for all readers
together, or as many seconds as FUZZ_SECONDS says. How far it comes in that time decides nothing.
"""

import copy
import json
import os
import random
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from clausula.adjudicate import adjudicate
from clausula.book import Book, bundled_plans
from clausula.cases import load_cases, run_case
from clausula.checker import check
from clausula.cli.console import CommandError
from clausula.cli.inputs import read_data
from clausula.cli.plans import plan_id
from clausula.findings import PlanError
from clausula.household import Evidence, Line, Provider
from clausula.intake import REASONS, InputError, Listed, Read, json_text, read, read_roster
from clausula.situation import InputError as SituationError
from clausula.situation import read_situation
from clausula.sources import LineError
from tests.books import bundled
from tests.intake.world import EXAMPLES, FACTS, claim, desk, item, write

XML = (EXAMPLES / "swiss-5.0-payant-hospital.xml").read_bytes()
CSV = (EXAMPLES / "lines-nl-physiotherapy.csv").read_bytes()
JSON = json.dumps(
    claim(item(detail=[{"net": {"value": 1, "currency": "USD"}}]), total={"value": 9, "currency": "USD"})
).encode()
MEMBERS = (EXAMPLES / "members.toml").read_bytes()
SHEET = {name: ["1", "2"] for name in ("line_id", "person", "served_on", "service", "charged", "currency")}
PARQUET = BytesIO()
pq.write_table(pa.table(SHEET), PARQUET)
PLAN = (bundled_plans() / "nl/zilveren-kruis/aanvullend/plan.md").read_bytes()
CASES = (bundled_plans() / "nl/zilveren-kruis/aanvullend/cases.toml").read_bytes()
SITUATION = (EXAMPLES.parent / "situations/swiss-specialist.toml").read_bytes()
FURTHER_CASES = (bundled_plans() / "fr/medaviz/cases.toml").read_text()
CATALOGUE = bundled().catalogue
BOOK = bundled()
SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"<", b">", b'"', b"&x;", b"\x00", b"\xff", b"{", b"]", b",", b"NaN", b"-1", b"1e400", b"<!DOCTYPE a>"]
    ),
    st.sampled_from([b"0001-01-01", b"9999-12-31", b"2026-02-30", b"\n", b"\r", b";", b"null", b"[]", b"=1+1"]),
)
ANYTHING = st.tuples(st.binary(max_size=200), st.sampled_from(["x", "x.csv", "x.ndjson", "x.parquet"]))
JSON_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.sampled_from(["2026-02-09", "USD", 12.5])
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "code", "coding", "net"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def mutated(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with up to four pieces cut out or put in."""
    edit = st.tuples(st.integers(0, len(content)), st.integers(0, 40), PIECES)

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        changed = content
        for at, cut, piece in edits:
            changed = changed[:at] + piece + changed[at + cut :]
        return changed

    return st.lists(edit, min_size=1, max_size=4).map(apply)


def reads(name: str, content: bytes) -> list[Read]:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), name, content)
        found: list[Read] = []
        with suppress(InputError):
            found = list(read(path, desk(), known_facts=FACTS))
    for one in found:
        assert isinstance(one, (Line, Evidence, Provider, Listed))
        assert not isinstance(one, Listed) or one.code in REASONS
        assert not isinstance(one, Line) or one.origin.startswith(str(path))
    return found


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, inner in children for place in places(inner, (*at, key)))]


def reshaped(whole: Any) -> st.SearchStrategy[Any]:
    """The data with one part of it replaced by something of any shape."""

    def apply(change: tuple[tuple[Any, ...], Any]) -> Any:
        changed = copy.deepcopy(whole)
        target = changed
        for key in change[0][:-1]:
            target = target[key]
        target[change[0][-1]] = change[1]
        return changed

    return st.tuples(st.sampled_from(places(whole)[1:]), JSON_VALUES).map(apply)


def anything(drawn: tuple[bytes, str]) -> None:
    reads(drawn[1], drawn[0])


def named(name: str) -> Callable[[bytes], None]:
    def read_named(content: bytes) -> None:
        reads(name, content)

    return read_named


def members(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for name in ("m.toml", "m.json"):
            with suppress(InputError):
                read_roster(write(Path(folder), name, content))


def plan(content: bytes) -> None:
    with suppress(PlanError):
        book = Book(CATALOGUE, {})
        book.add(content.decode(errors="replace"))
        check(book)


def case_file(content: bytes) -> None:
    with TemporaryDirectory() as folder, suppress(PlanError):
        load_cases(write(Path(folder), "cases.toml", content), "nl/zilveren-kruis/aanvullend")


def case(data: Any) -> None:
    with TemporaryDirectory() as folder, suppress(PlanError):
        text = f"case = [{inline(data)}]"
        for each in load_cases(write(Path(folder), "cases.toml", text), "fr/medaviz"):
            run_case(BOOK, each)


def situation_file(content: bytes) -> None:
    with TemporaryDirectory() as folder, suppress(CommandError):
        situation(read_data(str(write(Path(folder), "s.toml", content))))


def situation(data: Any) -> None:
    with suppress(SituationError, CommandError, LineError, PlanError):
        found = read_situation(data, BOOK)
        for enrolment in found.household.enrolments:
            plan_id(BOOK, enrolment.plan)
        adjudicate(BOOK, found.household, found.lines, found.usage, providers=found.providers)


def inline(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, bool | str | None):
        return json.dumps(value or "" if not isinstance(value, bool) else value)
    return str(value)


READERS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "anything": (ANYTHING, anything),
    "invoice": (mutated(XML), named("x.xml")),
    "parquet": (mutated(PARQUET.getvalue()), named("x.parquet")),
    "table": (mutated(CSV), named("x.csv")),
    "claim": (mutated(JSON), named("x.json")),
    "members": (mutated(MEMBERS), members),
    "plan": (mutated(PLAN), plan),
    "claim with a part of another shape": (
        reshaped(json.loads(JSON)),
        lambda data: named("x.json")(json.dumps(data).encode()),
    ),
    "case file": (mutated(CASES), case_file),
    "case with a part of another shape": (
        st.sampled_from(tomllib.loads(FURTHER_CASES)["case"]).flatmap(reshaped),
        case,
    ),
    "situation file": (mutated(SITUATION), situation_file),
    "situation with a part of another shape": (reshaped(tomllib.loads(SITUATION.decode())), situation),
}


@pytest.mark.parametrize("reader", READERS)
def test_mutated(reader: str) -> None:
    strategy, try_one = READERS[reader]
    given(strategy)(try_one)()


@pytest.mark.no_cover  # so that a minute tries more
@pytest.mark.parametrize("reader", READERS)
def test_mutated_for_a_while(reader: str) -> None:
    strategy, try_one = READERS[reader]
    end = time.monotonic() + SECONDS / len(READERS)
    while time.monotonic() < end:
        chosen = random.SystemRandom().randrange(2**32)
        try:
            seed(chosen)(settings(derandomize=False, database=None, max_examples=30)(given(strategy)(try_one)))()
        except BaseException as error:
            error.add_note(f"{reader}, seed {chosen}")
            raise


@pytest.mark.parametrize(("name", "content"), [("x", b"PAR1"), ("x.csv", b"\xef\xbb\xbf")])
def test_only_the_beginning(name: str, content: bytes) -> None:
    reads(name, content)


@given(JSON_VALUES)
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    assert json.loads(json.dumps(value), parse_float=None) == json_like(json_text.parse(json.dumps(value), "x"))


def json_like(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: json_like(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_like(inner) for inner in value]
    return value if isinstance(value, (bool, int, str, type(None))) else float(value)
