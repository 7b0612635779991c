"""Let the database itself enforce the ledger's rules."""

from django.db import migrations

from accounts_ledger import guards
from accounts_ledger.posting import schema


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema.run_earlier(schema_editor.connection, "0002_guards.sql")
    else:
        guards.install(schema_editor.connection)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema.run_earlier(schema_editor.connection, "0002_guards_drop.sql")
    else:
        guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("accounts_ledger", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
