"""The API as it is served: races on one key, a server that is killed, limits, and everything its document allows."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from clausula_server.accounts.models import User
from clausula_server.claims.models import Claim
from clausula_server.claims.queries import faults_of
from clausula_server.database.embedded import Cluster
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import acting, system
from clausula_server.lib.roles import STAFF, Role
from clausula_server.people.actions.staff import appoint_staff
from tests.api_served import Served, served
from tests.api_world import Known, a_bill, days_ago, enrol_cast, everything, token_of
from tests.world import Cast

pytestmark = pytest.mark.no_cover


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_of_racing_requests_under_one_key_one_is_done_and_all_are_answered_the_same(
    committed_cast: Cast, cluster: Cluster, folder: Path
) -> None:
    with acting(system("test")):
        enrol_cast(committed_cast)
    token, person = token_of(committed_cast, "mara"), committed_cast.people["anna"].id
    rounds, racers = 8, 6
    with served(cluster, folder, workers=2) as server, ThreadPoolExecutor(racers) as pool:
        for number in range(rounds):
            gate = threading.Barrier(racers)

            def send(racer: int, number: int = number, gate: threading.Barrier = gate) -> httpx.Response:
                gate.wait()
                bill = a_bill(person, number="other" if racer == 0 else "")
                return server.post("/claims", token, bill, key=f"race {number}".replace(" ", "-"))

            answers = list(pool.map(send, range(racers)))
            found = Counter(answer.status_code for answer in answers)
            assert found in (Counter({201: racers - 1, 409: 1}), Counter({201: 1, 409: racers - 1})), found
            assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
            replayed = [answer for answer in answers if "Idempotent-Replayed" in answer.headers]
            assert len(replayed) == found[201] - 1
    with acting(system("test")):
        assert Claim.objects.filter(key__contains="race-").count() == rounds
        assert faults_of(committed_cast.home.id) == []


def test_a_server_killed_again_and_again_loses_nothing_it_acknowledged_and_does_nothing_twice(
    committed_cast: Cast, cluster: Cluster, folder: Path
) -> None:
    with acting(system("test")):
        enrol_cast(committed_cast)
    token = token_of(committed_cast, "mara")
    people = [committed_cast.people[name].id for name in ("anna", "paul", "ben")]
    acknowledged: dict[str, bytes] = {}
    sent = 0
    for _ in range(3):
        with served(cluster, folder) as server:
            assert server.post("/claims/preview", token, a_bill(people[0])).status_code == 200  # plans are read by now
            stop = threading.Timer(0.02, lambda server=server: os.killpg(server.process.pid, signal.SIGKILL))
            goal = sent + 5  # then, in the middle of one of the next
            while True:
                key = f"kill-{sent}"
                try:
                    answer = server.post("/claims", token, a_bill(people[sent % 3], number=key), key=key)
                except httpx.HTTPError:
                    break  # this one is sent again to the next server, under its key
                assert answer.status_code == 201, answer.text
                acknowledged[key] = answer.content
                sent += 1
                if sent == goal:
                    stop.start()
            stop.join()
    with served(cluster, folder) as server:
        for number in range(sent + 1):
            key = f"kill-{number}"
            answer = server.post("/claims", token, a_bill(people[number % 3], number=key), key=key)
            assert answer.status_code == 201
            assert acknowledged.get(key, answer.content) == answer.content
    assert sent >= 15
    with acting(system("test")):
        assert Claim.objects.filter(key__contains="kill-").count() == sent + 1
        assert faults_of(committed_cast.home.id) == []
        assert ledger.faults() == []


def test_a_token_that_asks_too_often_is_told_when_to_go_on(
    committed_cast: Cast, cluster: Cluster, folder: Path
) -> None:
    one, other = token_of(committed_cast, "mara"), token_of(committed_cast, "omar")
    with served(cluster, folder, workers=2, CLAUSULA_API_CALLS="20") as server:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: server.get("/me", one), range(50)))
        found = Counter(answer.status_code for answer in answers)
        assert found == Counter({200: 20, 429: 30})
        late = next(answer for answer in answers if answer.status_code == 429)
        assert late.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(late.headers["Retry-After"]) <= 60
        assert server.get("/me", other).status_code == 200


def test_over_the_wire_bodies_have_a_limit_and_addresses_a_form(
    committed_cast: Cast, cluster: Cluster, folder: Path
) -> None:
    token = token_of(committed_cast, "mara")
    with served(cluster, folder) as server:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
        large = httpx.post(f"{server.root}/claims", content=b" " * (2 * 1024 * 1024), headers=headers)
        assert (large.status_code, large.headers["Content-Type"]) == (413, "application/problem+json")
        huge = httpx.post(f"{server.root}/claims", content=b" " * (22 * 1024 * 1024), headers=headers)
        assert huge.status_code == 413
        for path in ("/%ff", "/claims/%00", "/../x", "/persons?name=%ff%00"):
            answer = httpx.get(server.root + path, headers=headers)
            assert answer.status_code in (400, 404, 422), path
        trace = httpx.request("TRACE", f"{server.root}/claims", headers=headers)
        assert (trace.status_code, trace.headers["Content-Type"]) == (405, "application/problem+json")
        assert httpx.get(f"{server.root}/openapi.json").json()["openapi"].startswith("3.1")


def test_everything_the_document_allows_is_answered_as_the_document_says(
    committed_cast: Cast, cluster: Cluster, folder: Path
) -> None:
    """schemathesis, with a seed and a bound: no 5xx, no answer, type, header or record that is not written down."""
    known = everything(committed_cast)
    with acting(system("test")):
        for role in STAFF - {Role.MEDICAL_ADVISER}:  # one who may do everything, so that everything is asked for
            appoint_staff(committed_cast.people["vera"], role, days_ago(100))
        User.objects.filter(pk=committed_cast.users["vera"].pk).update(provider=committed_cast.providers["keller"])
    token = token_of(committed_cast, "vera")
    with served(cluster, folder, workers=1) as server:
        done = run_schemathesis(server, token, folder, known)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Authentication failed" not in done.stdout, "what is turned away at the door tests nothing behind it"


CONFIG = """
[checks]
# what is well formed may still be refused: a service nobody knows, a day to come
positive_data_acceptance.enabled = false
# all operations have one door; wrong tokens are counted by address, and after sixty the right one would not open either
ignored_auth.enabled = false

[[operations]]
include-path-regex = "/claims$"
checks.ignored_auth.enabled = true

[[operations]]
include-path-regex = "/statements/"
# the person is always the one that is there: a wrong one is never sent, though schemathesis thinks it was
checks.negative_data_rejection.enabled = false
"""


def run_schemathesis(server: Served, token: str, folder: Path, known: Known) -> subprocess.CompletedProcess[str]:
    """Ask what the document allows, and what it does not."""
    command = [
        *(str(Path(sys.executable).with_name("st")), "run", f"{server.root}/openapi.json", "--header"),
        *(f"Authorization: Bearer {token}", "--seed", "4", "--max-examples", "2"),
        *("--phases", "examples,coverage,fuzzing", "--workers", "1", "--max-time", "75", "--no-color"),
        *("--generation-database", "none", "--suppress-health-check", "all"),
    ]
    ids = {**known.__dict__, "document": known.documents["bill"], "code": "keller"}
    lines = [f'"path.{name}" = "{value}"' for name, value in ids.items() if name != "documents"]
    (folder / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines, CONFIG]))
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False, timeout=180)
