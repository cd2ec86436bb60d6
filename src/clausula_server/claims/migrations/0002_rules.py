from django.db import migrations

from clausula_server.database.rules import append_only, row_security

STAFF = ("claims_handler", "medical_adviser", "operations", "finance", "auditor")
HANDLING = ("claims_handler", "medical_adviser", "operations", "auditor")
TREATED = ("app_among('reads_care', person_id)", "app_is('provider', provider_id)")

MOVES = """
    INSERT INTO claims_allowedmove (id, before, after) VALUES
        (1, '', 'received'), (2, '', 'waiting'), (3, '', 'decided'),
        (4, 'received', 'waiting'), (5, 'received', 'decided'), (6, 'received', 'reversed'),
        (7, 'waiting', 'decided'), (8, 'waiting', 'reversed'), (9, 'waiting', 'appealed'),
        (10, 'decided', 'waiting'), (11, 'decided', 'paid'), (12, 'decided', 'reversed'), (13, 'decided', 'appealed'),
        (14, 'paid', 'decided'), (15, 'paid', 'waiting'), (16, 'paid', 'reversed'), (17, 'paid', 'appealed'),
        (18, 'reversed', 'appealed'),
        (19, 'appealed', 'decided'), (20, 'appealed', 'waiting'), (21, 'appealed', 'paid'), (22, 'appealed', 'reversed');

    ALTER TABLE claims_move ADD CONSTRAINT move_is_allowed
        FOREIGN KEY (before, after) REFERENCES claims_allowedmove (before, after);

    CREATE FUNCTION claim_moves_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE came_from text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE '' END;
    BEGIN
        IF came_from = NEW.status OR EXISTS (
            SELECT FROM claims_allowedmove a WHERE a.before = came_from AND a.after = NEW.status) THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'a claim does not go from % to %', came_from, NEW.status
            USING ERRCODE = 'check_violation', HINT = 'The moves stand in claims_allowedmove.';
    END $$;
    CREATE TRIGGER claim_moves_as_allowed BEFORE INSERT OR UPDATE OF status ON claims_claim
        FOR EACH ROW EXECUTE FUNCTION claim_moves_as_allowed();
"""

STAYS = """
    -- What may change is named when the trigger is made; all else stays, and no row goes.
    CREATE FUNCTION claims_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - TG_ARGV::text[] = to_jsonb(NEW) - TG_ARGV::text[] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'what was stated in % stays: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation', HINT = 'Append what corrects it.';
    END $$;
"""
MAY_CHANGE = {
    "claims_claim": "status, rounds, decided_at, charged, paid, cash, borne, advanced",
    "claims_line": "stands, void_for, decision_id, override_id",
    "claims_pend": "assigned_to, owner, due_on, closed_at, closed_for",
    "claims_evidence": "status, void",
    "claims_attachment": "returned_on",
    "claims_override": "confirmed_by, confirmed_at, refused_for",
    "claims_appeal": "answer, changed, answered_by, answered_at",
}


def stays(table: str, columns: str) -> str:
    words = ", ".join(f"'{column.strip()}'" for column in columns.split(","))
    return f"""
    CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION claims_stays({words});
    CREATE TRIGGER stays_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION claims_stays();
    """


# Everything a decision looks at, in one answer, after the household is locked. A function, because in it every
# statement sees what was committed when the lock was given; in one plain statement the balances would be those of
# before the wait. It acts as the system until claims_write takes that back, or the transaction ends.
READING = """
    CREATE OR REPLACE FUNCTION claims_begin(
        of_person uuid, on_day date, of_household uuid, since date, from_arrival integer, claim_key text,
        codes text[], entities text[], locked boolean
    ) RETURNS jsonb LANGUAGE plpgsql <settings> AS $$
    DECLARE
        home uuid := of_household;
        standing jsonb; papers jsonb; members uuid[]; wanted text[]; touched text[];
    BEGIN
        PERFORM set_config('app.roles', 'system', true);
        IF home IS NULL THEN
            SELECT household_id INTO home FROM people_membership WHERE person_id = of_person AND during @> on_day;
        END IF;
        IF locked THEN
            PERFORM FROM people_household WHERE id = home FOR NO KEY UPDATE;
        ELSE
            PERFORM FROM people_household WHERE id = home;
        END IF;
        IF NOT FOUND THEN RETURN jsonb_build_object('household', NULL); END IF;

        SELECT array_agg(DISTINCT person_id) INTO members FROM people_membership WHERE household_id = home;
        SELECT coalesce(jsonb_agg(to_jsonb(l) || jsonb_build_object(
                'claim', to_jsonb(c), 'decision', to_jsonb(d) - 'content', 'overridden', o.covers, 'private', s.content,
                'open', (SELECT count(*) FROM claims_pend p WHERE p.claim_id = c.id AND p.closed_at IS NULL),
                'pend', (SELECT p.id FROM claims_pend p WHERE p.line_id = l.id AND p.closed_at IS NULL))), '[]')
            INTO standing
            FROM claims_line l JOIN claims_claim c ON c.id = l.claim_id
            LEFT JOIN claims_decision d ON d.id = l.decision_id
            LEFT JOIN claims_override o ON o.id = l.override_id
            LEFT JOIN claims_sensitive s ON s.line_id = l.id AND s.decision_id IS NULL
            WHERE l.household_id = home AND l.stands AND l.decision_id IS NOT NULL
                AND l.served_on >= since AND (l.served_on > since OR c.arrival >= from_arrival);
        SELECT coalesce(jsonb_agg(to_jsonb(e)), '[]') INTO papers FROM claims_evidence e
            WHERE e.person_id = ANY (members) AND NOT e.void AND CASE WHEN e.valid_until IS NULL
                THEN e.issued_on >= since - 1830 ELSE e.valid_until >= since END;
        wanted := codes || ARRAY(SELECT each ->> 'provider' FROM jsonb_array_elements(standing) each)
            || ARRAY(SELECT each ->> 'issuer' FROM jsonb_array_elements(papers) each);
        touched := entities || ARRAY(SELECT unnest(ARRAY[each ->> 'stay', each ->> 'episode', each ->> 'indication'])
            FROM jsonb_array_elements(standing) each);

        RETURN jsonb_build_object(
            'household', home,
            'known', (SELECT jsonb_build_object('id', id, 'digest', digest) FROM claims_claim WHERE key = claim_key),
            'arrival', 1 + <last>,
            'people', (SELECT jsonb_agg(jsonb_build_object(
                    'id', p.id, 'name', p.given_name, 'born', p.born, 'sex', p.sex, 'country', p.country,
                    'role', m.role, 'from', lower(m.during), 'end', upper(m.during)))
                FROM people_membership m JOIN people_person p ON p.id = m.person_id WHERE m.household_id = home),
            'homes', (SELECT jsonb_agg(jsonb_build_object(
                    'person', r.person_id, 'country', r.country, 'canton', r.canton, 'commune', r.commune,
                    'region', (SELECT y.region FROM enrolment_locality y WHERE y.country = r.country
                        AND y.commune = r.commune AND y.during @> since LIMIT 1),
                    'from', lower(r.during), 'end', upper(r.during)))
                FROM people_residence r WHERE r.person_id = ANY (members)),
            'facts', (SELECT jsonb_agg(jsonb_build_object('person', f.person_id, 'fact', f.fact, 'value', f.value,
                    'from', lower(f.during), 'end', upper(f.during)))
                FROM enrolment_personfact f WHERE f.person_id = ANY (members)),
            'terms', (SELECT jsonb_agg(jsonb_build_object(
                    'id', t.id, 'person', e.person_id, 'plan', t.plan, 'digest', x.digest, 'edition', x.id,
                    'currency', x.currency, 'facts', t.facts, 'from', lower(t.during), 'end', upper(t.during),
                    'start', lower(e.during), 'until', upper(e.during) - 1))
                FROM enrolment_term t JOIN enrolment_enrolment e ON e.id = t.enrolment_id
                JOIN enrolment_planedition x ON x.id = t.edition_id WHERE t.household_id = home),
            'usage', (SELECT jsonb_agg(jsonb_build_object('account', b.account, 'entity', b.entity,
                    'period', b.period, 'used', b.used, 'touched', b.touched_on))
                FROM claims_balance b WHERE b.household_id = home AND (
                    b.entity[1] IN ('person', 'household', 'evidence') AND (
                        b.period = 0 OR b.touched_on >= since - 1830)
                    OR b.touched_on >= since OR b.entity[3] = ANY (touched))),
            'evidence', papers,
            'lines', standing,
            'providers', (SELECT jsonb_agg(jsonb_build_object(
                    'id', v.id, 'code', v.code, 'name', v.name, 'role', v.role, 'specialty', v.specialty,
                    'settles', v.settles, 'facts', v.facts,
                    'lists', (SELECT jsonb_agg(jsonb_build_object(
                        'list', g.list, 'from', lower(g.during), 'until', upper(g.during) - 1))
                        FROM directory_listing g WHERE g.provider_id = v.id)))
                FROM directory_provider v WHERE v.code = ANY (wanted)),
            'accounts', (SELECT jsonb_agg(jsonb_build_object('id', a.id, 'code', a.code, 'currency', a.currency,
                    'kind', a.kind, 'owner', a.owner))
                FROM ledger_account a WHERE <owned>)
        );
    END $$;
"""


LAST = "(SELECT coalesce(max(arrival), 0) FROM claims_claim WHERE household_id = home)"


