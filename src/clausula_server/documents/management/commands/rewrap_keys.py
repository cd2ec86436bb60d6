"""rewrap_keys: wrap the keys of all documents with the master key that now stands first in CLAUSULA_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from clausula_server.documents.actions.key import rewrap_some
from clausula_server.lib.acting import acting, system
from clausula_server.lib.sealing import current_key


class Command(BaseCommand):
    """Batch by batch, while the server runs."""

    help = "wrap the keys of all documents with the first of CLAUSULA_KEYS; afterwards the old key can go"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Until none is left."""
        total = 0
        with acting(system("rewrap keys")):
            while done := rewrap_some():
                total += done
        self.stdout.write(f"{total} keys wrapped with {current_key()}")
