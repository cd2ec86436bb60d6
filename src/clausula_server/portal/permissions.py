"""Who may see which pages. What is on them is guarded by the rooms."""

from __future__ import annotations

from clausula_server.lib.access import Permit, anyone, staff
from clausula_server.lib.roles import Role

TABLE = {
    "portal.home.see": Permit(
        "see what can be done here",
        {Role.MEMBER: anyone, Role.PROVIDER: anyone, Role.PRACTITIONER: anyone, **staff()},
    ),
}
