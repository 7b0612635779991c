from typing import Any

from django.core.management.base import BaseCommand

from accounts_ledger import facade


class Command(BaseCommand):
    help = "Ends the holds whose time has passed, so that their value is available again. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        released = facade.release_expired_holds()
        self.stdout.write(f"{released} holds released.")
