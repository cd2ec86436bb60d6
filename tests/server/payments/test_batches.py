"""Batches: what is open leaves once, by two people, and comes back where it is taken back."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from clausula_server.events.models import Event
from clausula_server.ledger import queries as ledger
from clausula_server.ledger.actions.transfer import reverse_transfer
from clausula_server.ledger.models import Transfer
from clausula_server.lib.acting import acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Refused
from clausula_server.lib.roles import Role
from clausula_server.payments.actions.account import change_provider_account
from clausula_server.payments.actions.batch import (
    cancel_batch,
    drop_payment,
    fail_batch,
    fail_payment,
    prepare_transfers,
    release_batch,
)
from clausula_server.payments.actions.file import write_file
from clausula_server.payments.models import BATCH_MOVES, PAYMENT_MOVES, Batch, Item, Move, Payment
from clausula_server.payments.queries import advice, open_on
from clausula_server.people.actions.staff import appoint_staff
from clausula_server.people.models import BankAccount
from tests.banking import CH, IT, MOMENT, QR, SEAT, a_house, code_stands, owed, prepared, sent, settle_in, stands
from tests.world import LONG_AGO, TODAY, Cast

pytestmark = pytest.mark.django_db


def test_all_that_is_owed_to_somebody_is_one_payment_and_names_what_it_is_for(cast: Cast) -> None:
    house, anna = a_house(), cast.people["anna"].id
    settle_in(cast, "anna")
    owed(anna, 16200, "claim/1")
    owed(anna, 800, "claim/2")
    batch = prepared(cast, house).batch
    with acting(cast.acts("omar")):
        (payment,) = batch.payments.all()
        assert (payment.amount, payment.iban, payment.name) == (17000, CH, "Anna Weber")
        assert [(part.reference, part.amount) for part in advice(payment)] == [("claim/1", 16200), ("claim/2", 800)]


def test_the_provider_is_paid_directly_and_the_member_is_reimbursed(cast: Cast) -> None:
    house = a_house()
    settle_in(cast, "anna")
    with acting(system("test")):
        change_provider_account(cast.providers["keller"], CH, "Praxis Keller", SEAT, LONG_AGO)
    owed(cast.people["anna"].id, 100, "claim/1")
    owed(cast.providers["keller"].id, 200, "claim/2", "provider.payable")
    batch = prepared(cast, house).batch
    with acting(cast.acts("omar")):
        found = {(row.person_id, row.provider_id): row.amount for row in batch.payments.all()}
    assert found == {(cast.people["anna"].id, None): 100, (None, cast.providers["keller"].id): 200}


def test_what_a_draft_holds_is_not_open_for_the_next(cast: Cast) -> None:
    house = a_house()
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    prepared(cast, house)
    with pytest.raises(Refused, match="nothing to prepare"):
        prepared(cast, house)
    owed(cast.people["anna"].id, 50, "claim/2")
    assert prepared(cast, house).batch.total == 50


def test_whoever_cannot_be_paid_is_named_with_the_reason_and_the_mend(cast: Cast) -> None:
    house = a_house()
    settle_in(cast, "anna")
    settle_in(cast, "paul", IT)
    settle_in(cast, "clara")
    for name in ("anna", "paul", "sven", "clara"):
        owed(cast.people[name].id, 100, f"claim/{name}")
    with acting(system("test")):
        BankAccount.objects.filter(person=cast.people["clara"]).update(iban=QR)
    found = prepared(cast, house)
    assert found.batch.count == 1
    assert {left.name: (left.fault.place, left.fault.message) for left in found.left} == {
        "Paul Weber": ("iban", "francs are not sent to IT from here."),
        "Sven Weber": ("bank_account", "no bank account is known."),
        "Clara Weber": ("iban", "it is a QR-IBAN, which takes bills with a reference only."),
    }
    assert all(left.fault.mend for left in found.left)


def test_a_wrong_check_digit_is_found_again_before_money_leaves(cast: Cast) -> None:
    house = a_house()
    settle_in(cast, "anna")
    with acting(system("test")):
        BankAccount.objects.update(iban="CH9300762011623852958")
    owed(cast.people["anna"].id, 100, "claim/1")
    with pytest.raises(Refused, match="wrong check digit"):
        prepared(cast, house)


def test_who_prepared_does_not_release(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house(), by="finn").batch
    with acting(cast.acts("finn")):
        with pytest.raises(Refused, match="whoever prepares a batch does not release it"):
            release_batch(batch)
        with pytest.raises(IntegrityError, match="batch_four_eyes"), transaction.atomic():
            Batch.objects.update(status="released", released_by=cast.people["finn"], released_at=MOMENT)
        with pytest.raises(IntegrityError, match="nothing_leaves_unreleased"), transaction.atomic():
            Batch.objects.update(status="released")
    with acting(cast.acts("omar")):
        assert release_batch(batch).released_by == cast.people["omar"]


def test_the_system_alone_prepares_and_releases_nothing(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    house = a_house()
    with acting(system("test")), pytest.raises(Refused, match="two people"):
        prepare_transfers(house, TODAY, TODAY)
    batch = prepared(cast, house).batch
    with acting(system("test")), pytest.raises(Refused, match="two people"):
        release_batch(batch)


def test_above_the_limit_finance_must_release(cast: Cast, settings: Settings) -> None:
    settings.CLAUSULA_RELEASE_LIMIT = 99
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house(), by="finn").batch
    with acting(cast.acts("omar")), pytest.raises(Refused, match=r"more than CHF 0\.99"):
        release_batch(batch)
    settings.CLAUSULA_RELEASE_LIMIT = 100
    with acting(cast.acts("omar")):
        release_batch(batch)


def test_what_is_released_is_paid_in_the_ledger_and_once(cast: Cast) -> None:
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 16200, "claim/1")
    batch = prepared(cast, a_house()).batch
    assert stands(account) == -16200
    with acting(cast.acts("finn")):
        release_batch(batch)
        release_batch(batch)
        assert open_on(["member.payable"], "CHF") == []
    assert (stands(account), code_stands("bank.outgoing")) == (0, -16200)
    with acting(cast.acts("omar")), pytest.raises(Refused, match="whoever prepares"):
        release_batch(batch)


def test_nothing_is_released_that_is_not_owed_any_more(cast: Cast) -> None:
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house()).batch
    with acting(system("test")):
        assert ledger.balance(account) == -100
        reverse_transfer(Transfer.objects.get(key="claim/1"), "claim/1/reversed", TODAY)
    with acting(cast.acts("finn")), pytest.raises(Refused, match=r"is owed CHF 0\.00 by now") as refused:
        release_batch(batch)
    assert refused.value.faults[0].mend.startswith("Take the payment out")


def test_a_cancelled_batch_leaves_what_was_owed_open(cast: Cast) -> None:
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 100, "claim/1")
    house = a_house()
    batch = prepared(cast, house).batch
    with acting(cast.acts("finn")):
        release_batch(batch)
        cancel_batch(batch, "wrong day")
        assert [move.after for move in Move.objects.order_by("id")] == ["draft", "released", "cancelled"]
        with pytest.raises(Refused, match="it is cancelled and cannot become"):
            cancel_batch(batch, "again")
    assert stands(account) == -100
    again = prepared(cast, house).batch
    with acting(cast.acts("finn")):
        release_batch(again)
        (payment,) = again.payments.all()
        assert [(part.reference, part.amount) for part in advice(payment)] == [("claim/1", 100)]
    assert (stands(account), code_stands("bank.outgoing")) == (0, -100)


def test_a_payment_is_taken_out_of_a_draft(cast: Cast) -> None:
    for name in ("anna", "paul"):
        settle_in(cast, name)
        owed(cast.people[name].id, 100, f"claim/{name}")
    batch = prepared(cast, a_house()).batch
    with acting(cast.acts("finn")):
        paul = batch.payments.get(person=cast.people["paul"])
        with pytest.raises(Refused, match="it is empty"):
            drop_payment(paul, " ")
        drop_payment(paul, "moved")
        batch.refresh_from_db()
        assert (batch.total, batch.count) == (100, 1)
        with pytest.raises(Refused, match="the last one"):
            drop_payment(batch.payments.get(person=cast.people["anna"]), "too")
        release_batch(batch)
        with pytest.raises(Refused, match="its batch is released"):
            drop_payment(batch.payments.get(person=cast.people["anna"]), "too")
        assert [each.amount for each in open_on(["member.payable"], "CHF")] == [-100]


def test_what_the_bank_refuses_is_owed_again(cast: Cast) -> None:
    for name in ("anna", "paul"):
        settle_in(cast, name)
    accounts = [owed(cast.people[name].id, 100, f"claim/{name}") for name in ("anna", "paul")]
    batch = prepared(cast, a_house()).batch
    sent(cast, batch)
    with acting(cast.acts("finn")):
        first, second = batch.payments.order_by("id")
        fail_payment(first, "AC04", TODAY)
        with pytest.raises(Refused, match="answered for some"):
            fail_batch(batch, "all of it")
        fail_payment(second, "AC04", TODAY)
        with pytest.raises(Refused, match="it is returned"):
            fail_payment(second, "AC04", TODAY)
        batch.refresh_from_db()
        assert batch.status == "failed"
    assert [stands(account) for account in accounts] == [-100, -100]
    with acting(system("test")):
        assert Event.objects.filter(kind="payment.returned", person=cast.people["anna"].id).count() == 1
        assert ledger.faults() == []


def test_a_whole_file_that_is_refused_is_owed_again(cast: Cast) -> None:
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house()).batch
    sent(cast, batch)
    with acting(cast.acts("finn")):
        fail_batch(batch, "schema")
    assert (stands(account), code_stands("bank.outgoing")) == (-100, 0)


@pytest.mark.parametrize("days", [-1, 91])
def test_the_day_is_today_or_soon(cast: Cast, days: int) -> None:
    house = a_house()
    with acting(cast.acts("omar")), pytest.raises(Refused, match="past, or too far ahead"):
        prepare_transfers(house, TODAY + timedelta(days), TODAY)


def test_the_database_keeps_what_was_prepared(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house()).batch
    sent_now = {"status": "sent", "released_by": cast.people["finn"], "released_at": MOMENT}
    changes: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: Payment.objects.update(amount=101), "only status, reason may change"),
        (lambda: Payment.objects.update(iban=QR), "only status, reason may change"),
        (lambda: Payment.objects.update(status="settled"), "prepared does not become settled"),
        (lambda: Batch.objects.update(**sent_now), "draft does not become sent"),
        (lambda: Batch.objects.update(execute_on=LONG_AGO), "only status, total, count"),
        (lambda: Item.objects.all().delete(), "is kept: DELETE is refused"),
        (lambda: Item.objects.bulk_create([again(Item.objects.get())]), "item_taken_once"),
    )
    with acting(system("test")):
        for change, words in changes:
            with pytest.raises(DatabaseError, match=words), transaction.atomic():
                change()
    assert batch.count == 1


def test_the_database_lets_nobody_release_alone_or_in_anothers_name(cast: Cast) -> None:
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 100, "claim/1")
    house = a_house()
    batch = prepared(cast, house).batch
    release = {"status": "released", "released_at": MOMENT}

    def another(**changes: object) -> Batch:
        row = Batch.objects.get(pk=batch.pk)
        row.pk = None
        for name, value in ({"id": new_id()} | changes).items():
            setattr(row, name, value)
        row.save(force_insert=True)
        return row

    def payment() -> Payment:
        return Payment.objects.create(
            batch=batch,
            account=account,
            person=cast.people["anna"],
            name="X",
            iban=CH,
            amount=1,
            currency="CHF",
            text="",
        )

    before: tuple[tuple[str, Callable[[], object], str], ...] = (
        ("omar", lambda: Batch.objects.update(**release, released_by=cast.people["finn"]), "whoever acts releases"),
        ("finn", lambda: Batch.objects.update(**release, released_by=cast.people["ada"]), "whoever acts releases"),
        ("finn", lambda: Batch.objects.update(released_by=cast.people["finn"]), "whoever acts releases"),
        ("omar", lambda: Batch.objects.update(**release, released_by=cast.people["omar"]), "batch_four_eyes"),
        ("finn", lambda: Batch.objects.update(**release, released_by=cast.people["finn"], total=1), "what it comes to"),
        ("finn", lambda: Batch.objects.update(prepared_by=cast.people["ada"]), "only status, total, count"),
        ("finn", another, "draft of whoever acts"),
        ("finn", lambda: Payment.objects.update(status="released"), "its batch is draft"),
    )
    after: tuple[tuple[str, Callable[[], object], str], ...] = (
        ("finn", lambda: Batch.objects.update(released_by=cast.people["ada"]), "what was released stays"),
        ("finn", lambda: Batch.objects.update(total=1), "what was released stays"),
        ("finn", payment, "its batch is released"),
        ("omar", lambda: another(prepared_by=cast.people["omar"], released_by=None), "draft of whoever acts"),
    )
    for attempts in (before, after):
        for name, attempt, words in attempts:
            with acting(cast.acts(name)), pytest.raises(DatabaseError, match=words), transaction.atomic():
                attempt()
        with acting(cast.acts("finn")):
            release_batch(batch)


def test_a_cancelled_batch_is_not_released_again(cast: Cast) -> None:
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, a_house()).batch
    with acting(cast.acts("finn")):
        release_batch(batch)
        cancel_batch(batch, "wrong day")
        with pytest.raises(Refused, match="it is cancelled"):
            release_batch(batch)


def again(item: Item) -> Item:
    return Item(entry_id=item.entry_id, payment_id=item.payment_id)


def test_the_database_holds_the_moves_that_the_program_knows(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'moves' ORDER BY tgrelid::regclass::text"
        )
        rules = " ".join(str(row[0]) for row in cursor.fetchall())
    for moves in (BATCH_MOVES, PAYMENT_MOVES):
        for before, afters in moves.items():
            assert f'"{before}": [{", ".join(f"{chr(34)}{after}{chr(34)}" for after in afters)}]' in rules


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Do something in so many threads at the same moment; what each answered, or was refused with."""
    start, answers = threading.Barrier(count), list[object]()

    def run(number: int) -> None:
        start.wait()
        try:
            answers.append(work(number))
        except Exception as error:  # noqa: BLE001 - told to the test
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_eight_who_prepare_at_once_prepare_it_once(committed_cast: Cast) -> None:
    cast, house = committed_cast, a_house()
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    omar = cast.acts("omar")

    def prepare(_: int) -> object:
        with acting(omar):
            return prepare_transfers(house, TODAY, TODAY)

    answers = at_once(8, prepare)
    assert sum(isinstance(answer, Refused) for answer in answers) == 7
    with acting(system("test")):
        assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_release_at_once_release_it_once(committed_cast: Cast) -> None:
    cast, house = committed_cast, a_house()
    settle_in(cast, "anna")
    account = owed(cast.people["anna"].id, 100, "claim/1")
    with acting(system("test")):
        appoint_staff(cast.people["ada"], Role.FINANCE, LONG_AGO)
    batch = prepared(cast, house).batch
    actors = [cast.acts("finn"), cast.acts("ada")] * 3

    def release(number: int) -> object:
        with acting(actors[number]):
            return release_batch(batch)

    answers = at_once(6, release)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert (len(refused), {type(each) for each in refused}) == (3, {Refused})
    assert (stands(account), code_stands("bank.outgoing")) == (0, -100)


@pytest.mark.django_db(transaction=True)
def test_a_file_written_by_many_at_once_is_one(committed_cast: Cast) -> None:
    cast, house = committed_cast, a_house()
    settle_in(cast, "anna")
    owed(cast.people["anna"].id, 100, "claim/1")
    batch = prepared(cast, house).batch
    finn = cast.acts("finn")
    with acting(finn):
        release_batch(batch)

    def write(_: int) -> object:
        with acting(finn):
            return write_file(batch, MOMENT).sha256

    assert len(set(at_once(4, write))) == 1
