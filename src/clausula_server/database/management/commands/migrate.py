"""migrate: Django's own, and afterwards what each role may do with the tables as they now are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

from clausula_server.database.roles import GRANTS


class Command(migrate.Command):
    """Migrate, then grant."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run both on the database that was named."""
        if options.get("app_label"):  # may lead back, and then a table is made again with its triggers
            super().handle(*args, **options)
        else:
            with _triggers_noted():
                super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied"):
            return
        with connections[options["database"]].cursor() as cursor:
            cursor.execute(GRANTS)


@contextmanager
def _triggers_noted() -> Iterator[None]:
    """On the way forward, note a trigger that is added and no more.

    Otherwise each is followed by making anew the models of its table and of all tables around it, which no table needs:
    that takes half the time of making a database.
    """

    def note(self: AddTrigger, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name.lower()].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]

    before = AddTrigger.state_forwards
    AddTrigger.state_forwards = note  # type: ignore[method-assign]
    try:
        yield
    finally:
        AddTrigger.state_forwards = before  # type: ignore[method-assign]
