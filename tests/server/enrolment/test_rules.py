"""What the database keeps itself, in raw SQL; and what races bring about."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clausula_server.enrolment.actions.application import Wanted, apply, enrol
from clausula_server.enrolment.actions.due import receive_contribution
from clausula_server.enrolment.actions.ending import end_enrolment
from clausula_server.enrolment.models import Application, Due, Ended, Enrolment, PersonFact, Settlement, State, Term
from clausula_server.lib.acting import acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.periods import days, period
from clausula_server.lib.refusals import Refused
from clausula_server.people.models import FamilyRole
from tests.insured import BASE, LAMAL, MEDIO, D, a_home, enrolled, italians, registered
from tests.world import TODAY, Cast

INSERT = (
    "INSERT INTO enrolment_settlement (id, due_id, transfer_id, amount, settled_on)"
    " SELECT gen_random_uuid(), id, transfer_id, 5, '2026-01-01' FROM enrolment_due"
)
FRANCHISES = {"anna": "300", "paul": "2500", "ben": "0", "clara": "0"}
ONE = {"jonas": (FamilyRole.HOLDER, date(1990, 4, 1))}


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield


def sql(text: str, *values: str | UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(text, values)


@pytest.mark.django_db
def test_nobody_is_in_a_plan_twice_at_a_time(as_system: None) -> None:
    registered()
    home = italians()
    row = enrolled(home, "giulia", BASE)
    with refused("enrolment_once_at_a_time"):
        Enrolment.objects.create(person=row.person, household=row.household, plan=BASE, during=days(date(2027, 1, 1)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "UPDATE enrolment_enrolment SET during = daterange('2026-01-01', '2027-01-01') WHERE plan = %s",
        "UPDATE enrolment_enrolment SET during = daterange('2025-01-01', NULL) WHERE plan = %s",
        "UPDATE enrolment_term SET during = daterange('2026-01-01', '2027-01-01') WHERE plan = %s",
        "DELETE FROM enrolment_term WHERE plan = %s",
        "UPDATE enrolment_enrolment SET ended_for = 'void' WHERE plan = %s",
    ],
)
def test_terms_cover_the_days_of_an_enrolment_and_no_other(as_system: None, text: str) -> None:
    registered()
    italians()
    with refused("do not cover its days"):
        sql(text, BASE)


@pytest.mark.django_db
def test_an_enrolment_needs_a_term_and_a_term_its_own_plan(as_system: None) -> None:
    rows = registered()
    home = italians()
    row = enrolled(home, "giulia", BASE)
    with refused("do not cover"):
        sql(
            "INSERT INTO enrolment_enrolment (id, person_id, household_id, plan, during, ended_for, end_reason)"
            " VALUES (%s, %s, %s, 'x', daterange('2026-01-01', NULL), '', '')",
            new_id(), row.person_id, row.household_id,
        )  # fmt: skip
    with refused("term_edition_of_its_plan"):
        sql("UPDATE enrolment_term SET edition_id = %s WHERE plan = %s", rows[MEDIO].id, BASE)
    with refused("term_of_its_enrolments_household_and_plan"):
        other = a_home(ONE)
        sql("UPDATE enrolment_term SET household_id = %s WHERE plan = %s", other.household.id, BASE)


@pytest.mark.django_db
def test_a_household_has_one_edition_of_a_plan_at_a_time(as_system: None) -> None:
    registered()
    italians(D, MEDIO)
    other = Term.objects.filter(plan=BASE).values_list("edition", flat=True)[0]
    with refused("term_one_edition_a_household"):
        sql("ALTER TABLE enrolment_term DROP CONSTRAINT term_edition_of_its_plan")
        one = Term.objects.filter(plan=MEDIO)[0]
        sql("UPDATE enrolment_term SET edition_id = %s WHERE id = %s", other, one.id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("UPDATE enrolment_due SET amount = amount + 1", "a due stays as it was computed"),
        ("UPDATE enrolment_due SET computed_from = '{}'", "a due stays as it was computed"),
        ("DELETE FROM enrolment_due", "a due stays as it was computed"),
        ("UPDATE enrolment_due SET paid = 1", "its settlements say 0"),
        ("UPDATE enrolment_due SET paid = amount + 1", "due_paid_once"),
        ("UPDATE enrolment_due SET cancelled_on = '2026-01-01'", "has_a_reason"),
        ("UPDATE enrolment_settlement SET amount = 1", "append-only"),
        ("DELETE FROM enrolment_settlement", "append-only"),
        (INSERT, "its settlements say"),
    ],
)  # fmt: skip
def test_dues_and_settlements_stay(as_system: None, text: str, words: str) -> None:
    registered()
    home = italians()
    other = a_home({"maria": (FamilyRole.HOLDER, date(1950, 1, 1))})
    enrol(other.household, BASE, other.wanted("maria"), D, D)
    receive_contribution(other.people["maria"], 400, "EUR", "half", D)
    if "paid = 1" in text or "INSERT" in text:
        text += f" WHERE payer_id = '{home.people['giulia'].id}'"
    with refused(words):
        sql(text)


@pytest.mark.django_db
def test_a_membership_is_decided_by_somebody_with_reasons(as_system: None) -> None:
    registered()
    home = italians()
    insert = (
        "INSERT INTO enrolment_membershipdecision (id, person_id, insurer, verdict, ground, reason, effective_on,"
        " decided_by, decided_by_name)"
        " VALUES (gen_random_uuid(), %s, 'x', 'lost', 'contributions', %s, '2026-01-01', %s, '')"
    )
    person = home.people["giulia"].id
    with refused("decided_by"):
        sql(insert, person, "a reason long enough", None)
    with refused("has_reasons"):
        sql(insert, person, "late", new_id())
    sql(insert, person, "a reason long enough", new_id())
    with refused("append-only"):
        sql("UPDATE enrolment_membershipdecision SET verdict = 'active'")


@pytest.mark.django_db
def test_accepting_against_the_rules_takes_a_person_and_a_reason(as_system: None) -> None:
    home = a_home(ONE, country="CH", canton="ZH")
    registered()
    apply(home.household, "ch/assura/plusmed", home.wanted("jonas", franchise="300"), D, D)
    with refused("application_against_rules_has_a_reason"):
        sql("UPDATE enrolment_application SET state = 'accepted'")


@pytest.mark.django_db
def test_a_member_sees_the_family_and_a_stranger_nothing(cast: Cast, as_web: None) -> None:
    anna = cast.people["anna"]
    with acting(system("test")):
        registered()
        wanted = [Wanted(cast.people[name].id, {"franchise": franchise}) for name, franchise in FRANCHISES.items()]
        enrol(cast.home, LAMAL, wanted, D, D)
        PersonFact.objects.create(person=anna, fact="in_education", value=True, basis="x", during=days(D))
    seen: dict[str, dict[str, int]] = {}
    for name in ("anna", "paul", "clara", "sven", "mara", "keller"):
        with acting(cast.acts(name)):
            seen[name] = {model.__name__: model.objects.count() for model in (Enrolment, Term, Application, PersonFact)}
    everything = {"Enrolment": 4, "Term": 4, "Application": 1, "PersonFact": 1}
    nothing = dict.fromkeys(everything, 0)
    assert seen == {
        "anna": everything,
        "paul": {"Enrolment": 3, "Term": 3, "Application": 0, "PersonFact": 0},
        "clara": {"Enrolment": 1, "Term": 1, "Application": 0, "PersonFact": 0},
        "sven": nothing,
        "mara": everything,
        "keller": nothing,
    }
    with acting(cast.acts("sven")), refused("row-level security"):
        PersonFact.objects.create(person=anna, fact="x", value=1, basis="x", during=days(D))


@pytest.mark.django_db
def test_a_member_enrols_the_family_under_row_security(cast: Cast, as_web: None) -> None:
    with acting(system("test")):
        registered()
    wanted = [Wanted(cast.people[name].id, {"franchise": franchise}) for name, franchise in FRANCHISES.items()]
    with acting(cast.acts("anna")):
        assert apply(cast.home, LAMAL, wanted, TODAY, TODAY).state == State.ACCEPTED
        assert Enrolment.objects.count() == 4
        sql("SELECT 1")


def at_once(count: int, work: Callable[[int], object]) -> list[str]:
    """Let threads work at the same moment; how each ended."""
    start, outcomes = threading.Barrier(count), list[str]()

    def run(number: int) -> None:
        start.wait()
        try:
            with acting(system("test")):
                work(number)
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(str(refusal))
        except Exception as error:  # noqa: BLE001 - told by the test
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_enrolments_at_once_one_is_refused_with_a_clear_message() -> None:
    with acting(system("test")):
        registered()
        home = a_home(ONE)
    starts = [D, date(2026, 3, 1), D, date(2027, 1, 1)]
    done = at_once(4, lambda n: enrol(home.household, BASE, home.wanted("jonas"), starts[n], D))
    assert done.count("done") == 1
    assert all("Jonas Rossi is in it/faremutua/noisalute-base from" in each for each in done if each != "done")
    with acting(system("test")):
        row = Enrolment.objects.get()
        assert Due.objects.count() == (period(row.during).start == D), "what begins later is not due yet"


@pytest.mark.django_db(transaction=True)
def test_a_race_past_the_lock_is_refused_by_the_database_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clausula_server.enrolment.actions.application.lock_household", lambda _: None)
    with acting(system("test")):
        registered()
        home = a_home(ONE)
    done = at_once(4, lambda _: enrol(home.household, BASE, home.wanted("jonas"), D, D))
    assert done.count("done") == 1
    assert all("at that time already" in each or "from 2026-01-01 already" in each for each in done if each != "done")


@pytest.mark.django_db(transaction=True)
def test_a_payment_told_many_times_at_once_is_one_payment() -> None:
    with acting(system("test")):
        registered()
        home = italians()
    giulia = home.people["giulia"]
    assert at_once(8, lambda _: receive_contribution(giulia, 1000, "EUR", "bank-1", D)) == ["done"] * 8
    with acting(system("test")):
        assert [due.paid for due in Due.objects.all()] == [1000]
        assert Settlement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_payments_at_once_pay_no_due_twice() -> None:
    with acting(system("test")):
        registered()
        home = italians()
    giulia = home.people["giulia"]
    done = at_once(8, lambda n: receive_contribution(giulia, 300, "EUR", f"bank-{n}", D))
    assert done == ["done"] * 8
    with acting(system("test")):
        assert [due.paid for due in Due.objects.all()] == [1000]
        assert sum(Settlement.objects.values_list("amount", flat=True)) == 1000


@pytest.fixture
def plans(as_system: None) -> None:
    registered()


Step = tuple[str, int, int]
STEPS = st.lists(st.tuples(st.sampled_from(["join", "end"]), st.integers(0, 700), st.integers(0, 400)), max_size=6)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_joined_and_ended_ranges_never_overlap_and_terms_fit(plans: None, steps: list[Step]) -> None:
    with transaction.atomic():
        home = a_home(ONE, country="NL")
        plan = "nl/zilveren-kruis/basisverzekering"
        for what, ahead, more in steps:
            day = D + timedelta(days=ahead)
            try:
                if what == "join":
                    enrol(home.household, plan, home.wanted("jonas"), day, D)
                else:
                    end_enrolment(enrolled(home, "jonas", plan), day + timedelta(days=more), Ended.NOTICE, "wish")
            except (Refused, AssertionError):
                continue
        held = sorted(period(row.during) for row in Enrolment.objects.exclude(ended_for="void"))
        for one, following in pairwise(held):
            assert one.until is not None
            assert one.until < following.start
        for row in Enrolment.objects.all():
            assert [term.during for term in row.terms.all()] == [row.during]
        sql("SELECT 1")
        transaction.set_rollback(True)
