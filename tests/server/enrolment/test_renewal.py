"""The renewal run: dry, then real; ages and the family cascade (NS-33), new texts, dues; idempotent and resumable."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clausula_server.database.rules import append_only
from clausula_server.enrolment.actions import renewal
from clausula_server.enrolment.actions.application import enrol
from clausula_server.enrolment.actions.due import post_dues
from clausula_server.enrolment.actions.edition import offer_edition, register
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.actions.renewal import continue_run, start_run
from clausula_server.enrolment.catalogue.editions import digest_of
from clausula_server.enrolment.jobs import renew_today
from clausula_server.enrolment.models import Due, Ended, Enrolment, RenewalReport, RenewalRun, Term
from clausula_server.events.models import Event
from clausula_server.ledger.models import Transfer
from clausula_server.lib.periods import days
from clausula_server.lib.refusals import refuse
from clausula_server.people.actions.person import Address, move_person, note_death
from clausula_server.people.models import FamilyRole
from tests.insured import (
    BASE,
    LAMAL,
    MEDIO,
    PLUSMED,
    ULTRA,
    D,
    Home,
    a_home,
    enrolled,
    faults_of,
    italians,
    packed,
    registered,
)

pytestmark = pytest.mark.django_db
NEXT = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def plans(as_system: None) -> None:
    registered()


def run_over(first: date, last: date | None = None, *plans: str, dry: bool = False) -> RenewalRun:
    run = start_run(first, last or first, plans, dry=dry)
    continue_run(run)
    return run


def told(run: RenewalRun, what: str = "") -> list[dict[str, Any]]:
    reports = RenewalReport.objects.filter(run=run)
    assert {report.fault for report in reports} <= {""}
    return [line for report in reports for line in report.lines if what in ("", line["what"])]


def who(home: Home, lines: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    names = {str(person.id): name for name, person in home.people.items()}
    return {(names[line["person"]], line["plan"].rpartition("-")[2], line["on"]) for line in lines}


def test_a_dry_run_tells_everything_and_keeps_nothing_but_its_report() -> None:
    home = italians(D, MEDIO)
    before = (Term.objects.count(), Due.objects.count(), Transfer.objects.count())
    dry = run_over(NEXT, dry=True)
    assert (Term.objects.count(), Due.objects.count(), Transfer.objects.count()) == before
    assert not Event.objects.filter(kind="contribution.due", payload__due_on="2027-01-01").exists()
    assert who(home, told(dry, "renewed")) == {
        ("giulia", "base", "2027-01-01"), ("giulia", "medio", "2027-01-01"), ("marco", "medio", "2027-01-01"),
        ("luca", "medio", "2027-01-01"), ("sofia", "medio", "2027-01-01"),
    }  # fmt: skip
    assert sorted(line["amount"] for line in told(dry, "due")) == [1000, 9500, 9500, 10000, 12000]
    real = run_over(NEXT)
    assert told(real) == told(dry), "what was told is what is done"
    assert Due.objects.count() == before[1] + 5


def test_a_second_run_changes_nothing_and_says_so() -> None:
    italians(D, MEDIO)
    run_over(NEXT)
    before = (Term.objects.count(), Due.objects.count(), Transfer.objects.count())
    again = run_over(NEXT)
    assert (Term.objects.count(), Due.objects.count(), Transfer.objects.count()) == before
    assert {line["new"] for line in told(again, "due")} == {False}


def test_a_run_that_was_stopped_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        italians()
    run = start_run(NEXT, NEXT, dry=False)
    real, seen = renewal.renew_household, list[UUID]()

    def stop_after_one(run: RenewalRun, household: UUID) -> bool:
        if seen:
            raise KeyboardInterrupt
        seen.append(household)
        return real(run, household)

    monkeypatch.setattr(renewal, "renew_household", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        continue_run(run)
    monkeypatch.undo()
    assert RenewalReport.objects.filter(run=run).count() == 1
    assert continue_run(run) == 2
    assert continue_run(run) == 0
    run.refresh_from_db()
    assert run.finished_at is not None
    assert Due.objects.filter(due_on=NEXT).count() == 3


def test_a_household_that_cannot_be_renewed_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    homes = sorted((italians() for _ in range(2)), key=lambda home: home.household.id)

    def fail_for_one(enrolment: Enrolment, until: date, since: date | None = None) -> list[Due]:
        if enrolment.household_id == homes[0].household.id:
            post_dues(enrolment, until, since)
            refuse("account", "it is closed.", "Open it.")
        return post_dues(enrolment, until, since)

    monkeypatch.setattr(renewal, "post_dues", fail_for_one)
    run = run_over(NEXT)
    assert {report.household_id: report.fault for report in run.reports.all()} == {
        homes[0].household.id: "account: it is closed. Open it.", homes[1].household.id: "",
    }  # fmt: skip
    assert [due.household_id for due in Due.objects.filter(due_on=NEXT)] == [homes[1].household.id]


@pytest.mark.parametrize(
    ("born", "end"),
    [
        (date(1946, 1, 2), date(2028, 1, 1)),
        (date(1945, 1, 2), date(2027, 1, 1)),
        (date(1945, 6, 1), date(2027, 1, 1)),
    ],
)
def test_the_holder_ends_at_the_first_expiry_after_eighty_one_with_the_family(born: date, end: date) -> None:  # NS-33
    italians(D, MEDIO, born={"giulia": born})
    for year in range(2027, end.year):
        assert not told(run_over(date(year, 1, 1)), "ended")
    lines = told(run_over(end), "ended")
    assert {(line["plan"], line["why"]) for line in lines} == {(BASE, "age"), (MEDIO, "age"), (MEDIO, "family")}
    assert {line["on"] for line in lines} == {end.isoformat()}
    assert {period.during.upper for period in Enrolment.objects.all()} == {end}
    assert not Due.objects.filter(due_on__gte=end, cancelled_on__isnull=True).exists()
    assert not told(run_over(end)), "nothing is left to do"


def test_a_family_member_of_eighty_ends_alone() -> None:  # NS-33 G5
    home = italians(date(2025, 1, 1), MEDIO, born={"marco": date(1945, 12, 31)})
    lines = told(run_over(D), "ended")
    assert who(home, lines) == {("marco", "medio", "2026-01-01")}
    assert enrolled(home, "marco", MEDIO).ended_for == Ended.AGE
    assert enrolled(home, "giulia", MEDIO).ended_for == ""


def test_a_run_that_comes_late_ends_on_the_day_it_should_have() -> None:
    home = italians(D, MEDIO, born={"giulia": date(1945, 6, 1)})
    run_over(date(2027, 3, 1), date(2027, 3, 31))
    assert enrolled(home, "luca", MEDIO).during == days(D, date(2026, 12, 31))


def test_everybody_renews_on_their_own_day_and_texts_change_with_the_holders() -> None:
    home = italians(D, MEDIO, "giulia")
    enrol(home.household, MEDIO, home.wanted("marco", "luca", "sofia"), NEXT, D)
    one = next(each for each in packed() if each.plan == MEDIO)
    manifest = one.manifest + "\n"
    changed = [type(one)(**{**_fields(one), "manifest": manifest, "digest": digest_of(manifest), "starts": NEXT})]
    (new,) = register(changed)
    lines = told(run_over(NEXT, NEXT, MEDIO), "edition")
    assert who(home, lines) == {(name, "medio", "2027-01-01") for name in home.people}
    assert set(Term.objects.filter(plan=MEDIO, during__contains=NEXT).values_list("edition", flat=True)) == {new.id}
    held = Term.objects.filter(enrolment=enrolled(home, "giulia", MEDIO)).order_by("during")
    assert [term.during for term in held] == [days(D, date(2026, 12, 31)), days(NEXT)]
    assert enrolled(home, "giulia", MEDIO).during == days(D), "the enrolment goes on: waiting counts from its start"


def _fields(one: object) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}  # type: ignore[attr-defined] # a dataclass with slots


def test_a_text_that_ends_by_its_own_words_is_followed_on_the_next_day() -> None:
    home = italians()
    base = Term.objects.get().edition
    offer_edition(base, D)
    one = next(each for each in packed() if each.plan == BASE)
    short = one.manifest + "\n"
    later = one.manifest + "\n" + one.manifest.splitlines()[-1]
    register(
        [
            type(one)(**{**_fields(one), "manifest": short, "digest": digest_of(short), "until": date(2027, 4, 30)}),
            type(one)(**{**_fields(one), "manifest": later, "digest": digest_of(later), "starts": date(2027, 5, 1)}),
        ]
    )
    run_over(NEXT)
    run_over(date(2027, 5, 1))
    terms = Term.objects.filter(enrolment=enrolled(home, "giulia", BASE)).order_by("during")
    assert [term.during.lower for term in terms] == [D, NEXT, date(2027, 5, 1)]
    assert len({term.edition_id for term in terms}) == 3


def test_what_a_person_has_to_look_at_is_told_and_nothing_is_done_about_it() -> None:
    home = a_home(
        {"jonas": (FamilyRole.HOLDER, date(1990, 4, 1)), "mia": (FamilyRole.CHILD, date(2008, 7, 1))},
        country="CH",
        canton="LU",
    )
    enrol(home.household, PLUSMED, [*home.wanted("jonas", franchise="300"), *home.wanted("mia", franchise="0")], D, D)
    move_person(home.people["jonas"], Address("1003", "Lausanne", "CH", canton="VD"), date(2026, 9, 1))
    lines = told(run_over(NEXT), "attention")
    reasons = {line["name"]: line["reasons"][0]["reason"] for line in lines}
    assert reasons == {"Jonas Rossi": "CANTON_NOT_SERVED", "Mia Rossi": "NO_SUCH_DEDUCTIBLE"}
    assert {each.ended_for for each in Enrolment.objects.all()} == {""}


def test_a_death_nobody_acted_on_is_told() -> None:
    home = italians(D, MEDIO)
    note_death(home.people["luca"], date(2026, 5, 5))
    lines = told(run_over(NEXT), "attention")
    assert who(home, lines) == {("luca", "medio", "2027-01-01")}
    assert lines[0]["reasons"] == [{"reason": "DIED", "clause": ""}]


def test_a_premium_class_that_changes_is_told() -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, date(2001, 6, 1))}, country="CH")
    enrol(home.household, ULTRA, home.wanted("jonas", signed_on="2025-12-01"), D, D)
    (line,) = told(run_over(NEXT), "renewed")
    assert (line["premium_class_before"], line["premium_class"]) == ("19-25", "26-30")


def test_a_run_makes_sense() -> None:
    assert "last" in faults_of(lambda: start_run(NEXT, D, dry=True))
    assert "last" in faults_of(lambda: start_run(D, date(2027, 12, 31), dry=True))
    assert "plans" in faults_of(lambda: start_run(D, D, ["x"], dry=True))


def test_only_the_plans_asked_for_are_touched() -> None:
    italians(D, MEDIO)
    assert {line["plan"] for line in told(run_over(NEXT, NEXT, BASE))} == {BASE}


def test_the_run_of_the_day_and_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    italians(D, MEDIO)
    call_command("renew", "2027-01-01", "2027-01-31")
    out = capsys.readouterr().out
    assert "2027-01-01  renewed    it/faremutua/noisalute-base  Giulia Rossi" in out
    assert "EUR 120.00" in out
    assert not Due.objects.filter(due_on=NEXT).exists()
    call_command("renew", "2027-01-01", "2027-01-31", "--really")
    assert Due.objects.filter(due_on=NEXT).count() == 5
    renew_today.func()
    renew_today.func()
    assert RenewalRun.objects.filter(dry=False, plans=[]).count() == 2


def test_reports_are_only_appended() -> None:
    assert "append_only" in append_only("enrolment_renewalreport").sql
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_trigger WHERE tgname = 'append_only' AND tgrelid = 'enrolment_renewalreport'::regclass"
        )
        assert cursor.fetchone()


@pytest.mark.no_cover
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    holder=st.dates(date(1937, 1, 1), date(1938, 12, 31)),
    spouse=st.dates(date(1937, 1, 1), date(1940, 12, 31)),
    start=st.dates(date(2016, 3, 1), date(2016, 12, 31)),
)
def test_whoever_is_how_old_the_family_never_outlives_the_holders_cover(
    plans: None, holder: date, spouse: date, start: date
) -> None:
    with transaction.atomic():
        home = a_home({"giulia": (FamilyRole.HOLDER, holder), "marco": (FamilyRole.SPOUSE, spouse)})
        state_fact(home.people["marco"], "on_family_certificate", True, "x", start)
        enrol(home.household, BASE, home.wanted("giulia"), start, start)
        enrol(home.household, MEDIO, home.wanted("giulia", "marco"), start, start)
        day = start
        for _ in range(5):
            run_over(day + timedelta(days=1), day + timedelta(days=366))
            day += timedelta(days=366)
        ends = {name: enrolled(home, name, MEDIO).during.upper for name in home.people}
        assert ends["giulia"] is not None
        assert ends["marco"] <= ends["giulia"]
        assert (ends["giulia"].month, ends["giulia"].day) == (start.month, start.day) or start.day == 29
        assert ends["giulia"] >= date(holder.year + 81, holder.month, min(holder.day, 28)) or ends["giulia"] == start
        assert enrolled(home, "giulia", BASE).during.upper == ends["giulia"]
        assert not Due.objects.filter(enrolment__plan=MEDIO, due_on__gte=ends["giulia"], cancelled_on__isnull=True)
        transaction.set_rollback(True)


def test_lamal_asks_no_contribution_here_because_its_tables_are_not() -> None:
    home = a_home({"jonas": (FamilyRole.HOLDER, date(1990, 4, 1))}, country="CH", canton="LU")
    enrol(home.household, LAMAL, home.wanted("jonas", franchise="300"), D, D)
    assert not told(run_over(NEXT), "due")
