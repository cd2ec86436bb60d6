"""Enrolment over the API: asked before, applied for, decided by somebody, changed, ended, renewed for a try."""

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from clausula_server.enrolment.actions.renewal import continue_run, finish_run
from clausula_server.enrolment.models import Application, Due, Enrolment, RenewalReport, RenewalRun, Term
from clausula_server.lib.acting import acting, system
from clausula_server.lib.periods import period
from tests.api_world import Asker, Known, days_ago, token_of
from tests.claims_world import BASE, MEDIO
from tests.insured import D, enrolled, italians, registered
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast: Cast) -> Any:
    with acting(system("test")):
        registered()
        return italians()


def asked(home: Any, plan: str, *names: str, **facts: Any) -> dict[str, Any]:
    people = [{"person": str(each.person), "facts": facts} for each in home.wanted(*names)]
    return {"plan": plan, "start": D.isoformat(), "wanted": people}


def counts() -> tuple[int, int, int]:
    with acting(system("test")):
        return Application.objects.count(), Enrolment.objects.count(), Due.objects.count()


def test_what_an_application_would_answer_is_told_and_nothing_is_written(omar: Asker, home: Any, as_web: None) -> None:
    path = f"/households/{home.household.id}/applications"
    before = counts()
    no = omar.post(f"{path}/preview", asked(home, BASE, "marco"), **{"Accept-Language": "it"}).json()
    assert (no["state"], no["answers"][0]["reasons"][0]["reason"], no["costs"]) == ("refused", "MEMBERS_ONLY", [])
    assert no["answers"][0]["reasons"][0]["clause"]
    body = asked(home, BASE, "marco", own_membership=True)
    yes = omar.post(f"{path}/preview", body).json()
    assert (yes["state"], yes["outcome"]) == ("accepted", "covered")
    assert counts() == before
    done = omar.post(path, body).json()
    assert (done["state"], done["outcome"], done["answers"]) == ("accepted", "covered", yes["answers"])
    with acting(system("test")):
        dues = Due.objects.filter(enrolment__application=done["id"]).values_list("amount", flat=True)
        assert [cost["amount"] for cost in yes["costs"]] == [f"{due / 100:.2f}" for due in dues]
        assert Enrolment.objects.filter(application=done["id"]).count() == 1


def test_what_waits_is_decided_by_somebody_with_a_reason(cast: Cast, omar: Asker, known: Known) -> None:
    with acting(system("test")):
        Application.objects.filter(pk=known.application).update(state="waiting", outcome="needs_person")
    assert str(known.application) in [each["id"] for each in omar.get("/applications").json()["items"]]
    mara = Asker(token_of(cast, "mara"))
    body = {"accept": False, "reason": "The declaration was never signed."}
    assert mara.post(f"/applications/{known.application}/decision", body).status_code == 403
    told = omar.post(f"/applications/{known.application}/decision", body).json()
    assert (told["state"], told["reason"]) == ("refused", "The declaration was never signed.")
    again = omar.post(f"/applications/{known.application}/decision", body)
    assert (again.status_code, again.json()["faults"][0]["place"]) == (422, "application")


def test_a_stranger_in_an_application_is_refused_with_the_place(omar: Asker, home: Any, cast: Cast) -> None:
    body = {**asked(home, BASE, "marco"), "wanted": [{"person": str(cast.people["sven"].id)}]}
    answer = omar.post(f"/households/{home.household.id}/applications", body)
    assert (answer.status_code, answer.json()["faults"][0]["place"]) == (422, "wanted[0].person")


def test_an_end_names_what_else_would_end_and_ends_it_where_that_is_understood(omar: Asker, cast: Cast) -> None:
    with acting(system("test")):
        registered()
        family = italians(D, MEDIO)
        base = enrolled(family, "giulia", BASE)
    body = {"last_day": D.replace(month=12, day=31).isoformat(), "why": "notice", "reason": "letter of notice"}
    first = omar.post(f"/enrolments/{base.id}/end", body)
    assert (first.status_code, first.json()["faults"][0]["place"]) == (422, "with_others")
    done = omar.post(f"/enrolments/{base.id}/end", {**body, "with_others": True}).json()["items"]
    assert (done[0]["id"], done[0]["until"], done[0]["ended_for"]) == (str(base.id), body["last_day"], "notice")
    assert {each["ended_for"] for each in done if each["plan"] == MEDIO} == {"condition"}
    with acting(system("test")):
        assert not Enrolment.objects.filter(household=family.household, during__endswith__isnull=True).exists()


