"""Events: appended with what they are about, handed on after it is committed, at least once, to those who want them."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from clausula_server.events import channels
from clausula_server.events.actions.delivery import attempt, queue_message
from clausula_server.events.actions.endpoint import add_endpoint, switch_off_endpoint
from clausula_server.events.actions.event import append
from clausula_server.events.actions.outbox import empty_outbox, put_back_orphans
from clausula_server.events.jobs import sweep
from clausula_server.events.models import Delivery, Event, Outbox
from clausula_server.lib.acting import NobodyActs, acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Refused
from tests.world import Cast, a_person


class Receiver(HTTPServer):
    """A system outside that keeps what it is sent, and answers with the numbers it is given, 200 afterwards."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks"


class Answer(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    out: list[tuple[str, ...]] = []
    monkeypatch.setattr(channels.Console, "send", lambda _self, *words: out.append(words))
    return out


def work() -> None:
    """Let a worker do what is queued, and stop."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db
def test_an_event_is_in_the_outbox_with_what_it_is_about(as_system: None) -> None:
    event = append("person.registered", new_id(), payload={"n": 1})
    assert list(Outbox.objects.values_list("pk", flat=True)) == [event]


@pytest.mark.django_db
def test_what_is_rolled_back_did_not_happen(as_system: None) -> None:
    class Fails(Exception):  # noqa: N818
        pass

    with pytest.raises(Fails), transaction.atomic():
        a_person("eva")
        raise Fails
    assert not Event.objects.exists()
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_nothing_is_appended_where_nobody_acts() -> None:
    with pytest.raises(NobodyActs):
        append("a.b", new_id())


@pytest.mark.django_db
def test_an_event_says_who_and_a_member_may_append_about_another(cast: Cast, as_web: None) -> None:
    with acting(cast.acts("anna"), "test"):
        event = append("claim.received", new_id(), person=cast.people["sven"].id)
    with acting(system("test")):
        told = Event.objects.get(pk=event)
    assert (told.actor, told.actor_name) == (cast.users["anna"].id, "Anna Weber")


@pytest.mark.django_db
def test_only_endpoints_that_want_the_kind_are_told(as_system: None) -> None:
    add_endpoint("http://localhost/a", ["claim.decided"])
    add_endpoint("http://localhost/b", ["*"])
    switch_off_endpoint(add_endpoint("http://localhost/c", ["*"]))
    while empty_outbox():
        pass
    Event.objects.all()
    append("claim.decided", new_id())
    append("claim.received", new_id())
    assert empty_outbox() == 2
    assert sorted(Delivery.objects.filter(event__kind__startswith="claim.").values_list("address", "event__kind")) == [
        ("http://localhost/a", "claim.decided"),
        ("http://localhost/b", "claim.decided"),
        ("http://localhost/b", "claim.received"),
    ]
    assert not Outbox.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["ftp://example.org", "https://", "https://user:word@example.org", "x"])
def test_an_endpoint_has_a_decent_address(as_system: None, url: str) -> None:
    with pytest.raises(Refused, match="url"):
        add_endpoint(url, ["*"])
    with pytest.raises(Refused, match="kinds"):
        add_endpoint("https://example.org", [])


@pytest.mark.django_db(transaction=True)
def test_a_webhook_is_signed_so_that_the_receiver_can_check_it(receiver: Receiver) -> None:
    with acting(system("test")):
        endpoint = add_endpoint(receiver.url, ["claim.decided"])
        event = append("claim.decided", new_id(), payload={"outcome": "partly"})
        while empty_outbox():
            pass
    work()
    ((headers, body),) = receiver.got
    moment, signed = (part.partition("=")[2] for part in headers["Clausula-Signature"].split(","))
    expected = hmac.new(endpoint.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == expected
    assert json.loads(body)["id"] == headers["Clausula-Event"] == str(event)
    with acting(system("test")):
        assert Delivery.objects.get().state == Delivery.State.DELIVERED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", [500, 404, 302])
def test_a_webhook_that_fails_is_tried_again_later(receiver: Receiver, answer: int) -> None:
    receiver.answers = [answer]
    with acting(system("test")):
        add_endpoint(receiver.url, ["claim.decided"])
        append("claim.decided", new_id())
        while empty_outbox():
            pass
    work()
    with acting(system("test")):
        row = Delivery.objects.get()
        assert (row.state, row.attempts, row.last_answer) == (Delivery.State.WAITING, 1, f"HTTP {answer}")
        job = ProcrastinateJob.objects.get(task_name="events.deliver")
        assert (job.status, job.scheduled_at is not None) == ("todo", True)
        assert attempt(row.id, last=9) == ""
        assert attempt(row.id, last=9) == ""
    assert len(receiver.got) == 2


@pytest.mark.django_db
def test_what_never_arrives_is_given_up_and_stays_on_record(as_system: None) -> None:
    delivery = queue_message("sms", "+41791234567", "", "code 123456")
    Delivery.objects.update(
        channel="webhook", endpoint=add_endpoint("http://127.0.0.1:9/x", ["*"]), event=append("a.b", new_id())
    )
    assert attempt(delivery, last=2) == "ConnectError"
    assert attempt(delivery, last=2) == ""
    assert Delivery.objects.get().state == Delivery.State.GIVEN_UP


@pytest.mark.django_db
def test_a_code_by_sms_goes_out_once_and_is_not_kept(as_system: None, sent: list[tuple[str, ...]]) -> None:
    delivery = queue_message("sms", "+41791234567", "", "code 123456")
    assert ProcrastinateJob.objects.filter(task_name="events.deliver").count() == 1
    assert (attempt(delivery, last=9), attempt(delivery, last=9)) == ("", "")
    assert sent == [("+41791234567", "", "code 123456")]
    assert Delivery.objects.get().text == ""


@pytest.mark.django_db
def test_production_without_a_provider_sends_nothing_and_loses_nothing(as_system: None, settings: object) -> None:
    settings.CLAUSULA_EMAIL = "clausula_server.events.channels.Nowhere"  # type: ignore[attr-defined]
    delivery = queue_message("email", "eva@example.org", "Hello", "text")
    assert attempt(delivery, last=9) == "no provider is named in the settings"
    assert Delivery.objects.get().text == "text"


@pytest.mark.django_db
def test_mail_goes_through_djangos_mail(as_system: None, settings: object, mailoutbox: list[object]) -> None:
    settings.CLAUSULA_EMAIL = "clausula_server.events.channels.Mail"  # type: ignore[attr-defined]
    attempt(queue_message("email", "eva@example.org", "Hello", "text"), last=9)
    assert [message.to for message in mailoutbox] == [["eva@example.org"]]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_console_shows_what_would_be_sent(as_system: None, capsys: pytest.CaptureFixture[str]) -> None:
    attempt(queue_message("email", "eva@example.org", "Hello", "text"), last=9)
    assert "→ eva@example.org: Hello: text" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_dead_worker_is_done_by_another(sent: list[tuple[str, ...]]) -> None:
    with acting(system("test")):
        queue_message("sms", "+41791234567", "", "code")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")  # by a worker that is on no list
    with acting(system("test")):
        assert put_back_orphans() == 1
    work()
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_hands_on_what_nobody_listened_to(receiver: Receiver) -> None:
    with acting(system("test")):
        add_endpoint(receiver.url, ["claim.decided"])
        append("claim.decided", new_id())
    sweep.configure().defer(timestamp=0)
    for _ in range(3):  # the sweep queues its second half, which queues the delivery
        work()
    assert len(receiver.got) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_take_each_event_once() -> None:
    with acting(system("test")):
        add_endpoint("http://localhost/a", ["claim.decided"])
        for _ in range(30):
            append("claim.decided", new_id())
    in_threads(4, lambda: empty_outbox())  # noqa: PLW0108 - each thread acts by itself
    with acting(system("test")):
        assert Delivery.objects.count() == 30
        assert not Outbox.objects.exists()


def in_threads(count: int, do: Callable[[], object]) -> None:
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            with acting(system("test")):
                while do():
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
