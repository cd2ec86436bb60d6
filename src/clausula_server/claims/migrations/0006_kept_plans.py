from django.db import migrations

# As in 0002, with plans that are kept by the connection: it was planned for every claim anew, which took more time than
# all else that the database does for one. A plan is made for any values, so it must not begin with a table that is
# small today: seqscan is off. Accounts are found by their owner, however many there are.
BEGIN = """
    CREATE OR REPLACE FUNCTION claims_begin(
        of_person uuid, on_day date, of_household uuid, since date, from_arrival integer, claim_key text,
        codes text[], entities text[], locked boolean
    ) RETURNS jsonb LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
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
            'arrival', (SELECT coalesce(max(arrival), 0) + 1 FROM claims_claim WHERE household_id = home),
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
                FROM ledger_account a WHERE a.owner IS NULL AND a.code LIKE 'claims.%'
                    OR a.owner = ANY (members || ARRAY(SELECT id FROM directory_provider WHERE code = ANY (wanted))))
        );
    END $$;
"""

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
