"""Direct payment: what a claim owes the member goes to the provider, where the three conditions hold (UV-05)."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from clausula_server.claims.actions.payment import lock_households, pay_provider
from clausula_server.claims.models import Claim, Evidence
from clausula_server.claims.posting import claim_in
from clausula_server.directory.models import Provider
from clausula_server.directory.queries import on_list
from clausula_server.events.actions.event import append
from clausula_server.ledger.models import Entry
from clausula_server.lib.acting import action, elevated
from clausula_server.lib.refusals import Fault, refuse, refuse_if
from clausula_server.payments.actions.account import hold_houses
from clausula_server.payments.models import Assignment, Item

AGREEMENT = "direct-settlement"
"""The directory's list of providers with whom there is an administrative agreement on direct payment."""
CONSENT = "direct-payment-consent"
"""The document by which a member authorises it; among the evidence of claims."""


@action
def settle_directly(claim: Claim, provider: Provider, requested_on: date) -> None:
    """Pay the provider what a claim of theirs owes the member. Asked again, nothing changes. Raises Refused.

    Three conditions (Ultra Varia, direct payment to providers): the member authorised it, by a document of claims;
    there is an administrative agreement with the provider on that day; the provider asked in time: before the member is
    paid, and within the days of the setting CLAUSULA_DIRECT_REQUEST_DAYS, where one is set.
    """
    with elevated("what is owed to the member goes to the provider"):
        hold_houses()
        lock_households([claim.pk])
        known = Assignment.objects.filter(claim=claim).first()
        if known is not None and known.provider_id == provider.pk:
            return
        held = Claim.objects.get(pk=claim.pk)
        if held.provider_id != provider.pk:
            refuse("provider", f"the bill is not one of {provider}.", "Ask for payment of your own bills.")
        consent = _consent(held, requested_on)
        refuse_if(_faults(held, provider, consent, requested_on))
        assert consent is not None
        pay_provider(held, provider, requested_on)
        row = Assignment(claim=held, person_id=held.person_id, provider=provider, consent=consent)
        row.requested_on = requested_on
        row.save(force_insert=True)
        append("direct_settlement.granted", row.id, person=held.person_id, provider=provider.pk)


def _consent(claim: Claim, on: date) -> Evidence | None:
    """The member's authorisation that holds on a day: for this provider, or for any."""
    assert claim.provider is not None
    rows = Evidence.objects.filter(person__in={claim.person_id, claim.payee_id}, kind=CONSENT, void=False)
    for row in rows.filter(issued_on__lte=on).order_by("-issued_on"):
        holds = (row.valid_from is None or row.valid_from <= on) and (row.valid_until is None or on <= row.valid_until)
        if holds and row.provider in {"", claim.provider.code}:
            return row
    return None


def _faults(claim: Claim, provider: Provider, consent: Evidence | None, requested_on: date) -> list[Fault]:
    mend = "The member is paid and settles with the provider."
    faults = []
    if consent is None:
        message = f"no authorisation of the member from {requested_on} or earlier is here."
        faults.append(Fault("consent", message, "Ask the member, and hand in what they signed."))
    if not on_list(AGREEMENT, requested_on).filter(pk=provider.pk).exists():
        faults.append(Fault("provider", f"there is no agreement with {provider} on {requested_on}.", mend))
    most = settings.CLAUSULA_DIRECT_REQUEST_DAYS
    decided_on = claim.decided_at.date() if claim.decided_at else requested_on
    if most and (requested_on - decided_on).days > most:
        message = f"the request of {requested_on} comes later than {most} days after {decided_on}."
        faults.append(Fault("requested_on", message, mend))
    taken = Item.objects.filter(live=True, payment__isnull=False).values("entry")
    keys = Entry.objects.filter(
        pk__in=taken, account__code="member.payable", account__owner=claim.payee_id, transfer__key__startswith="claim/"
    ).values_list("transfer__key", flat=True)
    if claim.pk in {claim_in(key) for key in keys}:
        message = "the member is paid already, or about to be."
        faults.append(Fault("requested_on", message, "The member settles with the provider."))
    return faults
