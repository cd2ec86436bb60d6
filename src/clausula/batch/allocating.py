"""Memory of the process that runs over buckets."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Settings of the C library of GNU, from its `malloc.h`."""

GIB = 1 << 30


def keep_freed() -> bool:
    """Have this process keep memory that arrays gave back, for the next arrays; whether the C library can.

    The arrays of a bucket are of some megabytes, and so every one of them would be asked of the system and given back
    to it, page by page: a tenth of the time of a run.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    settings = (M_MMAP_THRESHOLD, GIB), (M_TRIM_THRESHOLD, 2 * GIB - 1), (M_ARENA_MAX, 1)
    taken = [mallopt(name, value) for name, value in settings]
    return all(taken)
