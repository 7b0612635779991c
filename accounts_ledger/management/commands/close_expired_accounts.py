from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts_ledger import facade
from accounts_ledger.imports import old_files
from accounts_ledger.models import Account


class Command(BaseCommand):
    help = (
        "Moves what is left on expired accounts to the Lapsed account and closes them; cancels batches whose file was"
        " left for too long, and forgets it. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        expired = Account.expired.filter(status=Account.OPEN, chart_code=None).count()
        with tqdm(total=expired, unit="account", disable=not self.stderr.isatty() or not options["verbosity"]) as bar:
            report = facade.close_expired_accounts(progress=bar.update)
        self.stdout.write(f"{report.closed} accounts closed.")
        for currency, value in sorted(report.lapsed.items()):
            self.stdout.write(f"{value} {currency} lapsed.")
        if cancelled := old_files.cancel_old():
            self.stdout.write(f"{cancelled} batches cancelled whose files were left.")
        for account, error in report.failures:
            self.stderr.write(f"Account #{account.pk}: {error}")
        if report.failures:
            raise CommandError(f"{len(report.failures)} accounts could not be closed.")
