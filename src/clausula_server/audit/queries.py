"""Reads about the audit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clausula_server.audit.models import BrokenGlass


def opened_by(reader: UUID, at: datetime) -> frozenset[UUID]:
    """The persons whose care the user has opened in an emergency, for now."""
    return frozenset(BrokenGlass.objects.filter(reader=reader, ends_at__gt=at).values_list("person", flat=True))
