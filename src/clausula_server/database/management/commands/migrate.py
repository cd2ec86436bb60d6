"""migrate: Django's own, and afterwards what each role may do with the tables as they now are."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from clausula_server.database.roles import GRANTS


class Command(migrate.Command):
    """Migrate, then grant."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run both on the database that was named."""
        super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied"):
            return
        with connections[options["database"]].cursor() as cursor:
            cursor.execute(GRANTS)
