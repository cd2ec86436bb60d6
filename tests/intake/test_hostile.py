"""Files that mean harm or are simply broken: refused with place and mend, within bounds of time and memory."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from clausula.intake import InputError, read, whole
from tests.intake import world
from tests.intake.world import invoice, take

LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [\n<!ENTITY a "ha">\n'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">\n' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>\n<request>&i;</request>"
)
OUTSIDE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<r>&x;</r>'
NETWORK = '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">\n<r/>'
IN_ATTRIBUTE = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<r x="&b;&b;&b;"/>'


def refused(folder: Path, name: str, content: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        take(folder, name, content)
    finding = caught.value.findings[0]
    assert finding.mend
    assert name in finding.place.file
    return caught.value


@pytest.mark.parametrize(
    "text", [LAUGHS, OUTSIDE, NETWORK, IN_ATTRIBUTE, LAUGHS.replace("<!DOCTYPE", "\n" * 9 + "<!DOCTYPE")]
)
def test_a_document_type_is_refused_before_anything_is_read(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path, "bill.xml", text)
    assert error.findings[0].code == "doctype"
    assert error.findings[0].place.line == text[: text.index("<!DOCTYPE")].count("\n") + 1
    assert "root:" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "<request>",
        "<a><b></a></b>",
        "<a>&undefined;</a>",
        "<a>\x01</a>",
        invoice(("</payload>", "")),
        "<" + "a" * 100_000,
        "<?xml version='1.0' encoding='nonsense'?><a/>",
        "<?xml version='1.0'?>",
        "<!-- only this -->",
    ],
)
def test_broken_xml_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, "bill.xml", text).findings[0].code == "broken-xml"


def test_broken_xml_is_told_with_its_line(tmp_path: Path) -> None:
    finding = refused(tmp_path, "bill.xml", "<a>\n<b>\n</a>").findings[0]
    assert finding.place.line == 3


def test_xml_that_is_not_in_its_encoding_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "bill.xml", invoice().encode("latin-1", "replace").replace(b"Exemple", b"Ex\xe9mple"))


def test_deep_nesting_ends(tmp_path: Path) -> None:
    refused(tmp_path, "bill.xml", "<a>" * 5000 + "</a>" * 5000)
    refused(tmp_path, "claim.json", '{"a":' * 100_000)
    refused(tmp_path, "list.json", "[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize("name", ["bill.xml", "claim.json"])
def test_a_document_beyond_the_limit_is_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = invoice() if name.endswith("xml") else '{"resourceType": "Bundle",\n"entry": []}'
    world.roster()  # read before the limit falls
    monkeypatch.setattr(whole.read_bytes, "__defaults__", (20,))
    monkeypatch.setattr(whole.read_text, "__defaults__", (20,))
    assert refused(tmp_path, name, text).findings[0].code == "too-large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b" \n \n", "empty-file"),
        (gzip.compress(b"<request/>", mtime=0), "packed"),
        (gzip.compress(b"<request/>", mtime=0)[:8], "packed"),
        (b"PK\x03\x04", "packed"),
        (b"%PDF-1.7", "unknown-format"),
        (b"\x89PNG", "unknown-format"),
        (b"just some words", "unknown-format"),
        (bytes(range(256)), "unknown-format"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(tmp_path, "thing", content).findings[0].code == code


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    for name, code in (("", "not-a-file"), ("gone.xml", "no-such-file"), ("a\0b", "no-such-file")):
        with pytest.raises(InputError) as caught:
            whole.check(tmp_path / name)
        assert caught.value.findings[0].code == code


def test_json_that_is_not_text_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "claim.json", b'{"resourceType": "Cl\xe9im"}')


def test_too_many_values_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clausula.intake.json_text.MOST_VALUES", 100)
    monkeypatch.setattr("clausula.intake.xml_text.MOST_MARKS", 100)
    assert refused(tmp_path, "claim.json", "[" + "{}," * 100 + "{}]").findings[0].code == "too-large"
    assert refused(tmp_path, "bill.xml", "<a>" + "<b/>" * 100 + "</a>").findings[0].code == "too-large"


def test_a_long_table_is_streamed(tmp_path: Path) -> None:
    rows = "\n".join(f"{number},nora" for number in range(20_000))
    path = world.write(tmp_path, "t.csv", f"line_id,person,served_on,service,charged,currency\n{rows}\n")
    place = world.desk()
    tracemalloc.start()
    listed = sum(1 for _ in read(path, place))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert listed == 20_000
    assert peak < 2_000_000
