"""Who sees what of a claim: row security, the sensitive kind kept apart, what never changes."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from clausula_server.claims.actions.claim import submit_claim
from clausula_server.claims.models import Claim, Decision, Evidence, Line, Pend, Sensitive
from clausula_server.claims.queries import show_claim
from clausula_server.claims.stated import NewClaim, NewLine
from clausula_server.ledger.models import Entry
from clausula_server.lib.acting import Actor, acting, system
from clausula_server.lib.ids import new_id
from clausula_server.lib.roles import Role
from tests.claims_world import Home, bill, italian_home, mri, paper, papers

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 10)


def member(home: Home, name: str) -> Actor:
    own = frozenset({home.of(name)})
    return Actor(person=home.of(name), roles=frozenset({Role.MEMBER}), administrates=own, reads_care=own)


def staff(role: Role) -> Actor:
    return Actor(roles=frozenset({role}))


@pytest.fixture
def home(db: None) -> Home:
    with acting(system("test")):
        found = italian_home()
        papers(found.of("carla"))
        paper(found.of("dino"), "prescription", date(2026, 2, 1), names=("pathology",))
    return found


def test_a_member_sends_a_bill_and_sees_it_and_nobody_elses(home: Home, as_web: None) -> None:
    new = NewClaim(home.of("carla"), [mri(DAY)], "a", DAY, "EUR")
    with acting(member(home, "carla")):
        claim = submit_claim(new).claim
        assert Claim.objects.get().id == claim
        assert [each.paid for each in Decision.objects.all()] == [36_15]
        assert Entry.objects.filter(account__code="claims.benefits").count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.roles')")
            assert cursor.fetchone() == ("member",)
    with acting(member(home, "dino")):
        assert [each.objects.count() for each in (Claim, Line, Decision, Pend)] == [0, 0, 0, 0]
        assert set(Evidence.objects.values_list("person", flat=True)) == {home.of("dino")}


def test_a_husband_hands_in_what_he_may_not_read_afterwards(home: Home, as_web: None) -> None:
    with acting(system("test")):
        claim = bill(home.of("dino"), mri(DAY))
    carla = member(home, "carla")
    holder = replace(carla, administrates=carla.administrates | {home.of("dino")})
    doctor = Actor(provider=new_id(), roles=frozenset({Role.PROVIDER}))
    with acting(holder):
        paper(home.of("dino"), "invoice-receipt", DAY)
        assert Evidence.objects.filter(person=home.of("dino")).count() == 0
    with acting(doctor):
        paper(home.of("dino"), "clinical-record", DAY)
    with acting(member(home, "dino")):
        assert Claim.objects.get(pk=claim).paid == 36_15
        assert Evidence.objects.count() == 3


def test_rights_are_taken_back_where_a_claim_is_refused(home: Home, as_web: None) -> None:
    new = NewClaim(home.of("carla"), [NewLine("cake", DAY, 1)], "a", DAY, "EUR")
    with acting(member(home, "carla")):
        with pytest.raises(Exception, match="is no service"):
            submit_claim(new)
        assert Claim.objects.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.roles')")
            assert cursor.fetchone() == ("member",)


def test_claims_staff_do_not_read_a_sensitive_diagnosis_and_the_adviser_does(home: Home, as_web: None) -> None:
    with acting(system("test")):
        line = mri(DAY, mental_illness=True, diagnosis="F32.1")
        claim = bill(home.of("carla"), line, mri(date(2026, 5, 11)))
    with acting(staff(Role.CLAIMS_HANDLER)):
        (shown, plain) = show_claim(Claim.objects.get(pk=claim), "en").lines
        assert shown.hidden
        assert not plain.hidden
        assert shown.account.rungs == ()
        assert (shown.line.facts, shown.decision.reason if shown.decision else "") == (
            {"channel": "public", "fee_kind": "ticket"}, "",
        )  # fmt: skip
        assert Sensitive.objects.count() == 0
        for table in ("claims_line", "claims_decision", "claims_pend", "events_event"):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%F32%%' OR t::text LIKE '%%mental%%'"
                )
                assert cursor.fetchone() == (0,), table
    for actor in (staff(Role.MEDICAL_ADVISER), member(home, "carla")):
        with acting(actor):
            shown = show_claim(Claim.objects.get(pk=claim), "it").lines[0]
            assert not shown.hidden
            assert shown.account.rungs
    with acting(staff(Role.MEDICAL_ADVISER)):
        facts = Sensitive.objects.get(decision=None).content["facts"]
        assert facts == {"cause": "illness", "mental_illness": True, "diagnosis": "F32.1"}


def test_where_the_law_does_not_forbid_it_nothing_is_kept_apart(home: Home) -> None:
    with acting(system("test")):
        home.people["carla"].country = "AT"
        home.people["carla"].save()
        bill(home.of("carla"), mri(DAY, diagnosis="F32.1"))
        assert Sensitive.objects.count() == 0
        assert Line.objects.get().facts["diagnosis"] == "F32.1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE claims_decision SET paid = 0, borne = charged", "append-only"),
        ("UPDATE claims_line SET charged = 1", "stays"),
        ("DELETE FROM claims_line", "stays"),
        ("UPDATE claims_claim SET status = 'received'", "does not go from decided to received"),
        ("UPDATE claims_claim SET payee_id = person_id, key = 'b'", "stays"),
        ("UPDATE claims_balance SET used = -1", "never_negative"),
        ("UPDATE claims_evidence SET issued_on = '2026-01-01'", "stays"),
        ("UPDATE claims_allowedmove SET after = 'paid' WHERE id = 18", "append-only"),
    ],
)
def test_the_database_refuses_what_must_not_change(home: Home, change: str, said: str) -> None:
    with acting(system("test")):
        bill(home.of("carla"), mri(DAY))
        with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
