"""From what was sent to what the actions take."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from clausula_server.api.records.claims import Bill, LineIn
from clausula_server.api.records.plain import minor
from clausula_server.claims.stated import NewAttachment, NewClaim, NewLine
from clausula_server.lib.acting import Actor
from clausula_server.lib.refusals import refuse
from clausula_server.lib.roles import STAFF


def minutes(time: str | None) -> int | None:
    """Minutes since midnight of "18:30"."""
    return None if time is None else int(time[:2]) * 60 + int(time[3:])


def new_line(line: LineIn) -> NewLine:
    """A line as the actions take it."""
    return NewLine(
        line.service, line.served_on, minor(line.charged), line.quantity, minor(line.paid_by_others),
        minutes(line.time), line.provider, line.stay, line.episode, line.indication, line.facts, line.origin,
    )  # fmt: skip


def new_claim(bill: Bill, key: str, received_on: date, channel: str) -> NewClaim:
    """A claim as the actions take it."""
    return NewClaim(
        person=bill.person,
        lines=[new_line(line) for line in bill.lines],
        key=key,
        received_on=received_on,
        currency=bill.currency,
        channel=channel,
        provider=bill.provider,
        settlement=bill.settlement,
        number=bill.number,
        attachments=[NewAttachment(each.document, each.kind, each.original) for each in bill.attachments],
    )


def channel_of(actor: Actor, *, by_post: bool) -> str:
    """How a bill comes from whoever sends it. Raises Refused where one says of their own bill that it is on paper."""
    if actor.is_a(*STAFF):
        return "post" if by_post else "file"
    if by_post:
        refuse("by_post", "what is sent here is not on paper.", "Leave it out.")
    return "member" if actor.provider is None else "provider"


def ids(found: list[UUID]) -> tuple[UUID, ...]:
    """Ids, each once, in their order."""
    return tuple(dict.fromkeys(found))
