"""Databases of a test's own, and work on them in this process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from clausula_server.claims.actions.claim import reverse_claim
from clausula_server.database.embedded import Cluster
from clausula_server.documents.actions.document import receive
from clausula_server.documents.models import Content
from clausula_server.documents.receiving import take_in
from tests.claims_world import Home, bill, claim_of, italian_home, mri, papers

PDF = b"%PDF-1.7\n1 0 obj <</Secret (tonsillitis)>> endobj\ntrailer\n%%EOF\n"


@dataclass
class Elsewhere:
    """Databases beside the one of all tests; gone after the test."""

    cluster: Cluster
    worker: str
    named: set[str] = field(default_factory=set)

    def name(self, of: str) -> str:
        """The name one has here."""
        found = f"{of}_{self.worker}"
        self.named.add(found)
        return found

    def go(self, of: str) -> str:
        """Work there from here on; where there is none, it is made, migrated and empty. Its name."""
        database = self.name(of)
        with self._superuser() as superuser:
            if not superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                copy = sql.SQL("CREATE DATABASE {} TEMPLATE migrated OWNER app")
                superuser.execute(copy.format(sql.Identifier(database)))
        self.move(database)
        return database

    def move(self, database: str) -> None:
        """Let Django's connection lead there."""
        connection.close()
        connection.settings_dict["NAME"] = database

    def drop(self) -> None:
        """Remove them all."""
        with self._superuser() as superuser:
            for each in self.named:
                superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(each)))

    def _superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.cluster.url(), autocommit=True)


@pytest.fixture
def elsewhere(cluster: Cluster, transactional_db: None, worker_id: str) -> Iterator[Elsewhere]:
    """Databases of the test's own."""
    ours = str(connection.settings_dict["NAME"])
    found = Elsewhere(cluster, worker_id)
    yield found
    found.move(ours)
    found.drop()


@pytest.fixture
def documents(tmp_path: Path, settings: Any) -> Path:
    """A folder of documents of the test's own."""
    settings.CLAUSULA_DOCUMENTS = tmp_path / "documents"
    return tmp_path / "documents"


def a_year() -> tuple[Home, UUID]:
    """A household with claims that compete for a limit, one that waits, one taken back, and a bill of theirs."""
    home = italian_home()
    carla = home.of("carla")
    papers(carla)
    bill(carla, mri(date(2026, 5, 20), 4_000_00))
    bill(carla, mri(date(2026, 5, 10), 2_000_00), on=date(2026, 6, 1))
    bill(home.of("dino"), mri(date(2026, 5, 12)))
    reverse_claim(claim_of(bill(carla, mri(date(2026, 5, 11), 100_00))), "billed twice", date(2026, 6, 2))
    return home, receive(take_in("bill.pdf", [PDF]), home.people["carla"], Content.BILL).id
