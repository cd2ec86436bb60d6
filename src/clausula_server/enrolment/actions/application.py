"""Applications: people ask to be in a plan, its rules answer, a person decides what the rules leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clausula_server.enrolment.actions.enrolment import conclude, lock_household
from clausula_server.enrolment.catalogue.asking import OUTCOMES, Against, Answer, answers
from clausula_server.enrolment.catalogue.stated import asked_of, check_facts, knows_fact
from clausula_server.enrolment.continuity import continuous_since
from clausula_server.enrolment.dossier import Dossier, Facts, Held
from clausula_server.enrolment.models import Application, Due, Enrolment, PlanEdition, State
from clausula_server.enrolment.queries import dossier_on, edition_for
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.refusals import Fault, Refused, refuse, refuse_if
from clausula_server.lib.roles import STAFF, Role
from clausula_server.people.models import Household

ONLINE, BY_PHONE = "online", "phone"
"""How an application comes (PM-01): whoever applies for himself does so online; who keys it for the house says how."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who is to be in the plan, with what the plan asks of the enrolment (`asked_of`)."""

    person: UUID
    facts: Facts = field(default_factory=dict)


@action
def apply(
    household: Household,
    plan: str,
    wanted: Sequence[Wanted],
    start: date,
    applied_on: date,
    facts: Facts | None = None,
) -> Application:
    """Ask that people of a household be in a plan from a day on; the plan's own rules answer.

    Where they all say yes, the enrolments stand when this returns (state accepted). Where one says no, nobody is
    enrolled (refused), all or none: `answers` names the rules with reason code, clause and contact. What they leave to
    a document or a person waits (waiting). facts: of the application, such as sale_channel.
    Raises Refused for what is no application: strangers, who is in it already, facts of the wrong kind.
    """
    own = not current_actor().is_a(*STAFF, Role.SYSTEM)
    with elevated("the rules look at the whole household"):
        lock_household(household.id)
        chosen = edition_for(household.id, plan, start)
        if chosen is None:
            refuse("plan", f"no edition of {plan} is offered on {start}.", "Choose another day, or another plan.")
        dossier = dossier_on(household.id, start)
        told, people = _checked(dossier, chosen, wanted, own, facts or {})
        if knows_fact(chosen.digest, "requested_on"):
            told["requested_on"] = applied_on.isoformat()
        asked = _with_wanted(dossier, chosen, people, start)
        found = answers(asked, plan, applied_on, told)
        holder = dossier.holder()
        if holder is None:
            refuse("household", f"it has no holder on {start}.", "Name who answers for it.")
        row = Application.objects.create(
            household=household,
            holder_id=holder.id,
            plan=plan,
            edition=chosen,
            applied_on=applied_on,
            wanted=[
                {"person": str(each.person), "start": start.isoformat(), "facts": dict(each.facts)} for each in people
            ],
            facts=told,
            **_outcome(found),
        )
        _went(row)
        if row.state == State.ACCEPTED:
            conclude(row, asked)
        return row


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an application would be, and what it would cost first."""

    application: Application
    dues: tuple[Due, ...]


def foresee_application(
    household: Household, plan: str, wanted: Sequence[Wanted], start: date, applied_on: date, facts: Facts | None = None
) -> Foreseen:
    """What `apply` would answer: it is done and taken back, so that nothing is written. Raises Refused as it does."""
    with transaction.atomic():
        row = apply(household, plan, wanted, start, applied_on, facts)
        with elevated("what it would cost is asked for before anybody is enrolled"):
            dues = Due.objects.filter(enrolment__application=row).select_related("enrolment").order_by("due_on", "id")
            found = Foreseen(row, tuple(dues))
        transaction.set_rollback(True)
    return found


@action
def decide_application(application: Application, *, accept: bool, reason: str) -> Application:
    """Accept or refuse what waits, with a reason, after looking at it again as things stand now.

    What the rules refuse outright nobody accepts: state what is wrong (a fact, the household) and decide then. Raises
    Refused.
    """
    if not reason.strip():
        refuse("reason", "it is empty.", "Say why, so that it can be understood and appealed.")
    actor = current_actor()
    with elevated("the rules look at the whole household"):
        lock_household(application.household_id)
        row = _waiting(application)
        asked = _asked_again(row)
        if accept:
            found = answers(asked, row.plan, row.applied_on, row.facts)
            row.answers, row.outcome = _told(found), _worst(found)
            row.edition_id = next(held.edition for held in asked.held if held.wanted)
            if row.outcome == "not_covered":
                raise Refused(*faults_of(found))
        if actor.user is None and row.outcome != "covered":
            refuse("decided_by", "what the rules leave to a person is not decided by a machine.", "Sign in.")
        row.state = State.ACCEPTED if accept else State.REFUSED
        row.decided_by, row.reason, row.decided_at = actor.user, reason.strip(), timezone.now()
        row.save()
        _went(row)
        if accept:
            conclude(row, asked)
        return row


@action
def withdraw_application(application: Application) -> Application:
    """Take back what still waits. Raises Refused."""
    row = _waiting(application)
    row.state, row.decided_at = State.WITHDRAWN, timezone.now()
    row.save()
    _went(row)
    return row


@action
def enrol(
    household: Household, plan: str, wanted: Sequence[Wanted], start: date, applied_on: date, facts: Facts | None = None
) -> list[Enrolment]:
    """Apply, and refuse what is not accepted at once, so that nothing is left of it. Raises Refused with the rules that
    speak against it."""
    row = apply(household, plan, wanted, start, applied_on, facts)
    if row.state != State.ACCEPTED:
        raise Refused(*(_fault(row, each) for each in row.answers if each["outcome"] != "covered"))
    return list(Enrolment.objects.filter(application=row).order_by("id"))


def faults_of(found: Sequence[Answer]) -> list[Fault]:
    """The rules that speak against an application, as faults at the place of each person."""
    return [
        Fault(f"wanted[{number}]", _message(answer.outcome, against), _mend(against))
        for number, answer in enumerate(found)
        for against in answer.against[:1]
    ]


def _fault(row: Application, answer: Mapping[str, Any]) -> Fault:
    number = next(n for n, each in enumerate(row.wanted) if each["person"] == answer["person"])
    first = Against(**answer["reasons"][0])
    return Fault(f"wanted[{number}]", _message(answer["outcome"], first), _mend(first))


def _message(outcome: str, against: Against) -> str:
    said = {"not_covered": "refused", "needs_document": "needs a document"}.get(outcome, "needs a decision")
    return f"{said}: {against.names.get('en', against.rule)} ({against.reason}, clause {against.clause})."


def _mend(against: Against) -> str:
    if advice := against.advice.get("en"):
        return advice
    return f"Turn to {against.contact}." if against.contact else "Change the application, or ask for a decision."


def _checked(
    dossier: Dossier, chosen: PlanEdition, wanted: Sequence[Wanted], own: bool, facts: Facts
) -> tuple[dict[str, Any], list[Wanted]]:
    """Facts of the application and of each person as they are kept. Raises Refused, with all faults."""
    if not wanted:
        refuse("wanted", "it names nobody.", "Name who is to be in the plan.")
    told, faults = check_facts(chosen.digest, facts, "facts")
    if "sale_channel" in {each.fact for each in asked_of(chosen.digest)}:
        stated = told.setdefault("sale_channel", ONLINE if own else BY_PHONE)
        if own and stated != ONLINE:
            faults.append(
                Fault("facts.sale_channel", "who applies for himself does so online.", "Leave it out, or call us.")
            )
    people: list[Wanted] = []
    for number, each in enumerate(wanted):
        place = f"wanted[{number}]"
        kept, wrong = check_facts(chosen.digest, each.facts, f"{place}.facts")
        faults += [*wrong, *_person_faults(dossier, chosen.plan, each.person, f"{place}.person")]
        if each.person in {other.person for other in people}:
            faults.append(Fault(f"{place}.person", "is named twice.", "Name everybody once."))
        people.append(Wanted(each.person, kept))
    refuse_if(faults)
    return told, people


def _person_faults(dossier: Dossier, plan: str, person: UUID, place: str) -> list[Fault]:
    members = {member.id: member for member in dossier.members}
    if person not in members:
        mend = "Let them join the household, or take the day from which they are in it."
        return [Fault(place, f"nobody of that id is in the household on {dossier.day}.", mend)]
    for held in dossier.all():
        if held.person == person and held.plan == plan:
            until = f" to {held.until}" if held.until else ""
            message = f"{members[person].name} is in {plan} from {held.start}{until} already."
            return [Fault(place, message, "Choose days outside of that, or change that enrolment.")]
    return []


def _with_wanted(dossier: Dossier, chosen: PlanEdition, people: Sequence[Wanted], start: date) -> Dossier:
    """The household with those who want to be in the plan, each with the facts this room works out."""
    holder = dossier.holder()
    starts = {held.person: held.start for held in dossier.of_plan(chosen.plan)} | {
        each.person: start for each in people
    }
    more = []
    for each in people:
        facts = dict(each.facts)
        if holder and holder.id in starts and each.person != holder.id and knows_fact(chosen.digest, "holder_start"):
            facts["holder_start"] = starts[holder.id].isoformat()
        if start == dossier.member(each.person).born and knows_fact(chosen.digest, "enrolled_from_birth"):
            facts["enrolled_from_birth"] = True
        since = continuous_since(each.person, chosen.digest, start)
        if since is not None:
            facts["continuous_since"] = since.isoformat()
        more.append(Held(each.person, chosen.plan, chosen.digest, chosen.id, start, facts=facts, wanted=True))
    return dossier.with_held(*more)


def _waiting(application: Application) -> Application:
    row = Application.objects.select_for_update().select_related("edition").get(pk=application.pk)
    if row.state != State.WAITING:
        refuse("application", f"it is {row.state} already.", "Only what waits is decided or withdrawn.")
    return row


def _asked_again(row: Application) -> Dossier:
    start = date.fromisoformat(row.wanted[0]["start"])
    dossier = dossier_on(row.household_id, start)
    people = [Wanted(UUID(each["person"]), each["facts"]) for each in row.wanted]
    chosen = edition_for(row.household_id, row.plan, start) or row.edition
    refuse_if(
        [
            fault
            for number, each in enumerate(people)
            for fault in _person_faults(dossier, row.plan, each.person, f"wanted[{number}].person")
        ]
    )
    return _with_wanted(dossier, chosen, people, start)


def _worst(found: Sequence[Answer]) -> str:
    return max((answer.outcome for answer in found), key=OUTCOMES.index)


def _told(found: Sequence[Answer]) -> list[dict[str, Any]]:
    return [
        {
            "person": str(answer.person),
            "outcome": answer.outcome,
            "reasons": [asdict(against) for against in answer.against],
        }
        for answer in found
    ]


def _outcome(found: Sequence[Answer]) -> dict[str, Any]:
    worst = _worst(found)
    state = {"covered": State.ACCEPTED, "not_covered": State.REFUSED}.get(worst, State.WAITING)
    return {"answers": _told(found), "outcome": worst, "state": state}


def _went(row: Application) -> None:
    reasons = sorted({each["reason"] for answer in row.answers for each in answer["reasons"]})
    payload = {"plan": row.plan, "outcome": row.outcome, "reasons": reasons}
    append(f"application.{row.state}", row.id, person=row.holder_id, payload=payload)
