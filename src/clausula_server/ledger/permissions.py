"""Who may do what with the ledger. Nobody posts by hand: transfers come from claims, payments and contributions."""

from __future__ import annotations

from clausula_server.lib.access import Permit, administered, own_provider, staff
from clausula_server.lib.roles import Role

TABLE = {
    "ledger.account.read": Permit(
        "see an account and its entries",
        {
            Role.MEMBER: administered,
            Role.PROVIDER: own_provider,
            **staff(Role.CLAIMS_HANDLER, Role.OPERATIONS, Role.FINANCE, Role.AUDITOR),
        },
    ),
    "ledger.proof.read": Permit("see whether the ledger holds", staff(Role.FINANCE, Role.AUDITOR)),
}
