"""Let PostgreSQL post a transfer in one call of a function."""

from django.conf import settings
from django.db import migrations

from accounts_ledger.posting import schema


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("accounts_ledger", "0008_journal"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: schema.run_earlier(schema_editor.connection, "0009_post_transfer.sql"),
            lambda apps, schema_editor: schema.run_earlier(schema_editor.connection, "0009_post_transfer_drop.sql"),
        )
    ]
