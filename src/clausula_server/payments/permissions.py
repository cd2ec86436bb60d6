"""Who may do what with money that goes through banks."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, own_provider, staff
from clausula_server.lib.roles import Role

WORKS = staff(Role.OPERATIONS, Role.FINANCE)
LOOKS = staff(Role.OPERATIONS, Role.FINANCE, Role.AUDITOR)

TABLE = {
    "payments.house_account.open": Permit("open an account of the house", staff(Role.FINANCE)),
    "payments.provider_account.change": Permit("change where a provider is paid", staff(Role.OPERATIONS)),
    "payments.mandate.sign": Permit(
        "let the house collect from an account, and end it",
        {Role.MEMBER: administered, **staff(Role.OPERATIONS)},
    ),
    "payments.batch.read": Permit("see batches and where they stand", LOOKS),
    "payments.batch.prepare": Permit("prepare a batch, take a payment out, cancel it", WORKS),
    "payments.batch.release": Permit("release a batch that somebody else prepared", WORKS),
    "payments.batch.send": Permit("write the file for the bank, say that the bank refused", staff(Role.FINANCE)),
    "payments.file.download": Permit("download a file for or from the bank", staff(Role.FINANCE)),
    "payments.statement.read": Permit("see what the bank states", staff(Role.FINANCE, Role.AUDITOR)),
    "payments.statement.import": Permit("bring in a statement of the bank", staff(Role.FINANCE)),
    "payments.line.match": Permit("say what a movement on the account was", staff(Role.FINANCE)),
    "payments.payment.read": Permit(
        "see a payment to or from somebody",
        {Role.MEMBER: administered, Role.PROVIDER: own_provider, **LOOKS, **staff(Role.CLAIMS_HANDLER)},
    ),
    "payments.demand.read": Permit(
        "see what somebody is asked to pay, and the bill",
        {Role.MEMBER: administered, Role.PROVIDER: own_provider, **LOOKS, **staff(Role.CLAIMS_HANDLER)},
    ),
    "payments.demand.issue": Permit("ask somebody to pay, take it back, remind", WORKS),
    "payments.direct.request": Permit(
        "ask that a provider is paid instead of the member",
        {Role.PROVIDER: own_provider, **staff(Role.OPERATIONS)},
    ),
    "payments.arrears.read": Permit("see who is late", LOOKS),
}
