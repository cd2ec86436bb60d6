from django.db import migrations

from clausula_server.database.rules import row_security

STAFF = ("claims_handler", "medical_adviser", "operations", "finance", "auditor")
OF_CLAIM = "EXISTS (SELECT FROM claims_claim c WHERE c.id = claims_request.claim_id)"


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_drafts")]
    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON claims_request
                FOR EACH ROW EXECUTE FUNCTION claims_stays('answered_at');
            CREATE TRIGGER stays_all BEFORE TRUNCATE ON claims_request
                FOR EACH STATEMENT EXECUTE FUNCTION claims_stays();
            """,
            "DROP TRIGGER stays ON claims_request; DROP TRIGGER stays_all ON claims_request;",
        ),
        row_security("claims_request", staff=STAFF, own=(OF_CLAIM,)),
        migrations.RunSQL(  # a member reads why a person decided otherwise, once that holds
            """
            CREATE POLICY told ON claims_override FOR SELECT USING (
                app_among('reads_care', person_id) AND (confirmed_at IS NOT NULL OR NOT needs_second)
            );
            """,
            "DROP POLICY told ON claims_override;",
        ),
        row_security("claims_draft", own=("app_is('user', author)",)),
    ]
