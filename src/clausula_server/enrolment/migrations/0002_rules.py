from django.db import migrations

from clausula_server.database.rules import append_only, row_security

STAFF = ("claims_handler", "medical_adviser", "operations", "finance", "administrator", "auditor")
OFFICE = ("claims_handler", "operations", "finance", "auditor")
OWN = ("app_among('administrates', person_id)",)
HISTORY = ("application", "enrolment", "term", "personfact", "due")

TEXTS = migrations.RunSQL(
    """
    ALTER TABLE enrolment_plantext ADD CONSTRAINT plan_text_is_what_its_digest_says
        CHECK (digest = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
    ALTER TABLE enrolment_planedition ADD CONSTRAINT plan_edition_is_what_its_digest_says
        CHECK (digest = encode(sha256(convert_to(manifest, 'UTF8')), 'hex'));

    CREATE FUNCTION plan_edition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF to_jsonb(OLD) - 'offered' = to_jsonb(NEW) - 'offered' THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'edition % of % stays as it was registered', left(OLD.digest, 12), OLD.plan
                USING ERRCODE = 'restrict_violation', HINT = 'Register the changed text: it is a new edition.';
        END IF;
        RAISE EXCEPTION 'a plan edition is never removed'
            USING ERRCODE = 'restrict_violation', HINT = 'End the days on which it is offered.';
    END $$;
    CREATE TRIGGER plan_edition_stays BEFORE UPDATE OR DELETE ON enrolment_planedition
        FOR EACH ROW EXECUTE FUNCTION plan_edition_stays();
    CREATE TRIGGER plan_edition_stays_all BEFORE TRUNCATE ON enrolment_planedition
        FOR EACH STATEMENT EXECUTE FUNCTION plan_edition_stays();
    """,
    """
    DROP TRIGGER plan_edition_stays_all ON enrolment_planedition;
    DROP TRIGGER plan_edition_stays ON enrolment_planedition;
    DROP FUNCTION plan_edition_stays();
    ALTER TABLE enrolment_planedition DROP CONSTRAINT plan_edition_is_what_its_digest_says;
    ALTER TABLE enrolment_plantext DROP CONSTRAINT plan_text_is_what_its_digest_says;
    """,
)

TERMS = migrations.RunSQL(
    """
    ALTER TABLE enrolment_term ADD CONSTRAINT term_of_its_enrolments_household_and_plan
        FOREIGN KEY (enrolment_id, household_id, plan) REFERENCES enrolment_enrolment (id, household_id, plan);
    ALTER TABLE enrolment_term ADD CONSTRAINT term_edition_of_its_plan
        FOREIGN KEY (edition_id, plan) REFERENCES enrolment_planedition (id, plan);

    -- Looks at all terms of the enrolment, whoever acts at the moment the transaction ends.
    CREATE FUNCTION require_terms(of_enrolment uuid) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        before text := coalesce(current_setting('app.roles', true), '');
        off record;
    BEGIN
        PERFORM set_config('app.roles', 'system', true);
        SELECT CASE WHEN e.ended_for = 'void' THEN datemultirange() ELSE datemultirange(e.during) END AS during,
                coalesce(range_agg(t.during), datemultirange()) AS terms INTO off
            FROM enrolment_enrolment e LEFT JOIN enrolment_term t ON t.enrolment_id = e.id
            WHERE e.id = of_enrolment GROUP BY e.id;
        IF FOUND AND off.terms <> off.during THEN
            RAISE EXCEPTION 'the terms % of enrolment % do not cover its days %', off.terms, of_enrolment, off.during
                USING ERRCODE = 'check_violation', HINT = 'Every day of an enrolment has a term, and no other day.';
        END IF;
        PERFORM set_config('app.roles', before, true);
    END $$;
    CREATE FUNCTION enrolment_has_terms() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_terms(NEW.id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION term_fits_its_enrolment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_terms(CASE WHEN TG_OP = 'DELETE' THEN OLD.enrolment_id ELSE NEW.enrolment_id END);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER enrolment_has_terms AFTER INSERT OR UPDATE ON enrolment_enrolment
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION enrolment_has_terms();
    CREATE CONSTRAINT TRIGGER term_fits_its_enrolment AFTER INSERT OR UPDATE OR DELETE ON enrolment_term
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION term_fits_its_enrolment();
    """,
    """
    DROP TRIGGER term_fits_its_enrolment ON enrolment_term;
    DROP TRIGGER enrolment_has_terms ON enrolment_enrolment;
    DROP FUNCTION term_fits_its_enrolment();
    DROP FUNCTION enrolment_has_terms();
    DROP FUNCTION require_terms(uuid);
    ALTER TABLE enrolment_term DROP CONSTRAINT term_edition_of_its_plan;
    ALTER TABLE enrolment_term DROP CONSTRAINT term_of_its_enrolments_household_and_plan;
    """,
)

