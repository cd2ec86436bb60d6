"""What the benchmarks of the batch share: a portfolio of all bundled plans, dealt into buckets; processor time and
memory of a piece of work."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clausula.batch.bucketing import make_buckets
from clausula.batch.buckets import Buckets
from clausula.book import Book
from clausula.portfolio import FAMILIES, Order, write


def portfolio_in_buckets(book: Book, folder: Path, lines: int, seed: int) -> Buckets:
    """A portfolio of so many lines of all four families, in buckets; made anew in the folder."""
    made(folder, lines, seed)
    return dealt(book, folder)


def made(folder: Path, lines: int, seed: int) -> None:
    """Make a portfolio in a folder."""
    (folder / "portfolio").mkdir()
    write(Order(lines, seed=seed, families=FAMILIES), folder / "portfolio")


def dealt(book: Book, folder: Path) -> Buckets:
    """Deal the portfolio of a folder into buckets beside it."""
    (folder / "buckets").mkdir()
    lines = sorted((folder / "portfolio/lines").glob("*.parquet"))
    return make_buckets(book, folder / "portfolio/members", lines, folder / "buckets")


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and of the processors that a piece of work takes."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def peak_mib() -> int:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def load_of_machine() -> float:
    """How many processes waited for a processor, over the last minute: figures count where it is near 0."""
    return round(os.getloadavg()[0], 1)
