"""Migration operations for rules that the database itself keeps: append-only tables and row-level security.

Row-level security reads who acts from settings of the connection (see `lib/acting.py`): `app.roles`, `app.person`,
`app.provider`, `app.administrates`, `app.reads_care`. Where nobody is declared, no row is seen and none written.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations.operations.special import RunSQL

FUNCTIONS = RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation', HINT = 'Append a row that corrects the earlier one.';
    END $$;

    CREATE FUNCTION app_acts_as(VARIADIC roles text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT string_to_array(coalesce(current_setting('app.roles', true), ''), ',') && roles
    $$;

    CREATE FUNCTION app_is(setting text, id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT id = nullif(current_setting('app.' || setting, true), '')::uuid
    $$;

    CREATE FUNCTION app_among(setting text, id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT id = ANY (string_to_array(coalesce(current_setting('app.' || setting, true), ''), ',')::uuid[])
    $$;
    """,
    """
    DROP FUNCTION app_among(text, uuid);
    DROP FUNCTION app_is(text, uuid);
    DROP FUNCTION app_acts_as(text[]);
    DROP FUNCTION refuse_change();
    """,
)
"""What the rules below call. Made once, by the first migration of `database`; each room's migration depends on it."""


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks; `roles.GRANTS` takes the right away besides."""
    return RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};",
    )


def row_security(
    table: str, *, staff: Sequence[str] = (), own: Sequence[str] = (), anyone_adds: bool = False
) -> RunSQL:
    """Show and take only rows that concern whoever acts.

    staff: roles that see every row; `system` always does. own: SQL conditions under which others see a row, such as
    `app_among('administrates', person_id)`. anyone_adds: for logs that triggers write in everybody's name.
    """
    roles = ", ".join(f"'{role}'" for role in ("system", *staff))
    sees = " OR ".join([f"app_acts_as({roles})", *own])
    adds = f"CREATE POLICY adds ON {table} FOR INSERT WITH CHECK (true);" if anyone_adds else ""
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY concerned ON {table} USING ({sees});
        {adds}
        """,
        f"""
        DROP POLICY IF EXISTS adds ON {table};
        DROP POLICY concerned ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )
