import clausula_server.lib.ids
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("database", "0001_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Access",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clausula_server.lib.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("permission", models.CharField(max_length=80)),
                ("person", models.UUIDField()),
                ("reader", models.UUIDField(blank=True, null=True)),
                ("reader_name", models.CharField(blank=True, max_length=120)),
                ("roles", models.CharField(max_length=200)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("read_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name_plural": "accesses",
                "indexes": [models.Index(fields=["person", "id"], name="access_person")],
            },
        ),
        migrations.CreateModel(
            name="BrokenGlass",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clausula_server.lib.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("person", models.UUIDField()),
                ("reader", models.UUIDField()),
                ("reader_name", models.CharField(blank=True, max_length=120)),
                ("reason", models.CharField(max_length=300)),
                ("broken_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "broken glass",
                "indexes": [models.Index(fields=["reader", "ends_at"], name="broken_glass_reader")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="broken_glass_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("broken_at"))), name="broken_glass_ends"
                    ),
                ],
            },
        ),
    ]