def test_another_choice_holds_from_the_day_a_year_begins(omar: Asker, known: Known) -> None:
    with acting(system("test")):
        held = Term.objects.get(enrolment=known.enrolment)
        start = period(held.during).start
        year = held.edition.year
    begins = start.replace(year=start.year + 1) if year != "calendar" else start.replace(start.year + 1, 1, 1)
    wrong = omar.post(
        f"/enrolments/{known.enrolment}/choice",
        {"start": begins.replace(day=begins.day % 28 + 1).isoformat(), "facts": {"own_membership": True}},
    )
    assert (wrong.status_code, wrong.json()["faults"][0]["place"]) == (422, "start")
    body = {"start": begins.isoformat(), "facts": {"own_membership": True}}
    assert omar.post(f"/enrolments/{known.enrolment}/choice", body).status_code == 200
    with acting(system("test")):
        assert Term.objects.filter(enrolment=known.enrolment).count() == 2


def test_a_renewal_is_tried_by_the_worker_and_read_household_by_household(omar: Asker, known: Known) -> None:
    first, last = days_ago(-1), days_ago(-390)
    answer = omar.post("/renewals", {"first": first.isoformat(), "last": last.isoformat()})
    assert (answer.status_code, answer.json()["dry"], answer.json()["finished_at"]) == (202, True, None)
    run, before = answer.json()["id"], counts()
    with acting(system("test")):
        continue_run(RenewalRun.objects.get(pk=run))  # as the worker does
        reports = RenewalReport.objects.filter(run=run).count()
    told = omar.get(f"/renewals/{run}/reports").json()["items"]
    mine = next(each for each in told if each["household"] == str(known.household))
    assert len(told) == reports
    assert {"renewed", "due"} <= {line["what"] for line in mine["lines"]}, mine
    assert all(line["amount"] for line in mine["lines"] if line["what"] == "due")
    assert omar.get(f"/renewals/{run}").json()["finished_at"] is not None
    assert counts() == before


def test_what_was_tried_is_done_by_a_real_run_and_once(omar: Asker, known: Known) -> None:
    days = {"first": days_ago(-1).isoformat(), "last": days_ago(-390).isoformat()}
    tried = omar.post("/renewals", days).json()["id"]
    early = omar.post(f"/renewals/{tried}/real")
    assert (early.status_code, early.json()["faults"][0]["place"]) == (422, "run")
    with acting(system("test")):
        continue_run(RenewalRun.objects.get(pk=tried))
    key = {"Idempotency-Key": "renew-once"}
    answer = omar.post(f"/renewals/{tried}/real", **key)
    real, before = answer.json(), counts()
    assert (answer.status_code, real["dry"], real["first"], real["last"]) == (202, False, days["first"], days["last"])
    assert answer["Location"] == f"/api/v1/renewals/{real['id']}"
    assert omar.post(f"/renewals/{tried}/real", **key).json()["id"] == real["id"]
    assert ProcrastinateJob.objects.filter(task_name="enrolment.renew", args={"run": real["id"]}).count() == 1
    with acting(system("test")):
        continue_run(RenewalRun.objects.get(pk=real["id"]))  # as the worker does
    assert counts()[2] > before[2]
    lines = {
        run: [each["lines"] for each in sorted(omar.get(f"/renewals/{run}/reports").json()["items"], key=of)]
        for run in (tried, real["id"])
    }
    assert lines[tried] == lines[real["id"]]
    of_real = omar.post(f"/renewals/{real['id']}/real")
    assert (of_real.status_code, of_real.json()["faults"][0]["place"]) == (422, "run")


def test_a_run_that_could_not_renew_somebody_is_not_made_real(omar: Asker, known: Known) -> None:
    with acting(system("test")):
        run = RenewalRun.objects.get(pk=known.run)
        RenewalReport.objects.create(run=run, household_id=known.household, lines=[], fault="two editions at a time")
        finish_run(run)
    answer = omar.post(f"/renewals/{known.run}/real")
    assert answer.status_code == 422
    assert "1 household could not be renewed." in answer.json()["detail"]


def of(report: dict[str, Any]) -> str:
    return str(report["household"])
