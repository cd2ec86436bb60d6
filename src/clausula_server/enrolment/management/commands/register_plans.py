"""register_plans: make the bundled plans, or those of a folder over them, editions that people can be in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clausula_server.enrolment.actions.edition import register_plans
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused


class Command(BaseCommand):
    """Register what is new; what is registered stays as it is."""

    help = "register the bundled plans, or those of FOLDER laid over them, as editions"

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, if there is one."""
        parser.add_argument("folder", nargs="?", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say of each new edition its plan, digest and first day."""
        folder: Path | None = options["folder"]
        try:
            with acting(system("register_plans")):
                fresh = register_plans(folder)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for row in fresh:
            self.stdout.write(f"{row.digest[:12]}  {row.plan}  from {row.starts}")
        self.stdout.write(f"{len(fresh)} new editions")
