"""Claims: submit one and decide it, correct a line, take lines or the whole back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from clausula_server.claims import sensitivity, store
from clausula_server.claims.engine.deciding import check_line, currency_on
from clausula_server.claims.folding import Change, Told
from clausula_server.claims.models import Channel, Claim, Line, Status
from clausula_server.claims.rounds import Round, moment
from clausula_server.claims.stated import MOST_LINES, NewClaim, NewLine
from clausula_server.claims.world import Charged, Json, World
from clausula_server.lib.acting import action, current_actor
from clausula_server.lib.ids import new_id
from clausula_server.lib.refusals import Fault, Refused, refuse, refuse_if

ADULT = 18


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender is answered: the claim, whether it had come before under the same key, and if not, where it stands
    and what was decided on its lines."""

    claim: UUID
    repeated: bool = False
    status: str = ""
    told: tuple[Told, ...] = ()


@action
def submit_claim(new: NewClaim, today: date | None = None) -> Receipt:
    """Take in a claim and decide it, all in one: it is there decided or waiting, with ledger and events, or not at all.

    The same key again answers the same claim. Raises Refused for what cannot be decided as stated.
    """
    world, claim, lines = draft(new, today=today)
    if world.known is not None:
        store.write({})
        return Receipt(UUID(world.known["id"]), repeated=True)
    round_ = Round(world, Change("submitted", new=tuple(lines)), today or new.received_on)
    round_.claims[claim["id"]] = claim
    round_.new.add(claim["id"])
    round_.add("attachment", [_attachment(each, claim, new.received_on) for each in new.attachments])
    try:
        folded = round_.hold()
    except IntegrityError as error:  # of another household at the same moment
        if "claims_claim_key" not in str(error):
            raise
        refuse("key", _("another claim came under this key."), _("Take a new key for a new claim."))
    own = tuple(told for told in folded.told if told.line.claim == claim["id"])
    return Receipt(UUID(claim["id"]), status=round_.claims[claim["id"]]["status"], told=own)


def draft(
    new: NewClaim, *, today: date | None = None, locked: bool = True
) -> tuple[World, dict[str, Any], list[Charged]]:
    """The household of a claim, the row it would be, its lines ready to be decided. Inside a transaction, which acts as
    the system from here until `store.write`. Raises Refused for what cannot be decided as stated."""
    _check(new)
    first = min(line.served_on for line in new.lines)
    world = store.begin(
        person=new.person,
        since=first,
        arrival=store.LAST,
        key=_key(new),
        codes=[new.provider, *(line.provider for line in new.lines)],
        entities=[name for line in new.lines for name in (line.stay, line.episode, line.indication)],
        locked=locked,
    )
    if world is None:
        refuse(
            "person",
            _("they are in no household on %(first)s.") % {"first": first},
            _("Check person and days, or open a household first."),
        )
    if world.known is not None:
        if world.known["digest"] != new.digest():
            refuse("key", _("another claim came under this key."), _("Take a new key for a new claim."))
        return world, {}, []
    claim = _claim(world, new, today or new.received_on, asked_only=not locked)
    return world, claim, _lines(world, new, claim)


def _key(new: NewClaim) -> str:
    """The sender's key, apart from other senders' keys."""
    actor = current_actor()
    sender = actor.provider or actor.person or ("house" if actor.user else "system")
    return f"{sender}/{new.key}"


def _check(new: NewClaim) -> None:
    faults = []
    if not new.key or len(new.key) > 120:
        faults.append(Fault("key", _("every claim has a key of 1 to 120 characters."), _("Make one, such as a UUID.")))
    if not 1 <= len(new.lines) <= MOST_LINES:
        faults.append(
            Fault(
                "lines",
                _("a claim has 1 to %(most)s lines.") % {"most": MOST_LINES},
                _("Divide what is more."),
            )
        )
    if new.channel not in Channel.values:
        faults.append(
            Fault(
                "channel",
                _("“%(channel)s” is no channel.") % {"channel": new.channel},
                _("It is %(known)s.") % {"known": ", ".join(Channel.values)},
            )
        )
    for number, line in enumerate(new.lines, 1):
        place = f"lines.{number}"
        if line.charged < 0 or not 0 <= line.paid_by_others <= line.charged:
            mend = _("Take back the line it corrects; amounts are never negative.")
            faults.append(Fault(f"{place}.charged", _("this cannot have been charged."), mend))
        if not 0 <= line.quantity <= 10**6:
            faults.append(Fault(f"{place}.quantity", _("this is no quantity."), _("It is a whole number from 0.")))
        if line.served_on > new.received_on:
            mend = _("Send it when it has been done.")
            faults.append(
                Fault(
                    f"{place}.served_on",
                    _("%(served_on)s is after it was received.") % {"served_on": line.served_on},
                    mend,
                )
            )
    refuse_if(faults)


