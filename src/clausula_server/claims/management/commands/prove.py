"""prove: hold balances, claims, ledger and documents against each other; 1 where something differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clausula_server.claims.proving import prove
from clausula_server.lib.acting import acting, system


class Command(BaseCommand):
    """Changes nothing; may run beside the server, when no claim is being decided."""

    help = "prove the books: a full replay, the ledger, every document; nothing is changed"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say what was looked at and every fault."""
        wrong = 0
        with acting(system("prove")):
            for proof in prove():
                wrong += len(proof.faults)
                self.stdout.write(f"{proof.count:>9}  {proof.of}")
                for fault in proof.faults:
                    self.stdout.write(f"           {fault}")
        if wrong:
            raise CommandError(f"{wrong} faults. Ask who keeps the books before anything is paid.")
        self.stdout.write("everything agrees")
