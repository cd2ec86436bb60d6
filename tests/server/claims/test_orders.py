"""Any order of arrivals, corrections, reversals and documents ends where deciding the surviving lines anew ends."""

import random
from datetime import date, timedelta

import pytest

from clausula_server.claims.actions.claim import correct_line, reverse_claim
from clausula_server.claims.actions.override import OverCover, end_override, override_line
from clausula_server.claims.engine.deciding import Deciding
from clausula_server.claims.models import Balance, Claim, Decision, Line
from clausula_server.claims.queries import BEGINNING, faults_of, look_at
from clausula_server.ledger import queries as ledger
from clausula_server.lib.acting import Actor, acting
from clausula_server.lib.ids import new_id
from clausula_server.lib.roles import Role
from tests.claims_world import BASE, PIU, Home, bill, italian_home, mri, owed, paper, used

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]
FIRST, TODAY = date(2026, 3, 1), date(2026, 12, 31)
MARA = Actor(user=new_id(), roles=frozenset({Role.CLAIMS_HANDLER}))


def some_line(rolls: random.Random) -> object:
    day = FIRST + timedelta(days=rolls.randrange(60))
    return mri(day, rolls.choice([100_00, 900_00, 1_700_00, 2_600_00]))


def step(home: Home, rolls: random.Random) -> None:
    person = rolls.choice(list(home.people.values())).id
    standing = list(Line.objects.filter(stands=True).order_by("id"))
    doing = rolls.choice(["bill", "bill", "bill", "reverse", "correct", "paper", "override", "end"])
    if doing == "paper":
        kind = rolls.choice(["prescription", "invoice-receipt"])
        paper(person, kind, FIRST - timedelta(days=rolls.randrange(5)), names=("pathology",))
    elif doing == "bill" or not standing:
        bill(person, *(some_line(rolls) for _ in range(rolls.randrange(1, 4))), on=TODAY)  # type: ignore[arg-type]
    elif doing == "reverse":
        reverse_claim(rolls.choice(standing).claim, "wrong", TODAY)
    elif doing == "correct":
        correct_line(rolls.choice(standing), some_line(rolls), "wrong", TODAY)  # type: ignore[arg-type]
    elif doing == "override":
        line = rolls.choice(standing)
        with acting(MARA):
            override_line(line, [OverCover(PIU, rolls.randrange(min(line.charged, 400_00)))], "because I say so", TODAY)
    else:
        line = rolls.choice(standing)
        if line.override_id:
            end_override(line, "no longer", TODAY)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(6))
def test_any_order_ends_where_the_surviving_lines_decided_anew_end(seed: int) -> None:
    rolls = random.Random(seed)
    home = italian_home(BASE, PIU)
    for _ in range(14):
        step(home, rolls)
    assert faults_of(home.household.id) == []
    assert ledger.faults() == []
    world = look_at(home.household.id, BEGINNING)
    if not any(each.overridden for each in world.standing):
        deciding = Deciding(world, {})
        anew = {each.line.id: deciding.decide(each.line) for each in world.standing}
        assert {key: amount for key, amount in deciding.used().items() if amount} == used(home.household)
        for each in world.standing:
            assert each.decision["paid"] == anew[each.line.id].paid
    assert owed("claims.benefits") == sum(Claim.objects.values_list("paid", flat=True))
    assert sum(
        d.paid for d in Decision.objects.filter(pk__in=Line.objects.filter(stands=True).values("decision"))
    ) == sum(Claim.objects.values_list("paid", flat=True))
    assert all(each >= 0 for each in Balance.objects.values_list("used", flat=True))
