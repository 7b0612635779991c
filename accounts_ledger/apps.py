from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsLedgerConfig(AppConfig):
    name = "accounts_ledger"
    verbose_name = _("Managed accounts")

    def ready(self) -> None:
        from accounts_ledger import chart, checks, guards
        from accounts_ledger.operations import holder
        from accounts_ledger.posting import schema

        holder.listen()
        register(checks.check_currencies)
        register(checks.check_code_prefixes)
        register(checks.check_code_keys)
        register(checks.check_code_keys_of_deployment, deploy=True)
        register(checks.check_stored_codes, Tags.database)
        post_migrate.connect(guards.reinstall_after_migrate, sender=self)
        post_migrate.connect(schema.reinstall_after_migrate, sender=self)
        post_migrate.connect(chart.init_after_migrate, sender=self)
