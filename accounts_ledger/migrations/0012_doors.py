"""Refuse amounts that are no numbers, mark the accounts of bulk issues, and keep names beside users in histories."""

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from accounts_ledger import guards


def lift_guards(apps, schema_editor):
    """SQLite adds a constraint by making the table anew, which triggers that name the table would not let happen."""
    if schema_editor.connection.vendor == "sqlite":
        guards.remove(schema_editor.connection)


def put_guards_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        guards.install(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts_ledger', '0011_codes_at_rest'),
        ('offer', '0013_range_excluded_categories'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lift_guards, put_guards_back),
        migrations.AddField(
            model_name='account',
            name='stands_for',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_ledger.account', verbose_name='stands for'),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='history_username',
            field=models.CharField(blank=True, default='', editable=False, max_length=150, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='stands_for',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts_ledger.account', verbose_name='stands for'),
        ),
        migrations.AddField(
            model_name='historicalaccountmapping',
            name='history_username',
            field=models.CharField(blank=True, default='', editable=False, max_length=150, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='historicalaccounttype',
            name='history_username',
            field=models.CharField(blank=True, default='', editable=False, max_length=150, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='verification',
            name='username',
            field=models.CharField(blank=True, default='', max_length=150, verbose_name='verified by'),
        ),
        migrations.AlterField(
            model_name='accountmapping',
            name='account',
            field=models.OneToOneField(blank=True, help_text='Or this account alone, such as Bank.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mapping', to='accounts_ledger.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='accountmapping',
            name='account_type',
            field=models.OneToOneField(blank=True, help_text='This type and the types below it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mapping', to='accounts_ledger.accounttype', verbose_name='account type'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('balance__gte', Decimal('-999999999999.99')), ('balance__lte', Decimal('999999999999.99')), ('held__gte', Decimal('-999999999999.99')), ('held__lte', Decimal('999999999999.99')), models.Q(('credit_limit', None), models.Q(('credit_limit__gte', Decimal('-999999999999.99')), ('credit_limit__lte', Decimal('999999999999.99'))), _connector='OR')), name='account_amounts_are_amounts', violation_error_message='An amount is not a number, or too large.'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('-999999999999.99')), ('amount__lte', Decimal('999999999999.99'))), name='hold_amount_is_amount'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('-999999999999.99')), ('amount__lte', Decimal('999999999999.99')), ('balance__gte', Decimal('-999999999999.99')), ('balance__lte', Decimal('999999999999.99'))), name='transaction_amounts_are_amounts'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('-999999999999.99')), ('amount__lte', Decimal('999999999999.99'))), name='transfer_amount_is_amount'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='transfer_not_its_own_parent'),
        ),
        migrations.RunPython(put_guards_back, lift_guards),
    ]
