"""Enrolments: conclude what was accepted, and change a choice from a day on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from clausula_server.enrolment.actions.due import post_dues
from clausula_server.enrolment.catalogue.asking import standing
from clausula_server.enrolment.catalogue.stated import check_facts
from clausula_server.enrolment.dossier import Dossier, Facts, Held
from clausula_server.enrolment.models import Application, Enrolment, PlanEdition, Term
from clausula_server.enrolment.queries import dossier_on, offered_on
from clausula_server.enrolment.years import is_renewal_day
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.periods import DAY, Period, days, period
from clausula_server.lib.refusals import Fault, Refused, refuse, refuse_if
from clausula_server.people.models import Household


def lock_household(household: UUID) -> None:
    """Let whoever changes the household's enrolments at the same time wait. Inside a transaction."""
    Household.objects.select_for_update().get(pk=household)


@action
def conclude(application: Application, asked: Dossier) -> list[Enrolment]:
    """Enrol whom an accepted application names, with terms and first contributions. Raises Refused where somebody is in
    the plan at that time, which only a race can bring about."""
    edition = PlanEdition.objects.get(pk=next(held.edition for held in asked.held if held.wanted))
    rows = [_enrol(application, held, edition) for held in asked.held if held.wanted]
    for row in rows:
        post_dues(row, application.applied_on)
    return rows


def _enrol(application: Application, held: Held, edition: PlanEdition) -> Enrolment:
    try:
        with transaction.atomic():
            row = Enrolment.objects.create(
                person_id=held.person,
                household_id=application.household_id,
                plan=held.plan,
                during=days(held.start, held.until),
                application=application,
            )
    except IntegrityError as error:
        if "enrolment_once_at_a_time" not in str(error):
            raise
        message = f"the person is in {held.plan} at that time already."
        refuse("wanted.person", message, "Somebody else has just enrolled them; look again.")
    for chosen, stretch in terms_of(edition, held.start, held.until):
        Term.objects.create(
            enrolment=row,
            household_id=application.household_id,
            plan=held.plan,
            edition=chosen,
            facts=dict(held.facts),
            during=days(*stretch),
        )
    payload = {"plan": row.plan, "start": held.start.isoformat()}
    append("enrolment.began", row.id, person=row.person_id, payload=payload)
    return row


def terms_of(edition: PlanEdition, start: date, until: date | None) -> Iterator[tuple[PlanEdition, Period]]:
    """The editions an enrolment stands under from a day to a day: where a text ends by its own words, the next one."""
    while edition.until is not None and (until is None or edition.until < until):
        following = offered_on(edition.plan, max(start, edition.until) + DAY)
        if following is None or following == edition or edition.until < start:
            break
        last = edition.until
        yield edition, Period(start, last)
        edition, start = following, last + DAY
    yield edition, Period(start, until)


@action
def change_choice(enrolment: Enrolment, facts: Facts, start: date) -> Term:
    """Let other choices hold from a day on, such as another franchise: a new term. Facts not named stay.

    The day is one on which a year of the plan begins (OAMal 94: a franchise changes on 1 January). Raises Refused where
    it is none, where a fact is not the plan's, and where a rule of the plan now speaks against it.
    """
    with elevated("the rules look at the whole household"):
        lock_household(enrolment.household_id)
        row = Term.objects.filter(enrolment=enrolment, during__contains=start).select_related("edition").first()
        if row is None:
            refuse("start", f"nobody is enrolled on {start} here.", "Choose a day of the enrolment.")
        began = period(enrolment.during).start
        if start == began or not is_renewal_day(began, row.edition.year, start):
            mend = "Choose 1 January." if row.edition.year == "calendar" else f"Choose a yearly return of {began}."
            refuse("start", f"no year of the plan begins on {start}.", mend)
        kept, faults = check_facts(row.edition.digest, facts, "facts")
        refuse_if(faults)
        before = standing(dossier_on(enrolment.household_id, start))[enrolment.id]
        term = begin_term(row, row.edition, {**row.facts, **kept}, start)
        after = standing(dossier_on(enrolment.household_id, start))[enrolment.id]
        if after.outcome == "not_covered" and after.against != before.against:
            first = after.against[0]
            message = f"refused: {first.names.get('en', first.rule)} ({first.reason}, clause {first.clause})."
            raise Refused(Fault("facts", message, first.advice.get("en", "Choose otherwise.")))
        payload = {"plan": enrolment.plan, "start": start.isoformat(), "facts": sorted(kept)}
        append("enrolment.changed", enrolment.id, person=enrolment.person_id, payload=payload)
        return term


def begin_term(term: Term, edition: PlanEdition, facts: Facts, start: date) -> Term:
    """Let other facts or another edition hold from a day of the term to its end; a new term, or this one anew where it
    begins on that day."""
    held = period(term.during)
    if held.start == start:
        term.edition, term.facts = edition, dict(facts)
        term.save(update_fields=["edition", "facts"])
        return term
    term.during = days(held.start, start - DAY)
    term.save(update_fields=["during"])
    return Term.objects.create(
        enrolment_id=term.enrolment_id,
        household_id=term.household_id,
        plan=term.plan,
        edition=edition,
        facts=dict(facts),
        during=days(start, held.until),
    )


def switch_edition(enrolments: Sequence[UUID], edition: PlanEdition, start: date) -> None:
    """Let another edition hold from a day on for several enrolments of a household at a time: first all old terms end,
    then the new ones begin, because a household has one edition of a plan at a time."""
    begun = []
    for term in Term.objects.filter(enrolment__in=enrolments, during__overlap=days(start)).order_by("during"):
        held = period(term.during)
        begun.append((term, Period(max(start, held.start), held.until)))
        if held.start < start:
            Term.objects.filter(pk=term.pk).update(during=days(held.start, start - DAY))
        else:
            term.delete()
    for term, stretch in begun:
        Term.objects.create(
            enrolment_id=term.enrolment_id,
            household_id=term.household_id,
            plan=term.plan,
            edition=edition,
            facts=term.facts,
            during=days(*stretch),
        )
