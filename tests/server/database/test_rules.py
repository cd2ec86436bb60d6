"""The rules the database keeps itself, in raw SQL, as the role of the web process and as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from clausula_server.lib.acting import acting, system
from tests.world import Cast

pytestmark = pytest.mark.django_db

OPEN = {
    "accounts_attempt": "how often something was tried; its keys are fingerprints",
    "accounts_user": "who signs in is looked for before anybody acts; it holds no more than the sign-in",
    "claims_allowedmove": "from which status to which a claim may go names nobody",
    "database": "Django's and Procrastinate's own tables name nobody",
    "demo_loaded": "names rooms",
    "directory_": "who treats is public; the history of it as well",
    "enrolment_locality": "which postcode lies in which commune is public",
    "enrolment_plan": "the texts of plans, their editions and the history of these name nobody",
    "events_outbox": "ids only, gone in a moment",
}
ROOMS = (
    "accounts",
    "api",
    "audit",
    "claims",
    "directory",
    "documents",
    "enrolment",
    "events",
    "ledger",
    "payments",
    "people",
)


def rows(sql: str, *values: UUID) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def refused(match: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        yield


def tables() -> list[str]:
    models = [
        model
        for room in ROOMS
        if apps.is_installed(f"clausula_server.{room}")
        for model in apps.get_app_config(room).get_models()
    ]
    return sorted(model._meta.db_table for model in models)


def append_only() -> list[str]:
    found = rows(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
        " OR tgname LIKE 'pgtrigger_append_only%%' ORDER BY 1"
    )
    return [str(name) for (name,) in found]


def test_every_table_has_row_security_or_a_reason_to_have_none() -> None:
    forced = {
        str(name) for (name,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    }
    without = [table for table in tables() if table not in forced and not table.startswith(tuple(OPEN))]
    assert not without, "add row_security(...) in the room's 0002_rules, or the reason here"


def test_where_nobody_acts_nothing_of_anybody_is_seen(cast: Cast, as_web: None) -> None:
    for table in tables():
        if not table.startswith(tuple(OPEN)):
            assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    with acting(system("test")):
        assert rows("SELECT count(*) FROM people_person") == [(len(cast.people),)]


def test_a_stranger_sees_no_row_of_the_family(cast: Cast, as_web: None) -> None:
    sven = cast.people["sven"].id
    with acting(cast.acts("sven")):
        assert rows("SELECT id FROM people_person") == [(sven,)]
        assert rows("SELECT count(*) FROM people_membership WHERE person_id <> %s", sven) == [(0,)]
        assert rows("SELECT count(*) FROM events_event WHERE person IS DISTINCT FROM %s", sven) == [(0,)]
        assert rows("SELECT count(*) FROM people_household") == [(1,)]


def test_the_holder_sees_the_household_and_nobody_else(cast: Cast, as_web: None) -> None:
    family = {cast.people[name].id for name in ("anna", "paul", "ben", "clara")}
    with acting(cast.acts("anna")):
        assert {id_ for (id_,) in rows("SELECT id FROM people_person")} == family


def test_a_member_cannot_write_a_row_about_somebody_else(cast: Cast, as_web: None) -> None:
    values = "gen_random_uuid(), %s, 'phone', '+41791234567'"
    sql = f"INSERT INTO people_contact (id, person_id, kind, value) VALUES ({values})"
    with acting(cast.acts("sven")):
        with refused("row-level security"):
            rows(sql, cast.people["anna"].id)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_person SET family_name = 'X' WHERE id <> %s", [cast.people["sven"].id])
            assert cursor.rowcount == 0


def test_row_security_holds_for_the_owner_too(cast: Cast) -> None:
    assert rows("SELECT current_user::text") == [("app",)]
    assert rows("SELECT count(*) FROM people_person") == [(0,)]


def test_the_web_role_cannot_lift_a_rule(as_web: None) -> None:
    for sql in (
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON events_event",
    ):
        with refused("must be owner"):
            rows(sql)


def test_the_web_role_may_not_change_what_is_appended(as_web: None) -> None:
    names = append_only()
    assert {"events_event", "ledger_entry", "ledger_transfer", "audit_access", "people_personevent"} <= set(names)
    for table in names:
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id", f"TRUNCATE {table}"):
            with refused("permission denied|does not exist"):
                rows(sql)


def test_the_owner_is_refused_by_the_trigger(cast: Cast) -> None:
    with acting(system("test")):
        with refused("events_event is append-only: UPDATE is refused"):
            rows("UPDATE events_event SET kind = 'a.b'")
        with refused("events_event is append-only: DELETE is refused"):
            rows("DELETE FROM events_event")
        rows("SET CONSTRAINTS ALL IMMEDIATE")
        with refused("append-only: TRUNCATE is refused"):
            rows("TRUNCATE events_event CASCADE")


def test_the_roles_are_no_superusers_and_bypass_nothing() -> None:
    found = rows(
        "SELECT rolname FROM pg_roles WHERE rolname IN ('app', 'app_web')"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole)"
    )
    assert found == []
