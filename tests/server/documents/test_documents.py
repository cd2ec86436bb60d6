"""Documents: what comes in, how it lies, who opens it."""

import hashlib
import os
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from clausula_server.audit.models import Access
from clausula_server.documents import jobs
from clausula_server.documents.actions.document import receive
from clausula_server.documents.links import SALT, link_to
from clausula_server.documents.models import Content, Document, State
from clausula_server.documents.queries import open_document
from clausula_server.documents.receiving import MOST_BYTES, NotTaken, clean_name, take_in
from clausula_server.documents.scanning import NotScanned, found_in
from clausula_server.documents.store import place_of, stored
from clausula_server.lib.acting import acting, system
from clausula_server.lib.bodies import limited
from clausula_server.lib.sealing import NotOpened
from tests.world import Cast

PDF = b"%PDF-1.7\n" + b"1 0 obj <</Secret (tonsillitis)>> endobj\n" * 20 + b"trailer\n%%EOF\n"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08"
    + (struct.pack(">HH", 800, 600) + b"\x03" + b"\x00" * 9 + b"\xff\xda" + os.urandom(3000).replace(b"\xff", b"\0"))
    + b"\xff\xd9"
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 10, height: int = 10) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 110)) + chunk(b"IEND", b"")


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 200
TIFF = b"II*\0\x08\0\0\0" + b"\0" * 200
ZIP_END = b"PK\x05\x06" + b"\0" * 18
SECRET = b"tonsillitis"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CLAUSULA_DOCUMENTS = tmp_path / "documents"
    return tmp_path / "documents"


def kept(cast: Cast, data: bytes = PDF, *, content: Content = Content.BILL, whose: str = "anna") -> Document:
    with acting(cast.acts(whose)):
        return receive(take_in("bill.pdf", [data]), cast.people[whose], content)


def upload(client: Client, cast: Cast, name: str, data: bytes, whose: str = "anna", content: str = "bill") -> Any:
    address = reverse("documents_upload", kwargs={"person": cast.people[whose].id})
    return client.post(address, {"content": content, "file": SimpleUploadedFile(name, data)})


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (png(), "image/png"), (HEIC, "image/heic"), (TIFF, "image/tiff")],
)
def test_the_type_is_what_the_content_shows(folder: Path, data: bytes, kind: str) -> None:
    assert take_in("photo.exe", [data[:10], data[10:]]).media_type == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04" + b"\0" * 100, "no PDF and no photo"),  # an archive, a bomb perhaps
        (b"MZ" + b"\0" * 100, "no PDF and no photo"),
        (b"<html><script>alert(1)</script>", "no PDF and no photo"),
        (b"GIF89a" + b"\0" * 100, "no PDF and no photo"),
        (b"\x1f\x8b" + b"\0" * 100, "no PDF and no photo"),
        (b"junk before %PDF-1.7\n%%EOF" + b" " * 30, "no PDF and no photo"),
        (b"%PDF", "no PDF and no photo"),
        (b"", "no PDF and no photo"),
        (PDF.replace(b"%%EOF", b""), "damaged"),
        (JPEG[:-2], "damaged"),
        (png()[:-4], "damaged"),
        (PDF + ZIP_END, "hidden"),
        (JPEG + ZIP_END, "hidden"),
        (png() + b"<script>", "hidden"),
        (JPEG[:20] + b"<script>alert(1)</script>" + JPEG[20:], "hidden"),
        (b"II*\0%PDF-1.4" + b"\0" * 100, "hidden"),
        (png(60_000, 60_000), "too many points"),
    ],
)
def test_other_types_broken_files_polyglots_and_bombs_are_refused(folder: Path, data: bytes, words: str) -> None:
    with pytest.raises(NotTaken, match=words) as refused:
        take_in("bill.pdf", [data])
    assert refused.value.status == 415
    assert files(folder) == []


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\anna\\bill.pdf", "bill.pdf"),
        ("bill.pdf.exe", "bill.pdf.pdf"),
        ("a\0b\r\nSet-Cookie: x.pdf", "abSet-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        ("Arztrechnung März.PDF", "Arztrechnung März.pdf"),
        ("x" * 500, "x" * 100 + ".pdf"),
    ],
)
def test_names_are_for_people_and_never_paths(folder: Path, given: str, kept_as: str) -> None:
    received = take_in(given, [PDF])
    assert received.name == kept_as
    assert [path.name for path in files(folder)] == [received.document.hex]
    assert clean_name(given, received.media_type) == kept_as


