"""History of a table: every insert, update and delete kept by a trigger, with who acted and why, whatever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db import models

Model = TypeVar("Model", bound=type[models.Model])


def recorded(*, without: Sequence[str] = ()) -> Callable[[Model], Model]:
    """Keep the history of a model in a table of its own, which takes no change. Goes above `class …(models.Model)`.

    without: columns that change all the time or must not be kept, such as when somebody was last here.
    """
    keep: Callable[[Model], Model] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        append_only=True,
        exclude=list(without) or None,
    )
    return keep
