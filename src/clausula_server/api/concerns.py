"""Whom a request concerns: what the rules of permissions look at, from address and body.

Everything is read as whoever asks: a row they may not see is not there, and the answer is 404.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clausula_server.claims.models import Appeal, Claim, Evidence, Override, Pend
from clausula_server.directory.models import Provider
from clausula_server.enrolment.models import Application, Due, Enrolment
from clausula_server.ledger.models import Account
from clausula_server.lib.access import Concerned
from clausula_server.lib.acting import current_actor
from clausula_server.payments.models import Demand, Payment
from clausula_server.people.models import FamilyRole, Household, Membership

Row = TypeVar("Row", bound=Model)


def of_person(person: UUID, **_: Any) -> Concerned:
    """A person, by the address."""
    return Concerned(person=person)


def of_themselves(**_: Any) -> Concerned:
    """Whoever asks: lists show them what they may see."""
    actor = current_actor()
    return Concerned(person=actor.person, provider=actor.provider)


def of_bill(body: Any, **_: Any) -> Concerned:
    """Whom a bill is about, and who billed it."""
    return Concerned(person=body.person, provider=provider_of_code(body.provider))


def of_care(person: UUID, body: Any, **_: Any) -> Concerned:
    """Whom intended care is about, and who is to give it."""
    return Concerned(person=person, provider=provider_of_code(body.provider))


def of_evidence_in(person: UUID, body: Any, **_: Any) -> Concerned:
    """Whose evidence it is, and who issued it: a provider hands in its own."""
    return Concerned(person=person, provider=provider_of_code(body.issuer))


def provider_of_code(code: str) -> UUID | None:
    """The provider who asks, where the code is theirs: no rule looks at another one."""
    actor = current_actor()
    return actor.provider if code and code == actor.provider_code else None


def of_claim(claim: UUID, **_: Any) -> Concerned:
    """Whom a claim is about, and who sent it."""
    row = _held(Claim.objects.only("person_id", "provider_id"), claim)
    return Concerned(person=row.person_id, provider=row.provider_id)


def of_appeal(appeal: UUID, **_: Any) -> Concerned:
    """Whose objection it is."""
    return Concerned(person=_held(Appeal.objects.only("person_id"), appeal).person_id)


def of_override(override: UUID, **_: Any) -> Concerned:
    """Whose line a person decided on."""
    return Concerned(person=_held(Override.objects.only("person_id"), override).person_id)


def of_wait(wait: UUID, **_: Any) -> Concerned:
    """Whose line waits."""
    return Concerned(person=_held(Pend.objects.only("person_id"), wait).person_id)


def of_evidence(evidence: UUID, **_: Any) -> Concerned:
    """Whose evidence it is."""
    return Concerned(person=_held(Evidence.objects.only("person_id"), evidence).person_id)


def of_account(account: UUID, **_: Any) -> Concerned:
    """Whose account of the ledger it is: a person's, or a provider's."""
    owner = _held(Account.objects.only("owner"), account).owner
    return Concerned(person=owner, provider=owner)


def of_provider(code: str, **_: Any) -> Concerned:
    """A provider, by the address."""
    return Concerned(provider=get_object_or_404(Provider.objects.only("id"), code=code).id)


def of_household(household: UUID, **_: Any) -> Concerned:
    """Somebody of the household whom the asker may see."""
    _held(Household.objects.only("id"), household)
    seen = list(Membership.objects.filter(household=household).values_list("person", flat=True))
    own = current_actor().administrates
    return Concerned(person=next((each for each in seen if each in own), seen[0] if seen else None))


def of_holder(household: UUID, **_: Any) -> Concerned:
    """The holder of a household, who answers for its contracts."""
    _held(Household.objects.only("id"), household)
    today = timezone.localdate()
    holder = Membership.objects.filter(household=household, role=FamilyRole.HOLDER, during__contains=today).first()
    return Concerned(person=None if holder is None else holder.person_id)


def of_application(application: UUID, **_: Any) -> Concerned:
    """The holder who answers for an application."""
    return Concerned(person=_held(Application.objects.only("holder_id"), application).holder_id)


def of_enrolment(enrolment: UUID, **_: Any) -> Concerned:
    """Who is enrolled."""
    return Concerned(person=_held(Enrolment.objects.only("person_id"), enrolment).person_id)


def of_due(due: UUID, **_: Any) -> Concerned:
    """Who owes a contribution."""
    return Concerned(person=_held(Due.objects.only("payer_id"), due).payer_id)


def of_payment(payment: UUID, **_: Any) -> Concerned:
    """Who is paid, or pays."""
    row = _held(Payment.objects.only("person_id", "provider_id"), payment)
    return Concerned(person=row.person_id, provider=row.provider_id)


def of_demand(demand: UUID, **_: Any) -> Concerned:
    """Who is asked to pay."""
    row = _held(Demand.objects.only("person_id", "provider_id"), demand)
    return Concerned(person=row.person_id, provider=row.provider_id)


def _held(rows: QuerySet[Row], id_: UUID) -> Row:
    return get_object_or_404(rows, pk=id_)
