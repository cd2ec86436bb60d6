"""Every permission of sign-ins, documents and pages, asked for every member of the cast."""

import pytest

from clausula_server.lib.access import Concerned, may, table
from tests.world import Cast

STAFF = "mara omar vera finn ada nora"
ALL = f"anna paul ben clara sven keller rossi {STAFF}"

# Who may do each thing where it concerns Anna.
MAY = {
    "accounts.own.manage": ALL,
    "accounts.activation.issue": "omar ada",
    "accounts.token.make": "keller rossi mara omar vera finn ada nora",
    "documents.document.upload": "anna mara omar vera",
    "documents.administrative.read": "anna mara omar ada",
    "documents.bill.read": "anna mara vera",
    "documents.medical.read": "anna vera",
    "portal.home.see": ALL,
}


def test_every_permission_of_these_rooms_is_in_the_table_above() -> None:
    rooms = {name.partition(".")[0] for name in MAY}
    assert {name for name in table() if name.partition(".")[0] in rooms} == set(MAY)


@pytest.mark.django_db
def test_exactly_the_allowed_ones_may(cast: Cast) -> None:
    concerned = Concerned(person=cast.people["anna"].id)
    actors = {name: cast.acts(name) for name in cast.users}
    found = {name: {who for who, actor in actors.items() if may(actor, name, concerned)} for name in MAY}
    assert found == {name: set(who.split()) for name, who in MAY.items()}
