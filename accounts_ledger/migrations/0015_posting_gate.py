"""Let PostgreSQL write transfers with their entries by construction, where it checked them at commit before.

Foreign keys from entries go too: an entry is written together with its transfer, of the transfer's own accounts, so
there is nothing left for them to find. They were checked at commit, when others wait for the accounts.
"""

from django.db import migrations

from accounts_ledger import guards
from accounts_ledger.posting import schema

TABLE = "accounts_ledger_transaction"
REFERENCES = {"transfer_id": "accounts_ledger_transfer", "account_id": "accounts_ledger_account"}

_FOREIGN_KEYS = """
SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        # Pending checks would keep the constraints from being dropped.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_FOREIGN_KEYS, [TABLE])
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {connection.ops.quote_name(name)}")
    schema.run_earlier(connection, "0009_post_transfer_drop.sql")
    schema.run_earlier(connection, "0002_guards_drop.sql")
    schema.install(connection)
    guards.install(connection)


def backwards(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    guards.remove(connection)
    schema.remove(connection)
    schema.run_earlier(connection, "0002_guards.sql")
    schema.run_earlier(connection, "0009_post_transfer.sql")
    with connection.cursor() as cursor:
        for column, table in REFERENCES.items():
            cursor.execute(
                f"ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_{column}_fk FOREIGN KEY ({column}) REFERENCES {table} (id)"
                " DEFERRABLE INITIALLY DEFERRED"
            )


class Migration(migrations.Migration):
    dependencies = [("accounts_ledger", "0014_forget_files")]

    operations = [migrations.RunPython(forwards, backwards)]
