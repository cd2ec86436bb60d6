"""What tests of claims share: people in plans, bills, and the questions asked again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clausula_server.claims.actions.claim import submit_claim
from clausula_server.claims.actions.evidence import NewEvidence, add_evidence
from clausula_server.claims.models import Balance, Claim, Decision, Line
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.enrolment.actions.edition import register
from clausula_server.enrolment.catalogue.packing import Packed, pack
from clausula_server.enrolment.models import Enrolment, PlanEdition, Term
from clausula_server.ledger.models import Entry
from clausula_server.lib.ids import new_id
from clausula_server.lib.periods import days
from clausula_server.people.actions.household import join_household, open_household
from clausula_server.people.actions.person import NewPerson, register_person
from clausula_server.people.models import FamilyRole, Household, Person
from tests.following import followed_once

BASE, MEDIO, PIU = (f"it/faremutua/noisalute-{name}" for name in ("base", "medio", "piu"))
PLUSMED, LAMAL, VARIA = "ch/assura/plusmed", "ch/lamal", "ch/assura/ultra-varia"
START = date(2026, 1, 1)
MRI = "imaging/high-specialisation/mri"
TICKET = {"channel": "public", "fee_kind": "ticket", "cause": "illness"}


@cache
def packed() -> list[Packed]:
    """The bundled plans, read once."""
    return pack()


@followed_once
def editions() -> dict[str, PlanEdition]:
    """The bundled plans, registered; the edition of each that is offered in 2026."""
    register(packed())
    return {row.plan: row for row in PlanEdition.objects.filter(offered__contains=date(2026, 6, 1))}


def enrol(person: Person, household: Household, edition: PlanEdition, start: date, **facts: Any) -> Enrolment:
    """Let somebody be in a plan, whatever its rules say of it."""
    with transaction.atomic():
        row = Enrolment.objects.create(person=person, household=household, plan=edition.plan, during=days(start))
        Term.objects.create(
            enrolment=row, household=household, plan=edition.plan, edition=edition, facts=facts, during=days(start)
        )
    return row


@dataclass
class Home:
    """A household in plans."""

    household: Household
    people: dict[str, Person]
    editions: dict[str, PlanEdition]

    def of(self, name: str) -> UUID:
        """The id of one of them."""
        return self.people[name].id


@followed_once
def italian_home(*plans: str, start: date = START, names: Sequence[str] = ("carla", "dino")) -> Home:
    """Carla and Dino Bruni of Bologna, in NoiSalute plans (Base and Più when none is named)."""
    registered = editions()
    people = {}
    for number, name in enumerate(names):
        new = NewPerson(name.title(), "Bruni", date(1970 + number, 5, 4), language="it", country="IT")
        people[name] = register_person(new, date(2020, 1, 1))
    household = open_household(people[names[0]], date(2020, 1, 1))
    for name in names[1:]:
        join_household(household, people[name], FamilyRole.SPOUSE, date(2020, 1, 1))
    for plan in plans or (BASE, PIU):
        for name in names:
            enrol(people[name], household, registered[plan], start)
    return Home(household, people, registered)


def paper(person: UUID, kind: str, on: date, came: date | None = None, **more: Any) -> UUID:
    """A document of a person, that came on the day of its issue where nothing else is said."""
    return add_evidence(NewEvidence(person=person, kind=kind, issued_on=on, **more), came or on)


def papers(person: UUID, on: date = date(2026, 2, 1), came: date | None = None) -> None:
    """What the refund of a ticket asks for: a prescription that names the pathology, and a receipt."""
    paper(person, "prescription", on, came, names=("pathology",))
    paper(person, "invoice-receipt", on, came)


def mri(on: date, charged: int = 36_15, **facts: Any) -> NewLine:
    """A magnetic resonance at the public health service."""
    return NewLine(MRI, on, charged, facts={**TICKET, **facts})


def bill(person: UUID, *lines: NewLine, key: str = "", on: date | None = None, **more: Any) -> UUID:
    """Send a claim; its id."""
    received = on or max(line.served_on for line in lines)
    new = NewClaim(
        person=person, lines=lines, key=key or str(new_id()), received_on=received,
        currency=more.pop("currency", "EUR"), **more,
    )  # fmt: skip
    return submit_claim(new, received).claim


def claim_of(claim: UUID) -> Claim:
    """The claim as it stands."""
    return Claim.objects.get(pk=claim)


def decisions(claim: UUID) -> list[Decision]:
    """The decisions that hold on a claim, by line."""
    lines = Line.objects.filter(claim=claim, stands=True).select_related("decision").order_by("number")
    return [line.decision for line in lines if line.decision is not None]


def used(household: Household, account: str = "") -> dict[tuple[str, tuple[str, ...], int], int]:
    """The balances that are not zero, by account, entity and period."""
    rows = Balance.objects.filter(household=household, account__contains=account).exclude(used=0)
    return {(row.account, tuple(row.entity), row.period): row.used for row in rows}


def owed(code: str, owner: UUID | None = None) -> int:
    """What stands on an account of the ledger, debit positive."""
    entries = Entry.objects.filter(account__code=code)
    if owner is not None:
        entries = entries.filter(account__owner=owner)
    return sum(entries.values_list("amount", flat=True))


@contextmanager
def counted() -> Any:
    """The statements that are executed meanwhile."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
        found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
