"""A person decides otherwise than the engine, with a reason; where it is much, a second person confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clausula_server.claims import store
from clausula_server.claims.actions.claim import world_of
from clausula_server.claims.engine.deciding import Deciding
from clausula_server.claims.folding import Change
from clausula_server.claims.models import Appeal, Line, Override
from clausula_server.claims.rounds import Round
from clausula_server.claims.together import together
from clausula_server.claims.world import Standing, World
from clausula_server.events.actions.event import append
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.ids import new_id
from clausula_server.lib.money import show_amount
from clausula_server.lib.refusals import Fault, refuse, refuse_if

FOUR_EYES_ABOVE = 500_00
"""Minor units above which two people decide, where the setting CLAUSULA_FOUR_EYES says nothing else."""
SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class OverCover:
    """What a plan is to pay on a line, in minor units; benefit: whose limits it counts against (none: nobody's).
    cash: the part of it that is an indemnity beside the bill."""

    plan: str
    paid: int
    benefit: str = ""
    cash: int = 0


def four_eyes_above() -> int:
    """The setting CLAUSULA_FOUR_EYES, in minor units."""
    return int(getattr(settings, "CLAUSULA_FOUR_EYES", FOUR_EYES_ABOVE))


@action
def override_line(
    line: Line, covers: Sequence[OverCover], reason: str, today: date, appeal: Appeal | None = None
) -> Override:
    """Decide a line as a person, with a reason. It holds at once, or when a second person has confirmed it.

    The engine's decision stays beside it; balances and ledger follow the person. Raises Refused.
    """
    user = current_actor().user
    if user is None:
        refuse("override", _("only a person decides otherwise than the rules."), _("Sign in."))
    world = world_of(line.claim)
    stood = _stands(world, line)
    _check(world, stood, covers, reason)
    amount = sum(each.paid for each in covers)
    needs_second = max(amount, abs(amount - stood.decision["paid"])) > four_eyes_above()
    row: dict[str, Any] = {
        "id": str(new_id()), "line_id": str(line.id), "person_id": stood.line.person,
        "covers": [{"plan": c.plan, "benefit": c.benefit, "paid": c.paid, "cash": c.cash} for c in covers],
        "amount": amount, "reason": reason.strip()[:1000], "proposed_by": str(user),
        "proposed_at": timezone.now().isoformat(), "needs_second": needs_second, "confirmed_by": None,
        "confirmed_at": None, "refused_for": "", "appeal_id": str(appeal.id) if appeal else None,
    }  # fmt: skip
    if needs_second:
        together(append)("override.proposed", UUID(row["id"]), person=UUID(stood.line.person))
        store.write({"override": [row]})
    else:
        _hold(world, stood, row, today, new=True)
    return Override.objects.get(pk=row["id"])


def _hold(world: World, stood: Standing, row: dict[str, Any], today: date, *, new: bool) -> None:
    change = Change("appeal" if row["appeal_id"] else "override", overridden={stood.line.id: row["covers"]})
    round_ = Round(world, change, today, "claim.overridden", row["reason"][:500], overrides={stood.line.id: row["id"]})
    if new:
        round_.add("override", [row])
    round_.hold()


def _stands(world: World, line: Line) -> Standing:
    found = next((each for each in world.standing if each.line.id == str(line.id)), None)
    if found is None:
        refuse("line", _("the line does not stand any more."), _("Decide the one that does."))
    return found


def _check(world: World, stood: Standing, covers: Sequence[OverCover], reason: str) -> None:
    faults = []
    if len(reason.strip()) < SHORTEST_REASON:
        faults.append(Fault("reason", _("say why, in a sentence."), _("Name what it rests on.")))
    line, known = stood.line, Deciding(world, {}).benefits(stood.line)
    plans = {plan for plan, _ in known} | {each["plan"] for each in stood.decision["covers"]}
    for number, each in enumerate(covers, 1):
        if each.plan not in plans:
            faults.append(
                Fault(
                    f"covers.{number}.plan",
                    _("they are not in %(plan)s.") % {"plan": each.plan},
                    _("Choose one of theirs."),
                )
            )
        if each.benefit and (each.plan, each.benefit) not in known:
            message = _("%(plan)s has no benefit “%(benefit)s”.") % {"plan": each.plan, "benefit": each.benefit}
            faults.append(Fault(f"covers.{number}.benefit", message, _("Choose one, or none.")))
        if not 0 <= each.cash <= each.paid:
            faults.append(Fault(f"covers.{number}.paid", _("this cannot be paid."), _("Amounts are never negative.")))
    most = line.charged - line.paid_by_others
    if sum(each.paid - each.cash for each in covers) > most:
        message = _("more than the %(amount)s that are open would be paid.") % {
            "amount": show_amount(most, line.currency)
        }
        faults.append(Fault("covers", message, _("Pay what is open at most; an indemnity beside the bill is `cash`.")))
    refuse_if(faults)


@action
def confirm_override(override: Override, today: date) -> None:
    """Confirm, as a second person, what one proposed; from now on it holds. Raises Refused for the same person, or
    where it is answered already."""
    user = current_actor().user
    _require_open(override)
    if user is None or user == override.proposed_by:
        refuse("override", _("four eyes are those of two people."), _("Let a colleague look at it."))
    world = world_of(override.line.claim)
    stood = _stands(world, override.line)
    override.confirmed_by, override.confirmed_at = user, timezone.now()
    override.save(update_fields=["confirmed_by", "confirmed_at"])
    row = {
        "id": str(override.id), "line_id": str(override.line_id), "covers": override.covers,
        "reason": override.reason, "appeal_id": override.appeal_id,
    }  # fmt: skip
    _hold(world, stood, row, today, new=False)


@action
def refuse_override(override: Override, reason: str) -> None:
    """Do not confirm what one proposed. Raises Refused without a reason."""
    _require_open(override)
    if len(reason.strip()) < 3:
        refuse("reason", _("say why not."), _("A few words will do."))
    override.refused_for = reason.strip()[:500]
    override.save(update_fields=["refused_for"])
    append("override.refused", override.id, person=override.person_id)


@action
def end_override(line: Line, reason: str, today: date) -> None:
    """Let the rules decide a line again. The override stays on record. Raises Refused where none holds."""
    world = world_of(line.claim)
    stood = _stands(world, line)
    if stood.overridden is None:
        refuse("line", _("nobody has decided this line otherwise."), _("There is nothing to do."))
    Round(world, Change("override", overridden={stood.line.id: None}), today, "claim.overridden", reason).hold()


def _require_open(override: Override) -> None:
    if override.confirmed_at or override.refused_for or not override.needs_second:
        refuse("override", _("this is answered already."), _("Propose another where it must change."))
