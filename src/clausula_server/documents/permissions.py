"""Who may do what with documents. Reading care is written to the access log."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, anyone, care_readable, staff
from clausula_server.lib.roles import Role

TABLE = {
    "documents.document.upload": Permit(
        "send a document about a person",
        {Role.MEMBER: administered, **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.MEDICAL_ADVISER)},
    ),
    "documents.administrative.read": Permit(
        "read a contract or a letter",
        {Role.MEMBER: administered, **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.ADMINISTRATOR)},
    ),
    "documents.bill.read": Permit(
        "read a bill",
        {Role.MEMBER: care_readable, Role.CLAIMS_HANDLER: anyone, Role.MEDICAL_ADVISER: anyone},
        care=True,
    ),
    "documents.medical.read": Permit(
        "read a report or a prescription", {Role.MEMBER: care_readable, Role.MEDICAL_ADVISER: anyone}, care=True
    ),
}
