"""Codes are sealed: ciphertext to show them, a keyed hash to find them, and the characters that their masks show.

The keys come from ACCOUNTS_CODE_KEYS: see docs/operators.md.
"""

import logging

from django.db import migrations, models

import accounts_ledger.models.code_field
from accounts_ledger import code_keys, code_migration

logger = logging.getLogger("accounts_ledger")

TABLE, CLEAR = "accounts_ledger_account", "clear_code"


def seal(apps, schema_editor):
    code_migration.seal(schema_editor.connection, TABLE, CLEAR, logger.warning)


def open_again(apps, schema_editor):
    code_migration.open_again(schema_editor.connection, TABLE, CLEAR)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts_ledger', '0010_holder'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='account', name='account_code_unique'),
        migrations.RenameField('account', 'code', CLEAR),
        migrations.AddField(
            model_name='account',
            name='code',
            field=accounts_ledger.models.code_field.CodeField(blank=True, hash_field='code_hash', help_text='What a customer types to spend the account. Spaces, dashes and lower case do not matter.', max_length=128, null=True, tail_field='code_tail', verbose_name='code'),
        ),
        migrations.AddField(
            model_name='account',
            name='code_hash',
            field=models.BinaryField(editable=False, max_length=code_keys.DIGEST_SIZE, null=True, verbose_name='code'),
        ),
        migrations.AddField(
            model_name='account',
            name='code_tail',
            field=models.CharField(editable=False, max_length=4, null=True, verbose_name='end of the code'),
        ),
        migrations.RunPython(seal, open_again),
        migrations.RemoveField(model_name='account', name=CLEAR),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('code_hash',), name='account_code_unique'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(fields=['code_tail'], name='account_code_tail'),
        ),
    ]
