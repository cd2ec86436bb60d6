import django.db.models.deletion
from django.db import migrations, models

STAYS = "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON claims_claim FOR EACH ROW EXECUTE FUNCTION claims_stays({})"
BEFORE = "'status', 'rounds', 'decided_at', 'charged', 'paid', 'cash', 'borne', 'advanced'"
WITH = f"{BEFORE}, 'paid_to_id'"


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_rules"), ("directory", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="claim",
            name="paid_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.provider",
            ),
        ),
        migrations.RunSQL(
            f"DROP TRIGGER stays ON claims_claim; {STAYS.format(WITH)};",
            f"DROP TRIGGER stays ON claims_claim; {STAYS.format(BEFORE)};",
        ),
    ]
