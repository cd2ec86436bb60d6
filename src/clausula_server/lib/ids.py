"""Ids that sort by the time they were made (UUID version 7, RFC 9562), so that new rows lie together in an index."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A new id: 48 bits of milliseconds, 12 bits of a fraction of one, 62 random bits. Rises within a process."""
    global _last  # noqa: PLW0603 - the last tick of this process, so that ids rise even within a microsecond
    with _lock:
        _last = max(_last + 1, time.time_ns() * 4096 // 1_000_000)
        tick = _last
    return UUID(int=(tick >> 12) << 80 | 7 << 76 | (tick & 0xFFF) << 64 | 2 << 62 | secrets.randbits(62))