def test_nothing_of_the_plain_text_lies_on_the_disk(folder: Path) -> None:
    received = take_in("tonsillitis.pdf", [PDF * 1])
    held = place_of(received.document).read_bytes()
    assert SECRET not in held
    assert b"PDF" not in held
    assert received.digest != hashlib.sha256(PDF).hexdigest()
    assert place_of(received.document).stat().st_mode & 0o077 == 0


@pytest.mark.django_db
@pytest.mark.parametrize("size", [100, 65_536, 65_537, 200_000, 131_072])
def test_what_went_in_comes_out(cast: Cast, folder: Path, size: int) -> None:
    data = (b"%PDF-1.7\n" + os.urandom(size).replace(b"PK", b"pk"))[: size - 6] + b"%%EOF\n"
    assert b"".join(open_document(kept(cast, data))) == data


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["flip", "cut", "swap", "other"])
def test_a_changed_file_does_not_open(cast: Cast, folder: Path, harm: str) -> None:
    data = b"%PDF-1.7\n" + b"x" * 200_000 + b"%%EOF\n"
    row, other = kept(cast, data), kept(cast, data)
    place = place_of(row.id)
    held = bytearray(place.read_bytes())
    piece = 64 * 1024 + 16
    if harm == "flip":
        held[100] ^= 1
    elif harm == "cut":
        del held[piece * 2 :]
    elif harm == "swap":
        held[:piece], held[piece : 2 * piece] = held[piece : 2 * piece], held[:piece]
    else:
        held = bytearray(place_of(other.id).read_bytes())
    place.write_bytes(held)
    with pytest.raises(NotOpened):
        list(open_document(row))


@pytest.mark.django_db
def test_the_master_key_is_changed_and_the_old_one_dropped(cast: Cast, folder: Path, settings: Any) -> None:
    old = f"old:{b64encode(b'o' * 32).decode()}"
    new = f"new:{b64encode(b'n' * 32).decode()}"
    settings.CLAUSULA_KEYS = old
    row = kept(cast)
    before = place_of(row.id).read_bytes()
    settings.CLAUSULA_KEYS = f"{new},{old}"
    assert b"".join(open_document(row)) == PDF
    call_command("rewrap_keys", verbosity=0)
    settings.CLAUSULA_KEYS = new
    with acting(cast.acts("anna")):
        row.refresh_from_db()
    assert row.key_name == "new"
    assert b"".join(open_document(row)) == PDF
    assert place_of(row.id).read_bytes() == before
    settings.CLAUSULA_KEYS = old
    with pytest.raises(NotOpened):
        open_document(row)


# --- through the web ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_member_sends_a_bill_and_opens_it_again(cast: Cast, folder: Path, client: Client, as_web: None) -> None:
    client.force_login(cast.users["anna"])
    answer = upload(client, cast, "Rechnung.PDF", PDF)
    assert answer.status_code == 201
    told = answer.json()["documents"][0]
    assert told["name"] == "Rechnung.pdf"
    opened = client.get(f"/documents/bill/{told['id']}/", follow=True)
    assert opened.getvalue() == PDF
    assert opened.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in opened.headers["Cache-Control"]


