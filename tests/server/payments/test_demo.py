"""The demo shows batches of every kind, paid claims among them, and its books are in order."""

import pytest
from django.core.management import call_command

from clausula_server.claims.models import Claim
from clausula_server.claims.queries import faults_of
from clausula_server.demo import payments
from clausula_server.demo.world import World
from clausula_server.lib.acting import acting, system
from clausula_server.payments.bills import bill
from clausula_server.payments.models import Batch, Demand, Line, Payment
from clausula_server.payments.queries import unplaced
from clausula_server.people.models import Household

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("balanced")]


@pytest.mark.no_cover
def test_the_demo_has_a_batch_of_each_kind_and_a_payment_that_came_back() -> None:
    call_command("load_demo", verbosity=0)
    with acting(system("test")):
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
        told = "\n".join(payments.tell(World()))
        assert "came back" in told
        assert f"/payments/demands/{demand.id}/bill.svg" in told
