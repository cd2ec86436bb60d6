from django.db import migrations

from clausula_server.database.rules import row_security


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [row_security("api_answer", own=("app_is('user', sender)",))]
