"""Every permission of enrolment, asked for every member of the cast; and the demo's part."""

import pytest

from clausula_server.demo import enrolment as demo_enrolment
from clausula_server.demo import people as demo_people
from clausula_server.demo.world import World
from clausula_server.enrolment.models import Application, Due, Enrolment, State
from clausula_server.enrolment.permissions import TABLE
from clausula_server.enrolment.queries import arrears
from clausula_server.ledger import queries as ledger
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


@pytest.mark.django_db
@pytest.mark.no_cover
def test_the_demo_has_people_in_every_country_and_somebody_late(as_system: None) -> None:
    world = World()
    demo_people.load(world)
    demo_enrolment.load(world)
    assert {row.plan.partition("/")[0] for row in Enrolment.objects.all()} == {"ch", "it", "nl", "fr"}
    assert Application.objects.filter(state=State.WAITING).count() == 1
    late = arrears(world.today)
    assert (world.id("person", "giulia"), "EUR") in {(each.payer, each.currency) for each in late}
    households = Due.objects.values("household").distinct().count()
    assert 1 < len(late) < households / 3
    assert ledger.faults() == []
    assert len(demo_enrolment.tell(world)) == 2
