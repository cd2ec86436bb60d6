from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from clausula_server.database.rules import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = []
    operations = [BtreeGistExtension(), FUNCTIONS]
