"""Who may do what with people."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, anyone, care_readable, staff, themselves
from clausula_server.lib.roles import Role

TABLE = {
    "people.person.read": Permit(
        "see a person's name, household, contacts and address", {Role.MEMBER: administered, **staff()}
    ),
    "people.person.register": Permit("register a person", staff(Role.OPERATIONS)),
    "people.contact.change": Permit(
        "change how a person is reached", {Role.MEMBER: administered, Role.OPERATIONS: anyone}
    ),
    "people.bank_account.change": Permit(
        "change where money for a person goes", {Role.MEMBER: administered, Role.OPERATIONS: anyone}
    ),
    "people.household.change": Permit("change who is in a household", staff(Role.OPERATIONS)),
    "people.mandate.give": Permit(
        "let another see or act for a person", {Role.MEMBER: themselves, Role.OPERATIONS: anyone}
    ),
    "people.staff.appoint": Permit("give and take roles of the house", staff(Role.ADMINISTRATOR)),
    "people.care.read": Permit(
        "see that a person is in care, and what for",
        {Role.MEMBER: care_readable, Role.MEDICAL_ADVISER: anyone},
        care=True,
    ),
}