DUES = migrations.RunSQL(
    """
    CREATE FUNCTION due_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF to_jsonb(OLD) - '{paid,cancelled_on,cancelled_for}'::text[]
                = to_jsonb(NEW) - '{paid,cancelled_on,cancelled_for}'::text[]
                AND (OLD.cancelled_on IS NULL OR to_jsonb(OLD) = to_jsonb(NEW)) THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'a due stays as it was computed: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation', HINT = 'Cancel it with a reason, and post another.';
    END $$;
    CREATE TRIGGER due_stays BEFORE UPDATE OR DELETE ON enrolment_due FOR EACH ROW EXECUTE FUNCTION due_stays();
    CREATE TRIGGER due_stays_all BEFORE TRUNCATE ON enrolment_due
        FOR EACH STATEMENT EXECUTE FUNCTION due_stays();

    -- Whoever acts at the moment the transaction ends.
    CREATE FUNCTION require_settlements(of_due uuid) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        before text := coalesce(current_setting('app.roles', true), '');
        off record;
    BEGIN
        PERFORM set_config('app.roles', 'system', true);
        SELECT d.paid, coalesce(sum(s.amount), 0) AS settled INTO off
            FROM enrolment_due d LEFT JOIN enrolment_settlement s ON s.due_id = d.id
            WHERE d.id = of_due GROUP BY d.id, d.paid;
        IF FOUND AND off.paid <> off.settled THEN
            RAISE EXCEPTION 'due % says % is paid, its settlements say %', of_due, off.paid, off.settled
                USING ERRCODE = 'check_violation';
        END IF;
        PERFORM set_config('app.roles', before, true);
    END $$;
    CREATE FUNCTION due_is_settled() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_settlements(NEW.id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION settlement_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM require_settlements(NEW.due_id);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER due_is_settled AFTER INSERT OR UPDATE ON enrolment_due
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION due_is_settled();
    CREATE CONSTRAINT TRIGGER settlement_counts AFTER INSERT ON enrolment_settlement
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_counts();
    """,
    """
    DROP TRIGGER settlement_counts ON enrolment_settlement;
    DROP TRIGGER due_is_settled ON enrolment_due;
    DROP FUNCTION settlement_counts();
    DROP FUNCTION due_is_settled();
    DROP FUNCTION require_settlements(uuid);
    DROP TRIGGER due_stays_all ON enrolment_due;
    DROP TRIGGER due_stays ON enrolment_due;
    DROP FUNCTION due_stays();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0001_initial")]
    operations = [
        append_only("enrolment_plantext"),
        append_only("enrolment_membershipdecision"),
        append_only("enrolment_settlement"),
        append_only("enrolment_renewalreport"),
        TEXTS,
        TERMS,
        DUES,
        row_security("enrolment_enrolment", staff=STAFF, own=OWN),
        row_security(
            "enrolment_term",
            staff=STAFF,
            own=("EXISTS (SELECT FROM enrolment_enrolment e WHERE e.id = enrolment_term.enrolment_id)",),
        ),
        row_security("enrolment_application", staff=OFFICE, own=("app_among('administrates', holder_id)",)),
        row_security("enrolment_personfact", staff=STAFF, own=OWN),
        row_security("enrolment_membershipdecision", staff=OFFICE, own=OWN),
        row_security("enrolment_due", staff=OFFICE, own=("app_among('administrates', payer_id)",)),
        row_security(
            "enrolment_settlement",
            staff=OFFICE,
            own=("EXISTS (SELECT FROM enrolment_due d WHERE d.id = enrolment_settlement.due_id)",),
        ),
        row_security("enrolment_renewalrun", staff=("operations", "finance", "auditor")),
        row_security("enrolment_renewalreport", staff=("operations", "finance", "auditor")),
        *(row_security(f"enrolment_{name}event", staff=("auditor",), anyone_adds=True) for name in HISTORY),
    ]
