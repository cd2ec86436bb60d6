from django.db import migrations

from clausula_server.database.rules import row_security

OWN = ("app_is('user', user_id)",)
CACHE = migrations.RunSQL(
    """
    CREATE TABLE accounts_cache (
        cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
    );
    CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
    """,
    "DROP TABLE accounts_cache;",
)
"""Django's cache in the database, as its `createcachetable` makes it: allauth counts there."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sign_in")]
    operations = [
        row_security("accounts_activation", staff=("operations", "administrator", "auditor")),
        row_security("accounts_token", staff=("auditor",), own=OWN),
        row_security("accounts_activationevent", staff=("auditor",), anyone_adds=True),
        row_security("accounts_tokenevent", staff=("auditor",), anyone_adds=True),
        row_security("accounts_userevent", staff=("auditor",), anyone_adds=True),
        CACHE,
    ]
