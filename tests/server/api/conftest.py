"""What tests of the API start from."""

from pathlib import Path

import pytest
from django.utils import translation

from tests.api_world import Asker, Known, everything, token_of
from tests.world import Cast


@pytest.fixture(autouse=True)
def in_english() -> object:
    """A test client leaves behind the language of its last user."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    """Documents in a folder of their own; no test counts calls but the one that does."""
    settings.CLAUSULA_DOCUMENTS = tmp_path  # type: ignore[attr-defined]
    settings.CLAUSULA_API_CALLS = 100_000  # type: ignore[attr-defined]


@pytest.fixture
def known(cast: Cast) -> Known:
    """Something of every kind about Anna."""
    return everything(cast)


@pytest.fixture
def omar(cast: Cast) -> Asker:
    """Somebody of the operations centre."""
    return Asker(token_of(cast, "omar"))
