"""Reads about claims: a member's claims, a claim with its ladder, worklists, what is left, what a reversal would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from clausula_server.claims import store
from clausula_server.claims.actions.claim import draft
from clausula_server.claims.engine.asking import LeftOver, Promise, promises, what_is_left
from clausula_server.claims.engine.telling import Account, evidence_names, service_names, tell
from clausula_server.claims.folding import Change, Folded, fold
from clausula_server.claims.models import Channel, Claim, Decision, Evidence, Line, Move, Pend, Sensitive, Wait
from clausula_server.claims.stated import NewClaim
from clausula_server.claims.world import World

BEGINNING = date(1, 1, 1)


def claims_of(person: UUID) -> QuerySet[Claim]:
    """The claims of a person that the reader may see; page them by `lib.paging`."""
    return Claim.objects.filter(person=person).select_related("provider")


def claims_of_provider(provider: UUID) -> QuerySet[Claim]:
    """The claims a provider sent. Who a person is, a provider knows by itself: their row it does not see."""
    return Claim.objects.filter(provider=provider).select_related("provider")


# --- a claim as a page shows it ---


@dataclass(frozen=True, slots=True)
class Part:
    """What one plan pays of a line, by the plan's name."""

    plan: str
    name: str
    outcome: str
    paid: int


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line with its ladder: charged, each cover, mine. account: what a reader who may see it is told of the steps
    (empty where it is of the sensitive kind and not theirs to read). earlier: decisions that held before."""

    line: Line
    service: Mapping[str, str]
    decision: Decision | None
    parts: Sequence[Part]
    account: Account
    wait: Pend | None
    asked: Sequence[Mapping[str, str]]
    earlier: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class ClaimShown:
    """A claim as a page shows it."""

    claim: Claim
    lines: Sequence[LineShown]
    moves: Sequence[Move]
    promises: Sequence[Promise]


def show_claim(claim: Claim, language: str, now: datetime | None = None) -> ClaimShown:
    """A claim with the decision as a ladder, in a language. Four statements, whatever its lines."""
    part = Sensitive.objects.filter(line=OuterRef("pk")).values(
        json=JSONObject(decision=F("decision_id"), content="content")
    )
    lines = list(
        Line.objects.filter(claim=claim, stands=True)
        .select_related("decision", "override")
        .annotate(taken=Count("decisions"), parts=ArraySubquery(part))
        .order_by("number")
    )
    parts = [each for line in lines for each in line.parts]
    facts = {line.id: each["content"] for line in lines for each in line.parts if each["decision"] is None}
    contents = {UUID(each["decision"]): each["content"] for each in parts if each["decision"]}
    all_waits = list(Pend.objects.filter(claim=claim).order_by("opened_at"))
    waits = {wait.line_id: wait for wait in all_waits if wait.closed_at is None}
    found = [line.decision.content for line in lines if line.decision] + list(contents.values())
    named = {UUID(id_) for content in found for id_ in content.get("evidence", {}).values() if id_}
    papers = {str(row["id"]): row for row in Evidence.objects.filter(pk__in=named).values("id", "kind", "issued_on")}
    shown = [_shown(line, language, facts.get(line.id, {}), contents, waits.get(line.id), papers) for line in lines]
    moves = list(Move.objects.filter(claim=claim).order_by("id"))
    now = now or timezone.now()
    promised = _promised(claim, lines, now, _stopped(all_waits, now), waits=bool(waits))
    return ClaimShown(claim, shown, moves, promised)


def _shown(
    line: Line, language: str, private: Mapping[str, Any], contents: Mapping[UUID, Any], wait: Pend | None,
    papers: Mapping[str, Any],
) -> LineShown:  # fmt: skip
    decision = line.decision
    if decision is None:
        return LineShown(line, {}, None, (), Account("", (), "", {}), wait, (), 0, hidden=False)
    content = contents.get(decision.id, decision.content)
    stated = {
        "id": line.id, "person": line.person_id, "service": line.service, "served_on": line.served_on,
        "time": line.time, "episode": line.episode, "provider": line.provider,
        "indication": private.get("indication") or line.indication,
    }  # fmt: skip
    account = tell(stated, content, language, papers)
    parts = [
        Part(each["plan"], account.plans.get(each["plan"], each["plan"]), each["outcome"], each["paid"])
        for each in decision.covers
    ]
    asked = [evidence_names(decision.editions, kind) for kind in wait.wants] if wait else []
    hidden = not content
    service = service_names(decision.editions, line.service)
    return LineShown(line, service, decision, parts, account, wait, asked, line.taken - 1, hidden)  # type: ignore[attr-defined] # annotated above


def ladder(decision: Decision, language: str) -> Account:
    """The steps of one decision, also of one that holds no more, in a language."""
    line = decision.line
    part = Sensitive.objects.filter(decision=decision).first()
    content = part.content if part else decision.content
    ids = [UUID(id_) for id_ in content.get("evidence", {}).values() if id_]
    papers = {str(row["id"]): row for row in Evidence.objects.filter(pk__in=ids).values("id", "kind", "issued_on")}
    stated = {
        "id": line.id, "person": line.person_id, "service": line.service, "served_on": line.served_on,
        "time": line.time, "episode": line.episode, "provider": line.provider, "indication": line.indication,
    }  # fmt: skip
    return tell(stated, content, language, papers)


# --- times owed ---


def _promised(claim: Claim, lines: Iterable[Line], now: datetime, stopped: timedelta, *, waits: bool) -> list[Promise]:
    digests = sorted({each for line in lines if line.decision for each in line.decision.editions})
    if not digests:
        return []
    done = None if waits else claim.decided_at
    zone = timezone.get_current_timezone()
    since = datetime.combine(claim.received_on, datetime.min.time())
    at = [None if moment is None else moment.astimezone(zone).replace(tzinfo=None) for moment in (done, now)]
    assert at[1] is not None
    return promises(digests, claim.received_on, claim.channel != Channel.POST, since, at[0], at[1], stopped)


def stood_still(claim: Claim, now: datetime) -> timedelta:
    """How long the clock stood still: while documents were awaited; waits at the same time count once."""
    return _stopped(Pend.objects.filter(claim=claim, kind=Wait.DOCUMENT).order_by("opened_at"), now)


def _stopped(waits: Iterable[Pend], now: datetime) -> timedelta:
    total, until = timedelta(0), None
    for wait in (each for each in waits if each.kind == Wait.DOCUMENT):
        start, end = wait.opened_at, wait.closed_at or now
        start = max(start, until) if until else start
        if end > start:
            total += end - start
        until = max(until, end) if until else end
    return total


def times_owed(claim: Claim, now: datetime | None = None) -> list[Promise]:
    """What is promised of a claim, and whether it is kept (NS-12: twenty calendar days online, none by post)."""
    lines = Line.objects.filter(claim=claim, stands=True).select_related("decision")
    waits = Pend.objects.filter(claim=claim, closed_at__isnull=True).exists()
    now = now or timezone.now()
    return _promised(claim, lines, now, stood_still(claim, now), waits=waits)


# --- worklists ---


def worklist(
    owner: str = "", kind: str = "", assigned_to: UUID | None = None, overdue_on: date | None = None
) -> QuerySet[Pend]:
    """Open waits, the oldest first: by whose turn it is, what for, who took them on, what is overdue on a day."""
    rows = Pend.objects.filter(closed_at__isnull=True).select_related("claim", "person", "line")
    if owner:
        rows = rows.filter(owner=owner)
    if kind:
        rows = rows.filter(kind=kind)
    if assigned_to is not None:
        rows = rows.filter(assigned_to=assigned_to)
    if overdue_on is not None:
        rows = rows.filter(due_on__lt=overdue_on)
    return rows.order_by("opened_at", "id")


# --- looking ahead, and proving ---


@dataclass(frozen=True, slots=True)
class Difference:
    """What would change for a line, in minor units; a line that goes has no outcome after."""

    line: UUID
    claim: UUID
    service: str
    served_on: date
    before: str
    after: str
    paid: int
    borne: int


@transaction.atomic
def preview_reversal(claim: Claim, lines: Sequence[UUID] = ()) -> list[Difference]:
    """What taking back a claim, or some lines of it, would change, and for which other lines. Nothing is written."""
    days = Line.objects.filter(claim=claim, stands=True).values_list("served_on", flat=True)
    world = store.begin(
        household=claim.household_id, since=min(days, default=claim.received_on), arrival=claim.arrival, locked=False
    )
    assert world is not None
    own = {each.line.id for each in world.standing if each.line.claim == str(claim.id)}
    void = {str(each) for each in lines} & own if lines else own
    folded = fold(world, Change("reversed", void=frozenset(void))) if void else Folded((), (), {}, {})
    store.write({})
    return _differences(folded)


@transaction.atomic
def preview_claim(new: NewClaim) -> list[dict[str, Any]]:
    """What would be decided on a claim that is not sent: outcome, amounts and what would be waited for, by line.

    Raises Refused for what could not be decided as stated.
    """
    world, _, lines = draft(new, locked=False)
    folded = fold(world, Change("submitted", new=tuple(lines)))
    store.write({})
    own = {line.id: line for line in lines}
    return [
        {
            "number": told.line.number, "outcome": told.verdict.outcome, "charged": told.verdict.charged,
            "paid": told.verdict.paid, "borne": told.verdict.borne, "reason": told.verdict.reason,
            "waits_for": list(told.verdict.missing.wants) if told.verdict.missing else [],
        }
        for told in folded.told
        if told.line.id in own
    ]  # fmt: skip


def _differences(folded: Folded) -> list[Difference]:
    gone = [
        Difference(
            UUID(each.line.id), UUID(each.line.claim), each.line.service, each.line.served_on,
            each.decision["outcome"], "", -each.decision["paid"], -each.decision["borne"],
        )
        for each in folded.gone
    ]  # fmt: skip
    changed = [
        Difference(
            UUID(told.line.id), UUID(told.line.claim), told.line.service, told.line.served_on,
            told.before.decision["outcome"], told.verdict.outcome,
            told.verdict.paid - told.before.decision["paid"], told.verdict.borne - told.before.decision["borne"],
        )
        for told in folded.told
        if told.before is not None
    ]  # fmt: skip
    return gone + changed


def look_at(household: UUID, since: date) -> World:
    """A household as decisions look at it, unlocked, with its lines from a day on."""
    with transaction.atomic():
        world = store.begin(household=household, since=since, locked=False)
        store.write({})
    assert world is not None
    return world


def left_of(person: UUID, on: date) -> list[LeftOver]:
    """What is left of a person's limits, deductibles and counts on a day. Two statements."""
    with transaction.atomic():
        world = store.begin(person=person, since=on, locked=False)
        store.write({})
    return what_is_left(world, str(person), on, world.usage) if world is not None else []


def faults_of(household: UUID) -> list[str]:
    """What is wrong with a household's balances: nothing, as long as they are what deciding all its standing lines anew
    in the declared order comes to, and every standing decision is what would be decided. For the nightly proof.
    """
    world = look_at(household, BEGINNING)
    if not world.standing:
        return [f"{key}: {used} used, by no line" for key, used in world.usage.items() if used]
    folded = fold(world, Change("order", first=world.standing[0].line.order))
    found = [f"{key}: {world.usage.get(key, 0)} is kept, {used} comes out" for key, used in folded.balances.items()]
    found += [
        f"line {told.line.id}: {told.before.decision['outcome']} {told.before.decision['paid']} stands,"
        f" {told.verdict.outcome} {told.verdict.paid} comes out"
        for told in folded.told
        if told.before
    ]
    moved: dict[Any, int] = {}
    for each in world.standing:
        for name, entity, period, amount in each.decision["moves"]:
            key = (name, tuple(entity), period)
            moved[key] = moved.get(key, 0) + amount
    used = {tuple(key): amount for key, amount in world.usage.items() if amount}
    kept = {key: amount for key, amount in moved.items() if amount}
    return found + ([] if used == kept else ["the moves of the standing decisions are not what the balances say"])
