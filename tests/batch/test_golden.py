"""Every golden case, decided among all others in buckets as it is decided alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from clausula.batch.running import run_buckets
from clausula.compiled import available
from tests.batch.golden import golden, readings
from tests.books import bundled

pytestmark = [
    pytest.mark.skipif(not available(), reason="buckets are decided by the compiled kernel"),
    pytest.mark.no_cover,
]


def test_golden_cases_are_decided_in_buckets_as_alone(tmp_path: Path) -> None:
    decided = 0
    for number, (book, cases) in enumerate(readings(bundled())):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = golden(book, cases, folder)
        run_buckets(book, found.folder, folder / "out")
        found.assert_decided(folder / "out")
        decided += len(found.cases)
    assert decided > 900
