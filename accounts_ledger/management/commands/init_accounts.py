from typing import Any

from django.core.management.base import BaseCommand

from accounts_ledger import chart
from accounts_ledger.signals import chart_initialised


class Command(BaseCommand):
    help = "Creates what is missing of the chart of accounts. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        created = chart.init()
        for name in created:
            self.stdout.write(f"Created {name}")
        chart_initialised.send(sender=Command)
        self.stdout.write(self.style.SUCCESS(f"Chart of accounts complete ({len(created)} created)."))
