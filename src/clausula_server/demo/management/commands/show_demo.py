"""show_demo: where the demo is and who can sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from clausula_server.demo.world import World, parts
from clausula_server.lib.acting import acting, system


class Command(BaseCommand):
    """Print addresses and sign-ins."""

    help = "print the demo's address and sign-ins"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("address")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask each room's part."""
        self.stdout.write(f"\nClausula runs at {options['address']}")
        for room, tell in parts("tell"):
            with acting(system("demo")):
                lines = tell(World())
            self.stdout.write(f"\n{room}:")
            for line in lines:
                self.stdout.write(f"  {line}")
        self.stdout.write("\nCtrl-C stops it; the data stays for the next time.")
