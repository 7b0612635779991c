"""Write the names of those who are still users beside them, and mark the accounts of earlier bulk issues."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import migrations
from django.db.models import Exists, F, OuterRef, Subquery

_HISTORIES = ("HistoricalAccount", "HistoricalAccountMapping", "HistoricalAccountType")


def keep_names(apps, schema_editor):
    users = apps.get_model(settings.AUTH_USER_MODEL)._base_manager
    named = get_user_model().USERNAME_FIELD
    for name in _HISTORIES:
        rows = apps.get_model("accounts_ledger", name)._base_manager.filter(history_user__isnull=False)
        author = users.filter(pk=OuterRef("history_user_id")).values(named)[:1]
        # The column has no foreign key: whose user is gone keeps the empty name.
        known = rows.filter(Exists(users.filter(pk=OuterRef("history_user_id"))))
        known.update(history_username=Subquery(author))
    runs = apps.get_model("accounts_ledger", "Verification")._base_manager.filter(user__isnull=False)
    runs.update(username=Subquery(users.filter(pk=OuterRef("user_id")).values(named)[:1]))


def mark_internal_accounts(apps, schema_editor):
    """An account without a credit limit that began with a load out of it can only be that of a bulk issue.

    Such an account is made without a limit, loads the new accounts, is funded, and has the limit zero from then on.
    """
    accounts = apps.get_model("accounts_ledger", "Account")._base_manager
    entries = apps.get_model("accounts_ledger", "Transaction")._base_manager
    transfers = apps.get_model("accounts_ledger", "Transfer")._base_manager
    began_with_a_load = entries.filter(
        account=OuterRef("pk"), sequence=1, transfer__kind="load", transfer__source=F("account")
    )
    pools = accounts.filter(
        Exists(began_with_a_load), code=None, chart_code=None, batch=None, primary_user=None, credit_limit=0
    )
    for pool in pools.iterator():
        funding = transfers.filter(destination=pool, kind="transfer").order_by("pk").first()
        if funding is not None:
            accounts.filter(pk=pool.pk).update(stands_for=funding.source_id)


class Migration(migrations.Migration):
    dependencies = [("accounts_ledger", "0012_doors"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RunPython(keep_names, migrations.RunPython.noop),
        migrations.RunPython(mark_internal_accounts, migrations.RunPython.noop),
    ]
