"""Change of plan: out of one and into another without a gap, all of the household that is in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from clausula_server.enrolment.actions.application import Wanted, enrol
from clausula_server.enrolment.actions.ending import close
from clausula_server.enrolment.actions.enrolment import lock_household
from clausula_server.enrolment.dossier import Facts
from clausula_server.enrolment.models import Ended, Enrolment
from clausula_server.enrolment.queries import dossier_on
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.periods import DAY
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Household


@action
def change_plan(
    household: Household,
    leaving: str,
    joining: str,
    start: date,
    applied_on: date,
    facts: Mapping[UUID, Facts] | None = None,
    application_facts: Facts | None = None,
) -> list[Enrolment]:
    """Let everybody in one plan be in another from a day on; the new enrolments. facts: by person, of the new plan.

    The new plan's rules decide as for any application; where they do not accept at once, nothing changes. Waiting: the
    new terms know since when the person has been covered without a gap by plans of the same root, and the plan says
    whether that counts (NS-05). Raises Refused.
    """
    with elevated("the rules look at the whole household"):
        lock_household(household.id)
        before = dossier_on(household.id, start - DAY)
        held = before.of_plan(leaving)
        if not held:
            refuse("leaving", f"nobody of the household is in {leaving} on {before.day}.", "Apply for the new plan.")
        for each in held:
            close(Enrolment.objects.get(pk=each.id), start - DAY, Ended.CHANGE, f"change to {joining}")
        known = facts or {}
        wanted = [Wanted(each.person, known.get(each.person, {})) for each in held]
        return enrol(household, joining, wanted, start, applied_on, application_facts)
