"""Every permission of claims, asked for every member of the cast."""

import pytest

from clausula_server.lib.access import Concerned, may, table
from tests.world import Cast

# Who may do each thing where it concerns Anna, and where the permission is about a provider, Dr Keller.
MAY = {
    "claims.claim.submit": "anna keller mara omar",
    "claims.claim.check": "anna keller mara omar vera",
    "claims.claim.read": "anna keller mara omar vera nora",
    "claims.own.list": "keller",
    "claims.sensitive.read": "anna vera",
    "claims.claim.correct": "mara vera",
    "claims.claim.reverse": "mara",
    "claims.line.override": "mara vera",
    "claims.override.confirm": "mara vera",
    "claims.evidence.add": "anna keller mara omar vera",
    "claims.evidence.void": "mara vera",
    "claims.authorisation.answer": "omar vera",
    "claims.appeal.file": "anna keller omar",
    "claims.appeal.answer": "mara vera",
    "claims.worklist.read": "mara omar vera nora",
    "claims.wait.change": "mara omar vera",
    "claims.file.submit": "mara omar",
    "claims.originals.return": "omar",
    "claims.left.read": "anna mara omar vera",
    "claims.statement.read": "anna mara omar nora",
}


def test_every_permission_of_the_room_is_in_the_table_above() -> None:
    assert {name for name in table() if name.startswith("claims.")} == set(MAY)


@pytest.mark.django_db
def test_exactly_the_allowed_ones_may(cast: Cast) -> None:
    concerned = Concerned(person=cast.people["anna"].id, provider=cast.providers["keller"].id)
    actors = {name: cast.acts(name) for name in cast.users}
    found = {name: {who for who, actor in actors.items() if may(actor, name, concerned)} for name in MAY}
    assert found == {name: set(who.split()) for name, who in MAY.items()}
