"""What is stated of a person because plans ask for it: on the family certificate, in education."""

from __future__ import annotations

from datetime import date
from typing import Any

from clausula_server.enrolment.catalogue.stated import check_facts, knows_stated
from clausula_server.enrolment.models import PersonFact, PlanEdition
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action
from clausula_server.lib.periods import DAY, days, period
from clausula_server.lib.refusals import Fault, Refused, refuse, refuse_if
from clausula_server.people.models import Person

OF_A_HOME = ("residence_country", "residence_canton", "commune", "municipality", "premium_region")
"""Facts that residence and the list of localities give; see `areas.area_of`."""


@action
def state_fact(person: Person, fact: str, value: Any, basis: str, start: date) -> PersonFact:
    """Note a fact of a person from a day on; what was noted before ends the day before. basis: how we know.

    The fact is one of the catalogue's, or of an offered plan's own. Raises Refused.
    """
    if not basis.strip():
        refuse("basis", "it is empty.", "Say how we know: a certificate, a call, the applicant's word.")
    if start < person.born:
        refuse("start", f"{person} was born on {person.born}.", "Give that day or a later one.")
    kept = _checked(fact, value, start)
    Person.objects.select_for_update().get(pk=person.pk)
    for held in PersonFact.objects.filter(person=person, fact=fact, during__overlap=days(start)):
        began = period(held.during).start
        if began >= start:
            held.delete()  # its history stays
        else:
            held.during = days(began, start - DAY)
            held.save(update_fields=["during"])
    row = PersonFact.objects.create(person=person, fact=fact, value=kept, basis=basis.strip(), during=days(start))
    append("person_fact.stated", row.id, person=person.id, payload={"fact": fact, "start": start.isoformat()})
    return row


def _checked(fact: str, value: Any, day: date) -> Any:
    """The value as it is kept, by the first offered plan that knows the fact."""
    if fact in OF_A_HOME:
        refuse(fact, "this follows from where the person lives.", "Move the person, with canton and commune.")
    for digest in PlanEdition.objects.filter(offered__contains=day).order_by("plan").values_list("digest", flat=True):
        if knows_stated(digest, fact, of="person"):
            kept, faults = check_facts(digest, {fact: value}, "", of="person")
            refuse_if(faults)
            return kept[fact]
    mend = "Check the name of the fact, or register plans."
    raise Refused(Fault(fact, "no plan offered on that day asks this of a person.", mend))
