"""What the machine itself can do with the same columns: the limits the peers are held against.

copy: memory copied from one place to another. touch: every input column read and every output column written, with no
rule in between. Parquet: the same columns read and written.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .workload import Ints, Workload

MEGABYTES = 256


def best(work: Callable[[], Any], repeat: int) -> float:
    """The shortest of some runs, in seconds, after one that does not count."""
    work()
    spent = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)


def on_all(work: Callable[[int, int], Any], count: int, threads: int) -> Callable[[], Any]:
    """Work on `count` things, shared out among threads."""
    cuts = [count * n // threads for n in range(threads + 1)]

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, cuts, cuts[1:]))

    return run


def copying(repeat: int) -> float:
    """Bytes read and written in a second by copying, with all processors."""
    here = np.ones(MEGABYTES << 17, np.int64)
    there = np.zeros_like(here)

    def part(low: int, high: int) -> None:
        np.copyto(there[low:high], here[low:high])

    return 2 * here.nbytes / best(on_all(part, len(here), os.cpu_count() or 1), repeat)


def touching() -> Callable[..., None]:
    """The loop that reads each column of a line and writes each column of a decision, compiled."""
    import numba  # the one measure that needs it; the others are made without

    @numba.njit(nogil=True)
    def touch(low: int, high: int, columns: tuple[Ints, ...], benefit: Ints, paid: Ints, borne: Ints) -> None:
        (household, person, stack, served, service, channel, cause, diagnosis, papers, quantity, charged, episode, born,
         start) = columns  # fmt: skip
        for i in range(low, high):
            words = stack[i] ^ service[i] ^ channel[i] ^ cause[i] ^ diagnosis[i] ^ papers[i] ^ quantity[i]
            numbers = household[i] ^ person[i] ^ served[i] ^ charged[i] ^ episode[i] ^ born[i] ^ start[i]
            benefit[i, 0] = benefit[i, 1] = words
            paid[i, 0] = paid[i, 1] = borne[i] = numbers

    return touch


def limits(workload: Workload, repeat: int) -> dict[str, float]:
    """Lines a second by each limit, and the bytes a second of copying."""
    columns = tuple(values for name, values in workload.columns.items() if name != "line")
    count, threads = len(workload), os.cpu_count() or 1
    benefit, paid, borne = np.zeros((count, 2), np.int16), np.zeros((count, 2), np.int64), np.zeros(count, np.int64)
    inward = sum(values.nbytes for values in columns)
    outward = benefit.nbytes + paid.nbytes + borne.nbytes
    found = {"copy_bytes_per_s": copying(repeat), "bytes_in": inward / count, "bytes_out": outward / count}
    found["copy"] = found["copy_bytes_per_s"] / (found["bytes_in"] + found["bytes_out"])
    try:
        touch = touching()
    except ImportError:
        touch = None
    for number in {1, threads} if touch else ():
        part = on_all(lambda low, high: touch(low, high, columns, benefit, paid, borne), count, number)
        found["touch" if number == threads else "touch_one_thread"] = count / best(part, repeat)
    decisions = pa.table({
        "benefit_0": benefit[:, 0].copy(), "benefit_1": benefit[:, 1].copy(), "paid_0": paid[:, 0].copy(),
        "paid_1": paid[:, 1].copy(), "borne": borne,
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        stored, written = Path(folder) / "lines.parquet", Path(folder) / "decisions.parquet"
        workload.save(stored)
        found["parquet_read"] = count / best(lambda: pq.read_table(stored), repeat)
        found["parquet_write"] = count / best(lambda: pq.write_table(decisions, written, compression="lz4"), repeat)
    return found
