"""Sends the e-mails that are due, also those that a worker which was killed has left. Run it every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backoffice.mail import sending


class Command(BaseCommand):
    help = "Send the e-mails that are due. Safe to repeat; a running worker does the same."

    def handle(self, *args: Any, **options: Any) -> None:
        report = sending.send_due()
        self.stdout.write(_("%d e-mails sent.") % report.sent)
        if report.failed or report.given_up:
            raise CommandError(
                _("%(failed)d could not be sent and will be tried again; %(given_up)d were given up.") % vars(report)
            )
