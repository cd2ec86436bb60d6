"""Who may act here. A person may have several roles at a time."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles. Members and providers act for themselves; the others are staff."""

    MEMBER = "member"
    PROVIDER = "provider"
    PRACTITIONER = "practitioner"
    CLAIMS_HANDLER = "claims_handler"
    MEDICAL_ADVISER = "medical_adviser"
    OPERATIONS = "operations"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SYSTEM = "system"


STAFF = frozenset(
    {
        Role.CLAIMS_HANDLER,
        Role.MEDICAL_ADVISER,
        Role.OPERATIONS,
        Role.FINANCE,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
    }
)
"""Roles that people hold by appointment; they alone are kept in `people_staffrole`."""
