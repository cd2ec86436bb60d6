"""permissions: the whole table, who may do what."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from clausula_server.lib.access import table


class Command(BaseCommand):
    """Print the table."""

    help = "print who may do what, under which rule"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """One paragraph for each permission."""
        for name, permit in sorted(table().items()):
            self.stdout.write(f"{name}: {permit.does}{' (logged)' if permit.care else ''}")
            for role, rule in permit.roles.items():
                self.stdout.write(f"    {role:<18} {rule.__name__}")
