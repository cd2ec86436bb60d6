"""register_plans: make the bundled plans, or those of a folder over them, editions that people can be in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clausula_server.enrolment.actions.edition import editions_to_register, register_plans
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Fault, Refused


class Command(BaseCommand):
    """Check what is new, register it; what is registered stays as it is."""

    help = "check the bundled plans, or those of FOLDER laid over them, and register them as editions"

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, if there is one, and whether it is meant."""
        parser.add_argument("folder", nargs="?", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be registered")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say of each new edition its digest, plan and first day, and what the checker warns of."""
        folder: Path | None = options["folder"]
        try:
            with acting(system("register_plans")):
                if options["dry_run"]:
                    for found in editions_to_register(folder):
                        self._tell(found.digest, found.plan, found.starts, found.warnings)
                    self.stdout.write("nothing is registered: this was a dry run")
                    return
                fresh = register_plans(folder)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for row in fresh:
            self._tell(row.digest, row.plan, row.starts, [Fault(**each) for each in row.warnings])
        self.stdout.write(f"{len(fresh)} new editions")

    def _tell(self, digest: str, plan: str, starts: date, warnings: Iterable[Fault]) -> None:
        self.stdout.write(f"{digest[:12]}  {plan}  from {starts}")
        for each in warnings:
            self.stdout.write(f"    warning  {each}")