def _claim(world: World, new: NewClaim, today: date, *, asked_only: bool) -> dict[str, Any]:
    provider = world.providers.get(new.provider)
    if new.provider and provider is None:
        refuse(
            "provider",
            _("no provider has the code “%(provider)s”.") % {"provider": new.provider},
            _("Look it up in the directory."),
        )
    currency = currency_on(world, min(line.served_on for line in new.lines))
    if new.currency != currency and (new.currency or not asked_only):
        refuse(
            "currency",
            _("the plans pay in %(currency)s, not in %(stated)s.") % {"currency": currency, "stated": new.currency},
            _("Convert it at the source."),
        )
    settlement = new.settlement or (provider["settles"] if provider else "reimbursement")
    if settlement == "direct" and provider is None:
        refuse("provider", _("who is to be paid directly?"), _("Name the provider, or ask for reimbursement."))
    actor = current_actor().user
    return {
        "id": str(new_id()), "household_id": str(world.household), "person_id": str(new.person),
        "provider_id": provider["id"] if provider else None, "payee_id": _payee(world, new.person, today),
        "paid_to_id": None,
        "arrival": world.arrival, "key": _key(new), "digest": new.digest(), "channel": new.channel,
        "settlement": settlement, "number": new.number[:80], "currency": currency,
        "received_on": new.received_on.isoformat(), "received_at": moment(today).isoformat(),
        "submitted_by": str(actor) if actor else None, "status": Status.RECEIVED, "rounds": 0, "decided_at": None,
        "sensitive": False, "charged": 0, "paid": 0, "cash": 0, "borne": 0, "advanced": 0, "open": 0,
    }  # fmt: skip


def _payee(world: World, person: UUID, on: date) -> str:
    """Adults are reimbursed themselves, children's bills go to the holder."""
    row = world.member(str(person), on)
    holder = world.holder(on)
    if row is None or holder is None or row["role"] != "child":
        return str(person)
    born = date.fromisoformat(row["born"])
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return str(person) if age >= ADULT else str(holder["id"])


def _lines(world: World, new: NewClaim, claim: dict[str, Any]) -> list[Charged]:
    faults: list[Fault] = []
    found = []
    for number, line in enumerate(new.lines, 1):
        charged, wrong = charged_line(world, line, claim, number, new.provider)
        faults += wrong
        found.append(charged)
    refuse_if(faults)
    country = next(row["country"] for row in world.people if row["id"] == claim["person_id"])
    claim["sensitive"] = any(
        sensitivity.is_sensitive(country, line.service, {**line.facts, "indication": line.indication}) for line in found
    )
    return found


def charged_line(world: World, line: NewLine, claim: Json, number: int, provider: str) -> tuple[Charged, list[Fault]]:
    """A stated line, ready to be decided, and what is wrong with it."""
    place = f"lines.{number}"
    charged = Charged(
        id=str(new_id()), claim=claim["id"], person=claim["person_id"], number=number, arrival=claim["arrival"],
        service=line.service, served_on=line.served_on, received_on=date.fromisoformat(claim["received_on"]),
        charged=line.charged, currency=claim["currency"], settlement=claim["settlement"], channel=claim["channel"],
        paid_by_others=line.paid_by_others, quantity=line.quantity, time=line.time,
        provider=line.provider or provider, stay=line.stay, episode=line.episode, indication=line.indication,
        facts=dict(line.facts), origin=line.origin[:200],
    )  # fmt: skip
    if world.member(charged.person, line.served_on) is None:
        mend = _("Send what was done in another household in a claim of its own.")
        return charged, [
            Fault(
                f"{place}.served_on",
                _("they are not of this household on %(served_on)s.") % {"served_on": line.served_on},
                mend,
            )
        ]
    kept, faults = check_line(world, charged, place)
    return replace(charged, facts=kept), faults


