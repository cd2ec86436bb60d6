"""Endings: by notice, by age, with the family, by death; and what ends with it because its condition is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from clausula_server.enrolment.actions.due import cancel_due
from clausula_server.enrolment.actions.enrolment import lock_household
from clausula_server.enrolment.catalogue.asking import Answer, ends_with_holder, standing
from clausula_server.enrolment.dossier import Dossier, Held
from clausula_server.enrolment.models import Due, Ended, Enrolment
from clausula_server.enrolment.queries import dossier_on
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.periods import DAY, days, period
from clausula_server.lib.refusals import Fault, Refused, refuse

NOT_ASKED = frozenset({Ended.AGE, Ended.DEATH, Ended.DECISION, Ended.FAMILY})
"""What ends an enrolment whatever the rest of the family does; all others leave a family in whole or not at all."""


@action
def end_enrolment(
    enrolment: Enrolment, last_day: date, why: Ended, reason: str, *, with_others: bool = False
) -> list[Enrolment]:
    """End an enrolment; `last_day` is its last. All that end with it are answered, itself first.

    The family ends with the holder where the plan says so. What stands on a condition that goes with it (Medio on Base)
    ends as well, but only where `with_others` says that this is understood. A family leaves in whole or not at all
    (NS-31). Dues whose period has not begun are cancelled. Raises Refused with what else would end.
    """
    with elevated("the rules look at the whole household"):
        lock_household(enrolment.household_id)
        row = Enrolment.objects.get(pk=enrolment.pk)
        _require_open(row, last_day, reason)
        going = going_with(dossier_on(row.household_id, last_day), row.id, why)
        others = {held: cause for held, cause in going.items() if cause == Ended.CONDITION}
        if others and not with_others:
            raise Refused(*(_also_ends(held, last_day) for held in others))
        _require_whole_family(dossier_on(row.household_id, last_day + DAY), {held.id for held in going}, row, why)
        return [
            close(
                Enrolment.objects.get(pk=held.id), last_day, cause, reason if held.id == row.id else f"with: {reason}"
            )
            for held, cause in going.items()
        ]


def going_with(dossier: Dossier, enrolment: UUID, why: Ended) -> dict[Held, Ended]:
    """What ends when an enrolment ends, with why: itself, the family where the holder leaves, and then whatever the
    rules refuse that stood with it before."""
    first = next(held for held in dossier.held if held.id == enrolment)
    going = {first: why}
    holder = dossier.holder()
    if holder is not None and first.person == holder.id and ends_with_holder(first.digest):
        going |= {held: Ended.FAMILY for held in dossier.of_plan(first.plan, later=True) if held.id != first.id}
    stood = standing(dossier)
    while True:
        left = standing(dossier.without(*(held.id for held in going)))
        fallen = [
            held
            for held in dossier.held
            if held not in going and held.plan != first.plan and _newly_refused(stood[held.id], left[held.id])
        ]
        if not fallen:
            return going
        for held in fallen:
            going[held] = Ended.CONDITION
            if holder is not None and held.person == holder.id and ends_with_holder(held.digest):
                with_it = dossier.of_plan(held.plan, later=True)
                going |= {other: Ended.CONDITION for other in with_it if other not in going}


def close(enrolment: Enrolment, last_day: date, why: Ended, reason: str) -> Enrolment:
    """Let an enrolment end on a day, with its terms; dues of periods that begin later are cancelled. One that would
    begin later only is withdrawn; one that ends earlier stays as it is."""
    began, until = period(enrolment.during)
    if began > last_day:
        return _void(enrolment, reason)
    if until is not None and until <= last_day and enrolment.ended_for:
        return enrolment
    enrolment.during, enrolment.ended_for, enrolment.end_reason = days(began, last_day), why, reason[:500]
    enrolment.save(update_fields=["during", "ended_for", "end_reason"])
    for term in enrolment.terms.order_by("during"):
        stretch = period(term.during)
        if stretch.start > last_day:
            term.delete()
        elif stretch.until is None or stretch.until > last_day:
            term.during = days(stretch.start, last_day)
            term.save(update_fields=["during"])
    _cancel_dues(enrolment, last_day, reason)
    payload = {"plan": enrolment.plan, "last_day": last_day.isoformat(), "why": why.value}
    append("enrolment.ended", enrolment.id, person=enrolment.person_id, payload=payload)
    return enrolment


@action
def withdraw_enrolment(enrolment: Enrolment, today: date, reason: str) -> None:
    """Take back an enrolment that has not begun: it counts nowhere, its dues are cancelled. Raises Refused."""
    with elevated("the rules look at the whole household"):
        lock_household(enrolment.household_id)
        row = Enrolment.objects.get(pk=enrolment.pk)
        began = period(row.during).start
        if began <= today or row.ended_for == Ended.VOID:
            refuse("enrolment", f"it began on {began}, or is withdrawn already.", "End it with a last day.")
        if not reason.strip():
            refuse("reason", "it is empty.", "Say who withdraws it, and why.")
        _void(row, reason.strip())


def _void(row: Enrolment, reason: str) -> Enrolment:
    row.ended_for, row.end_reason = Ended.VOID, reason[:500]
    row.terms.all().delete()
    row.save(update_fields=["ended_for", "end_reason"])
    _cancel_dues(row, period(row.during).start - DAY, reason)
    append("enrolment.withdrawn", row.id, person=row.person_id, payload={"plan": row.plan})
    return row


def _cancel_dues(enrolment: Enrolment, last_day: date, reason: str) -> None:
    for due in Due.objects.filter(enrolment=enrolment, cancelled_on__isnull=True, period__startswith__gt=last_day):
        cancel_due(due, reason, last_day)


def _require_open(row: Enrolment, last_day: date, reason: str) -> None:
    held = period(row.during)
    if row.ended_for == Ended.VOID:
        refuse("enrolment", "it was withdrawn before it began.", "Nothing is left to end.")
    if last_day < held.start:
        refuse("last_day", f"it begins on {held.start} only.", "Give that day or a later one, or withdraw it.")
    if held.until is not None and held.until < last_day:
        refuse("last_day", f"it ends on {held.until} already.", "Give that day or an earlier one.")
    if not reason.strip():
        refuse("reason", "it is empty.", "Say why it ends.")


def _require_whole_family(after: Dossier, going: Iterable[UUID], row: Enrolment, why: Ended) -> None:
    """Raise Refused where the rest of the family would stay without those who leave."""
    if why in NOT_ASKED:
        return
    stood, left = standing(after), standing(after.without(*going))
    for held in after.of_plan(row.plan):
        if held.id in left and _newly_refused(stood[held.id], left[held.id]):
            reason = left[held.id].against[0]
            message = f"{after.member(held.person).name} would stay: {reason.names.get('en', reason.rule)}."
            mend = "End it for the whole family, or state first that the person is not on the family certificate."
            raise Refused(Fault("enrolment", f"{message[:-1]} ({reason.reason}, clause {reason.clause}).", mend))


def _newly_refused(before: Answer, after: Answer) -> bool:
    was = {against.rule for against in before.against} if before.outcome == "not_covered" else set()
    return after.outcome == "not_covered" and bool({against.rule for against in after.against[:1]} - was)


def _also_ends(held: Held, last_day: date) -> Fault:
    message = f"{held.plan} of {held.person} stands on it and would end on {last_day} as well."
    return Fault("with_others", message, "Say that this is understood, or end that one first.")