@pytest.mark.django_db
def test_refusals_are_413_and_415_and_leave_nothing(cast: Cast, folder: Path, client: Client) -> None:
    client.force_login(cast.users["anna"])
    wrong = upload(client, cast, "virus.pdf", b"MZ" + b"\0" * 1000)
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (415, "application/problem+json")
    assert "PDF, JPEG, PNG" in wrong.json()["detail"]
    assert upload(client, cast, "big.pdf", b"%PDF-1.7\n" + b"x" * MOST_BYTES + b"%%EOF").status_code == 413
    address = reverse("documents_upload", kwargs={"person": cast.people["anna"].id})
    eleven = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(11)]
    assert client.post(address, {"content": "bill", "file": eleven}).status_code == 413
    assert upload(client, cast, "bill.pdf", PDF, content="secret").status_code == 422
    assert files(folder) == []
    with acting(system("test")):
        assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_form_of_another_site_sends_nothing(cast: Cast, folder: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["anna"])
    assert upload(client, cast, "bill.pdf", PDF).status_code == 403
    assert files(folder) == []


@pytest.mark.django_db
def test_a_stranger_sends_nothing_and_sees_nothing(cast: Cast, folder: Path, client: Client, as_web: None) -> None:
    row = kept(cast)
    client.force_login(cast.users["sven"])
    assert upload(client, cast, "bill.pdf", PDF).status_code == 404
    assert client.get(f"/documents/bill/{row.id}/").status_code == 404
    with acting(cast.acts("sven")):
        assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_stolen_link_opens_nothing(cast: Cast, folder: Path, client: Client, as_web: None) -> None:
    row = kept(cast)
    link = link_to(row, cast.acts("anna"))
    assert Client().get(link).status_code == 302
    client.force_login(cast.users["sven"])
    assert client.get(link).status_code == 404
    with acting(system("test")):
        sven = kept(cast, whose="sven")
    other = link_to(sven, cast.acts("sven")).partition("?")[2]
    assert client.get(f"/documents/bill/{row.id}/?{other}").status_code == 404


@pytest.mark.django_db
def test_the_web_server_hands_a_document_over_piece_by_piece(cast: Cast, folder: Path, as_web: None) -> None:
    data = b"%PDF-1.7\n" + b"x" * 300_000 + b"%%EOF\n"
    link = link_to(kept(cast, data), cast.acts("anna"))

    async def opened() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(cast.users["anna"])
        answer: Any = await client.get(link)
        return [piece async for piece in answer.streaming_content]

    pieces = async_to_sync(opened)()
    assert b"".join(pieces) == data
    assert len(pieces) > 4


