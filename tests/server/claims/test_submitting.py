"""A claim comes in, is decided, posted and told, in one transaction."""

from datetime import date

import pytest

from clausula_server.claims.models import Status
from clausula_server.events.models import Event
from clausula_server.ledger import queries as ledger
from tests.claims_world import bill, claim_of, counted, decisions, italian_home, mri, owed, papers, used

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 10)


def test_a_ticket_is_refunded_in_full(as_system: None) -> None:
    home = italian_home()
    papers(home.of("carla"))
    claim = claim_of(bill(home.of("carla"), mri(DAY)))
    (decision,) = decisions(claim.id)
    assert (decision.outcome, decision.paid, decision.borne) == ("covered", 36_15, 0)
    assert (claim.status, claim.paid, claim.rounds) == (Status.DECIDED, 36_15, 1)
    assert owed("member.payable", home.of("carla")) == -36_15
    assert owed("claims.benefits") == 36_15
    assert list(used(home.household, "high-specialisation").values()) == [36_15]
    assert Event.objects.filter(kind="claim.decided", subject=claim.id).count() == 1
    assert ledger.faults() == []


def test_a_decision_takes_at_most_eight_statements(as_system: None) -> None:
    home = italian_home()
    papers(home.of("carla"))
    for lines in (1, 5, 20):
        with counted() as statements:
            bill(home.of("carla"), *(mri(DAY) for _ in range(lines)))
        assert len([sql for sql in statements if "SAVEPOINT" not in sql]) <= 8, statements
