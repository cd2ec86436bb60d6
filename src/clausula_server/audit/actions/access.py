"""Reading care is written down."""

from __future__ import annotations

from uuid import UUID

from clausula_server.audit.models import Access
from clausula_server.lib.acting import action, current_actor


@action
def log_access(permission: str, person: UUID | None, reason: str = "") -> None:
    """Write that the actor reads care of the person. `guard` calls it for every permission that is about care."""
    if person is None:
        raise ValueError(f"{permission} is about care: its guard must say whom it concerns")
    actor = current_actor()
    if person == actor.person:
        return  # their own
    Access.objects.create(
        permission=permission,
        person=person,
        reader=actor.user,
        reader_name=actor.name[:120],
        roles=",".join(sorted(actor.roles)),
        reason=reason[:300],
    )
