"""The demo world: people in every country, batches of every kind, paid claims among them; its books are in order."""

import pytest
from django.core.management import call_command

from clausula_server.claims.models import Claim
from clausula_server.claims.queries import faults_of
from clausula_server.demo import enrolment, payments, people
from clausula_server.demo.models import Loaded
from clausula_server.demo.world import World
from clausula_server.enrolment.models import Application, Due, Enrolment, State
from clausula_server.enrolment.queries import arrears
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import acting, system
from clausula_server.payments.bills import bill
from clausula_server.payments.models import Batch, Demand, Line, Payment
from clausula_server.payments.queries import unplaced
from clausula_server.people.models import Household


@pytest.mark.django_db
def test_the_demo_has_people_in_every_country_and_money_in_every_state() -> None:
    world = World()
    with acting(system("test")):
        for part in (people, enrolment):
            part.load(world)
            Loaded.objects.create(room=part.__name__.rpartition(".")[2])
        assert_insured(world)
        assert ledger.faults() == []
    call_command("load_demo", verbosity=0)  # the other rooms
    with acting(system("test")):
        assert_settled(world)
        assert ledger.faults() == []


def assert_insured(world: World) -> None:
    """In every country, one application that waits, a few late with their contributions."""
    assert {row.plan.partition("/")[0] for row in Enrolment.objects.all()} == {"ch", "it", "nl", "fr"}
    assert Application.objects.filter(state=State.WAITING).count() == 1
    late = arrears(world.today)
    assert (world.id("person", "giulia"), "EUR") in {(each.payer, each.currency) for each in late}
    households = Due.objects.values("household").distinct().count()
    assert 1 < len(late) < households / 3
    assert len(enrolment.tell(world)) == 2


def assert_settled(world: World) -> None:
    """A batch of each kind, a payment that came back, a demand paid in part."""
    found = {(batch.currency, batch.way, batch.status) for batch in Batch.objects.all()}
    assert found >= {
        ("CHF", "transfer", "settled"),
        ("CHF", "transfer", "released"),
        ("CHF", "transfer", "draft"),
        ("EUR", "transfer", "failed"),
        ("EUR", "transfer", "draft"),
        ("EUR", "debit", "settled"),
    }
    assert Payment.objects.filter(status="returned", person__given_name="Paul", reason="AC04").exists()
    assert Claim.objects.filter(status="paid").exists()
    assert Line.objects.exists()
    assert not unplaced().exists()
    (demand,) = Demand.objects.filter(status="open")
    assert 0 < demand.paid < demand.amount
    assert bill(demand).reference_number == demand.reference
    assert [fault for home in Household.objects.all() for fault in faults_of(home.id)] == []
    told = "\n".join(payments.tell(world))
    assert "came back" in told
    assert f"/payments/demands/{demand.id}/bill.svg" in told
