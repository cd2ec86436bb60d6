"""load_demo: the demo world, room by room; what is loaded already stays as it is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from clausula_server.demo.models import Loaded
from clausula_server.demo.world import World, parts
from clausula_server.lib.acting import acting, batch, system


class Command(BaseCommand):
    """Load what is missing."""

    help = "load the demo world, room by room; what is there stays"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Each room's part in one transaction."""
        world = World()
        for room, load in parts("load"):
            with acting(system("demo")), batch():
                _, first = Loaded.objects.get_or_create(room=room)
                if first:
                    load(world)
                    self.stdout.write(f"demo: {room} loaded")
