"""Cancels payments that were interrupted or never completed. Run it every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from oscar_integration.attempts import finish_abandoned


class Command(BaseCommand):
    help = "Cancel interrupted payments: void holds, give back what was charged, open the baskets again."

    def handle(self, *args: Any, **options: Any) -> None:
        done, failed = finish_abandoned()
        self.stdout.write(_("%d abandoned payments cancelled.") % done)
        if failed:
            raise CommandError(_("%d could not be cancelled: the other payment method did not answer.") % failed)
