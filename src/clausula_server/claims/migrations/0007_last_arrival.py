from importlib import import_module

from django.db import migrations

rules, plans = (
    import_module(f"clausula_server.claims.migrations.{name}") for name in ("0002_rules", "0006_kept_plans")
)

# As in 0006; the last arrival comes from the end of its index. Row security keeps max() from looking there: it read every
# claim of the household, which took longer with each of them.
LAST = "coalesce((SELECT arrival FROM claims_claim WHERE household_id = home ORDER BY arrival DESC LIMIT 1), 0)"


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_kept_plans")]
    operations = [migrations.RunSQL(rules.reading(plans.OWNED, plans.SETTINGS, LAST), migrations.RunSQL.noop)]
