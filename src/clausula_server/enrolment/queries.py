"""Reads about enrolment: a household as plans look at it, the edition that holds, what is due and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject

from clausula_server.enrolment.dossier import Dossier, Held, Member
from clausula_server.enrolment.models import Due, Enrolment, Locality, PersonFact, PlanEdition, Term
from clausula_server.lib.periods import days, period
from clausula_server.people.models import Membership, Residence

GRACE = 30
"""Days after which a contribution that is not paid counts as late."""


def dossier_on(household: UUID, day: date) -> Dossier:
    """The household on a day: who is in it, what is known of them, what they are in then and later. Two statements.

    Who has left the household but is still enrolled through it is there as well, in their last role.
    """
    region = Locality.objects.filter(
        country=OuterRef("country"), commune=OuterRef("commune"), during__contains=day
    ).values("region")[:1]
    homes = Residence.objects.filter(person=OuterRef("person"), during__contains=day).annotate(region=Subquery(region))
    known = PersonFact.objects.filter(person=OuterRef("person"), during__contains=day)
    enrolled = Term.objects.filter(household=household, during__contains=day).values("enrolment__person")
    members = (
        Membership.objects.filter(household=household, during__startswith__lte=day)
        .filter(Q(during__contains=day) | Q(person__in=enrolled))
        .select_related("person")
        .annotate(
            homes=ArraySubquery(
                homes.values(json=JSONObject(country="country", canton="canton", commune="commune", region="region"))
            ),
            known=ArraySubquery(known.values(json=JSONObject(fact="fact", value="value"))),
        )
        .order_by("person", "-during")
        .distinct("person")
    )
    held, later = held_from(household, day)
    return Dossier(
        household,
        day,
        tuple(_member(each) for each in sorted(members, key=lambda each: (each.person.born, each.person_id))),
        held,
        later,
    )


def _member(row: Membership) -> Member:
    person = row.person
    facts: dict[str, object] = {"residence_country": person.country}
    for home in row.homes:  # type: ignore[attr-defined] # annotated above
        where = {
            "residence_country": home["country"],
            "residence_canton": home["canton"],
            "municipality" if home["country"] == "IT" else "commune": home["commune"],
            "premium_region": home["region"],
        }
        facts |= {fact: value for fact, value in where.items() if value not in ("", None)}
    facts |= {each["fact"]: each["value"] for each in row.known}  # type: ignore[attr-defined] # annotated above
    return Member(person.id, str(person), person.born, person.sex, row.role, facts, person.died_on)


def held_from(household: UUID, day: date) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """What people of the household are in on a day, and what begins later. One statement."""
    terms = (
        Term.objects.filter(household=household, during__overlap=days(day))
        .select_related("enrolment", "edition")
        .defer("edition__manifest")
        .order_by("during", "enrolment")
    )
    now: list[Held] = []
    later: dict[UUID, Held] = {}
    for term in terms:
        enrolled = period(term.enrolment.during)
        held = Held(
            person=term.enrolment.person_id,
            plan=term.plan,
            digest=term.edition.digest,
            edition=term.edition_id,
            start=enrolled.start,
            until=enrolled.until,
            facts=term.facts,
            id=term.enrolment_id,
        )
        if period(term.during).start <= day:
            now.append(held)
        elif enrolled.start > day:
            later.setdefault(held.id, held)
    return tuple(now), tuple(later.values())


def offered_on(plan: str, day: date) -> PlanEdition | None:
    """The edition that enrolments and renewals of that day take."""
    return PlanEdition.objects.filter(plan=plan, offered__contains=day).first()


def edition_for(household: UUID, plan: str, day: date) -> PlanEdition | None:
    """The edition a new enrolment in the household takes: the one others of it are under on that day, else the one that
    is offered. A household has one edition of a plan at a time."""
    same = Term.objects.filter(household=household, plan=plan, during__contains=day).select_related("edition").first()
    return same.edition if same is not None else offered_on(plan, day)


def enrolments_of(person: UUID) -> QuerySet[Enrolment]:
    """All enrolments of a person that count, the newest first."""
    return Enrolment.objects.filter(person=person).exclude(ended_for="void").order_by("-during")


def households_with_enrolments(plans: Iterable[str], first: date, last: date) -> list[UUID]:
    """Households somebody of which is in a plan (in one of those, if any are named) between two days, by id."""
    found = Enrolment.objects.filter(during__overlap=days(first, last)).exclude(ended_for="void")
    wanted = list(plans)
    if wanted:
        found = found.filter(plan__in=wanted)
    return sorted(found.values_list("household", flat=True).distinct())


def open_dues(payer: UUID | None = None) -> QuerySet[Due]:
    """Dues not paid in full, the oldest first."""
    found = Due.objects.filter(cancelled_on__isnull=True, paid__lt=F("amount")).order_by("due_on", "id")
    return found if payer is None else found.filter(payer=payer)


@dataclass(frozen=True, slots=True)
class Arrears:
    """What somebody is late with: how much in which currency, since when, over how many dues."""

    payer: UUID
    household: UUID
    currency: str
    amount: int
    since: date
    dues: int


def arrears(on: date, grace: int = GRACE, payer: UUID | None = None) -> list[Arrears]:
    """Who is late with contributions on a day, the oldest first. grace: days after which an open due counts as late.

    It says so and does nothing: what follows from arrears a person decides (NS-30).
    """
    late = open_dues(payer).filter(due_on__lt=on - timedelta(days=grace))
    rows = (
        late.order_by()
        .values("payer", "household", "currency")
        .annotate(total=Sum(F("amount") - F("paid")), since=Min("due_on"), dues=Count("id"))
        .order_by("since", "payer")
    )
    return [
        Arrears(row["payer"], row["household"], row["currency"], row["total"], row["since"], row["dues"])
        for row in rows
    ]
