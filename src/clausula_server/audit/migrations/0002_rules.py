from django.db import migrations

from clausula_server.database.rules import append_only, row_security


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        append_only("audit_access"),
        append_only("audit_brokenglass"),
        row_security("audit_access", staff=("auditor",), own=("app_is('person', person)",), anyone_adds=True),
        row_security("audit_brokenglass", staff=("auditor",), own=("app_is('user', reader)",)),
    ]
