from django.db import migrations

from clausula_server.database.rules import append_only, row_security

BALANCED = migrations.RunSQL(
    """
    ALTER TABLE ledger_entry ADD CONSTRAINT entry_has_its_accounts_currency
        FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency);

    -- Looks at all entries of the transfer, whoever acts at the moment the transaction ends.
    CREATE FUNCTION require_balance(of_transfer uuid) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        before text := coalesce(current_setting('app.roles', true), '');
        off record;
    BEGIN
        PERFORM set_config('app.roles', 'system', true);
        SELECT currency, sum(amount) AS amount INTO off
            FROM ledger_entry WHERE transfer_id = of_transfer GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'transfer % does not balance: % % too much', of_transfer, off.amount, off.currency
                USING ERRCODE = 'check_violation', HINT = 'The entries of a transfer add up to 0 in each currency.';
        END IF;
        IF (SELECT count(*) FROM ledger_entry WHERE transfer_id = of_transfer) < 2 THEN
            RAISE EXCEPTION 'transfer % has fewer than two entries', of_transfer USING ERRCODE = 'check_violation';
        END IF;
        PERFORM set_config('app.roles', before, true);
    END $$;
    CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_balance(NEW.transfer_id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION transfer_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_balance(NEW.id);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
    CREATE CONSTRAINT TRIGGER transfer_balances AFTER INSERT ON ledger_transfer
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transfer_balances();
    """,
    """
    DROP TRIGGER transfer_balances ON ledger_transfer;
    DROP TRIGGER entry_balances ON ledger_entry;
    DROP FUNCTION transfer_balances();
    DROP FUNCTION entry_balances();
    DROP FUNCTION require_balance(uuid);
    ALTER TABLE ledger_entry DROP CONSTRAINT entry_has_its_accounts_currency;
    """,
)
STAFF = ("claims_handler", "operations", "finance", "auditor")
WITH_MY_ACCOUNT = "EXISTS (SELECT FROM ledger_account a WHERE a.id = ledger_entry.account_id)"
WITH_MY_ENTRY = "EXISTS (SELECT FROM ledger_entry e WHERE e.transfer_id = ledger_transfer.id)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        append_only("ledger_account"),
        append_only("ledger_transfer"),
        append_only("ledger_entry"),
        BALANCED,
        row_security(
            "ledger_account", staff=STAFF, own=("app_among('administrates', owner)", "app_is('provider', owner)")
        ),
        row_security("ledger_entry", staff=STAFF, own=(WITH_MY_ACCOUNT,)),
        row_security("ledger_transfer", staff=STAFF, own=(WITH_MY_ENTRY,)),
    ]
