"""Issues gift cards that were paid for and sends those that are due. Run it every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from oscar_integration.selling import delivery


class Command(BaseCommand):
    help = "Issue the gift cards of orders that are paid, and send those that are due. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        report = delivery.deliver_due()
        self.stdout.write(_("%(issued)d gift cards issued, %(sent)d sent.") % vars(report))
        if report.failed:
            raise CommandError(_("%d could not be sent; they will be tried again.") % report.failed)
