"""Let PostgreSQL post a transfer in one call of a function."""

from django.conf import settings
from django.db import migrations

from accounts_ledger.posting import function


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts_ledger", "0008_journal"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: function.install(schema_editor.connection),
            lambda apps, schema_editor: function.remove(schema_editor.connection),
        )
    ]
