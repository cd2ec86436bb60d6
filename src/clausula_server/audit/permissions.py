"""Who may do what with the audit."""

from __future__ import annotations

from clausula_server.lib.access import Permit, staff, themselves
from clausula_server.lib.roles import Role

TABLE = {
    "audit.access.read": Permit("see who read a person's care", {Role.MEMBER: themselves, **staff(Role.AUDITOR)}),
    "audit.history.read": Permit("see who changed what", staff(Role.AUDITOR)),
    "audit.glass.break": Permit(
        "open a person's care in an emergency, with a reason", staff(Role.MEDICAL_ADVISER, Role.OPERATIONS)
    ),
    "audit.glass.read": Permit("see where glass was broken", staff(Role.AUDITOR)),
}
