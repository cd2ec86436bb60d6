"""Every permission of enrolment, asked for every member of the cast."""

import pytest

from clausula_server.enrolment.permissions import TABLE
from clausula_server.lib.access import Concerned, may
from tests.world import Cast

STAFF = "mara omar vera finn ada nora"

# Who may do each thing where it concerns Anna.
MAY = {
    "enrolment.plan.read": f"anna paul ben clara sven keller rossi {STAFF}",
    "enrolment.plan.register": "ada",
    "enrolment.enrolment.read": f"anna {STAFF}",
    "enrolment.application.make": "anna omar",
    "enrolment.application.read": "anna mara omar finn nora",
    "enrolment.application.decide": "omar",
    "enrolment.enrolment.change": "anna omar",
    "enrolment.enrolment.end": "omar",
    "enrolment.fact.state": "mara omar",
    "enrolment.membership.read": "anna mara omar finn nora",
    "enrolment.membership.decide": "omar",
    "enrolment.due.read": "anna mara omar finn nora",
    "enrolment.due.settle": "omar finn",
    "enrolment.arrears.read": "omar finn nora",
    "enrolment.renewal.run": "omar",
    "enrolment.renewal.read": "omar finn nora",
}


def test_every_permission_of_the_room_is_in_the_table_above() -> None:
    assert set(TABLE) == set(MAY)


@pytest.mark.django_db
def test_exactly_the_allowed_ones_may(cast: Cast) -> None:
    concerned = Concerned(person=cast.people["anna"].id)
    actors = {name: cast.acts(name) for name in cast.users}
    staff = {*STAFF.split()}
    own = {"anna", "paul", "ben", "clara", "sven", "keller", "rossi"}
    for name, allowed in MAY.items():
        found = {who for who, actor in actors.items() if who in staff | own and may(actor, name, concerned)}
        assert found == set(allowed.split()), name
