"""The two roles of the database and what each may do.

`app` owns the database and its tables and runs migrations. `app_web` is what the web process and the worker run as: it
reads and writes rows, cannot change a table, a trigger or a rule, and may not touch what is append-only. Neither is
superuser, neither bypasses row-level security: it is forced on the owner too. Only backups run as somebody who does.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER = "app"
WEB = "app_web"

_ROLES = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_web') THEN CREATE ROLE app_web LOGIN; END IF;
END $$;
ALTER ROLE app NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE app_web NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
GRANT app_web TO app;
"""

# Run after every migration, as the owner. Append-only tables are those that a migration gave the trigger of that name.
GRANTS = """
GRANT USAGE ON SCHEMA public TO app_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app_web;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO app_web;
DO $$
DECLARE kept regclass;
BEGIN
    FOR kept IN SELECT tgrelid::regclass FROM pg_trigger
        WHERE NOT tgisinternal AND (tgname = 'append_only' OR tgname LIKE 'pgtrigger_append_only%') LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM app_web', kept);
    END LOOP;
END $$;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM app_web;
"""


def prepare(superuser_url: str, database: str) -> None:
    """Make the roles and the database where they are missing. Takes a connection that may do so, once."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(_ROLES)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not known:
            words = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(words.format(sql.Identifier(database), sql.Identifier(OWNER)))


def faults_of_web_role(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """What is wrong with the role a web process connects as; nothing where row-level security will hold."""
    row = connection.execute(
        """SELECT rolsuper, rolbypassrls,
                  EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind = 'r')
           FROM pg_roles WHERE rolname = current_user"""
    ).fetchone()
    assert row is not None
    names = ("is superuser", "bypasses row-level security", "owns tables")
    return [name for name, holds in zip(names, row, strict=True) if holds]
