"""Ends payments and refunds that were interrupted or never completed. Run it every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from oscar_integration import attempts
from oscar_integration.after_order import running


class Command(BaseCommand):
    help = (
        "Cancel interrupted payments: void holds, give back what was charged, open the baskets again. "
        "Finish interrupted refunds and cancellations of orders."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        cancelled, not_cancelled = attempts.finish_abandoned()
        self.stdout.write(_("%d abandoned payments cancelled.") % cancelled)
        finished, unfinished = running.finish_abandoned()
        if finished:
            self.stdout.write(_("%d interrupted refunds finished.") % finished)
        problems = []
        if not_cancelled:
            problems.append(_("%d could not be cancelled: the other payment method did not answer.") % not_cancelled)
        if unfinished:
            problems.append(_("%d refunds are not finished: the pages of their orders say why.") % unfinished)
        if problems:
            raise CommandError(" ".join(problems))
