"""clausula remote, where there is no server, no token or no answer; against a real one see tests/server/api."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clausula.cli import main
from clausula.cli.remote_file import kind_of


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAUSULA_ADDRESS", "CLAUSULA_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], "the address of the server is missing"),
        (["check", "--address", "https://x.example"], "a token is missing"),
        (["check", "--address", "http://x.example", "--token", "t"], "a token is not sent unencrypted"),
        (["check", "--address", "ftp://x.example", "--token", "t"], "is no address of a server"),
        (["check", "--address", "http://localhost:9", "--token", "two words"], "the token is none"),
        (["check", "--address", "http://localhost:9", "--token", "t"], "http://localhost:9 does not answer"),
        (["submit", "--address", "http://localhost:9", "--token", "t"], "the bill is missing"),
        (["submit", "nothing.csv", "--address", "http://localhost:9", "--token", "t"], "nothing.csv: No such file"),
        (["decide", "nothing.toml", "--address", "http://localhost:9", "--token", "t"], "cannot be read"),
    ],
)
def test_what_is_missing_is_said_with_exit_code_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remote", *words]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "what you can do" in said


@pytest.fixture
def page() -> Iterator[str]:
    """A server that is something else: it answers pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_another_kind_of_server_is_recognised(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remote", "check", "--address", page, "--token", "t"]) == 2
    assert "answers 200, but no JSON" in capsys.readouterr().err


def test_a_bill_says_its_own_key(tmp_path: object) -> None:
    from clausula.cli.remote import _key, _plain

    first = _plain({"a": 1, "b": [{"c": "x"}]})
    assert _key(first) == _key({"b": [{"c": "x"}], "a": 1})
    assert _key(first) != _key({"b": [{"c": "y"}], "a": 1})


def test_a_file_of_bills_is_known_by_its_name_and_fhir_by_its_content(tmp_path: Path) -> None:
    fhir, bill = tmp_path / "claim.json", tmp_path / "bill.json"
    fhir.write_text('{"resourceType": "Bundle"}')
    bill.write_text('{"person": "x"}')
    names = [str(fhir), str(bill), "bill.toml", "-", "a.XML", "b.csv", "c.parquet"]
    kinds = [kind_of(name) for name in names]
    assert kinds[:4] == ["application/fhir+json", "", "", ""]
    assert kinds[4:] == ["application/xml", "text/csv", "application/vnd.apache.parquet"]