@pytest.mark.django_db
def test_an_old_link_opens_nothing(cast: Cast, folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = kept(cast)
    client.force_login(cast.users["anna"])
    link = link_to(row, cast.acts("anna"))
    assert client.get(link).status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert client.get(link).status_code == 404
    assert SALT


@pytest.mark.django_db
def test_a_claims_handler_reads_bills_and_never_what_is_medical(cast: Cast, folder: Path, as_web: None) -> None:
    bill, report = kept(cast), kept(cast, content=Content.MEDICAL)
    with acting(cast.acts("mara")):
        assert [row.id for row in Document.objects.all()] == [bill.id]
    with acting(cast.acts("vera")):
        assert Document.objects.count() == 2
    with acting(cast.acts("finn")):
        assert not Document.objects.exists()
    with acting(cast.acts("paul")):
        assert not Document.objects.exists()
    assert report.content == "medical"


@pytest.mark.django_db
def test_every_reading_of_care_is_in_the_access_log(cast: Cast, folder: Path, client: Client) -> None:
    row = kept(cast, content=Content.MEDICAL)
    link = link_to(row, cast.acts("vera"))
    client.force_login(cast.users["vera"])
    session = client.session
    session["account_authentication_methods_user"] = str(cast.users["vera"].id)
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()
    assert client.get(link).status_code == 200
    with acting(system("test")):
        read = Access.objects.get()
    assert (read.person, read.reader, read.permission) == (
        cast.people["anna"].id,
        cast.users["vera"].id,
        "documents.medical.read",
    )


# --- bodies ---------------------------------------------------------------------------------------------------------


def through(headers: list[tuple[bytes, bytes]], pieces: Iterator[bytes]) -> tuple[int, int]:
    """What the outermost layer answers, and how many bytes it took."""
    taken = 0
    answers: list[dict[str, Any]] = []

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receiving() -> dict[str, Any]:
        nonlocal taken
        piece = next(pieces, b"")
        taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    async_to_sync(limited(application))({"type": "http", "headers": headers}, receiving, send)
    return answers[0]["status"], taken


def test_a_hundred_megabytes_are_refused_without_reading_one() -> None:
    said = [(b"content-length", str(100 * 1024 * 1024).encode())]
    assert through(said, iter([b"x"])) == (413, 0)


def test_a_hundred_megabytes_that_nobody_announced_are_refused_where_the_limit_is() -> None:
    tracemalloc.start()
    status, taken = through([], (b"x" * 65_536 for _ in range(1600)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 413
    assert taken < 22 * 1024 * 1024
    assert peak < 2 * 1024 * 1024


def test_a_large_file_is_never_whole_in_memory(folder: Path) -> None:
    tracemalloc.start()
    take_in("big.pdf", (b"%PDF-1.7\n" if n == 0 else b"x" * 65_536 if n < 300 else b"%%EOF" for n in range(301)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 1024 * 1024


# --- scanning, keeping ----------------------------------------------------------------------------------------------


def clamd(place: Path, answer: bytes) -> threading.Thread:
    """A scanner that takes one file and says what it is told to."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    listening.listen()
    listening.settimeout(30)

    def serve() -> None:
        with listening, listening.accept()[0] as asking:
            seen = b""
            while not seen.endswith(b"\0\0\0\0"):
                seen += asking.recv(65_536)
            assert seen.startswith(b"zINSTREAM\0")
            asking.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "state"), [(b"stream: OK\0", State.READY), (b"stream: Eicar-Test FOUND\0", State.INFECTED)]
)
def test_a_document_waits_until_it_is_scanned(
    cast: Cast, folder: Path, client: Client, settings: Any, tmp_path: Path, answer: bytes, state: State
) -> None:
    settings.CLAUSULA_CLAMAV = str(tmp_path / "clamd")
    row = kept(cast)
    client.force_login(cast.users["anna"])
    assert client.get(f"/documents/bill/{row.id}/", follow=True).status_code == 404
    scanner = clamd(tmp_path / "clamd", answer)
    jobs.scan(document=str(row.id))
    scanner.join()
    with acting(system("test")):
        row.refresh_from_db()
    assert row.state == state
    assert (row.wrapped_key is None) == (state == State.INFECTED)


def test_a_scanner_that_is_away_or_confused_finds_nothing_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotScanned):
        found_in([b"x"], str(tmp_path / "nowhere"))
    scanner = clamd(tmp_path / "clamd", b"INSTREAM size limit exceeded. ERROR\0")
    with pytest.raises(NotScanned, match="limit"):
        found_in([b"x"], str(tmp_path / "clamd"))
    scanner.join()


@pytest.mark.django_db(transaction=True)
def test_what_is_over_and_what_nobody_knows_is_removed(folder: Path, settings: Any, cast: Cast) -> None:
    over, stays = kept(cast), kept(cast)
    orphan = take_in("orphan.pdf", [PDF])
    os.utime(place_of(orphan.document), (0, 0))
    with acting(system("test")):
        Document.objects.filter(pk=over.pk).update(keep_until=timezone.localdate().replace(year=2020))
    jobs.tidy_up()
    assert {document for document, _ in stored()} == {stays.id}
    with acting(system("test")):
        over.refresh_from_db()
    assert (over.state, over.wrapped_key) == (State.REMOVED, None)
