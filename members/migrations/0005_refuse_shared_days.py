"""No two periods of an organisation share a day, nor do two of its main contacts: PostgreSQL keeps that itself.

A range of one number stands for the organisation, because equality of numbers would need an extension of the server. The
look is put off to the end of the transaction: a form may move the border between two periods row by row.
"""

from django.db import migrations

RULES = {
    "members_periods_of_an_organisation_share_no_day": ("members_membershipperiod", ""),
    "members_organisation_has_one_main_contact_at_a_time": ("members_affiliation", " WHERE (role = 'contact')"),
}


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, (table, condition) in RULES.items():
            schema_editor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ("
                "int8range(organisation_id, organisation_id, '[]') WITH &&, daterange(first_on, last_on, '[]') WITH &&"
                f"){condition} DEFERRABLE INITIALLY DEFERRED"
            )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, (table, _condition) in RULES.items():
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_keep_organisations_and_people"),
    ]

    operations = [migrations.RunPython(install, remove)]
