"""Membership of a mutual: put under review, lost, or restored. By a person, with reasons; never by itself (NS-30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from clausula_server.enrolment.actions.ending import close
from clausula_server.enrolment.actions.enrolment import begin_term, lock_household
from clausula_server.enrolment.catalogue.asking import ends_with_holder
from clausula_server.enrolment.catalogue.stated import knows_fact
from clausula_server.enrolment.dossier import Dossier, Held
from clausula_server.enrolment.models import Ended, Enrolment, Ground, MembershipDecision, PlanEdition, Term, Verdict
from clausula_server.enrolment.queries import dossier_on
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor, elevated
from clausula_server.lib.periods import DAY, days, period
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.people.models import Membership, Person

APPEAL = timedelta(days=30)
"""Within which somebody who lost the membership may ask for another decision."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What is decided about whose membership of which insurer, on which of the three grounds, why, and from when."""

    person: Person
    insurer: str
    verdict: Verdict
    ground: Ground
    reason: str
    effective_on: date
    answers: MembershipDecision | None = None


@action
def decide_membership(new: NewDecision, today: date) -> MembershipDecision:
    """Decide, and let it take effect: under review, benefits wait; lost, every plan of the insurer ends on the day
    before (and for the family where it ends with the holder); active, what an earlier decision did is undone.

    Only somebody who signed in decides: arrears, a job or a rule never do. Not for days gone by. Raises Refused.
    """
    actor = current_actor()
    refuse_if(_faults(new, today))
    if actor.user is None:
        refuse("decided_by", "the membership is never lost by itself: a person decides.", "Sign in and decide.")
    with elevated("a decision concerns every plan of the insurer"):
        home = Membership.objects.filter(person=new.person, during__contains=new.effective_on).first()
        if home is None:
            refuse("person", f"{new.person} is in no household on {new.effective_on}.", "Choose another day.")
        lock_household(home.household_id)
        row = MembershipDecision.objects.create(
            person=new.person,
            insurer=new.insurer,
            verdict=new.verdict,
            ground=new.ground,
            reason=new.reason.strip(),
            effective_on=new.effective_on,
            appeal_until=new.effective_on + APPEAL if new.verdict != Verdict.ACTIVE else None,
            answers=new.answers,
            decided_by=actor.user,
            decided_by_name=actor.name[:120],
        )
        if new.verdict == Verdict.ACTIVE and new.answers is not None and new.answers.verdict == Verdict.LOST:
            _restore(new.answers)
        concerned = _concerned(dossier_on(home.household_id, new.effective_on), new)
        for held in concerned:
            if new.verdict == Verdict.LOST:
                close(Enrolment.objects.get(pk=held.id), new.effective_on - DAY, Ended.DECISION, f"decision {row.id}")
            else:
                _mark(held, new)
        payload = {"verdict": new.verdict.value, "ground": new.ground.value, "from": new.effective_on.isoformat()}
        append("membership.decided", row.id, person=new.person.id, payload=payload)
        return row


def _faults(new: NewDecision, today: date) -> list[Fault]:
    faults = []
    if len(new.reason.strip()) < 15:
        faults.append(Fault("reason", "it is too short to be understood and appealed.", "Say what happened."))
    if new.effective_on < today:
        faults.append(Fault("effective_on", f"{new.effective_on} has gone by.", "Nothing is lost for days gone by."))
    if new.answers is not None and (new.answers.person_id, new.answers.insurer) != (new.person.id, new.insurer):
        faults.append(Fault("answers", "that decision is about another membership.", "Name the one it answers."))
    if not PlanEdition.objects.filter(insurer=new.insurer).exists():
        faults.append(Fault("insurer", f"no plan is of “{new.insurer}”.", "Write it as the plans do."))
    return faults


def _concerned(dossier: Dossier, new: NewDecision) -> list[Held]:
    """The person's enrolments in plans of the insurer, and those of the family that end with them."""
    ours = set(PlanEdition.objects.filter(insurer=new.insurer).values_list("digest", flat=True))
    own = [held for held in dossier.all() if held.person == new.person.id and held.digest in ours]
    holder = dossier.holder()
    if new.verdict == Verdict.LOST and holder is not None and holder.id == new.person.id:
        plans = {held.plan for held in own if ends_with_holder(held.digest)}
        own += [held for held in dossier.all() if held.plan in plans and held not in own]
    return own


def _mark(held: Held, new: NewDecision) -> None:
    """Let the terms from that day on say how the membership stands, where the edition looks at it."""
    if not knows_fact(held.digest, "membership"):
        return
    start = max(new.effective_on, held.start)
    for term in Term.objects.filter(enrolment=held.id, during__overlap=days(start)).select_related("edition"):
        facts = {fact: value for fact, value in term.facts.items() if fact != "membership"}
        if new.verdict == Verdict.REVIEW:
            facts["membership"] = new.verdict.value
        begin_term(term, term.edition, facts, max(start, period(term.during).start))


def _restore(lost: MembershipDecision) -> None:
    """Let what a decision ended go on as if it had not been."""
    ended = Enrolment.objects.filter(ended_for=Ended.DECISION, end_reason=f"decision {lost.id}")
    for enrolment in ended:
        last = enrolment.terms.order_by("-during")[0]
        enrolment.during = days(period(enrolment.during).start)
        enrolment.ended_for = enrolment.end_reason = ""
        enrolment.save(update_fields=["during", "ended_for", "end_reason"])
        last.during = days(period(last.during).start)
        last.save(update_fields=["during"])
        append("enrolment.restored", enrolment.id, person=enrolment.person_id, payload={"plan": enrolment.plan})