def reading(owned: str, settings: str = "", last: str = LAST) -> str:
    """The function. owned: which accounts of the ledger are read. settings: of the database, while it runs. last: the
    arrival of the household's last claim, 0 before the first."""
    return READING.replace("<owned>", owned).replace("<settings>", settings).replace("<last>", last)


BEGIN = reading(
    """a.owner IS NULL AND a.code LIKE 'claims.%' OR a.owner = ANY (members)
                    OR a.owner IN (SELECT id FROM directory_provider WHERE code = ANY (wanted))"""
)


def inserts(table: str, part: str) -> str:
    return f"""
        IF parts ? '{part}' THEN
            INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, parts -> '{part}');
        END IF;"""  # noqa: S608 - tables of our own


INSERTED = ("claim", "line", "decision", "sensitive", "evidence", "attachment", "pend", "move", "override", "appeal")

WRITE = f"""
    CREATE FUNCTION claims_write(parts jsonb, roles text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF parts ? 'set_line' THEN
            UPDATE claims_line l SET decision_id = n.decision_id, override_id = n.override_id, stands = n.stands,
                    void_for = n.void_for
                FROM jsonb_populate_recordset(NULL::claims_line, parts -> 'set_line') n WHERE l.id = n.id;
        END IF;
        IF parts ? 'close' THEN
            UPDATE claims_pend p SET closed_at = n.closed_at, closed_for = n.closed_for
                FROM jsonb_populate_recordset(NULL::claims_pend, parts -> 'close') n WHERE p.id = n.id;
        END IF;
        {"".join(inserts(f"claims_{name}", name) for name in INSERTED)}
        IF parts ? 'set_claim' THEN
            UPDATE claims_claim c SET status = n.status, rounds = n.rounds, decided_at = n.decided_at,
                    charged = n.charged, paid = n.paid, cash = n.cash, borne = n.borne, advanced = n.advanced
                FROM jsonb_populate_recordset(NULL::claims_claim, parts -> 'set_claim') n WHERE c.id = n.id;
        END IF;
        IF parts ? 'balance' THEN
            INSERT INTO claims_balance AS b
                SELECT * FROM jsonb_populate_recordset(NULL::claims_balance, parts -> 'balance')
                ON CONFLICT (household_id, account, entity, period)
                DO UPDATE SET used = EXCLUDED.used, touched_on = greatest(b.touched_on, EXCLUDED.touched_on);
        END IF;
        PERFORM set_config('app.roles', roles, true);
    END $$;
"""  # noqa: S608 - tables of our own

OF_CLAIM = "EXISTS (SELECT FROM claims_claim c WHERE c.id = {table}.claim_id)"
NOT_MEDICAL = "app_acts_as('claims_handler', 'operations') AND entity[1] <> 'indication'"
OF_BALANCE = """CASE WHEN entity[1] = 'household'
    THEN EXISTS (SELECT FROM people_membership m WHERE m.household_id = claims_balance.household_id)
    ELSE entity[2] = ANY (string_to_array(coalesce(current_setting('app.reads_care', true), ''), ',')) END"""


def of_claim(name: str) -> migrations.RunSQL:
    table = f"claims_{name}"
    return row_security(table, staff=STAFF, own=(OF_CLAIM.format(table=table),))


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [
        append_only("claims_allowedmove"),
        append_only("claims_move"),
        append_only("claims_decision"),
        append_only("claims_sensitive"),
        migrations.RunSQL(
            MOVES,
            """
            DROP TRIGGER claim_moves_as_allowed ON claims_claim;
            DROP FUNCTION claim_moves_as_allowed();
            ALTER TABLE claims_move DROP CONSTRAINT move_is_allowed;
            """,
        ),
        migrations.RunSQL(STAYS, "DROP FUNCTION claims_stays() CASCADE"),
        *(migrations.RunSQL(stays(table, columns), migrations.RunSQL.noop) for table, columns in MAY_CHANGE.items()),
        migrations.RunSQL(
            BEGIN, "DROP FUNCTION claims_begin(uuid, date, uuid, date, integer, text, text[], text[], boolean)"
        ),
        migrations.RunSQL(WRITE, "DROP FUNCTION claims_write(jsonb, text)"),
        row_security("claims_claim", staff=STAFF, own=TREATED),
        *(of_claim(name) for name in ("line", "decision", "move", "pend", "attachment", "appeal")),
        row_security("claims_balance", staff=("medical_adviser", "auditor"), own=(NOT_MEDICAL, OF_BALANCE)),
        row_security("claims_evidence", staff=HANDLING, own=("app_among('reads_care', person_id)",)),
        row_security(
            "claims_sensitive",
            staff=("medical_adviser",),
            own=("app_among('reads_care', person_id)",),
        ),
        row_security("claims_override", staff=HANDLING),
        row_security("claims_evidenceevent", staff=("auditor",), anyone_adds=True),
    ]
