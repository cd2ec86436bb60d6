from django.db import migrations

from clausula_server.database.rules import row_security

STAFF = ("claims_handler", "medical_adviser", "operations", "finance", "administrator", "auditor")
OFFICE = ("claims_handler", "operations", "finance", "administrator", "auditor")
OWN = ("app_among('administrates', person_id)",)
HISTORY = ("person", "membership", "identifier", "residence", "contact", "bankaccount", "mandate", "staffrole")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        row_security(
            "people_person", staff=STAFF, own=("app_among('administrates', id)", "app_among('reads_care', id)")
        ),
        row_security("people_membership", staff=STAFF, own=OWN),
        row_security(
            "people_household",
            staff=STAFF,
            own=("EXISTS (SELECT FROM people_membership m WHERE m.household_id = people_household.id)",),
        ),
        row_security("people_identifier", staff=STAFF, own=OWN),
        row_security("people_residence", staff=STAFF, own=OWN),
        row_security("people_contact", staff=STAFF, own=OWN),
        row_security("people_bankaccount", staff=OFFICE, own=OWN),
        row_security(
            "people_mandate",
            staff=STAFF,
            own=("app_among('administrates', giver_id)", "app_is('person', receiver_id)"),
        ),
        row_security("people_staffrole", staff=("administrator", "auditor"), own=("app_is('person', person_id)",)),
        *(row_security(f"people_{name}event", staff=("auditor",), anyone_adds=True) for name in HISTORY),
    ]
