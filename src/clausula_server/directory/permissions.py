"""Who may do what with the directory. Who treats is public knowledge for everybody who is signed in."""

from __future__ import annotations

from clausula_server.lib.access import Permit, anyone, own_provider, staff
from clausula_server.lib.roles import Role

TABLE = {
    "directory.provider.read": Permit(
        "look for providers", {Role.MEMBER: anyone, Role.PROVIDER: anyone, Role.PRACTITIONER: anyone, **staff()}
    ),
    "directory.provider.register": Permit("register a provider, its lists and tariffs", staff(Role.OPERATIONS)),
    "directory.hours.set": Permit(
        "say when a provider answers", {Role.PROVIDER: own_provider, Role.OPERATIONS: anyone}
    ),
}
