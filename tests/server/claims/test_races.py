"""Many at once, the same twice, and death in the middle: nothing over, nothing lost, nothing half."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection

from clausula_server.claims.actions.claim import Receipt, submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.models import Claim, Decision, Evidence, Line, Move
from clausula_server.claims.queries import faults_of
from clausula_server.claims.stated import NewClaim
from clausula_server.events.models import Event
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.models import Transfer
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused
from tests.claims_world import Home, claim_of, italian_home, mri, papers, used

DAY = date(2026, 5, 10)


@pytest.fixture
def home(transactional_db: None) -> Home:
    with acting(system("test")):
        found = italian_home()
        papers(found.of("carla"))
        papers(found.of("dino"))
    return found


def claim(home: Home, key: str, charged: int = 300_00, day: date = DAY, who: str = "carla") -> NewClaim:
    return NewClaim(home.of(who), [mri(day, charged)], key, date(2026, 6, 1), "EUR")


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do all of it in threads of their own; what each answered or raised."""
    found: list[Any] = [None] * len(work)
    start = threading.Barrier(len(work))

    def run(number: int) -> None:
        start.wait()
        try:
            with acting(system("race")):
                found[number] = work[number]()
        except Refused as refused:
            found[number] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def sound(home: Home) -> None:
    assert faults_of(home.household.id) == []
    assert ledger.faults() == []
    for each in Claim.objects.all():
        assert each.paid == sum(line.decision.paid for line in each.lines.filter(stands=True) if line.decision)


def test_the_same_key_twice_is_one_claim(home: Home) -> None:
    with acting(system("test")):
        first, second = (submit_claim(claim(home, "a")) for _ in range(2))
        assert (second.claim, first.repeated, second.repeated) == (first.claim, False, True)
        with pytest.raises(Refused, match="another claim came under this key"):
            submit_claim(claim(home, "a", 1))
        with pytest.raises(Refused, match="another claim came under this key"):
            submit_claim(claim(home, "a", who="dino"))
        told = Event.objects.filter(kind="claim.decided").count()
        assert (Claim.objects.count(), Transfer.objects.count(), told) == (1, 1, 1)


def test_the_same_key_at_the_same_moment_is_one_claim(home: Home) -> None:
    found = at_once(*(lambda: submit_claim(claim(home, "a")) for _ in range(6)))
    assert len({each.claim for each in found if isinstance(each, Receipt)}) == 1
    assert sorted(each.repeated for each in found) == [False, *[True] * 5]
    with acting(system("test")):
        assert (Claim.objects.count(), Transfer.objects.count()) == (1, 1)
        sound(home)


def test_racing_claims_never_overspend_a_limit(home: Home) -> None:
    bills = [claim(home, str(number), day=date(2026, 5, 1 + number % 20)) for number in range(24)]
    found = at_once(*(partial(submit_claim, each) for each in bills))
    assert len({each.claim for each in found}) == 24
    with acting(system("test")):
        assert sum(Claim.objects.values_list("paid", flat=True)) == 5_000_00
        assert list(used(home.household, "high-specialisation").values()) == [5_000_00]
        sound(home)


def test_evidence_and_claims_race_and_no_claim_is_left_waiting(home: Home) -> None:
    with acting(system("test")):
        Evidence.objects.filter(kind="invoice-receipt").update(void=True)
    receipt = NewEvidence(home.of("carla"), "invoice-receipt", date(2026, 5, 1))
    work = [partial(submit_claim, claim(home, str(number))) for number in range(5)]
    at_once(*work, lambda: add_evidence(receipt, date(2026, 6, 1)))
    with acting(system("test")):
        assert set(Claim.objects.values_list("status", flat=True)) == {"decided"}
        sound(home)


def dies(before: int, work: Callable[[], Any]) -> bool:
    """Do the work in a process that is killed before it sends that statement; whether it was."""
    connection.close()
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    sent = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == before:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count), acting(system("dying")):
        work()
    os._exit(0)


def test_killed_between_any_two_statements_nothing_is_half(home: Home) -> None:
    """A claim that comes late, so that another is decided anew with it."""
    with acting(system("test")):
        later = submit_claim(claim(home, "later", 4_900_00, date(2026, 5, 20))).claim
    tables = (Claim, Line, Decision, Move, Transfer, Event)
    with acting(system("test")):
        before = [table.objects.count() for table in tables]
    statement = 1
    whole = False
    while dies(statement, lambda: submit_claim(claim(home, "early"))):
        with acting(system("test")):
            whole = whole or claim_of(later).paid == 4_700_00
            assert whole or [table.objects.count() for table in tables] == before, statement
        statement += 1
    assert 6 <= statement <= 12
    with acting(system("test")):
        assert submit_claim(claim(home, "early")).repeated
        assert (Claim.objects.count(), claim_of(later).paid) == (2, 4_700_00)
        sound(home)
