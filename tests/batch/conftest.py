"""Buckets of a small portfolio of all families, decided on this machine: what other ways of deciding must equal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clausula.batch.bucketing import make_buckets
from clausula.batch.running import run_buckets, usage_pieces
from clausula.batch.spark_session import SparkError, java
from clausula.batch.tally import Tally
from clausula.book import Book
from clausula.intake import read_roster
from clausula.portfolio import FAMILIES, Order, write
from tests.batch.decided import Dealt
from tests.books import bundled
from tests.following import unfollowed


@pytest.fixture(scope="session")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> Dealt:
    """Some 2000 lines in a dozen buckets, with what an earlier year left in the accounts of some households."""
    with unfollowed():
        return _dealt(bundled(), tmp_path_factory.mktemp("dealt"))


def _dealt(book: Book, home: Path) -> Dealt:
    portfolio, buckets, local = (home / name for name in ("portfolio", "buckets", "local"))
    portfolio.mkdir()
    write(Order(2000, seed=11, families=FAMILIES, faulty=10_000, shuffle=True), portfolio)
    roster, lines = read_roster(portfolio / "members"), sorted((portfolio / "lines").glob("*.parquet"))
    earlier, before = home / "earlier", home / "before"
    earlier.mkdir()
    make_buckets(book, portfolio / "members", lines, earlier, lines=1000)
    run_buckets(book, earlier, before)
    buckets.mkdir()
    make_buckets(book, portfolio / "members", lines, buckets, lines=160, usage=usage_pieces(before / "usage"))
    tally: Tally = run_buckets(book, buckets, local)
    return Dealt(book, roster, lines, buckets, local, tally)


@pytest.fixture
def own(dealt: Dealt, tmp_path: Path) -> Path:
    """Buckets that a test may spoil."""
    return Path(shutil.copytree(dealt.buckets, tmp_path / "own"))


@pytest.fixture(scope="session")
def java_for_spark() -> None:
    """Skips what needs Spark where Spark or Java is missing, and says what to do."""
    pytest.importorskip("pyspark", reason="Spark is not installed: ./run setup spark")
    try:
        java()
    except SparkError as error:
        pytest.skip(f"{error.message}; {error.mend}")
