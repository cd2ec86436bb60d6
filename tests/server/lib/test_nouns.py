"""The small things of lib: acting in broken transactions, ids, amounts, periods, pages, refusals."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from clausula_server.ledger.models import Entry
from clausula_server.lib.acting import NobodyActs, acting, current, elevated, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.money import read_amount, show_amount
from clausula_server.lib.paging import page
from clausula_server.lib.periods import days, period
from clausula_server.lib.refusals import Fault, Refused, refuse_if
from clausula_server.people.models import Person
from tests.world import Cast, a_person


def roles() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.roles', true)")
        (found,) = cursor.fetchone()
    return found or ""


def break_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


@pytest.mark.django_db(transaction=True)
def test_who_acts_is_taken_back_when_the_transaction_breaks() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), acting(system("test")):
        break_it()
    assert roles() == ""
    with pytest.raises(DatabaseError), acting(system("test")), transaction.atomic():
        break_it()
    assert roles() == ""


@pytest.mark.django_db(transaction=True)
def test_who_acts_stays_when_an_inner_transaction_breaks() -> None:
    with acting(system("test")):
        with pytest.raises(DatabaseError), transaction.atomic():
            break_it()
        assert roles() == "system"


@pytest.mark.django_db
def test_a_thread_has_no_actor_of_its_own(as_system: None) -> None:
    seen = list[object]()

    def look() -> None:
        try:
            seen.append(current())
        except NobodyActs:
            seen.append("nobody")

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["nobody"]


@pytest.mark.django_db
def test_elevated_sees_everything_for_as_long_as_it_lasts(cast: Cast, as_web: None) -> None:
    with acting(cast.acts("sven"), "claim"):
        with elevated("decide"):
            assert Person.objects.count() == len(cast.people)
            assert current().reason == "claim: decide"
            assert current().actor.name == "Sven Weber"
        assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_elevated_belongs_into_a_transaction() -> None:
    with acting(system("test")), pytest.raises(NobodyActs), elevated("x"):
        pass


def test_ids_rise_and_are_of_version_7() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}


def test_ids_of_threads_are_all_different() -> None:
    made = list[object]()
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _ in range(2000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


@pytest.mark.parametrize(("text", "minor"), [("1234.50", 123450), ("-0.05", -5), (" 7 ", 700), ("0", 0)])
def test_amounts_are_read_exactly(text: str, minor: int) -> None:
    assert read_amount(text) == minor


@pytest.mark.parametrize("text", ["", "1.005", "1'234", "12,50", "NaN", "Infinity", "1e99", "ten"])
def test_what_is_no_amount_is_refused_with_a_mend(text: str) -> None:
    with pytest.raises(Refused, match=r"Write it like 1234\.50"):
        read_amount(text)


def test_amounts_are_shown_with_their_sign() -> None:
    assert (show_amount(-5, "CHF"), show_amount(123450)) == ("CHF -0.05", "1234.50")


@pytest.mark.parametrize("amount", [1.0, Decimal(1), True])
def test_an_amount_field_takes_whole_numbers_only(amount: object) -> None:
    with pytest.raises(TypeError, match="minor units"):
        Entry._meta.get_field("amount").get_prep_value(amount)


def test_periods_say_both_ends_as_people_do() -> None:
    assert period(days(date(2026, 1, 1), date(2026, 1, 31))) == (date(2026, 1, 1), date(2026, 1, 31))
    assert period(days(date(2026, 1, 1))).until is None
    with pytest.raises(ValueError, match="cannot end"):
        days(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.django_db
def test_pages_show_each_row_once_newest_first(as_system: None) -> None:
    made = [a_person(f"p{number}").id for number in range(5)]
    seen, after = [], ""
    while True:
        found = page(Person.objects.all(), after, size=2)
        seen += [row.id for row in found.rows]
        after = found.next
        if not after:
            break
    assert seen == made[::-1]
    with pytest.raises(Refused, match="after"):
        page(Person.objects.all(), "x")


def test_all_faults_are_told_in_one() -> None:
    refuse_if([])
    with pytest.raises(Refused) as refused:
        refuse_if([Fault("a", "is bad.", "Mend it."), Fault("b", "is worse.", "Mend it, too.")])
    assert str(refused.value) == "a: is bad. Mend it.\nb: is worse. Mend it, too."
