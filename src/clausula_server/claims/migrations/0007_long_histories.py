from importlib import import_module

from django.db import migrations

rules, plans = (
    import_module(f"clausula_server.claims.migrations.{name}") for name in ("0002_rules", "0006_kept_plans")
)

# As in 0006, but for long histories. The last arrival comes from the end of its index: row security keeps max() from
# looking there, so it read every claim of the household. And lines are joined to their claims by index, lines first, which
# a left join says (every line has its claim): from what is known of long histories, and guessed of row security, the
# planner began with all claims of all households.
LAST = "coalesce((SELECT arrival FROM claims_claim WHERE household_id = home ORDER BY arrival DESC LIMIT 1), 0)"
SETTINGS = f"{plans.SETTINGS} SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off"
BEGIN = rules.reading(plans.OWNED, SETTINGS, LAST).replace("l JOIN claims_claim", "l LEFT JOIN claims_claim")


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_kept_plans")]
    operations = [migrations.RunSQL(BEGIN, migrations.RunSQL.noop)]
