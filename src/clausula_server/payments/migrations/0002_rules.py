from django.db import migrations

from clausula_server.database.rules import append_only, row_security

RULES = migrations.RunSQL(
    """
    CREATE SEQUENCE payments_demand_number START 100001;

    -- A row of which only some columns may change, and which is never removed: the arguments name them.
    CREATE FUNCTION payments_only_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '% is kept: DELETE is refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
        IF (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
            RAISE EXCEPTION '%: only % may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ')
                USING ERRCODE = 'restrict_violation', HINT = 'Cancel it and make another.';
        END IF;
        RETURN NEW;
    END $$;

    -- The allowed moves of a status: the argument is an object of lists.
    CREATE FUNCTION payments_moves() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status <> OLD.status AND NOT coalesce((TG_ARGV[0]::jsonb -> OLD.status) ? NEW.status, false) THEN
            RAISE EXCEPTION '%: % does not become %', TG_TABLE_NAME, OLD.status, NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER only_changes BEFORE UPDATE OR DELETE ON payments_batch FOR EACH ROW
        EXECUTE FUNCTION payments_only_changes('status', 'total', 'count', 'released_by_id', 'released_at');
    CREATE TRIGGER moves BEFORE UPDATE ON payments_batch FOR EACH ROW EXECUTE FUNCTION payments_moves(
        '{"draft": ["released", "cancelled"], "released": ["sent", "cancelled"], "sent": ["settled", "failed"]}');
    CREATE TRIGGER only_changes BEFORE UPDATE OR DELETE ON payments_payment FOR EACH ROW
        EXECUTE FUNCTION payments_only_changes('status', 'reason');
    CREATE TRIGGER moves BEFORE UPDATE ON payments_payment FOR EACH ROW EXECUTE FUNCTION payments_moves(
        '{"prepared": ["released", "cancelled"], "released": ["settled", "returned", "cancelled"],
          "settled": ["returned"]}');
    CREATE TRIGGER only_changes BEFORE UPDATE OR DELETE ON payments_demand FOR EACH ROW
        EXECUTE FUNCTION payments_only_changes('status', 'paid', 'reason');
    CREATE TRIGGER moves BEFORE UPDATE ON payments_demand FOR EACH ROW EXECUTE FUNCTION payments_moves(
        '{"open": ["paid", "cancelled"], "paid": ["open"]}');
    CREATE TRIGGER only_changes BEFORE UPDATE OR DELETE ON payments_item FOR EACH ROW
        EXECUTE FUNCTION payments_only_changes('live');

    -- Money leaves by two people: who prepares and who releases is who acts, a release is once and of what was prepared,
    -- and nothing is put into a batch or released in it but while the batch is at that point.
    CREATE FUNCTION payments_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        acts uuid := nullif(current_setting('app.person', true), '')::uuid;
        prepared record;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'draft' OR NEW.released_by_id IS NOT NULL OR NEW.prepared_by_id IS DISTINCT FROM acts THEN
                RAISE EXCEPTION 'a batch begins as the draft of whoever acts' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.status <> 'draft' AND (NEW.released_by_id, NEW.released_at, NEW.total, NEW.count)
                IS DISTINCT FROM (OLD.released_by_id, OLD.released_at, OLD.total, OLD.count) THEN
            RAISE EXCEPTION 'batch %: what was released stays', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status = 'draft' AND NEW.released_by_id IS DISTINCT FROM OLD.released_by_id AND
                (NEW.status <> 'released' OR NEW.released_by_id IS DISTINCT FROM acts) THEN
            RAISE EXCEPTION 'batch %: whoever acts releases it', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.status = 'draft' AND NEW.status = 'released' THEN
            SELECT coalesce(sum(amount), 0) AS total, count(*) AS count INTO prepared
                FROM payments_payment WHERE batch_id = OLD.id AND status = 'prepared';
            IF (prepared.total, prepared.count) IS DISTINCT FROM (NEW.total::numeric, NEW.count::bigint) THEN
                RAISE EXCEPTION 'batch %: its payments are not what it comes to', OLD.id
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        RETURN NEW;
    END $$;
    CREATE FUNCTION payments_within_batch() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        stands text;
        wanted text := CASE WHEN TG_OP = 'INSERT' THEN 'draft' ELSE 'released' END;
    BEGIN
        SELECT status INTO stands FROM payments_batch WHERE id = NEW.batch_id;
        IF stands IS DISTINCT FROM wanted THEN
            RAISE EXCEPTION 'payment %: its batch is %', NEW.id, stands USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON payments_batch FOR EACH ROW
        EXECUTE FUNCTION payments_two_people();
    CREATE TRIGGER within_batch BEFORE INSERT ON payments_payment FOR EACH ROW
        EXECUTE FUNCTION payments_within_batch();
    CREATE TRIGGER within_batch_released BEFORE UPDATE OF status ON payments_payment FOR EACH ROW
        WHEN (NEW.status = 'released' AND OLD.status = 'prepared') EXECUTE FUNCTION payments_within_batch();

    -- What is placed of a line is never more than the line. The lock lets two who place the same line come one by one.
    CREATE FUNCTION payments_match_fits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        whole bigint;
        placed bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.line_id::text, 0));
        SELECT amount INTO whole FROM payments_line WHERE id = NEW.line_id;
        SELECT sum(amount) INTO placed FROM payments_match WHERE line_id = NEW.line_id;
        IF abs(placed) > abs(whole) OR sign(placed) = -sign(whole) AND placed <> 0 THEN
            RAISE EXCEPTION 'line %: % of % cannot be placed', NEW.line_id, placed, whole
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER match_fits AFTER INSERT ON payments_match FOR EACH ROW EXECUTE FUNCTION payments_match_fits();

    ALTER TABLE payments_bankfile ADD CONSTRAINT bank_file_is_what_its_hash_says
        CHECK (sha256 = encode(sha256(content), 'hex'));
    """,
    """
    ALTER TABLE payments_bankfile DROP CONSTRAINT bank_file_is_what_its_hash_says;
    DROP TRIGGER match_fits ON payments_match;
    DROP TRIGGER two_people ON payments_batch;
    DROP TRIGGER within_batch ON payments_payment;
    DROP TRIGGER within_batch_released ON payments_payment;
    DROP TRIGGER only_changes ON payments_item;
    DROP TRIGGER moves ON payments_demand;
    DROP TRIGGER only_changes ON payments_demand;
    DROP TRIGGER moves ON payments_payment;
    DROP TRIGGER only_changes ON payments_payment;
    DROP TRIGGER moves ON payments_batch;
    DROP TRIGGER only_changes ON payments_batch;
    DROP FUNCTION payments_match_fits();
    DROP FUNCTION payments_two_people();
    DROP FUNCTION payments_within_batch();
    DROP FUNCTION payments_moves();
    DROP FUNCTION payments_only_changes();
    DROP SEQUENCE payments_demand_number;
    """,
)
LOOKS = ("operations", "finance", "auditor")
TELLS = ("claims_handler", *LOOKS)
OWN_PERSON = "app_among('administrates', person_id)"
OWN_PROVIDER = "app_is('provider', provider_id)"
WITH_MY_PAYMENT = "EXISTS (SELECT FROM payments_payment p WHERE p.id = payments_item.payment_id)"
WITH_MY_DEMAND = "EXISTS (SELECT FROM payments_demand d WHERE d.id = payments_item.demand_id)"
HISTORY = ("houseaccount", "provideraccount", "debitmandate", "batch", "payment", "demand", "item")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        RULES,
        *(
            append_only(f"payments_{name}")
            for name in ("move", "bankfile", "statement", "line", "match", "reminder", "assignment")
        ),
        # The accounts of the house stand on every bill.
        row_security("payments_houseaccount", staff=TELLS, own=("app_acts_as('member', 'provider')",)),
        row_security("payments_provideraccount", staff=LOOKS, own=(OWN_PROVIDER,)),
        row_security("payments_debitmandate", staff=LOOKS, own=(OWN_PERSON,)),
        row_security("payments_batch", staff=LOOKS),
        row_security("payments_move", staff=LOOKS),
        row_security("payments_payment", staff=TELLS, own=(OWN_PERSON, OWN_PROVIDER)),
        row_security("payments_demand", staff=TELLS, own=(OWN_PERSON, OWN_PROVIDER)),
        row_security(
            "payments_reminder",
            staff=TELLS,
            own=("EXISTS (SELECT FROM payments_demand d WHERE d.id = payments_reminder.demand_id)",),
        ),
        row_security("payments_item", staff=TELLS, own=(WITH_MY_PAYMENT, WITH_MY_DEMAND)),
        row_security("payments_bankfile", staff=("finance",)),
        row_security("payments_statement", staff=("finance", "auditor")),
        row_security("payments_line", staff=("finance", "auditor")),
        row_security("payments_match", staff=("finance", "auditor")),
        row_security("payments_assignment", staff=TELLS, own=(OWN_PERSON, OWN_PROVIDER)),
        *(row_security(f"payments_{name}event", staff=("auditor",), anyone_adds=True) for name in HISTORY),
    ]
