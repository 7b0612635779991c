"""Let the database itself enforce the ledger's rules."""

from django.db import migrations

from accounts_ledger import guards


class Migration(migrations.Migration):
    dependencies = [("accounts_ledger", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        )
    ]
