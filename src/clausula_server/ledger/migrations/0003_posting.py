from django.db import migrations, models

# A function, because its plan is kept by the connection; the plain statement was planned for every transfer anew.
POST = """
    CREATE FUNCTION ledger_post(transfers jsonb, entries jsonb) RETURNS jsonb LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan AS $$
    DECLARE ids jsonb;
    BEGIN
        WITH posted AS (
            INSERT INTO ledger_transfer (id, key, kind, booked_on, reverses_id)
            SELECT id, key, kind, booked_on, reverses
            FROM jsonb_to_recordset(transfers) AS new (id uuid, key text, kind text, booked_on date, reverses uuid)
            ON CONFLICT DO NOTHING RETURNING id, key
        ), entered AS (
            INSERT INTO ledger_entry (id, transfer_id, account_id, amount, currency)
            SELECT new.id, posted.id, new.account, new.amount, new.currency
            FROM jsonb_to_recordset(entries) AS new (id uuid, transfer uuid, account uuid, amount bigint, currency text)
            JOIN posted ON posted.id = new.transfer
        )
        SELECT coalesce(jsonb_object_agg(key, id), '{}') INTO ids FROM posted;
        RETURN ids;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_rules")]
    operations = [
        migrations.RunSQL(POST, "DROP FUNCTION ledger_post(jsonb, jsonb)"),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["owner"], name="account_owner"),
        ),
    ]
