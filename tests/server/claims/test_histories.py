"""A claim costs the same after thousands of earlier ones."""

from datetime import date

import pytest
from django.db import connection

from clausula_server.claims.models import Claim
from clausula_server.claims.queries import look_at
from tests.claims_world import bill, claim_of, counted, italian_home, mri, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_system")]

EARLIER = 5_000
COPIES = (
    """CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
        SELECT n, gen_random_uuid() AS claim, gen_random_uuid() AS line, gen_random_uuid() AS decision
        FROM generate_series(2, %(count)s) n""",
    """INSERT INTO claims_claim SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', k.claim, 'arrival', k.n, 'key', 'copy ' || k.n))).* FROM claims_claim c, copies k""",
    """INSERT INTO claims_line SELECT (jsonb_populate_record(l, jsonb_build_object(
        'id', k.line, 'claim_id', k.claim, 'decision_id', k.decision))).* FROM claims_line l, copies k""",
    """INSERT INTO claims_decision SELECT (jsonb_populate_record(d, jsonb_build_object(
        'id', k.decision, 'claim_id', k.claim, 'line_id', k.line))).* FROM claims_decision d, copies k""",
)


READ = """
    SELECT sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables
        WHERE relname IN ('claims_claim', 'claims_line')
"""


def rows_read() -> int:
    """Rows of claims and lines that this transaction has read until now."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        (count,) = cursor.fetchone()
    return int(count)


@pytest.mark.parametrize("known", [False, True], ids=["new", "analyzed"])
def test_five_thousand_earlier_claims_are_not_read(db: None, known: bool) -> None:
    home = italian_home()
    papers(home.of("carla"))
    bill(home.of("carla"), mri(date(2026, 2, 10), 10))
    with connection.cursor() as cursor:
        for each in COPIES:
            cursor.execute(each, {"count": EARLIER} if "%(count)s" in each else None)
        if known:  # what the planner knows of a long history must not have it read the whole
            cursor.execute("ANALYZE")
    assert Claim.objects.count() == EARLIER
    assert look_at(home.household.id, date(2026, 5, 10)).standing == []
    before = rows_read()
    with counted() as statements:
        claim = bill(home.of("carla"), *(mri(date(2026, 5, 10)) for _ in range(5)))
    assert rows_read() - before < 100
    assert len([sql for sql in statements if "SAVEPOINT" not in sql]) <= 8
    assert (claim_of(claim).arrival, claim_of(claim).paid) == (EARLIER + 1, 5 * 36_15)
