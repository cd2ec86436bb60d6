"""Who may do what with events."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, own_provider, staff
from clausula_server.lib.roles import Role

TABLE = {
    "events.event.read": Permit(
        "see what happened",
        {
            Role.MEMBER: administered,
            Role.PROVIDER: own_provider,
            **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR),
        },
    ),
    "events.endpoint.change": Permit("say which systems are told of what", staff(Role.ADMINISTRATOR)),
    "events.delivery.read": Permit("see what was handed on", staff(Role.OPERATIONS, Role.ADMINISTRATOR, Role.AUDITOR)),
}
