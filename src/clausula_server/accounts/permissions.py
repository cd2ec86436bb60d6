"""Who may do what with sign-ins."""

from __future__ import annotations

from clausula_server.lib.access import Permit, anyone, staff
from clausula_server.lib.roles import Role

TABLE = {
    "accounts.own.manage": Permit(
        "look after one's own sign-in: second factors, sessions",
        {Role.MEMBER: anyone, Role.PROVIDER: anyone, Role.PRACTITIONER: anyone, **staff()},
    ),
    "accounts.activation.issue": Permit(
        "give a person a code that ties their phone to them", staff(Role.OPERATIONS, Role.ADMINISTRATOR)
    ),
    "accounts.token.make": Permit(
        "make, see and revoke tokens for systems of one's own", {Role.PROVIDER: anyone, **staff()}
    ),
}
