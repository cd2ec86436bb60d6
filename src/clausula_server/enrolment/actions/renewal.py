"""The renewal run: who renews, whose age ends the cover and when, who ends with the family, what it costs, which text.

A run is a row; each household is done in one transaction that also writes its report. What is done already is left as
it is, so a run that was stopped goes on, and a second run changes nothing. A dry run is the same run, taken back
household by household: only the report stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clausula_server.enrolment.actions.due import post_dues
from clausula_server.enrolment.actions.ending import close, going_with
from clausula_server.enrolment.actions.enrolment import lock_household, switch_edition
from clausula_server.enrolment.catalogue.asking import Contribution, contributions, end_of, premium_class, standing
from clausula_server.enrolment.catalogue.editions import CannotCombine
from clausula_server.enrolment.dossier import Dossier, Held
from clausula_server.enrolment.models import Due, Ended, Enrolment, PlanEdition, RenewalReport, RenewalRun
from clausula_server.enrolment.queries import dossier_on, held_from, households_with_enrolments, offered_on
from clausula_server.enrolment.years import renewal_days
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.periods import DAY, days
from clausula_server.lib.refusals import Refused, refuse

Line = dict[str, Any]
"""What a run tells of one person in one plan: what (renewed, ended, edition, due, attention), on which day, more."""


@action
def start_run(first: date, last: date, plans: Iterable[str] = (), *, dry: bool) -> RenewalRun:
    """A run over all renewal days from `first` to `last`; nothing is done yet. Raises Refused."""
    if last < first:
        refuse("last", f"{last} is before {first}.", "Give a later day.")
    if (last - first).days > 400:
        refuse("last", "a run reaches over 400 days at most.", "Make several runs.")
    wanted = sorted(set(plans))
    known = set(PlanEdition.objects.filter(plan__in=wanted).values_list("plan", flat=True))
    if strange := [plan for plan in wanted if plan not in known]:
        refuse("plans", f"there is no plan {', '.join(strange)}.", "Register it, or leave it out.")
    row = RenewalRun.objects.create(first=first, last=last, plans=wanted, dry=dry, asked_by=current_actor().name[:120])
    append("renewal.started", row.id, payload={"first": first.isoformat(), "last": last.isoformat(), "dry": dry})
    return row


@action
def make_real(tried: RenewalRun) -> RenewalRun:
    """A run that does what a dry one told: the same days, the same plans; nothing is done yet. Raises Refused where
    that one is not dry, is not through, or could not be done with a household.

    Between the two something may have changed: a run renews what is there when it comes to a household.
    """
    if not tried.dry:
        refuse("run", "this is a real run itself.", "Try the days first; name the dry run.")
    if tried.finished_at is None:
        refuse("run", "the dry run still goes on.", "Wait until it is through, and read its reports.")
    if faulty := RenewalReport.objects.filter(run=tried).exclude(fault="").count():
        message = f"{faulty} {'household' if faulty == 1 else 'households'} could not be renewed."
        refuse("run", message, "Read their reports, put it right, and try again.")
    return start_run(tried.first, tried.last, tried.plans, dry=False)


def continue_run(run: RenewalRun) -> int:
    """Do the households a run has not done yet, one transaction each; how many it did. What cannot be renewed is told
    in its report and keeps nobody else waiting. Not an action: each household is one."""
    done = set(RenewalReport.objects.filter(run=run).values_list("household", flat=True))
    fresh = 0
    for household in households_with_enrolments(run.plans, run.first, run.last):
        if household not in done:
            fresh += renew_household(run, household)
    finish_run(run)
    return fresh


@action
def finish_run(run: RenewalRun) -> None:
    """Note that a run is through."""
    if RenewalRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=timezone.now()):
        append("renewal.finished", run.id, payload={"dry": run.dry})


@action
def renew_household(run: RenewalRun, household: UUID) -> bool:
    """Renew one household and write the report, or only the report where the run is dry; whether it was still to do."""
    with elevated("a renewal looks at the whole household"):
        lock_household(household)
        if RenewalReport.objects.filter(run=run, household=household).exists():
            return False
        lines, fault = _renewed(run, household)
        RenewalReport.objects.create(run=run, household_id=household, lines=lines, fault=fault[:500])
        if fault:
            append("renewal.failed", household, payload={"run": str(run.id), "fault": fault[:200]})
        return True


def _renewed(run: RenewalRun, household: UUID) -> tuple[list[Line], str]:
    """The lines of a household, with what they tell done, unless the run is dry; or why it could not be done."""
    try:
        with transaction.atomic():
            lines = [line for day in _days(run, household) for line in _renew_on(household, day, run.plans)]
            lines += _dues(run, household)
            if run.dry:
                transaction.set_rollback(True)  # only what is told stays
    except (Refused, CannotCombine) as error:
        return [], str(error)
    return lines, ""


def _days(run: RenewalRun, household: UUID) -> list[date]:
    """The days of a run on which something may change for a household: years of plans begin, texts end."""
    found: set[date] = set()
    for held in dict.fromkeys(_all_held(household, run)):
        edition = PlanEdition.objects.only("year", "until").get(pk=held.edition)
        found.update(renewal_days(held.start, edition.year, run.first, run.last))
        if edition.until is not None and run.first <= edition.until + DAY <= run.last:
            found.add(edition.until + DAY)
        end = end_of(dossier_on(household, max(run.first, held.start)), held) if held.start <= run.first else None
        if end is not None and end <= run.last:
            found.add(max(end, run.first))
    return sorted(found)


def _all_held(household: UUID, run: RenewalRun) -> list[Held]:
    now, later = held_from(household, run.first)
    return [held for held in (*now, *later) if held.start <= run.last and (not run.plans or held.plan in run.plans)]


def _renew_on(household: UUID, day: date, plans: list[str]) -> list[Line]:
    """What happens to a household on a day: first who ends, then which text holds, then who renews."""
    lines = list(_end_by_age(household, day, plans))
    lines += _take_edition(household, day, plans)
    dossier = dossier_on(household, day)
    answers = standing(dossier)
    for held in dossier.held:
        if plans and held.plan not in plans:
            continue
        edition = PlanEdition.objects.only("year").get(pk=held.edition)
        if day not in renewal_days(held.start, edition.year, day, day):
            continue
        member = dossier.member(held.person)
        line = _line(dossier, held, "renewed", day, digest=held.digest)
        line |= {"contributions": [_shown(each) for each in contributions(dossier, held, day)]}
        if klass := premium_class(held.digest, member.born, day):
            line |= {"premium_class": klass, "premium_class_before": premium_class(held.digest, member.born, day - DAY)}
        lines.append(line)
        answer = answers[held.id]
        if answer.outcome == "not_covered":
            reasons = [{"reason": each.reason, "clause": each.clause} for each in answer.against]
            lines.append(_line(dossier, held, "attention", day, reasons=reasons))
        if member.died_on is not None and member.died_on < day:
            lines.append(_line(dossier, held, "attention", day, reasons=[{"reason": "DIED", "clause": ""}]))
    return lines


def _end_by_age(household: UUID, day: date, plans: list[str]) -> Iterable[Line]:
    """End what a rule of its plan ends by this day, with all that goes with it."""
    while True:
        dossier = dossier_on(household, day - DAY)
        due = [(end_of(dossier, held), held) for held in dossier.held if not plans or held.plan in plans]
        ends = [(end, held) for end, held in due if end is not None and end <= day and not _ended(held, end)]
        if not ends:
            return
        end, first = min(ends, key=lambda each: (each[0], dossier.member(each[1].person).role != "holder", each[1].id))
        last_day = max(end, first.start + DAY) - DAY
        for held, why in going_with(dossier, first.id, Ended.AGE).items():
            clause = f"ends by age on {end}" if held == first else f"ends with {dossier.member(first.person).name}"
            close(Enrolment.objects.get(pk=held.id), last_day, why, clause)
            yield _line(dossier, held, "ended", end, why=why.value)


def _ended(held: Held, end: date) -> bool:
    return held.until is not None and held.until < end


def _take_edition(household: UUID, day: date, plans: list[str]) -> Iterable[Line]:
    """Let the text that is offered on the day hold for a plan from then on, for the whole household: on the day the
    year of the holder (else of who came first) begins, or where the old text ends by its own words."""
    dossier = dossier_on(household, day)
    holder = dossier.holder()
    for plan in dict.fromkeys(held.plan for held in dossier.held):
        if plans and plan not in plans:
            continue
        same = dossier.of_plan(plan)
        lead = min(same, key=lambda held: (holder is None or held.person != holder.id, held.start, held.id))
        old = PlanEdition.objects.defer("manifest").get(pk=lead.edition)
        over = old.until is not None and old.until < day
        new = offered_on(plan, day)
        if new is None or new.id == old.id or not (over or renewal_days(lead.start, old.year, day, day)):
            continue
        with_later = (*same, *(each for each in dossier.later if each.plan == plan))
        switch_edition([held.id for held in with_later], new, day)
        for held in with_later:
            yield _line(dossier, held, "edition", day, digest=new.digest, before=old.digest, label=new.label)


def _dues(run: RenewalRun, household: UUID) -> list[Line]:
    """Post what comes due in the run, and tell it; what was posted before is told as well."""
    rows = Enrolment.objects.filter(household=household, during__overlap=days(run.first, run.last))
    lines: list[Line] = []
    for enrolment in rows.exclude(ended_for="void").order_by("id"):
        if run.plans and enrolment.plan not in run.plans:
            continue
        fresh = {due.id for due in post_dues(enrolment, run.last, run.first)}
        owed = Due.objects.filter(enrolment=enrolment, cancelled_on__isnull=True, due_on__range=(run.first, run.last))
        lines += [_due_line(enrolment, due, new=due.id in fresh) for due in owed.order_by("due_on", "rule")]
    return lines


def _due_line(enrolment: Enrolment, due: Due, *, new: bool) -> Line:
    return {
        "what": "due",
        "person": str(enrolment.person_id),
        "plan": enrolment.plan,
        "on": due.due_on.isoformat(),
        "rule": due.rule,
        "amount": due.amount,
        "currency": due.currency,
        "new": new,
    }


def _line(dossier: Dossier, held: Held, what: str, day: date, **more: Any) -> Line:
    name = dossier.member(held.person).name
    return {"what": what, "person": str(held.person), "name": name, "plan": held.plan, "on": day.isoformat(), **more}


def _shown(each: Contribution) -> Line:
    return {"rule": each.rule, "clause": each.clause, "amount": each.amount, "currency": each.currency}
