"""Removes a person's data from every table, on request, and keeps the money's trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts_ledger.exceptions import AccountException
from backoffice import erasure


class Command(BaseCommand):
    help = "Remove the data of a user, or of somebody known by an e-mail address only. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="A user name, a user's number, or an e-mail address.")
        parser.add_argument("--reason", default="Asked for by the person", help="Why: kept with the record.")
        parser.add_argument(
            "--despite-balance", action="store_true", help="Also where their accounts hold money: that is lost to them."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = erasure.find(options["person"])
            record = erasure.erase(person, reason=options["reason"], despite_balance=options["despite_balance"])
        except AccountException as refusal:
            raise CommandError(str(refusal)) from refusal
        for title, found in (("Removed", record.removed), ("Kept", record.kept)):
            for what, number in found.items():
                self.stdout.write(f"{title}: {number:,} {what}")
        self.stdout.write(self.style.SUCCESS(f"Erased: {record.subject}."))
