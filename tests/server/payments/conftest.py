"""What the tests of payments hold to, whatever they do."""

from collections.abc import Iterator

import pytest

from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import acting, system


@pytest.fixture
def balanced(db: None) -> Iterator[None]:
    """Whatever happened, the ledger is balanced."""
    yield
    with acting(system("test")):
        assert ledger.faults() == []
