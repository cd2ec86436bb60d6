"""Who may do what with claims."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, anyone, care_readable, own_provider, staff
from clausula_server.lib.roles import Role

HANDLING = (Role.CLAIMS_HANDLER, Role.MEDICAL_ADVISER)

TABLE = {
    "claims.claim.submit": Permit(
        "send a bill",
        {
            Role.MEMBER: administered,
            Role.PROVIDER: own_provider,
            **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS),
        },
    ),
    "claims.claim.check": Permit(
        "ask what would be paid, before a bill is sent",
        {
            Role.MEMBER: care_readable,
            Role.PROVIDER: own_provider,
            **staff(*HANDLING, Role.OPERATIONS),
        },
    ),
    "claims.claim.read": Permit(
        "see a claim, its lines and decisions",
        {
            Role.MEMBER: care_readable,
            Role.PROVIDER: own_provider,
            **staff(*HANDLING, Role.OPERATIONS, Role.AUDITOR),
        },
        care=True,
    ),
    "claims.own.list": Permit("see the bills one has sent as a provider", {Role.PROVIDER: own_provider}),
    "claims.sensitive.read": Permit(
        "see diagnoses of the sensitive kind",
        {Role.MEMBER: care_readable, Role.MEDICAL_ADVISER: anyone},
        care=True,
    ),
    "claims.claim.correct": Permit("correct a line, state what is missing of it", staff(*HANDLING)),
    "claims.claim.reverse": Permit("take back a claim, and see before what that changes", staff(Role.CLAIMS_HANDLER)),
    "claims.line.override": Permit("decide a line otherwise, with a reason", staff(*HANDLING)),
    "claims.override.confirm": Permit("confirm or refuse what a colleague decided otherwise", staff(*HANDLING)),
    "claims.evidence.add": Permit(
        "hand in a document or say what it proves",
        {
            Role.MEMBER: administered,
            Role.PROVIDER: own_provider,
            **staff(*HANDLING, Role.OPERATIONS),
        },
    ),
    "claims.evidence.void": Permit("take back a document that should never have counted", staff(*HANDLING)),
    "claims.authorisation.answer": Permit(
        "grant or refuse an authorisation", staff(Role.OPERATIONS, Role.MEDICAL_ADVISER)
    ),
    "claims.appeal.file": Permit(
        "object to a decision", {Role.MEMBER: administered, Role.PROVIDER: own_provider, Role.OPERATIONS: anyone}
    ),
    "claims.appeal.answer": Permit("answer an appeal", staff(*HANDLING)),
    "claims.worklist.read": Permit("see what waits for whom", staff(*HANDLING, Role.OPERATIONS, Role.AUDITOR)),
    "claims.wait.change": Permit("take on a wait, pass it on", staff(*HANDLING, Role.OPERATIONS)),
    "claims.file.submit": Permit("read a file of bills", staff(Role.CLAIMS_HANDLER, Role.OPERATIONS)),
    "claims.originals.return": Permit("return the originals of a month", staff(Role.OPERATIONS)),
    "claims.left.read": Permit(
        "see what is left of limits and deductibles",
        {
            Role.MEMBER: care_readable,
            **staff(*HANDLING, Role.OPERATIONS),
        },
        care=True,
    ),
    "claims.statement.read": Permit(
        "see the statements of a month or a year",
        {
            Role.MEMBER: care_readable,
            **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.AUDITOR),
        },
        care=True,
    ),
}
