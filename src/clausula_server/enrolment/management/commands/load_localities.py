"""load_localities: the official list of postcodes and communes, with cantons and premium regions, from a CSV file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clausula_server.enrolment.actions.locality import load_localities, read_localities
from clausula_server.lib.acting import acting, system
from clausula_server.lib.refusals import Refused


class Command(BaseCommand):
    """Let a list hold from a day on."""

    help = "load FILE (columns country, postcode, town, commune, commune_name, canton, region) to hold from START on"

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and the first day."""
        parser.add_argument("file", type=Path)
        parser.add_argument("start", type=date.fromisoformat)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say how many places the list has."""
        file: Path = options["file"]
        try:
            with acting(system("load_localities")):
                count = load_localities(read_localities(file.read_text(encoding="utf-8-sig")), options["start"])
        except (Refused, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{count} places from {options['start']} on")