def _attachment(each: Any, claim: Json, received_on: date) -> dict[str, Any]:
    return {
        "id": str(new_id()), "claim_id": claim["id"], "document": str(each.document), "kind": each.kind,
        "original": each.original, "received_on": received_on.isoformat(), "returned_on": None,
    }  # fmt: skip


def world_of(claim: Claim, *, since: date | None = None) -> World:
    """Lock the household of a claim and read what a decision on it looks at, from its first line or an earlier day."""
    days = list(Line.objects.filter(claim=claim, stands=True).values_list("served_on", flat=True))
    first = min([*days, *([since] if since else [])], default=claim.received_on)
    world = store.begin(household=claim.household_id, since=first, arrival=claim.arrival)
    assert world is not None
    return world


@action
def reverse_claim(claim: Claim, reason: str, today: date, lines: Sequence[UUID] = ()) -> None:
    """Take back a claim, or some of its lines: they are void, what came after them is decided anew, the difference is
    posted. A claim that is reversed already stays so. Raises Refused without a reason."""
    if len(reason.strip()) < 3:
        refuse("reason", _("say why it is taken back."), _("A few words will do."))
    world = world_of(claim)
    own = {each.line.id for each in world.standing if each.line.claim == str(claim.id)}
    if not own:
        store.write({})
        return
    void = {str(each) for each in lines} or own
    if void - own:
        refuse("lines", _("not all of these lines stand in this claim."), _("Look again."))
    settles = {str(claim.id): Status.REVERSED} if void == own else {}
    round_ = Round(world, Change("reversed", void=frozenset(void)), today, "claim.reversed", reason, settles=settles)
    round_.hold()


@action
def correct_line(line: Line, corrected: NewLine, reason: str, today: date) -> UUID:
    """Let a corrected line take the place of one: the old one stays as it was stated and counts no more. Its id.

    Raises Refused where the line does not stand, or the new one cannot be decided as stated.
    """
    world = world_of(line.claim, since=corrected.served_on)
    old = next((each for each in world.standing if each.line.id == str(line.id)), None)
    if old is None:
        refuse("line", _("the line does not stand any more."), _("Correct the one that does."))
    _check_corrected(corrected, old.line)
    new, faults = charged_line(world, corrected, old.claim, old.line.number, old.line.provider)
    refuse_if(faults)
    change = Change("corrected", replaced={old.line.id: new})
    Round(world, change, today, "claim.corrected", reason).hold()
    return UUID(new.id)


def _check_corrected(line: NewLine, old: Charged) -> None:
    if line.charged < 0 or not 0 <= line.paid_by_others <= line.charged:
        raise Refused(Fault("charged", _("this cannot have been charged."), _("Amounts are never negative.")))
    if line.served_on > old.received_on:
        raise Refused(
            Fault(
                "served_on",
                _("%(served_on)s is after it was received.") % {"served_on": line.served_on},
                _("Check the day."),
            )
        )


@action
def state_facts(line: Line, facts: Json, today: date) -> UUID:
    """State what was not known of a line: it takes the place of the one that lacked it, and is decided. Its id."""
    world = world_of(line.claim)
    old = next((each.line for each in world.standing if each.line.id == str(line.id)), None)
    if old is None:
        refuse("line", _("the line does not stand any more."), _("State it of the one that does."))
    stated = NewLine(
        old.service, old.served_on, old.charged, old.quantity, old.paid_by_others, old.time, old.provider, old.stay,
        old.episode, old.indication, {**old.facts, **facts}, old.origin,
    )  # fmt: skip
    new, faults = charged_line(world, stated, {**_claim_row(world, old)}, old.number, old.provider)
    refuse_if(faults)
    Round(world, Change("corrected", replaced={old.id: new}), today, "claim.completed", "facts stated").hold()
    return UUID(new.id)


def _claim_row(world: World, line: Charged) -> Json:
    return next(each.claim for each in world.standing if each.line.id == line.id)
