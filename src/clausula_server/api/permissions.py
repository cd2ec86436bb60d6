"""Who may do what at this door itself. What lies behind is guarded by the rooms."""

from __future__ import annotations

from clausula_server.lib.access import Permit, anyone, staff
from clausula_server.lib.roles import Role

TABLE = {
    "api.me.read": Permit(
        "see as whom a token acts",
        {Role.MEMBER: anyone, Role.PROVIDER: anyone, Role.PRACTITIONER: anyone, **staff()},
    ),
}
