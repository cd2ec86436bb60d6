import clausula_server.lib.ids
import clausula_server.lib.money
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("database", "0001_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clausula_server.lib.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("owner", models.UUIDField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                        ],
                        max_length=9,
                    ),
                ),
                ("currency", clausula_server.lib.money.CurrencyField()),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__in", ("CHF", "EUR", "USD"))),
                        name="ledger_account_currency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["asset", "liability", "income", "expense"])),
                        name="account_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z_]+(\\.[a-z_]+)*$")), name="account_code_form"
                    ),
                    models.UniqueConstraint(
                        fields=("code", "owner", "currency"), name="account_once", nulls_distinct=False
                    ),
                    models.UniqueConstraint(fields=("id", "currency"), name="account_has_one_currency"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clausula_server.lib.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("booked_on", models.DateField()),
                (
                    "posted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="ledger.transfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=clausula_server.lib.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount", clausula_server.lib.money.MinorUnits()),
                ("currency", clausula_server.lib.money.CurrencyField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.account"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.transfer"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [models.Index(fields=["account"], include=("amount",), name="entry_account_amount")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__in", ("CHF", "EUR", "USD"))), name="ledger_entry_currency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="entry_moves_something"
                    ),
                    models.UniqueConstraint(fields=("transfer", "account"), name="entry_once_an_account"),
                ],
            },
        ),
    ]
