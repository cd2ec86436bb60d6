"""What payments tell back: a claim was paid out, or what was paid came back; and who is paid instead of the member."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from clausula_server.claims.actions.appeal import move_claim
from clausula_server.claims.models import Claim, Status
from clausula_server.claims.posting import key_of
from clausula_server.directory.models import Provider
from clausula_server.events.actions.event import append
from clausula_server.ledger.actions.account import Place, open_accounts
from clausula_server.ledger.actions.transfer import NewTransfer, post_transfers
from clausula_server.ledger.models import Kind
from clausula_server.lib.acting import action
from clausula_server.lib.refusals import refuse
from clausula_server.people.models import Household


@action
def mark_paid(claims: Iterable[UUID], reason: str = "") -> int:
    """Say of decided claims that what they came to was paid out; how many. Others stay as they are: a claim that waits,
    or was reversed meanwhile, is not paid by this."""
    return _move(claims, Status.DECIDED, Status.PAID, reason or "paid out", "claim.paid")


@action
def put_back(claims: Iterable[UUID], reason: str) -> int:
    """Say of paid claims that what was paid came back, so that it is owed again; how many."""
    return _move(claims, Status.PAID, Status.DECIDED, reason, "claim.unpaid")


@action
def pay_provider(claim: Claim, provider: Provider, on: date) -> None:
    """Owe to the provider what a claim owes the member beside indemnities in cash, now and after corrections. Whether
    the three conditions hold (UV-05) the caller has asked. Asked again, nothing changes. Raises Refused: paid, or owed
    to a provider already."""
    lock_households([claim.id])
    held = Claim.objects.select_for_update().get(pk=claim.pk)
    if held.paid_to_id == provider.pk:
        return
    if held.status == Status.PAID:
        refuse("claim", _("the member is paid already."), _("The member settles with the provider."))
    if held.settlement == "direct" or held.paid_to_id is not None:
        refuse("claim", _("it is paid to a provider already."), _("Look at the payments of this claim."))
    held.rounds, held.paid_to = held.rounds + 1, provider
    held.save(update_fields=["rounds", "paid_to"])
    if held.paid > held.cash:
        owed = Place("member.payable", held.currency, Kind.LIABILITY, held.payee_id)
        to = Place("provider.payable", held.currency, Kind.LIABILITY, provider.pk)
        opened = open_accounts([owed, to])
        entries = [(opened[owed], held.paid - held.cash), (opened[to], held.cash - held.paid)]
        post_transfers([NewTransfer(key_of(held.id, held.rounds), "claim.assigned", on, entries)])
    append("claim.assigned", held.id, person=held.person_id, provider=provider.pk)


def lock_households(claims: Iterable[UUID]) -> None:
    """Let whoever decides anything in the households of these claims wait, as deciding lets us wait."""
    homes = Claim.objects.filter(pk__in=list(claims)).values("household")
    list(Household.objects.select_for_update(no_key=True).filter(pk__in=homes).order_by("id"))


def _move(claims: Iterable[UUID], before: Status, after: Status, reason: str, word: str) -> int:
    wanted = list(claims)
    lock_households(wanted)
    held = Claim.objects.select_for_update().filter(pk__in=wanted, status=before).order_by("household", "id")
    count = 0
    for claim in held:
        move_claim(claim, after, reason)
        append(word, claim.id, person=claim.person_id, provider=claim.paid_to_id or claim.provider_id)
        count += 1
    return count
