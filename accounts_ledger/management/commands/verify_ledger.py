from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts_ledger import verification


class Command(BaseCommand):
    help = "Recomputes the whole ledger from its transactions and reports what does not agree. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-record", action="store_true", help="Do not keep a record of this verification.")

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=0, unit=" rows", unit_scale=True, disable=self._is_quiet(options)) as bar:
            report = verification.verify_ledger(
                on_finding=lambda finding: self.stdout.write(str(finding)), on_total=bar.reset, progress=bar.update
            )
        if not options["no_record"]:
            verification.record(report)
        counts = {"accounts": report.accounts, "transfers": report.transfers, "findings": report.count}
        if report.count:
            raise CommandError(
                _("%(findings)d findings in %(accounts)d accounts and %(transfers)d transfers.") % counts, returncode=1
            )
        self.stdout.write(
            self.style.SUCCESS(_("The books are right: %(accounts)d accounts, %(transfers)d transfers.") % counts)
        )

    def _is_quiet(self, options: dict[str, Any]) -> bool:
        return not self.stderr.isatty() or not options["verbosity"]
