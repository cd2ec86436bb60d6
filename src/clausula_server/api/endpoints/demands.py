"""Demands: ask somebody to pay what they owe, take it back; contributions that are not owed."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clausula_server.api import paying
from clausula_server.api.concerns import of_demand, of_due, of_person
from clausula_server.api.endpoint import Room
from clausula_server.api.records.claims import Done, ReasonIn
from clausula_server.api.records.finance import DemandIn, DemandRecord, Demands, DemandsIn, DemandsIssued, WhyIn
from clausula_server.api.records.plain import Cursor, Size
from clausula_server.enrolment.actions.due import cancel_due as cancel_it
from clausula_server.enrolment.models import Due
from clausula_server.ledger.models import Account
from clausula_server.lib.refusals import refuse
from clausula_server.payments.actions import demand as demands
from clausula_server.payments.debts import DEBTS
from clausula_server.payments.models import Demand, HouseAccount

room = Room("finance")


def _house(house: UUID) -> HouseAccount:
    row = HouseAccount.objects.filter(pk=house).first()
    if row is None:
        refuse("house", "the house has no such account.", "Take one of GET /house-accounts.")
    return row


@room.get("/persons/{uuid:person}/demands", "payments.demand.read", of_person)
def list_demands(request: HttpRequest, person: UUID, after: Cursor = None, size: Size = 50) -> Demands:
    """What somebody is asked to pay, and what of it is paid."""
    return Demands.of(Demand.objects.filter(person=person), after, size, paying.demand)


@room.post("/demands", "payments.demand.issue", status=201, errors=("refused",))
def issue_demand(request: HttpRequest, body: DemandIn) -> DemandRecord:
    """Ask the owner of an account to pay what stands open on it, by a bill with a reference of its own."""
    account = Account.objects.filter(pk=body.account).first()
    if account is None:
        refuse("account", "there is no such account.", "Take one of GET /persons/{person}/accounts.")
    return paying.demand(demands.issue_demand(_house(body.house), account, timezone.localdate(), body.due_on))


@room.post("/demands/all", "payments.demand.issue", status=201, errors=("refused",))
def issue_demands(request: HttpRequest, body: DemandsIn) -> DemandsIssued:
    """Ask everybody who owes something on accounts of those codes. Who lets it be collected is not asked."""
    if strange := [code for code in body.codes if code not in DEBTS]:
        refuse("codes", f"“{strange[0]}” is nothing that others owe.", f"Take some of {', '.join(DEBTS)}.")
    rows = demands.issue_demands(_house(body.house), body.codes, timezone.localdate(), body.due_on)
    return DemandsIssued(items=[paying.demand(row) for row in rows])


@room.post("/demands/{uuid:demand}/cancel", "payments.demand.issue", of_demand, errors=("refused",))
def cancel_demand(request: HttpRequest, demand: UUID, body: WhyIn) -> DemandRecord:
    """Ask for it no longer; what is left of it is open again."""
    demands.cancel_demand(get_object_or_404(Demand, pk=demand), body.reason)
    return paying.demand(Demand.objects.get(pk=demand))


@room.post("/dues/{uuid:due}/cancel", "enrolment.due.settle", of_due, errors=("refused",))
def cancel_due(request: HttpRequest, due: UUID, body: ReasonIn) -> Done:
    """Take back a contribution, with a reason. What was paid for it settles others, or stays the payer's."""
    cancel_it(get_object_or_404(Due, pk=due), body.reason, timezone.localdate())
    return Done(id=due)
