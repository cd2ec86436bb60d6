"""What pages say of claims and limits, in words and colours. Words only: nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clausula_server.claims.engine.asking import LeftOver
from clausula_server.claims.engine.telling import Rung
from clausula_server.claims.models import Claim, Owner, Status, Wait
from clausula_server.claims.queries import LineShown, Part

Words = str | Promise
Told = Mapping[str, Any]
"""An open wait, as much as a list needs: kind, owner, due_on."""


@dataclass(frozen=True, slots=True)
class Pill:
    """Where a claim stands, in two or three words. colour: green, yellow, red, secondary. yours: the member's turn."""

    words: Words
    colour: str
    yours: bool = False


OUTCOMES: dict[str, Pill] = {
    "covered": Pill(_("Covered"), "green"),
    "partly": Pill(_("Partly covered"), "green"),
    "not_covered": Pill(_("Not covered"), "red"),
    "needs_document": Pill(_("Document missing"), "red"),
    "needs_authorisation": Pill(_("Authorisation needed"), "yellow"),
    "needs_person": Pill(_("Being examined"), "yellow"),
}
STATUSES: dict[str, Words] = {
    Status.RECEIVED: _("Received"),
    Status.WAITING: _("Being examined"),
    Status.DECIDED: _("Decided"),
    Status.PAID: _("Paid out"),
    Status.REVERSED: _("Taken back"),
    Status.APPEALED: _("Objection being examined"),
}
OWNERS: dict[str, Words] = {
    Owner.MEMBER: _("Member"),
    Owner.PROVIDER: _("Provider"),
    Owner.CLAIMS_HANDLER: _("Claims handler"),
    Owner.MEDICAL_ADVISER: _("Medical adviser"),
    Owner.OPERATIONS: _("Operations"),
}
KINDS: dict[str, Words] = {
    Wait.DOCUMENT: _("Document"),
    Wait.AUTHORISATION: _("Authorisation"),
    Wait.PERSON: _("Judgement"),
}


def pill_of(claim: Claim, waits: Iterable[Told]) -> Pill:
    """Where a claim stands, as the member is told."""
    owners = {wait["owner"]: wait["kind"] for wait in waits}
    if claim.status == Status.WAITING:
        if Owner.MEMBER in owners:
            return Pill(_("Document missing"), "red", yours=True)
        if Owner.PROVIDER in owners:
            return Pill(_("Waiting for the provider"), "yellow")
    paid, direct = claim.paid > 0, claim.settlement == "direct"
    if claim.status == Status.DECIDED and paid:
        return Pill(_("Approved, payment follows"), "green")
    if claim.status == Status.PAID and paid:
        return Pill(_("Paid to the provider") if direct else _("Reimbursed"), "green")
    if claim.status in (Status.DECIDED, Status.PAID):
        return Pill(_("Not reimbursed"), "secondary") if claim.borne else Pill(_("Covered"), "green")
    return Pill(STATUSES[claim.status], "secondary" if claim.status == Status.REVERSED else "yellow")


# --- the ladder ---


@dataclass(frozen=True, slots=True)
class Cover:
    """The part of the ladder that one plan stands on: what it looked at, what it pays."""

    plan: str
    name: str
    rungs: Sequence[Rung]
    outcome: str
    paid: int


def covers_of(line: LineShown, plans: Mapping[str, str]) -> list[Cover]:
    """The steps of a line by the cover that took them, in order; steps before any cover go with the first. A cover that
    pays nothing and says nothing beside others is left out.

    plans: names of plans by id, for decisions that tell no names.
    """
    parts: list[Part] = list(line.parts)
    first = parts[0].plan if parts else ""
    found = []
    for part in parts:
        rungs = [rung for rung in line.account.rungs if (rung.cover or first) == part.plan]
        name = part.name if part.name != part.plan else plans.get(part.plan, part.plan)
        if rungs or part.paid or len(parts) == 1:
            found.append(Cover(part.plan, name, rungs, part.outcome, part.paid))
    own = {part.plan for part in parts}
    left = [rung for rung in line.account.rungs if (rung.cover or first) not in own]
    return [*found, Cover("", "", left, "", 0)] if left else found


# --- what is left ---


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit or a deductible as a bar. kind: left (what one may still use) or borne (what one has borne of a most).
    low: little is left."""

    name: Mapping[str, str]
    kind: str
    value: int
    most: int
    money: bool
    currency: str
    family: bool
    low: bool


BORNE = ("deductible", "coinsurance", "member-cap", "copay")


def bars_of(left: Iterable[LeftOver]) -> list[Bar]:
    """What is left, to be drawn: what the member bears first, then limits, those in use before the untouched."""
    found = []
    for each in left:
        if each.top <= 0 or not each.names:
            continue
        borne = each.kind in BORNE
        value = min(each.used, each.top) if borne else each.left
        low = not borne and each.left * 4 <= each.top
        found.append(
            Bar(each.names, "borne" if borne else "left", value, each.top, each.money, each.currency,
                each.entity[0] == "household", low)
        )  # fmt: skip
    return sorted(found, key=lambda bar: (bar.kind != "borne", bar.kind == "left" and bar.value == bar.most))
