"""Changing the master key: the files stay as they are, their keys are wrapped anew."""

from __future__ import annotations

from clausula_server.documents.models import Document
from clausula_server.documents.store import unwrap
from clausula_server.lib.acting import action
from clausula_server.lib.sealing import current_key, seal

BATCH = 200


@action
def rewrap_some() -> int:
    """Wrap up to BATCH keys with the present master key. Returns how many; 0 when none is left."""
    old = Document.objects.exclude(wrapped_key=None).exclude(key_name=current_key())
    rows = list(old.select_for_update(skip_locked=True)[:BATCH])
    for row in rows:
        assert row.wrapped_key is not None
        key = unwrap(row.id, row.key_name, bytes(row.wrapped_key))
        row.key_name, row.wrapped_key = seal(key, f"document {row.id}")
        row.save(update_fields=["key_name", "wrapped_key"])
    return len(rows)
