"""Since when somebody is covered without a gap: what a waiting period may be counted from after a change of plan."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from clausula_server.enrolment.catalogue.editions import edition
from clausula_server.enrolment.catalogue.stated import knows_fact
from clausula_server.enrolment.models import Term
from clausula_server.lib.periods import DAY, period


def continuous_since(person: UUID, digest: str, start: date) -> date | None:
    """The first day of an unbroken cover of the person by plans of the same root, up to the day before `start`; None
    where there is none, or where the edition does not look at it.

    Two plans are of the same root where they extend a plan in common: NoiSalute Medio and Base do. Whether the waiting
    period then runs anew is the plan's own choice (NS-05, parameter upgrade_waiting); here stands only the day.
    """
    if not knows_fact(digest, "continuous_since"):
        return None
    root = edition(digest).above
    terms = Term.objects.filter(enrolment__person=person).select_related("edition").order_by("-during")
    since = start
    for term in terms.defer("edition__manifest"):
        held = period(term.during)
        related = bool(root & edition(term.edition.digest).above)
        if related and held.start < since and (held.until is None or held.until + DAY >= since):
            since = held.start
    return since if since < start else None
