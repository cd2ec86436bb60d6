from importlib import import_module

from django.db import migrations

# As in 0002, with plans that are kept by the connection: it was planned for every claim anew, which took more time than
# all else that the database does for one. A plan is made for any values, so it must not begin with a table that is
# small today: seqscan is off. Accounts are found by their owner, however many there are.
OWNED = """a.owner IS NULL AND a.code LIKE 'claims.%'
                    OR a.owner = ANY (members || ARRAY(SELECT id FROM directory_provider WHERE code = ANY (wanted)))"""
SETTINGS = "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off"
BEGIN = import_module("clausula_server.claims.migrations.0002_rules").reading(OWNED, SETTINGS)

LZ4 = """
    -- What a decision keeps is compressed in a quarter of the time, where the server knows how.
    DO $$ BEGIN
        ALTER TABLE claims_decision ALTER COLUMN content SET COMPRESSION lz4;
        ALTER TABLE claims_sensitive ALTER COLUMN content SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported THEN NULL;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_drafts_rules"), ("ledger", "0003_posting")]
    operations = [
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
        migrations.RunSQL(LZ4, migrations.RunSQL.noop),
    ]
