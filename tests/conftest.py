"""How Hypothesis draws: the same examples on every run, more of them at night. Which process runs what, what coverage
follows. And the end of the tests' database."""

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.following import unfollowed

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

TOGETHER = {
    "tests/batch/test_arriving.py": "buckets",
    "tests/batch/test_buckets.py": "portfolios in buckets",
    "tests/batch/test_spark.py": "buckets",
    "tests/batch/test_spark_killed.py": "buckets",
    "tests/batch/test_spark_tasks.py": "buckets",
    "tests/portfolio/test_portfolio.py": "portfolios",
    "tests/cli/test_demo.py": "demo",
    "tests/simulate/test_page.py": "page",
}
"""Files whose tests share what takes long to make: one session of Spark, buckets, portfolios."""


class Together(LoadScopeScheduling):  # type: ignore[misc] # ships no types
    """Tests go to whichever process is free; those of a group to one and the same, the largest group first."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Who runs what, where there are several processes."""
    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Under the mark `no_cover`, neither what a test starts from nor the programs that it starts are followed by
    coverage.

    The mark is for volume: followed, it takes two or three times as long, and smaller tests go through the same lines.
    """
    if not item.get_closest_marker("no_cover"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch, unfollowed():
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        return (yield)


def pytest_collection_finish() -> None:
    """What was collected stays to the end, so the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL of this run, if any test started one; only the process that began the run may."""
    place = Path(os.environ.get("CLAUSULA_TEST_CLUSTER", ""))
    if hasattr(config, "workerinput") or place.name.rpartition("-")[2] != str(os.getpid()) or not place.is_dir():
        return
    from clausula_server.database.embedded import Cluster

    Cluster(place, durable=False).stop()
    shutil.rmtree(place, ignore_errors=True)
    (place.parent / f"{place.name}.lock").unlink(missing_ok=True)
