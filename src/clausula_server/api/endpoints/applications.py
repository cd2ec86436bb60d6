"""Applications: ask before, apply, decide what the rules leave open; other choices, another plan, an end."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import Field

from clausula_server.api import applied as showing
from clausula_server.api.concerns import of_application, of_enrolment, of_holder
from clausula_server.api.endpoint import Room, Told
from clausula_server.api.languages import language_of
from clausula_server.api.records.applications import (
    ApplicationForeseen,
    ApplicationIn,
    ApplicationRecord,
    Applications,
    ChoiceIn,
    DecisionIn,
    EndedList,
    EndIn,
    PlanChangeIn,
    WantedIn,
)
from clausula_server.api.records.claims import Done, ReasonIn
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.enrolment.actions import application as actions
from clausula_server.enrolment.actions.application import Wanted
from clausula_server.enrolment.actions.change import change_plan as move
from clausula_server.enrolment.actions.ending import end_enrolment as end
from clausula_server.enrolment.actions.ending import withdraw_enrolment as take_back
from clausula_server.enrolment.actions.enrolment import change_choice as change
from clausula_server.enrolment.models import Application, Ended, Enrolment
from clausula_server.people.models import Household

room = Room("enrolments")
SPOKEN = {"headers": ("Content-Language",)}
Of = "/households/{uuid:household}/applications"
State = Annotated[str, Field(pattern="^(|waiting|accepted|refused|withdrawn)$")]


def _people(wanted: list[WantedIn]) -> list[Wanted]:
    return [Wanted(each.person, each.facts) for each in wanted]


def _told(row: Application, request: HttpRequest) -> Told:
    language = language_of(request)
    return Told(showing.application(row, language), {"Content-Language": language, "Vary": "Accept-Language"})


@room.post(f"{Of}/preview", "enrolment.application.make", of_holder, writes=False, errors=("refused",), **SPOKEN)
def preview_application(
    request: HttpRequest, household: UUID, body: ApplicationIn
) -> Annotated[Told, ApplicationForeseen]:
    """What an application would answer, by which rules, and what it would cost first. Nothing is written."""
    home, language = get_object_or_404(Household, pk=household), language_of(request)
    found = actions.foresee_application(
        home, body.plan, _people(body.wanted), body.start, timezone.localdate(), body.facts
    )
    return Told(showing.foreseen(found, language), {"Content-Language": language, "Vary": "Accept-Language"})


@room.post(Of, "enrolment.application.make", of_holder, status=201, errors=("refused",), **SPOKEN)
def apply(request: HttpRequest, household: UUID, body: ApplicationIn) -> Annotated[Told, ApplicationRecord]:
    """Ask that people of a household be in a plan. The plan's own rules answer at once; all of them, or none.

    Where all rules say yes, they are enrolled. What is left to a document or a person waits. What the rules refuse is
    an application too, with the clauses it rests on; 422 is what is no application, such as a stranger.
    """
    home = get_object_or_404(Household, pk=household)
    row = actions.apply(home, body.plan, _people(body.wanted), body.start, timezone.localdate(), body.facts)
    return _told(row, request)


@room.get(Of, "enrolment.application.read", of_holder, **SPOKEN)
def list_applications(
    request: HttpRequest, household: UUID, after: Cursor = None, size: Size = 50
) -> Annotated[Told, Applications]:
    """The applications of a household."""
    language = language_of(request)
    rows = Application.objects.filter(household=household)
    page = Applications.of(rows, after, size, lambda row: showing.application(row, language))
    return Told(page, {"Content-Language": language, "Vary": "Accept-Language"})


@room.get("/applications", "enrolment.application.decide", headers=("Content-Language",))
def list_all_applications(
    request: HttpRequest, state: State = "waiting", after: Cursor = None, size: Size = 50
) -> Annotated[Told, Applications]:
    """Applications of all households: those that wait for somebody to decide, where no state is named."""
    language = language_of(request)
    rows = Application.objects.filter(state=state) if state else Application.objects.all()
    page = Applications.of(rows, after, size, lambda row: showing.application(row, language))
    return Told(page, {"Content-Language": language, "Vary": "Accept-Language"})


@room.get("/applications/{uuid:application}", "enrolment.application.read", of_application, **SPOKEN)
def show_application(request: HttpRequest, application: UUID) -> Annotated[Told, ApplicationRecord]:
    """An application, with what the rules answered and what was decided."""
    return _told(get_object_or_404(Application, pk=application), request)


@room.post(
    "/applications/{uuid:application}/decision", "enrolment.application.decide", of_application, errors=("refused",),
    **SPOKEN,
)  # fmt: skip
def decide_application(request: HttpRequest, application: UUID, body: DecisionIn) -> Annotated[Told, ApplicationRecord]:
    """Accept or refuse what waits, with a reason. What the rules refuse outright nobody accepts."""
    row = get_object_or_404(Application, pk=application)
    return _told(actions.decide_application(row, accept=body.accept, reason=body.reason), request)


@room.post(
    "/applications/{uuid:application}/withdrawal", "enrolment.application.make", of_application, errors=("refused",),
    **SPOKEN,
)  # fmt: skip
def withdraw_application(request: HttpRequest, application: UUID) -> Annotated[Told, ApplicationRecord]:
    """Take back what still waits."""
    return _told(actions.withdraw_application(get_object_or_404(Application, pk=application)), request)


@room.post("/enrolments/{uuid:enrolment}/choice", "enrolment.enrolment.change", of_enrolment, errors=("refused",))
def change_choice(request: HttpRequest, enrolment: UUID, body: ChoiceIn) -> Done:
    """Let other choices hold from the day on which a year of the plan begins, such as another franchise."""
    return Done(id=change(get_object_or_404(Enrolment, pk=enrolment), body.facts, body.start).enrolment_id)


@room.post("/enrolments/{uuid:enrolment}/end", "enrolment.enrolment.end", of_enrolment, errors=("refused",))
def end_enrolment(request: HttpRequest, enrolment: UUID, body: EndIn) -> EndedList:
    """End an enrolment, and what ends with it: the family with the holder, what stands on it only where that is
    understood. What else would end is named first, and nothing is done."""
    row = get_object_or_404(Enrolment, pk=enrolment)
    gone = end(row, body.last_day, Ended(body.why), body.reason, with_others=body.with_others)
    return EndedList(items=[showing.ended(each) for each in gone])


@room.post(
    "/enrolments/{uuid:enrolment}/withdrawal", "enrolment.enrolment.end", of_enrolment, errors=("refused",)
)  # fmt: skip
def withdraw_enrolment(request: HttpRequest, enrolment: UUID, body: ReasonIn) -> Done:
    """Take back an enrolment that has not begun: it counts nowhere."""
    take_back(get_object_or_404(Enrolment, pk=enrolment), timezone.localdate(), body.reason)
    return Done(id=enrolment)


@room.post(
    "/households/{uuid:household}/plan-change", "enrolment.enrolment.end", of_holder, errors=("refused",)
)  # fmt: skip
def change_plan(request: HttpRequest, household: UUID, body: PlanChangeIn) -> EndedList:
    """Let everybody in one plan be in another from a day on; the new enrolments. Where the new plan's rules do not say
    yes at once, nothing changes."""
    home = get_object_or_404(Household, pk=household)
    facts = {each.person: each.facts for each in body.wanted}
    begun = move(home, body.leaving, body.joining, body.start, timezone.localdate(), facts, body.facts)
    return EndedList(items=[showing.ended(each) for each in begun])
