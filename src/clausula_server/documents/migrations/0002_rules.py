from django.db import migrations

from clausula_server.database.rules import row_security

OWN = (
    """content = 'administrative' AND (
        app_among('administrates', person_id) OR app_acts_as('claims_handler', 'operations', 'administrator'))""",
    "content = 'bill' AND (app_among('reads_care', person_id) OR app_acts_as('claims_handler', 'medical_adviser'))",
    "content = 'medical' AND (app_among('reads_care', person_id) OR app_acts_as('medical_adviser'))",
    "app_is('user', sender)",  # whoever sent it sees that it came; opening it is another permission
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        row_security("documents_document", own=OWN),
        row_security("documents_documentevent", staff=("auditor",), anyone_adds=True),
    ]
