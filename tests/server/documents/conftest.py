"""What the tests of documents start from."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A test client leaves behind the language of its last user."""
    with translation.override("en"):
        yield
