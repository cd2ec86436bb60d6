"""Whatever comes in, only InputError comes out; and what a valid file is turned into stays countable."""

import json
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given
from hypothesis import strategies as st

from clausula.household import Evidence, Line, Provider
from clausula.intake import REASONS, InputError, Listed, Read, json_text, read, read_roster
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
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"<", b">", b'"', b"&x;", b"\x00", b"\xff", b"{", b"]", b",", b"NaN", b"-1", b"1e400", b"<!DOCTYPE a>"]
    ),
    st.sampled_from([b"0001-01-01", b"9999-12-31", b"2026-02-30", b"\n", b"\r", b";", b"null", b"[]", b"=1+1"]),
)
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


@given(st.binary(max_size=200), st.sampled_from(["x", "x.csv", "x.ndjson", "x.parquet"]))
@example(b"PAR1", "x")
@example(b"\xef\xbb\xbf", "x.csv")
def test_random_bytes(content: bytes, name: str) -> None:
    reads(name, content)


@given(mutated(XML))
def test_mutated_invoices(content: bytes) -> None:
    reads("x.xml", content)


@given(mutated(PARQUET.getvalue()))
def test_mutated_parquet(content: bytes) -> None:
    reads("x.parquet", content)


@given(mutated(CSV))
def test_mutated_tables(content: bytes) -> None:
    reads("x.csv", content)


@given(mutated(JSON))
def test_mutated_claims(content: bytes) -> None:
    reads("x.json", content)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, inner in children for place in places(inner, (*at, key)))]


@given(st.sampled_from(places(json.loads(JSON))[1:]), JSON_VALUES)
def test_claims_with_a_part_of_another_shape(place: tuple[Any, ...], value: Any) -> None:
    resource = json.loads(JSON)
    target = resource
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    reads("x.json", json.dumps(resource).encode())


@given(mutated(MEMBERS))
def test_mutated_members(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for name in ("m.toml", "m.json"):
            with suppress(InputError):
                read_roster(write(Path(folder), name, content))


@given(JSON_VALUES)
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    assert json.loads(json.dumps(value), parse_float=None) == json_like(json_text.parse(json.dumps(value), "x"))


def json_like(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: json_like(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_like(inner) for inner in value]
    return value if isinstance(value, (bool, int, str, type(None))) else float(value)
