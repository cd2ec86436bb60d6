from django.db import migrations

from clausula_server.database.rules import append_only, row_security

OUTBOX = migrations.RunSQL(
    """
    CREATE FUNCTION put_in_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO events_outbox (event_id) VALUES (NEW.id);
        PERFORM pg_notify('events', NEW.id::text || ' ' || NEW.kind || ' ' || coalesce(NEW.person::text, ''));
        RETURN NULL;
    END $$;
    CREATE TRIGGER put_in_outbox AFTER INSERT ON events_event FOR EACH ROW EXECUTE FUNCTION put_in_outbox();
    """,
    "DROP TRIGGER put_in_outbox ON events_event; DROP FUNCTION put_in_outbox();",
)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        append_only("events_event"),
        row_security(
            "events_event",
            staff=("claims_handler", "operations", "administrator", "auditor"),
            own=("app_among('administrates', person)", "app_is('provider', provider)"),
            anyone_adds=True,
        ),
        row_security("events_endpoint", staff=("administrator",)),
        row_security("events_delivery", staff=("operations", "administrator", "auditor")),
        OUTBOX,
    ]
