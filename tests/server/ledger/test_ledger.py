"""Double entry: what is posted balances, stays, and is posted once."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clausula_server.ledger import queries
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import CannotPost, NewTransfer, post_transfers, reverse_transfer
from clausula_server.ledger.models import Account, Entry, Kind, Transfer
from clausula_server.lib.acting import acting, system
from tests.world import Cast

DAY = date(2026, 3, 2)
COSTS = Place("claims.costs", "CHF", Kind.EXPENSE)
OWED = Place("claims.owed", "CHF", Kind.LIABILITY)
EUROS = Place("claims.owed", "EUR", Kind.LIABILITY)


def accounts() -> tuple[Account, Account, Account]:
    opened = open_accounts([COSTS, OWED, EUROS])
    return opened[COSTS], opened[OWED], opened[EUROS]


def a_transfer(key: str = "claim-1", amount: int = 16200) -> NewTransfer:
    costs, owed, _ = accounts()
    return NewTransfer(key, "claim.paid", DAY, [(costs, amount), (owed, -amount)])


@pytest.mark.django_db
def test_a_transfer_moves_from_one_account_to_another(as_system: None) -> None:
    post_transfers([a_transfer()])
    costs, owed, _ = accounts()
    assert (queries.balance(costs), queries.balance(owed)) == (16200, -16200)
    assert queries.faults() == []


@pytest.mark.django_db
def test_the_same_key_twice_is_the_same_transfer(as_system: None) -> None:
    first = post_transfers([a_transfer()])
    assert post_transfers([a_transfer()]) == first
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_a_key_does_not_stand_for_another_transfer(as_system: None) -> None:
    post_transfers([a_transfer(amount=100)])
    with pytest.raises(CannotPost, match="with other entries"):
        post_transfers([a_transfer(amount=200)])


@pytest.mark.django_db
def test_what_does_not_balance_is_refused_before_it_is_written(as_system: None) -> None:
    costs, owed, euros = accounts()
    for entries, words in (
        ([(costs, 100), (owed, -99)], "does not balance"),
        ([(costs, 100), (euros, -100)], "does not balance"),
        ([(costs, 0), (owed, 0)], "moves something"),
        ([], "moves something"),
        ([(costs, 1.5), (owed, -1.5)], "minor units"),
    ):
        with pytest.raises(CannotPost, match=words):
            post_transfers([NewTransfer("x", "y", DAY, entries)])  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_reversal_is_a_transfer_of_its_own_and_happens_once(as_system: None) -> None:
    (posted,) = post_transfers([a_transfer()])
    transfer = Transfer.objects.get(pk=posted)
    again = reverse_transfer(transfer, "claim-1.reversed", DAY)
    assert reverse_transfer(transfer, "claim-1.reversed", DAY) == again
    assert queries.balance(accounts()[0]) == 0
    with pytest.raises(CannotPost, match="reversed already"):
        reverse_transfer(transfer, "claim-1.reversed-twice", DAY)


@pytest.mark.django_db
def test_a_balance_is_of_a_day(as_system: None) -> None:
    post_transfers([a_transfer()])
    costs = accounts()[0]
    assert queries.balance(costs, until=date(2026, 3, 1)) == 0
    assert queries.balance(costs, until=DAY) == 16200


@pytest.mark.django_db
def test_many_transfers_take_as_many_statements_as_one(as_system: None) -> None:
    many = [a_transfer(f"claim-{number}") for number in range(20)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        post_transfers(many)
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 1


@pytest.mark.django_db
def test_accounts_are_opened_once(as_system: None) -> None:
    assert accounts() == accounts()
    assert Account.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (-99, "CHF", "does not balance"),
        (-100, "EUR", "entry_has_its_accounts_currency"),
        (None, "CHF", "does not balance|fewer than two"),
    ],
)
def test_the_database_refuses_what_does_not_balance(as_system: None, amount: int, currency: str, words: str) -> None:
    costs, owed, _ = accounts()
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        transfer = Transfer.objects.create(key="raw", kind="raw", booked_on=DAY)
        Entry.objects.create(transfer=transfer, account=costs, amount=100, currency="CHF")
        if amount is not None:
            Entry.objects.create(transfer=transfer, account=owed, amount=amount, currency=currency)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_a_transfer_without_entries_is_refused(as_system: None) -> None:
    with pytest.raises(IntegrityError, match="fewer than two entries"), transaction.atomic():
        Transfer.objects.create(key="empty", kind="raw", booked_on=DAY)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_the_balance_is_looked_at_even_where_the_one_who_commits_sees_nothing() -> None:
    with acting(system("test")):
        costs, owed, _ = accounts()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic(), acting(system("test")):
        transfer = Transfer.objects.create(key="raw", kind="raw", booked_on=DAY)
        Entry.objects.create(transfer=transfer, account=costs, amount=100, currency="CHF")
        Entry.objects.create(transfer=transfer, account=owed, amount=-1, currency="CHF")


@pytest.mark.django_db(transaction=True)
def test_twenty_who_post_the_same_key_at_once_post_it_once() -> None:
    with acting(system("test")):
        accounts()
    start, answers, errors = threading.Barrier(20), list[object](), list[Exception]()

    def post() -> None:
        start.wait()
        try:
            with acting(system("test")):
                answers.extend(post_transfers([a_transfer("same")]))
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(system("test")):
        assert (errors, len(set(answers)), Entry.objects.count()) == ([], 1, 2)
        assert queries.faults() == []


@pytest.mark.django_db
def test_a_member_sees_her_own_account_alone(cast: Cast, as_web: None) -> None:
    with acting(system("test")):
        hers = Place("member.owed", "CHF", Kind.LIABILITY, cast.people["anna"].id)
        opened = open_accounts([hers, COSTS])
        post_transfers([NewTransfer("k", "claim.paid", DAY, [(opened[COSTS], 500), (opened[hers], -500)])])
    with acting(cast.acts("anna")):
        assert list(Entry.objects.values_list("amount", flat=True)) == [-500]
        assert [each.key for each in Transfer.objects.all()] == ["k"]
    with acting(cast.acts("sven")):
        assert not Account.objects.exists()
        assert not Transfer.objects.exists()
