"""docs/how-to/use-the-api.md, run against a real server."""

import os
from datetime import date
from pathlib import Path

import pytest

from clausula_server.database.embedded import Cluster
from clausula_server.demo.world import World
from clausula_server.lib.acting import acting, system
from clausula_server.people.actions.household import open_household
from clausula_server.people.actions.person import NewPerson, register_person
from tests.api_served import served
from tests.api_world import token_of
from tests.claims_world import BASE, editions, enrol, paper
from tests.test_docs import REWRITE, ROOT, Page
from tests.world import Cast

NAME = "docs/how-to/use-the-api.md"
START = date(2024, 1, 1)


def giulia() -> None:
    """Giulia Rossi of the demo, with what the refund of a ticket asks for."""
    new = NewPerson("Giulia", "Rossi", date(1980, 6, 15), "it", "IT", id=World.id("person", "giulia"))
    person = register_person(new, START)
    enrol(person, open_household(person, START), editions()[BASE], START)
    paper(person.id, "prescription", date(2025, 4, 1), names=("pathology",))
    paper(person.id, "invoice-receipt", date(2025, 5, 10))


def test_the_page_shows_what_a_real_server_answers(
    committed_cast: Cast, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting(system("test")):
        giulia()
    for name in ("examples", "plans"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    with served(cluster, tmp_path) as server:
        monkeypatch.setitem(os.environ, "CLAUSULA_ADDRESS", f"http://127.0.0.1:{server.port}")
        monkeypatch.setitem(os.environ, "CLAUSULA_TOKEN", token_of(committed_cast, "mara"))
        page = Page(NAME)
        text = page.run()
    if REWRITE:
        (ROOT / NAME).write_text(text, encoding="utf-8")
    assert not page.wrong, "\n\n".join(page.wrong)
