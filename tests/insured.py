"""Insured people for the tests of the server, as plain functions: plans registered, a family in Bologna, a Swiss one.

Nobody in it exists. Giulia (holder) and Marco have Luca and Sofia; all are on the family certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import pytest

from clausula_server.enrolment.actions.application import Wanted, enrol
from clausula_server.enrolment.actions.edition import register
from clausula_server.enrolment.actions.fact import state_fact
from clausula_server.enrolment.catalogue.packing import Packed, pack
from clausula_server.enrolment.models import Enrolment, PlanEdition
from clausula_server.lib.refusals import Refused
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import Address, NewPerson, move_person, register_person
from clausula_server.people.models import FamilyRole, Household, Person

D = date(2026, 1, 1)
BASE, MEDIO, PIU = (f"it/faremutua/noisalute-{name}" for name in ("base", "medio", "piu"))
LAMAL, PLUSMED, ULTRA = "ch/lamal", "ch/assura/plusmed", "ch/assura/ultra-varia"
BASIC, MODULE, SUPPLEMENT = (
    f"nl/zilveren-kruis/{name}" for name in ("basisverzekering", "basis-plus-module", "aanvullend")
)
ITALIANS = {
    "giulia": (FamilyRole.HOLDER, date(1980, 6, 15)),
    "marco": (FamilyRole.SPOUSE, date(1978, 2, 3)),
    "luca": (FamilyRole.CHILD, date(2012, 9, 1)),
    "sofia": (FamilyRole.CHILD, date(2016, 11, 30)),
}


@dataclass
class Home:
    """A household and its people by name."""

    household: Household
    people: dict[str, Person] = field(default_factory=dict)

    def wanted(self, *names: str, **facts: Any) -> list[Wanted]:
        """Those people, each with the facts."""
        return [Wanted(self.people[name].id, facts) for name in names]


@cache
def packed() -> tuple[Packed, ...]:
    """The bundled plans, read once a run."""
    return tuple(pack())


def registered() -> dict[str, PlanEdition]:
    """The bundled plans as editions, by plan."""
    register(packed())
    return {row.plan: row for row in PlanEdition.objects.all()}


def a_home(
    born: Mapping[str, tuple[str, date]], *, country: str = "IT", canton: str = "", commune: str = "", since: date = D
) -> Home:
    """A household whose people live together in a country; whoever is family is on the certificate in Italy."""
    found: dict[str, Person] = {}
    home = Household()
    for name, (role, day) in born.items():
        person = register_person(NewPerson(name.title(), "Rossi", day, "it", country), max(since, day))
        found[name] = person
        if role == FamilyRole.HOLDER:
            home = open_household(person, max(day, date(2000, 1, 1)))
        else:
            join_household(home, person, role, max(day, date(2000, 1, 1)))
        move_person(
            person, Address("40100", "Town", country, canton=canton, commune=commune), max(day, date(2000, 1, 1))
        )
        if role != FamilyRole.HOLDER and country == "IT":
            state_fact(person, "on_family_certificate", True, "certificate seen", max(day, date(2014, 1, 1)))
    return Home(home, found)


def italians(start: date = D, plan: str = "", *names: str, born: Mapping[str, date] | None = None) -> Home:
    """The family in Bologna: the holder in Base, and the named ones (all, where nobody is named) in a plan."""
    ages = {name: (role, (born or {}).get(name, day)) for name, (role, day) in ITALIANS.items()}
    home = a_home(ages)
    enrol(home.household, BASE, home.wanted("giulia"), start, start)
    if plan:
        enrol(home.household, plan, home.wanted(*(names or ITALIANS)), start, start)
    return home


def enrolled(home: Home, name: str, plan: str) -> Enrolment:
    """Somebody's latest enrolment in a plan."""
    found = Enrolment.objects.filter(person=home.people[name], plan=plan).order_by("-during").first()
    assert found is not None, f"{name} is not in {plan}"
    return found


def faults_of(work: Callable[[], object]) -> dict[str, str]:
    """What a piece of work is refused for, by place; each with a mend."""
    with pytest.raises(Refused) as refused:
        work()
    assert all(fault.mend for fault in refused.value.faults)
    return {fault.place: fault.message for fault in refused.value.faults}
