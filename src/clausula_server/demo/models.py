"""Which parts of the demo are loaded."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Loaded(models.Model):
    """A room's part is loaded."""

    room = models.CharField(max_length=40, primary_key=True)
    loaded_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.room
