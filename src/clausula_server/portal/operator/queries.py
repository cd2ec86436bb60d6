"""What pages of the house read: the worklist, what is to be confirmed, who has taken what on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext

from clausula_server.accounts.models import User
from clausula_server.claims.engine.asked import question
from clausula_server.claims.engine.telling import evidence_names, service_names
from clausula_server.claims.models import Appeal, Override, Owner, Pend
from clausula_server.claims.queries import worklist
from clausula_server.lib.acting import Actor
from clausula_server.lib.roles import Role
from clausula_server.portal.shown import KINDS, OWNERS, Words

NOBODY = UUID(int=0)
TURNS = {
    Role.CLAIMS_HANDLER: Owner.CLAIMS_HANDLER,
    Role.MEDICAL_ADVISER: Owner.MEDICAL_ADVISER,
    Role.OPERATIONS: Owner.OPERATIONS,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose: whose turn it is, and how many wait there."""

    key: str
    words: Words
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Row:
    """A wait as the worklist shows it. wants: what would end it, in the language of the page."""

    wait: Pend
    service: Mapping[str, str]
    kind: Words
    wants: str
    late: bool
    taken_by: str


def own_turn(actor: Actor) -> str:
    """Whose turn an actor looks at first: their own; "" for who looks at all."""
    return next((turn.value for role, turn in TURNS.items() if role in actor.roles), "")


def choices(today: date) -> list[Choice]:
    """The lists there are. One statement."""
    rows = Pend.objects.filter(closed_at__isnull=True).values("owner")
    counted = rows.annotate(count=Count("id"), late=Count("id", filter=Q(due_on__lt=today)))
    by = {row["owner"]: (row["count"], row["late"]) for row in counted}
    return [Choice(owner, words, *by.get(owner, (0, 0))) for owner, words in OWNERS.items()]


def waits(owner: str, kind: str, user: UUID | None, today: date, *, late: bool) -> QuerySet[Pend]:
    """The waits of a list, what has to be done first in front."""
    found = worklist(owner, kind, user, today if late else None)
    return found.select_related("line__decision", "claim__provider").order_by("due_on", "opened_at", "id")


def rows_of(found: Sequence[Pend], language: str, today: date) -> list[Row]:
    """Waits as the worklist shows them. One statement, for the names of who took them on."""
    names = names_of(each.assigned_to for each in found if each.assigned_to)
    return [_row(each, language, today, names) for each in found]


def _row(wait: Pend, language: str, today: date, names: Mapping[UUID, str]) -> Row:
    digests = wait.line.decision.editions if wait.line.decision else []
    wants = [evidence_names(digests, kind)[language] for kind in wait.wants]
    asked = question(digests, wait.fact, language) if wait.fact else None
    service = service_names(digests, wait.line.service) if digests else {"en": wait.line.service}
    told = asked.ask or asked.name if asked else " / ".join(wants) or gettext("It needs a person's judgement")
    return Row(wait, service, KINDS[wait.kind], told, wait.due_on < today, names.get(wait.assigned_to or wait.id, ""))


def names_of(users: Iterable[UUID]) -> dict[UUID, str]:
    """The names of users by their id. No statement where there is none."""
    wanted = set(users)
    found = User.objects.filter(pk__in=wanted).select_related("person") if wanted else []
    return {user.id: str(user.person or user) for user in found}


def to_confirm(user: UUID | None) -> QuerySet[Override]:
    """What colleagues propose and somebody else has to confirm."""
    return (
        Override.objects.filter(needs_second=True, confirmed_at__isnull=True, refused_for="")
        .exclude(proposed_by=user or NOBODY)
        .select_related("line__claim", "person")
        .annotate(claim=F("line__claim"))
        .order_by("id")[:50]
    )


def appeals() -> QuerySet[Appeal]:
    """Objections nobody has answered yet, the oldest first."""
    return Appeal.objects.filter(answered_at__isnull=True).select_related("claim", "person").order_by("id")[:50]
